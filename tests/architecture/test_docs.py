"""Docs name what there is, and what there is has a place in the docs."""

import ast
import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from benchmarks import _numbers as numbers
from tests.architecture.source import modules
from web.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text())
    missing = [
        link
        for link in links
        if "://" not in link and not link.startswith("mailto:") and not (page.parent / link).exists()
    ]

    assert missing == []


def test_every_name_of_the_glossary_is_in_the_program() -> None:
    """``Name`` is a class or a function, ``Name.member`` a field, method or property of the class."""
    members: dict[str, set[str]] = {}
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                named = {
                    each.target.id
                    for each in node.body
                    if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
                }
                members.setdefault(node.name, set()).update(
                    named, *[{each.name} for each in node.body if isinstance(each, ast.FunctionDef)]
                )
            elif isinstance(node, ast.FunctionDef):
                members.setdefault(node.name, set())
    rows = re.findall(r"^\|[^|]+\|([^|]+)\|", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    unknown = [
        name
        for name in names
        if (name.partition(".")[0] not in members)
        or ("." in name and name.partition(".")[2] not in members[name.partition(".")[0]])
    ]

    assert len(names) > 30
    assert unknown == []


def test_every_setting_is_explained() -> None:
    """Each field of Settings has a row in docs/settings.md, with its default, and each row is a field."""
    rows = re.findall(
        r"^\| `(LOTONE_\w+)` \| `?([^|`]*)`? \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE
    )

    assert dict(rows) == {PREFIX + field.name.upper(): str(field.default or "") for field in fields(Settings)}


def test_every_command_that_is_shown_exists() -> None:
    """``./dev …`` in the docs names a command of ``./dev help``."""
    usage = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
    commands = set(re.findall(r"^  (\w+)", usage, re.MULTILINE))
    shown = {match for page in PAGES for match in re.findall(r"\./dev (\w+)", page.read_text())}

    assert commands == {"run", "test", "check", "demo", "bench", "lotone", "help"}
    assert shown - commands == set()


def test_decisions_are_numbered_and_named() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [name[:4] for name in names]

    assert len(set(numbers)) == len(numbers)
    for name in names:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name), name
        text = (ROOT / "docs" / "decisions" / name).read_text()
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert {"Context", "Decision", "Consequences", "Alternatives"} <= set(headings), name


def test_the_numbers_are_those_recorded() -> None:
    """`./dev bench numbers` writes the page anew."""
    assert numbers.PAGE.read_text(encoding="utf-8") == numbers.page()
