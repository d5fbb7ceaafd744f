"""Every finding has its line in the handbook, and no line is left over."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from modules_catalog.findings import Finding, FindingSeverity, Listed, listed

ROOT = Path(__file__).parents[3]


def test_every_finding_is_in_the_docs() -> None:
    table = (ROOT / "docs" / "catalog-findings.md").read_text()
    documented = {
        code for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for code in re.findall(r"`(\w+)`", row)
    }

    assert set(_codes()) == documented


def test_of_each_kind_the_first_ones_are_listed_and_the_rest_is_counted() -> None:
    kinds = [("a", FindingSeverity.ERROR), ("b", FindingSeverity.NOTE), ("a", FindingSeverity.NOTE)]
    findings = [
        Finding(code, severity, f"f:{number}", "") for number in range(4) for code, severity in kinds[: number + 1]
    ]

    told = listed(findings, 2)

    assert [(found.where, found.code, found.severity.value) for found in told.shown] == [
        ("f:0", "a", "error"),
        ("f:1", "a", "error"),
        ("f:1", "b", "note"),
        ("f:2", "b", "note"),
        ("f:2", "a", "note"),
        ("f:3", "a", "note"),
    ]
    assert told.more == {(FindingSeverity.ERROR, "a"): 2, (FindingSeverity.NOTE, "b"): 1}
    assert listed(findings, len(findings)) == Listed(tuple(findings), {})


def _codes() -> Iterator[str]:
    """Yield the codes of all findings the program makes: given to Finding, or as ``code=`` in the loader."""
    for folder in ("modules_catalog", "orders/publishing"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    yield from _texts(
                        [k.value for k in node.keywords if k.arg == "code" and isinstance(k.value, ast.Constant)]
                    )
                    if getattr(node.func, "id", "") == "Finding":
                        yield from _texts(node.args[:1])
                elif isinstance(node, ast.FunctionDef):
                    pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                    yield from _texts([default for argument, default in pairs if argument.arg == "code" and default])


def _texts(parts: list[ast.expr]) -> Iterator[str]:
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[a-z_]+", node.value):
                yield node.value
