"""The configurator against every configuration of small random catalogs, judged from the rules' text."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.compiling.compile import compile_model
from configurator.configurator import Configurator
from configurator.cpsat.engine import CpSatEngine
from configurator.model import Change, Limits, Refused, Selection
from configurator.planning.engine import build_plan_engine
from configurator.planning.limits import PlanBudget
from modules_catalog.expressions.tree import Aggregate, Comparison, Constant, Logic, Reference
from modules_catalog.model import (
    ConfigurationModel,
    Feature,
    FeatureCode,
    FeatureKind,
    LineCode,
    Option,
    OptionCode,
    Rule,
    RuleId,
    WhenMissing,
)
from tests.oracles.configuring import Possible, check_press, check_state
from tests.strategies import HERE, answers, limits_of, models, selections

QUICK = PlanBudget(restarts=2, climbs=3, rehearsals=2)

SOME = settings(max_examples=max(1, settings().max_examples // 4))
"""Each example writes down every configuration of a catalog: a quarter of the profile's examples."""


def with_cp_sat(model: ConfigurationModel) -> Configurator:
    compiled = compile_model(model)
    return Configurator(model, engine=CpSatEngine(compiled.problem), compiled=compiled)


def with_plan(model: ConfigurationModel) -> Configurator:
    compiled = compile_model(model)
    return Configurator(model, engine=build_plan_engine(compiled.problem, budget=QUICK), compiled=compiled)


ENGINES = st.sampled_from([with_cp_sat, with_plan])


@SOME
@given(st.data())
def test_states_are_those_of_brute_force(data: st.DataObject) -> None:
    """Statuses, price deltas, ranges, totals and completeness are exact after any choices, possible or not."""
    model = data.draw(models())
    check_state(Possible(model), data.draw(selections(model)), data.draw(ENGINES)(model))


@SOME
@given(st.data())
def test_limits_act_as_if_what_they_rule_out_were_not_there(data: st.DataObject) -> None:
    """A budget, and options that come too late."""
    model = data.draw(models(3))
    possible = Possible(model, data.draw(limits_of(model)))
    check_state(possible, data.draw(selections(model)), data.draw(ENGINES)(model))


@SOME
@given(st.data())
def test_conflicts_are_minimal_and_repairs_valid_and_fewest(data: st.DataObject) -> None:
    """Dropping any element of a conflict resolves it; repairs are the best ways out, in their order."""
    model = data.draw(models(3))
    configurator = data.draw(ENGINES)(model)
    selection = data.draw(selections(model))
    feature = data.draw(st.sampled_from(model.features))
    pressed = data.draw(answers(feature))
    pressed = next(iter(pressed)) if isinstance(pressed, Mapping) else pressed
    check_press(Possible(model, data.draw(limits_of(model))), selection, feature, pressed, configurator)


@SOME
@given(st.data())
def test_the_plan_and_cp_sat_offer_repairs_of_the_same_changes_and_prices(data: st.DataObject) -> None:
    """C-14: weighed in one pass or by hitting conflicts, the ways out are the same."""
    model = data.draw(models(4))
    selection = data.draw(selections(model))
    feature = data.draw(st.sampled_from(model.features))
    pressed = data.draw(answers(feature))
    limits = Limits(budget_minor=data.draw(st.none() | st.integers(0, 40)))

    found = [
        [(sorted(change.feature for change in each.changes if change.before is not None), each.price_delta_minor)
         for each in make(model).repairs(selection, feature.code, pressed, limits)]
        for make in (with_cp_sat, with_plan)
    ]  # fmt: skip

    assert found[0] == found[1]


