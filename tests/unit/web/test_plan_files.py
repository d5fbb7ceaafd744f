"""Compiled plans kept as files: read back with the same answers, made anew when damaged."""

from pathlib import Path

import pytest

from configurator.compiling.compile import compile_model
from configurator.configurator import Configurator
from configurator.model import Selection
from configurator.planning import engine as planning
from tests.mugs import mug_model
from web.plan_files import PlanFiles


def state_of(folder: Path) -> tuple[object, ...]:
    """Return what a configurator with its plan from the folder says of the empty start."""
    compiled = compile_model(mug_model())
    configurator = Configurator(mug_model(), compiled=compiled, engine=PlanFiles(folder)(compiled.problem))
    state = configurator.state(Selection())
    assert state.method == "plan"
    deltas = {
        (code, option): (each.status, each.price_delta_minor)
        for code, feature in state.features.items()
        for option, each in feature.options.items()
    }
    return state.total_minor, deltas


def test_a_plan_is_compiled_once_and_answers_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process reads the file: building is never called."""
    first = state_of(tmp_path)
    assert len(list(tmp_path.glob("*.plan"))) == 1

    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(planning, "build_plan_engine", refuse)
    assert state_of(tmp_path) == first


@pytest.mark.parametrize("damage", [b"", b"no plan of ours", None])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    """Emptied, overwritten or cut in half: the answers are the same and the file is whole again."""
    first = state_of(tmp_path)
    (path,) = tmp_path.glob("*.plan")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)

    assert state_of(tmp_path) == first
    assert path.read_bytes() == whole
