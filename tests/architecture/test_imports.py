"""The import contracts of pyproject.toml hold, and would notice."""

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter import api

ROOT = Path(__file__).parents[2]


def test_the_contracts_hold(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    lint = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"], capture_output=True, text=True, cwd=ROOT
    )

    assert lint.returncode == 0, lint.stdout


def test_no_contract_has_an_exception() -> None:
    options = api.read_configuration(str(ROOT / "pyproject.toml"))

    assert len(options["contracts_options"]) >= 7
    assert [each["name"] for each in options["contracts_options"] if "ignore_imports" in each] == []
