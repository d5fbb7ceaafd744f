"""Published Kconfig models, from source folders of this machine, go from file to answers like any line."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from pysat.solvers import Solver
from typer.testing import CliRunner

from benchmarks._kconfig_models import kconfig_model
from web.cli.app import app

SOURCES = [source for source in os.environ.get("LOTONE_KCONFIG", "").split() if source]


@pytest.mark.parametrize("source", SOURCES or [""])
def test_a_published_model_is_imported_checked_and_configured_exactly(source: str, tmp_path: Path) -> None:
    """Every status along a session, against clauses that were not read from the UVL text."""
    if not source:
        pytest.skip("no published models (LOTONE_KCONFIG names source folders, FOLDER or FOLDER:FILE; see docs/uvl.md)")
    folder, _, only = source.partition(":")
    model = kconfig_model(Path(folder), only).without_dead()
    (tmp_path / "model.uvl").write_text(model.text(), encoding="utf-8")

    for command in (["import-uvl", str(tmp_path / "model.uvl")], ["check"]):
        done = CliRunner().invoke(app, ["catalog", *command, str(tmp_path / "catalog")])
        assert done.exit_code == 0, done.output[-2_000:]
    names = json.loads((tmp_path / "catalog" / "uvl-map.json").read_text(encoding="utf-8"))
    rng = np.random.default_rng(5)
    presses = [(str(name), str(rng.choice(["yes", "no"]))) for name in rng.permutation(list(model.numbers))[:15]]
    asked = [{"op": "open"}, *({"op": "choose", "feature": names[n]["feature"], "option": a} for n, a in presses)]
    lines = "\n".join(json.dumps(one) for one in asked)
    done = CliRunner().invoke(app, ["configure", str(tmp_path / "catalog"), "--jsonl"], input=f"{lines}\n")
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(replies) == 16, done.output[-2_000:]

    chosen: dict[str, str] = {}
    with Solver(name="minisat22", bootstrap_with=model.clauses()) as judge:

        def possible(choices: dict[str, str]) -> bool:
            return bool(judge.solve([model.numbers[n] * (1 if a == "yes" else -1) for n, a in choices.items()]))

        for (name, answer), reply in zip([("", ""), *presses], replies, strict=True):
            if name:
                assert reply["ok"] == possible({**chosen, name: answer})
                chosen |= {name: answer} if reply["ok"] else {}
            state = reply["state"]
            assert (state["engine"]["method"], state["engine"]["proven"]) == ("sat", True)
            for other in model.numbers:
                for code, option in state["features"][names[other]["feature"]]["options"].items():
                    assert (option["status"] != "ruled_out") == possible({**chosen, other: code}), (name, other, code)