@pytest.mark.parametrize(("operator", "bound"), [(">", 3), ("<", -3), ("==", 4), ("==", -4)])
def test_two_pieces_of_a_missing_value_do_not_add_up_to_a_known_one(operator: str, bound: int) -> None:
    """A rule that blocks what is not known blocks two pieces as it blocks one, whatever total is asked for."""
    bare = Option(OptionCode("bare"), {"n": None}, 0, 0, HERE)
    cards = Feature(FeatureCode("cards"), FeatureKind.OPTIONS, HERE, (bare,), required=False, maximum=3, max_each=3)
    asked = Comparison(operator, Aggregate("sum", "cards", Reference("cards", "n")), Constant(bound))
    rule = Rule(RuleId("enough"), "that", HERE, asked, when_missing=WhenMissing.BLOCK)
    model = ConfigurationModel(
        line=LineCode("cards"),
        release="0" * 64,
        currency="EUR",
        features=(cards,),
        rules=(rule,),
        surcharges=(),
        bom=(),
        parts={},
        operations=(),
        steps=(),
        scenarios=(),
        texts={},
    )

    for make in (with_cp_sat, with_plan):
        for chosen in (Selection(), Selection({"cards": {"bare": 1}}), Selection({"cards": {"bare": 2}})):
            check_state(Possible(model), chosen, make(model))
            assert not make(model).state(chosen).valid


def test_a_feature_shown_by_a_total_over_another_takes_part_in_conflicts() -> None:
    """The answer `no` keeps the cards out, which the kit's rule needs: seen through the total between them."""

    def option(code: str, **attributes: int) -> Option:
        return Option(OptionCode(code), attributes, 0, 0, HERE)

    cards = Feature(
        FeatureCode("cards"), FeatureKind.OPTIONS, HERE, (option("one", n=4),), required=False, maximum=2, max_each=2
    )
    note = Feature(
        FeatureCode("note"),
        FeatureKind.BOOLEAN,
        HERE,
        shown_when=Comparison("==", Aggregate("count", "cards"), Aggregate("sum", "cards", Reference("cards", "n"))),
    )
    kit = Feature(FeatureCode("kit"), FeatureKind.OPTION, HERE, (option("big"),), required=False)
    needs = Logic(
        "implies",
        (
            Comparison("==", Reference("kit"), Constant("big")),
            Comparison(">=", Aggregate("count", "cards"), Constant(1)),
        ),
    )
    model = ConfigurationModel(
        line=LineCode("cards"),
        release="0" * 64,
        currency="EUR",
        features=(cards, note, kit),
        rules=(Rule(RuleId("needs"), "requires", HERE, needs),),
        surcharges=(),
        bom=(),
        parts={},
        operations=(),
        steps=(),
        scenarios=(),
        texts={},
    )

    refused = with_cp_sat(model).choose(Selection({"kit": "big"}), "note", "no")

    assert isinstance(refused, Refused)
    assert [(choice.feature, choice.option) for choice in refused.conflict.choices] == [("kit", "big"), ("note", "no")]
    assert [rule.id for rule in refused.conflict.rules] == ["needs"]
    assert [repair.changes for repair in refused.repairs] == [(Change("kit", "big", None),)]


@pytest.mark.parametrize("engine", [with_cp_sat, with_plan])
def test_a_repair_that_gives_up_other_pieces_keeps_the_pressed_one(
    engine: Callable[[ConfigurationModel], Configurator],
) -> None:
    """Two cards are over the budget: the pressed one stays, though the feature could be left empty for less."""

    def option(code: str, price_minor: int) -> Option:
        return Option(OptionCode(code), {}, price_minor, 0, HERE)

    cards = Feature(
        FeatureCode("cards"), FeatureKind.OPTIONS, HERE, (option("big", 30), option("small", 10)), required=False,
        maximum=2, max_each=2,
    )  # fmt: skip
    model = ConfigurationModel(
        line=LineCode("cards"), release="0" * 64, currency="EUR", features=(cards,), rules=(), surcharges=(), bom=(),
        parts={}, operations=(), steps=(), scenarios=(), texts={},
    )  # fmt: skip

    (repair,) = engine(model).repairs(Selection({"cards": {"big": 1}}), "cards", "small", Limits(budget_minor=35))

    assert repair.selection.answers == {"cards": {"small": 1}}
    assert repair.price_delta_minor == -20
