"""Docs name what there is, and what there is has a place in the docs."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

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
