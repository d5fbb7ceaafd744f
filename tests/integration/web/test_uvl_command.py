"""``lotone catalog import-uvl`` and ``lotone configure`` as a user goes from a feature model to answers."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from pysat.solvers import Solver
from typer.testing import CliRunner

from benchmarks._feature_models import feature_model
from web.cli.app import app

BIKE = """namespace Bike

include
	Boolean.group-cardinality
	Arithmetic.feature-cardinality
	Arithmetic.aggregate-function
	Type.string-constraints

imports
	parts.lights as l

features
	Bike {abstract true, version 'v1'}
		mandatory
			Frame {price 300, weight 2.5}
				alternative
					Steel {price 10}
					Carbon {price 200}
			"Front Wheel" {price 40}
			Integer Gears {min 1, max 12}
		optional
			l.Lights
			Real Saddle_height {min 0.5, max 1.5, step 0.5} // of the post
			String Engraving {values ['Ana', 'Bo']}
			Bottle cardinality [0..3] {price 5}
		or
			Bell {price 7}
			Horn {price 9}
		[1..2]
			Red
			Blue
			Green

constraints
	Carbon => Gears >= 8
	!(Steel & Horn)
	sum(price) < 700
	avg(price) < 200
	Engraving == 'Ana' => Red
	len(Engraving) < 4
	l.Dynamo => "Front Wheel"
	Bottle < 3
	Red <=> !Blue
	Gears * 2 + Saddle_height <= 20
	floor(Saddle_height) == 0 | Carbon
"""
LIGHTS = "features\n\tLights\n\t\talternative\n\t\t\tBattery {price 20}\n\t\t\tDynamo {price 60}\n"


def imported(uvl: Path, out: Path) -> dict[str, dict[str, str]]:
    """Import through the command line and return the map of choices."""
    done = CliRunner().invoke(app, ["catalog", "import-uvl", str(uvl), str(out)])
    assert done.exit_code == 0, done.output
    found: dict[str, dict[str, str]] = json.loads((out / "uvl-map.json").read_text(encoding="utf-8"))
    return found


def replies(folder: Path, *requests: Mapping[str, object]) -> list[dict[str, object]]:
    """Return what ``configure --jsonl`` answers."""
    lines = "\n".join(json.dumps(request) for request in requests)
    done = CliRunner().invoke(app, ["configure", str(folder), "--jsonl"], input=lines + "\n")
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def statuses(reply: dict[str, object], feature: str) -> dict[str, str]:
    state = reply["state"]
    assert isinstance(state, dict)
    return {code: option["status"] for code, option in state["features"][feature]["options"].items()}


def ranges(reply: dict[str, object], feature: str) -> list[list[int]]:
    state = reply["state"]
    assert isinstance(state, dict)
    found: list[list[int]] = state["features"][feature]["ranges"]
    return found


@pytest.fixture
def bike(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "lights.uvl").write_text(LIGHTS, encoding="utf-8")
    (tmp_path / "bike.uvl").write_text(BIKE, encoding="utf-8")
    return tmp_path / "bike.uvl"


def test_a_model_with_every_language_level_is_configured(bike: Path, tmp_path: Path) -> None:
    """Typed features, cardinalities, attributes, imports, aggregates and texts: each changes an answer."""
    names = imported(bike, tmp_path / "catalog")
    assert names["Front Wheel"] == {"feature": "Front_Wheel", "option": "yes"}
    assert names["l.Dynamo"] == {"feature": "l_Dynamo", "option": "yes"}
    empty, carbon, ana, steel, refused = replies(
        tmp_path / "catalog",
        {"op": "open"},
        {"op": "choose", "feature": "Carbon", "option": "yes"},
        {"op": "choose", "feature": "Engraving_value", "option": "Ana"},
        {"op": "choose", "feature": "Steel", "option": "yes"},
        {"op": "why_not", "feature": "Gears_value", "value": 4},
    )
    assert statuses(empty, "Bike") == {"yes": "implied", "no": "ruled_out"}
    assert statuses(empty, "Steel") == {"yes": "available", "no": "available"}
    assert ranges(empty, "Gears_value") == [[1, 10]]
    assert ranges(carbon, "Gears_value") == [[8, 10]]
    assert statuses(carbon, "Steel") == {"yes": "ruled_out", "no": "implied"}
    assert statuses(ana, "Red") == {"yes": "implied", "no": "ruled_out"}
    assert statuses(ana, "Blue") == {"yes": "ruled_out", "no": "implied"}
    assert steel["error"] == {**steel["error"], "code": "OptionRuledOut"}  # type: ignore[dict-item]
    assert refused["conflict"] == {
        "choices": [{"feature": "Carbon", "option": "yes"}, {"feature": "Gears_value", "option": "4"}],
        "rules": [{"id": "constraint_1", "reason": "Carbon => Gears >= 8"}],
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("\tFrame / Gears > 2", "bike.uvl:40"),
        ("\tUnknown => Frame", "bike.uvl:40"),
        ("\tFrame =>", "bike.uvl:40"),
    ],
)
def test_what_is_not_supported_names_its_line(bike: Path, tmp_path: Path, line: str, message: str) -> None:
    """Nothing is written, and the way out starts at the place."""
    lines = [*BIKE.splitlines()[:39], line, *BIKE.splitlines()[39:]]
    bike.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["catalog", "import-uvl", str(bike), str(tmp_path / "catalog")])
    assert done.exit_code == 1
    assert message in done.output
    assert not (tmp_path / "catalog").exists()


def test_twelve_hundred_features_are_answered_exactly(tmp_path: Path) -> None:
    """Every status along a session, against clauses written from the feature tree by other code."""
    model = feature_model(1_200, seed=12)
    (tmp_path / "model.uvl").write_text(model.text(), encoding="utf-8")
    names = imported(tmp_path / "model.uvl", tmp_path / "catalog")
    rng = np.random.default_rng(3)
    presses = [(f"F{number}", str(rng.choice(["yes", "no"]))) for number in rng.permutation(1_200)[:12] + 1]
    told = replies(
        tmp_path / "catalog",
        {"op": "open"},
        *({"op": "choose", "feature": names[name]["feature"], "option": answer} for name, answer in presses),
    )
    chosen: dict[str, str] = {}
    with Solver(name="minisat22", bootstrap_with=model.clauses()) as judge:

        def possible(choices: dict[str, str]) -> bool:
            return bool(judge.solve([int(n[1:]) * (1 if given == "yes" else -1) for n, given in choices.items()]))

        for number, reply in enumerate(told):
            if number:
                name, answer = presses[number - 1]
                assert reply["ok"] == possible({**chosen, name: answer})
                if reply["ok"]:
                    chosen[name] = answer
            state = reply["state"]
            assert isinstance(state, dict)
            assert (state["engine"]["method"], state["engine"]["proven"]) == ("sat", True)
            if number % 4:
                continue
            for name in names:
                for answer, status in statuses(reply, name).items():
                    assert (status == "ruled_out") != possible({**chosen, name: answer}), (number, name, answer)
    assert len(chosen) >= 6
