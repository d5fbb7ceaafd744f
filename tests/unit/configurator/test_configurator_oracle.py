"""The configurator against every configuration of small random catalogs, judged from the rules' text."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.compiling.compile import compile_model
from configurator.configurator import Configurator
from configurator.cpsat.engine import CpSatEngine
from configurator.model import Answer, Change, Chosen, Limits, Refused, Repair, Selection, Status
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
)
from tests.oracles.catalog import Judged, keeps, least_price, valid_configurations
from tests.strategies import HERE, answers, models, selections

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


def every_option(feature: Feature) -> list[str | int]:
    match feature.kind:
        case FeatureKind.BOOLEAN:
            return ["yes", "no"]
        case FeatureKind.TEXT:
            return ["a" * n for n in range(1, feature.maximum + 1)]
        case FeatureKind.INTEGER | FeatureKind.DECIMAL:
            return list(range(feature.minimum, feature.maximum + 1, feature.step))
        case _:
            return [option.code for option in feature.options]


def with_option(feature: Feature, choices: Mapping[str, Answer], option: str | int) -> dict[str, Answer]:
    """What is chosen with one option: its feature's own choice lifted, or one more piece."""
    if feature.kind is not FeatureKind.OPTIONS:
        return {**choices, feature.code: option}
    before = choices.get(feature.code, {})
    assert isinstance(before, Mapping)
    return {**choices, feature.code: {**before, str(option): before.get(str(option), 0) + 1}}


def expected_status(
    model: ConfigurationModel, valid: list[Judged], feature: Feature, choices: Mapping[str, Answer], option: str | int
) -> Status:
    chosen = choices.get(feature.code)
    if chosen == option or (isinstance(chosen, Mapping) and chosen.get(str(option))):
        return Status.CHOSEN
    if feature.kind is FeatureKind.OPTIONS:
        left = [one for one in valid if keeps(model, one.answers, choices)]
        least = least_price(model, valid, with_option(feature, choices, option))
        certain = least_price(model, valid, with_option(feature, choices, option), certain=True)
        if (
            left
            and all(option in one.answers.get(feature.code, {}) for one in left)
            and (certain is not None or least is None)
        ):
            return Status.IMPLIED
    else:
        others = {code: given for code, given in choices.items() if code != feature.code}
        left = [one for one in valid if keeps(model, one.answers, others)]
        least = least_price(model, valid, {**others, feature.code: option})
        certain = least_price(model, valid, {**others, feature.code: option}, certain=True)
        if left and certain is not None and all(one.answers.get(feature.code) == option for one in left):
            return Status.IMPLIED
    if least is None:
        return Status.RULED_OUT
    return Status.AVAILABLE if certain is not None else Status.NOT_KNOWN


def check_state(
    model: ConfigurationModel, selection: Selection, configurator: Configurator, budget: int | None = None
) -> None:
    valid = [one for one in valid_configurations(model) if budget is None or one.price_minor <= budget]
    state = configurator.state(selection, Limits(budget_minor=budget))
    best = least_price(model, valid, selection.answers)

    assert state.valid == (best is not None)
    assert state.proven
    whole = [one for one in valid if one.answers == {k: v for k, v in selection.answers.items() if v not in ("", {})}]
    assert state.complete == bool(whole)
    assert state.total_minor == (whole[0].price_minor if whole else best)
    if state.total_minor is not None:
        assert sum(line.amount_minor for line in state.lines) == state.total_minor
    for feature in model.features:
        told = state.features[feature.code]
        if feature.kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL):
            possible = [
                value
                for value in every_option(feature)
                if least_price(model, valid, {**selection.answers, feature.code: value}) is not None
            ]
            inside = [v for v in every_option(feature) if any(low <= v <= high for low, high in told.ranges)]
            assert inside == possible
            continue
        if feature.kind is FeatureKind.TEXT:
            continue
        for option in every_option(feature):
            found = told.options[str(option)]
            assert found.status is expected_status(model, valid, feature, selection.answers, option), (
                feature.code,
                option,
            )
            if found.status in (Status.AVAILABLE, Status.NOT_KNOWN) and best is not None:
                least = least_price(model, valid, with_option(feature, selection.answers, option))
                assert least is not None
                assert found.price_delta_minor == least - best
            assert (found.price_delta_minor is None) == (found.status is Status.RULED_OUT)


@SOME
@given(st.data())
def test_states_are_those_of_brute_force(data: st.DataObject) -> None:
    """Statuses, price deltas, ranges, totals and completeness are exact after any choices, possible or not."""
    model = data.draw(models())
    check_state(model, data.draw(selections(model)), data.draw(ENGINES)(model))


@SOME
@given(st.data())
def test_budget_limits_as_if_dearer_configurations_were_not_there(data: st.DataObject) -> None:
    model = data.draw(models(3))
    check_state(model, data.draw(selections(model)), data.draw(ENGINES)(model), budget=data.draw(st.integers(0, 25)))


