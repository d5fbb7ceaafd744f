"""Every benchmark runs, at its tiniest size: what nobody starts for a month breaks unseen."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LINE = str(ROOT / "modules_catalog" / "catalogs" / "pc")
OWN_TABLES = ["--tables", LINE, "--sizes", "60", "--no-record"]
TINY = {
    "clicks": [*OWN_TABLES, "--models", "12", "--without-flamapy", "--sessions", "1", "--probes", "1"],
    "explain": [*OWN_TABLES, "--sessions", "1", "--sample", "1"],
    "whole_clicks": ["--tables", LINE, "--sessions", "1", "--no-record"],
    "exactness": ["--models", "3", "--catalogs", "3", "--no-record"],
    "promises": ["--orders", "6", "--loads", "0.5", "--routings", "4"],
    "quotes": ["--open", "20", "--quotes", "10", "--without-postgresql"],
}
"""What each is asked for; nothing is recorded, and no other program is started."""

ELSEWHERE = {
    "compile": "starts an interpreter of its own to see how long kernels take cold",
    "fit": "needs the people of the body survey",
    "numbers": "is run by tests/architecture/test_docs.py",
    "orders": "starts clerks as processes and kills some of them",
    "sheets": "sets pages for seconds; its parts are run by tests/integration/production/test_sheet_pages.py",
    "sequence": "PyJobShop takes the seconds it is given",
}
"""Why the others are only imported."""


def benchmarks() -> list[str]:
    """The benchmarks a person can name."""
    return sorted(path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py"))


def test_each_is_named_here() -> None:
    assert benchmarks() == sorted([*TINY, *ELSEWHERE])


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_each_other_one_imports(name: str) -> None:
    assert callable(importlib.import_module(f"benchmarks.{name}").main)


@pytest.mark.parametrize("name", sorted(TINY))
def test_each_runs(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = {path: path.read_bytes() for path in (ROOT / "benchmarks" / "results").iterdir()}
    monkeypatch.setattr(sys, "argv", [name, *TINY[name]])
    code: object = None
    try:
        importlib.import_module(f"benchmarks.{name}").main()
    except SystemExit as end:
        code = end.code
    assert not code
    assert capsys.readouterr().out.strip()
    assert {path: path.read_bytes() for path in (ROOT / "benchmarks" / "results").iterdir()} == recorded
