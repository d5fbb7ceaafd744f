"""From a selection to BOM and routing, on the shipped catalogs and a small one of its own."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modules_catalog
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.model import ConfigurationModel
from production.errors import SelectionIncomplete
from production.exploding import Exploder, explode, natural_order
from production.model import FitParts, FitPiece, FitTrim, MaterialKind, demand_of
from production.plants.loading import load_plant

CATALOGS = Path(modules_catalog.__file__).parent / "catalogs"
SMALL = {
    "line.yaml": """\
line: toys
currency: EUR
steps: [{code: all, features: [body, wheels, word, size, shiny]}]
features:
  body: {kind: option, options: {ash: {price_minor: 100, weight: 2}, oak: {price_minor: 200, weight: 3}}}
  wheels: {kind: options, required: false, minimum: 1, maximum: 4, max_each: 4, options: {small: {price_minor: 1, saw_s: 5}, large: {price_minor: 2, saw_s: 9}}}
  word: {kind: text, maximum: 9, required: false}
  size: {kind: integer, minimum: 10, maximum: 90, unit: mm, default: 10}
  shiny: {kind: boolean, default: false}
bom:
  - {feature: body, unit: mm, quantity: 10 * size + body.weight}
  - {feature: wheels}
  - {part: nail, quantity: 2 * count(wheels)}
  - {part: varnish, unit: ml, quantity: 7, when: shiny == yes}
operations:
  - {code: saw, work_centre: saw, setup_s: 10, run_s: 100 + sum(wheels.saw_s), irreversible: true, checks: [straight]}
  - {code: write, work_centre: pen, setup_s: 0, run_s: 3 * word.length, when: chosen(word)}
  - {code: paint, work_centre: bath, setup_s: 0, run_s: 600, recipe: body, when: shiny == yes, after: [saw]}
  - {code: join, work_centre: bench, setup_s: 0, run_s: 60, after: [write, paint]}
""",
    "parts.csv": """\
id,name,name_zh_Hant,name_zh_Hans,unit,cost_minor,bin,lead_time_days
nail,Nail,釘,钉,pcs,1,A10,5
varnish,Varnish,漆,漆,ml,2,A9,
""",
}


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> ConfigurationModel:
    folder = tmp_path_factory.mktemp("catalogs") / "toys"
    folder.mkdir()
    for name, content in SMALL.items():
        (folder / name).write_text(content)
    return load_catalog(folder)


def test_quantities_and_seconds_follow_the_formulas(toys: ConfigurationModel) -> None:
    variant = explode(
        toys, {"body": "oak", "wheels": {"small": 2, "large": 1}, "word": "Ana", "size": 30, "shiny": "yes"}
    )

    assert [(item.code, item.quantity, item.unit, item.bin) for item in variant.bom.items] == [
        ("varnish", 7, "ml", "A9"),
        ("nail", 6, "pcs", "A10"),
        ("body.oak", 303, "mm", None),
        ("wheels.large", 1, "pcs", None),
        ("wheels.small", 2, "pcs", None),
    ]
    assert [(one.number, one.code, one.seconds, one.after, one.recipe) for one in variant.routing.operations] == [
        (10, "saw", 129, (), None),
        (20, "write", 9, (10,), None),
        (30, "paint", 600, (10,), "oak"),
        (40, "join", 60, (20, 30), None),
    ]
    assert variant.routing.cut_off is not None
    assert variant.routing.cut_off.code == "saw"


def test_a_step_that_falls_away_passes_on_what_it_waited_for(toys: ConfigurationModel) -> None:
    """Numbers belong to the catalog's operations, so the others keep theirs."""
    variant = explode(toys, {"body": "ash", "wheels": {}, "size": 10, "shiny": False})

    assert [(one.number, one.code, one.after) for one in variant.routing.operations] == [
        (10, "saw", ()),
        (40, "join", (10,)),
    ]
    assert [item.code for item in variant.bom.items] == ["body.ash"]


def test_pieces_and_trims_of_a_fit_are_added(toys: ConfigurationModel) -> None:
    fit = FitParts((FitPiece("front-07", "front", 1, "A2"),), (FitTrim("hem", 23, 60), FitTrim("hip", 4, 180)))
    variant = explode(toys, {"body": "ash", "size": 10, "shiny": "no"}, fit)

    assert [(item.code, item.kind) for item in variant.bom.items] == [
        ("front-07", MaterialKind.COMPONENT),
        ("body.ash", MaterialKind.OPTION),
    ]
    assert {one.code: one.seconds for one in variant.routing.operations} == {"saw": 110 + 240, "join": 60}


@pytest.mark.parametrize("answers", [{"body": "elm"}, {"boddy": "ash"}, {"body": "ash", "size": "ten"}])
def test_what_cannot_be_made_is_refused(toys: ConfigurationModel, answers: dict[str, str]) -> None:
    """An unknown option, an unknown feature, no number."""
    with pytest.raises(SelectionIncomplete):
        explode(toys, answers)


TOYS = st.fixed_dictionaries(
    {"body": st.sampled_from(["ash", "oak"])},
    optional={
        "wheels": st.dictionaries(st.sampled_from(["small", "large"]), st.integers(1, 2), min_size=1),
        "word": st.text("abc", min_size=1, max_size=3),
        "size": st.integers(10, 12),
        "shiny": st.sampled_from(["yes", "no"]),
    },
)


@given(answers=st.lists(TOYS, min_size=2, max_size=12))
def test_what_is_kept_of_one_selection_changes_no_other(
    toys: ConfigurationModel, answers: list[dict[str, object]]
) -> None:
    """One exploder for many selections gives what each would come to alone."""
    exploder = Exploder(toys)

    assert [exploder.variant(each) for each in answers] == [explode(toys, each) for each in answers]


def test_what_is_not_chosen_takes_nothing(toys: ConfigurationModel) -> None:
    """That a required feature is answered is the solver's matter."""
    assert explode(toys, {"size": 10}).bom.items == ()


def test_demand_leaves_out_what_takes_no_time(toys: ConfigurationModel) -> None:
    variant = explode(toys, {"body": "ash", "wheels": {"small": 1}, "word": "", "size": 10, "shiny": True})
    demand = demand_of(variant, 3)

    assert [(load.operation, load.after) for load in demand.loads] == [("saw", ()), ("paint", (0,)), ("join", (0, 1))]
    assert [(need.code, need.quantity) for need in demand.materials] == [
        ("body.ash", 102),
        ("nail", 2),
        ("varnish", 7),
        ("wheels.small", 1),
    ]
    assert demand.quantity == 3


def test_bins_are_walked_in_natural_order() -> None:
    assert sorted(["A10", "A2", "B1", "A2-10", "A2-9"], key=natural_order) == ["A2", "A2-9", "A2-10", "A10", "B1"]


@pytest.mark.parametrize("line", ["jeans", "pc"])
def test_the_shipped_lines_can_be_made_in_their_plants(line: str) -> None:
    """The default product has parts and steps, its work centres exist, and it can no longer be changed from some step on."""
    model = load_catalog(CATALOGS / line)
    plant = load_plant(line)
    defaults = {feature.code: feature.default for feature in model.features if feature.default is not None}
    variant = explode(model, defaults)

    assert len(variant.routing.operations) >= 8
    assert len(variant.bom.items) >= 10
    assert variant.routing.cut_off is not None
    for operation in model.operations:
        plant.work_centre(operation.work_centre)