class Possible:
    """Whether choices can be completed, by the oracle; rules and the budget can be dropped."""

    def __init__(self, model: ConfigurationModel, budget: int | None) -> None:
        self.model, self.budget = model, budget
        self._valid: dict[frozenset[str], list[Judged]] = {}

    def affordable(self) -> list[Judged]:
        """Return what is valid within the budget."""
        if frozenset() not in self._valid:
            self._valid[frozenset()] = valid_configurations(self.model)
        return [one for one in self._valid[frozenset()] if self.budget is None or one.price_minor <= self.budget]

    def __call__(self, choices: Mapping[str, Answer], without: frozenset[str] = frozenset()) -> bool:
        if without not in self._valid:
            self._valid[without] = valid_configurations(self.model, without)
        budget = None if "budget" in without else self.budget
        return any(
            keeps(self.model, one.answers, choices) and (budget is None or one.price_minor <= budget)
            for one in self._valid[without]
        )


@SOME
@given(st.data())
def test_conflicts_are_minimal_and_repairs_valid_and_fewest(data: st.DataObject) -> None:
    """Dropping any element of a conflict resolves it; each repair holds, and none changes fewer features."""
    model = data.draw(models(3))
    configurator = data.draw(ENGINES)(model)
    selection = data.draw(selections(model))
    feature = data.draw(st.sampled_from(model.features))
    rest = selection.without(feature.code) if feature.kind is not FeatureKind.OPTIONS else selection
    budget = data.draw(st.none() | st.integers(0, 40))
    limits = Limits(budget_minor=budget)
    possible = Possible(model, budget)
    if not possible(rest.answers):
        return
    pressed = data.draw(answers(feature))
    if isinstance(pressed, Mapping):
        pressed = next(iter(pressed))
    wanted = with_option(feature, selection.answers, pressed) if isinstance(pressed, str | int) else {}

    outcome = configurator.choose(selection, feature.code, pressed, limits)

    if possible(wanted):
        assert isinstance(outcome, Chosen)
        assert outcome.selection.answers == wanted
        return
    assert not isinstance(outcome, Chosen)
    named = {choice.feature: choice.option for choice in outcome.conflict.choices}
    blamed = {rule.id for rule in outcome.conflict.rules}
    others = (frozenset(rule.id for rule in model.rules) | {"budget"}) - blamed
    part: dict[str, Answer] = {}
    for choice in outcome.conflict.choices:
        given_answer = wanted[choice.feature]
        if isinstance(given_answer, Mapping):
            part[choice.feature] = {**dict(part.get(choice.feature, {})), choice.option: given_answer[choice.option]}  # type: ignore[arg-type]
        else:
            part[choice.feature] = given_answer
    assert feature.code in named
    assert not possible(part, others)
    for rule in blamed:
        assert possible(part, others | {rule})
    for choice in outcome.conflict.choices:
        fewer = dict(part)
        given_answer = fewer.pop(choice.feature)
        if isinstance(given_answer, Mapping) and len(given_answer) > 1:
            fewer[choice.feature] = {code: n for code, n in given_answer.items() if code != choice.option}
        assert possible(fewer, others)
    check_repairs(possible, configurator, selection, feature, wanted, outcome.repairs, limits)


def check_repairs(
    possible: Possible,
    configurator: Configurator,
    selection: Selection,
    feature: Feature,
    wanted: Mapping[str, Answer],
    repairs: tuple[Repair, ...],
    limits: Limits,
) -> None:
    kept = {code: given for code, given in wanted.items() if code != feature.code}
    fewest = None
    for mask in range(1 << len(kept)):
        dropped = [code for position, code in enumerate(kept) if mask >> position & 1]
        left = {code: given for code, given in wanted.items() if code not in dropped}
        if (fewest is None or len(dropped) < fewest) and possible(left):
            fewest = len(dropped)
    if fewest is None:
        for repair in repairs:  # only by giving up other pieces of the pressed feature itself
            assert feature.kind is FeatureKind.OPTIONS
            assert possible(repair.selection.answers)
        return
    assert repairs
    changed = [sum(1 for change in repair.changes if change.before is not None) for repair in repairs]
    assert changed[0] == fewest
    assert changed == sorted(changed)
    assert len({repr(repair.changes) for repair in repairs}) == len(repairs)
    for repair in repairs:
        assert repair.pressed_feature == feature.code
        assert all(change.feature != feature.code for change in repair.changes)
        assert possible(repair.selection.answers)
        assert repair.selection.answers[feature.code] == wanted[feature.code]
        now = least_price(possible.model, possible.affordable(), repair.selection.answers)
        was = least_price(possible.model, possible.affordable(), selection.answers)
        if now is not None and was is not None:
            assert repair.price_delta_minor == now - was
        was_complete = configurator.state(selection, limits).complete
        texts = any(f.kind is FeatureKind.TEXT for f in possible.model.features)
        if was_complete and not texts:
            assert configurator.state(repair.selection, limits).complete


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
