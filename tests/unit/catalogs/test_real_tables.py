"""The PC line's rules, unchanged, on the full parts tables."""

import json
from collections import Counter
from pathlib import Path

import pytest

from configurator.configurator import Configurator
from configurator.model import Answer, Selection, Status
from modules_catalog.judging import Verdict, scope_of, verdict
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.loading.files import BUILT_IN_CATALOGS
from modules_catalog.model import FeatureKind, RuleId, Severity

PARTS = ("cpu", "motherboard", "memory", "gpu", "storage", "case", "psu", "cooler", "fan", "os")
BUILDS = ("e1", "e2", "e3", "e4", "e5")


@pytest.fixture(scope="module")
def tables(real_data: Path) -> Path:
    return real_data / "pc-parts"


@pytest.fixture(scope="module")
def configurator(tables: Path) -> Configurator:
    return Configurator(load_catalog(BUILT_IN_CATALOGS / "pc", tables=tables))


@pytest.fixture(scope="module")
def builds(tables: Path, configurator: Configurator) -> dict[str, dict[str, Answer]]:
    """Build → answers: its parts that are in the tables."""
    found: dict[str, dict[str, Answer]] = {}
    for line in (tables / "example_builds.jsonl").read_text(encoding="utf-8").splitlines():
        build = json.loads(line)
        pieces = Counter((part["kind"], part["id"]) for part in build["parts"] if part["id"])
        answers = found.setdefault(build["build"], {})
        for (kind, code), count in pieces.items():
            if configurator.model.feature(kind).kind is FeatureKind.OPTIONS:
                counts = answers.get(kind, {})
                assert isinstance(counts, dict)
                answers[kind] = {**counts, code: count}
            else:
                answers[kind] = code
    return found


def code_of(configurator: Configurator, feature: str, start: str) -> str:
    (code,) = [str(o.code) for o in configurator.model.feature(feature).options if o.code.startswith(start)]
    return code


def test_all_real_parts_are_read(configurator: Configurator) -> None:
    sizes = {str(f.code): len(f.options) for f in configurator.model.features}

    assert sizes["cpu"] == 655
    assert sizes["motherboard"] == 3120
    assert sum(sizes[kind] for kind in PARTS) == 24930


@pytest.mark.parametrize("build", BUILDS)
def test_a_machine_that_runs_can_be_completed(
    configurator: Configurator, builds: dict[str, dict[str, Answer]], build: str
) -> None:
    state = configurator.state(Selection(builds[build]), features=list(builds[build]))

    assert state.valid
    assert {
        code
        for feature, answer in builds[build].items()
        for code in (answer if isinstance(answer, dict) else [answer])
        if state.features[feature].options[str(code)].status is not Status.CHOSEN
    } == set()


@pytest.mark.parametrize("build", BUILDS[1:])
def test_no_rule_by_itself_refuses_a_machine_that_runs(
    configurator: Configurator, builds: dict[str, dict[str, Answer]], build: str
) -> None:
    scope = scope_of(configurator.model, builds[build])

    blocking = [rule for rule in configurator.model.rules if rule.severity is Severity.BLOCK]
    assert [rule.id for rule in blocking if verdict(rule, scope) is Verdict.VIOLATED] == []


def test_an_ordinary_board_takes_no_laptop_memory(configurator: Configurator) -> None:
    board = code_of(configurator, "motherboard", "f999de7c")
    options = configurator.state(Selection({"motherboard": board}), features=["memory"]).features["memory"].options
    kits = configurator.model.feature("memory").options

    laptop = [str(kit.code) for kit in kits if "SO-DIMM" in str(kit.attributes["form_factor"])]
    assert len(laptop) == 116
    assert {options[code].status for code in laptop} == {Status.RULED_OUT}


def test_tr4_and_str4_are_one_socket(configurator: Configurator) -> None:
    cpu = code_of(configurator, "cpu", "ad2f57e1")
    state = configurator.state(Selection({"cpu": cpu}), features=["motherboard"])
    boards = [o for o in configurator.model.feature("motherboard").options if o.attributes["socket"] == "TR4"]

    assert len(boards) == 22
    fitting = {code for code, o in state.features["motherboard"].options.items() if o.status is not Status.RULED_OUT}
    assert fitting == {str(board.code) for board in boards if board.attributes["chipset"] == "AMD X399"}


def test_a_card_nobody_describes_does_not_excuse_another(configurator: Configurator) -> None:
    """With room for a second card of unknown needs, 430 W are still too little for a 450 W card."""
    card, supply = code_of(configurator, "gpu", "d2fa0e60"), code_of(configurator, "psu", "211e6a15")
    state = configurator.state(Selection({"gpu": {card: 1}}), features=["psu"])

    assert state.features["psu"].options[supply].status is Status.RULED_OUT


def test_the_rules_say_what_the_tables_say(configurator: Configurator) -> None:
    """Where the world is wider than the names in the tables, the tables' word counts: decision 22."""
    model = configurator.model
    rules = {rule.id: rule for rule in model.rules}

    def options(feature: str, **wanted: str) -> list[str]:
        return [
            str(option.code)
            for option in model.feature(feature).options
            if all(option.attributes[name] == value for name, value in wanted.items())
        ]

    def says(rule: str, **answers: str) -> Verdict:
        return verdict(rules[RuleId(rule)], scope_of(model, answers))

    thin = options("motherboard", form_factor="Thin Mini-ITX")
    small = [
        str(o.code) for o in model.feature("case").options if "Mini-ITX" in (o.attributes["mb_form_factors"] or ())
    ]  # type: ignore[operator]
    assert len(thin) == 3
    assert {says("board_in_case", motherboard=board, case=case) for board in thin for case in small[:50]} == {
        Verdict.VIOLATED
    }
    double = [
        str(o.code) for o in model.feature("motherboard").options if str(o.attributes["socket"]).startswith("2 x")
    ]
    assert len(double) == 14
    one = options("cpu", socket="LGA 2011-3")[0]
    assert {says("cpu_socket", motherboard=board, cpu=one) for board in double} == {Verdict.VIOLATED}
    tall = [str(o.code) for o in model.feature("case").options if "ATX" in (o.attributes["psu_form_factors"] or ())]  # type: ignore[operator]
    silent = [str(o.code) for o in model.feature("case").options if o.attributes["psu_form_factors"] is None]
    for supply in options("psu", form_factor="ATX/EPS"):
        assert says("psu_shape", psu=supply, case=tall[0]) is Verdict.VIOLATED
        assert says("psu_shape", psu=supply, case=silent[0]) is Verdict.NOT_KNOWN
    flat = options("psu", form_factor="SFX")[0]
    assert says("psu_shape", psu=flat, case=tall[0]) is Verdict.HOLDS
