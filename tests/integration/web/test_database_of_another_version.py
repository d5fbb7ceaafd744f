"""A command on a database without this version's tables says what to do, in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("command", [["sheet", "JE-2026-000001"], ["user", "add", "ana", "--role", "store"]])
def test_it_says_how_to_bring_them(command: list[str], tmp_path: Path) -> None:
    environment = {**os.environ, "LOTONE_DATABASE_URL": f"sqlite:///{tmp_path}/empty.db", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "web.cli.app", *command],
        cwd=tmp_path,
        env=environment,
        input="made-for-one\n",
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        "The database has not the tables of this version: `lotone db upgrade` brings them."
    )
    assert "Traceback" not in done.stderr
