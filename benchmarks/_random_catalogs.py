"""Small random catalogs in blocks: text of the rules in, every kind of answer out, each held against all configurations.

A block is drawn by Hypothesis from its number alone, so a block that shows a difference can be run again by itself.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from configurator.compiling.compile import compile_model
from configurator.configurator import Configurator
from configurator.cpsat.engine import CpSatEngine
from configurator.model import Selection
from configurator.planning.engine import build_plan_engine
from configurator.planning.limits import NoPlan, PlanBudget
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Rule, RuleId
from tests.oracles.catalog import Judged
from tests.oracles.configuring import (
    Possible,
    check_cheapest,
    check_closest,
    check_further_rule,
    check_press,
    check_state,
    every_option,
    with_option,
)
from tests.strategies import limits_of, models, rules, selections

BLOCK = 50
MOST_FEATURES = 4
MOST_PRESSES = 3
MOST_WHOLE = 8
QUICK = PlanBudget(restarts=1, climbs=1, rehearsals=1)
BY_CP_SAT = 10
"""One catalog in so many is answered by CP-SAT, the judge and last resort, instead of by the plan."""

Count = Counter[str]
Press = tuple[Selection, Feature, str | int]


def compare_block(number: int, count: Count, *, catalogs: int = BLOCK) -> list[str]:
    """Compare everything on the catalogs of one block; return what differed, and count it."""
    told: list[str] = []
    quiet = settings(
        max_examples=catalogs, phases=(Phase.generate,), database=None, deadline=None,
        suppress_health_check=list(HealthCheck), derandomize=False,
    )  # fmt: skip

    @seed(number)
    @quiet
    @given(st.data())
    def each(data: st.DataObject) -> None:
        _compare(data, count, told)

    each()
    return told


def _compare(data: st.DataObject, count: Count, told: list[str]) -> None:
    possible = _drawn(data)
    model = possible.model
    selection = _chosen(data, possible)
    wanted: Selection = data.draw(selections(model))
    weights = {str(one.code): data.draw(st.integers(1, 9)) for one in model.features if data.draw(st.booleans())}
    count["catalogs"] += 1
    make = _with_cp_sat if count["catalogs"] % BY_CP_SAT == 0 else _with_plan
    configurator = make(model)

    def checked(name: str, check: Callable[[], int]) -> None:
        try:
            count[name] += check()
        except AssertionError as error:
            count["different"] += 1
            told.append(f"{name}: {_place_of(error)}")

    def pressed(press: Press) -> int:
        conflicts, repairs = check_press(possible, *press, configurator)
        count["catalog_repairs"] += repairs
        return conflicts

    checked("catalog_values", partial(check_state, possible, selection, configurator))
    for press in _presses(data, selection, possible):
        checked("catalog_conflicts", partial(pressed, press))
    if all(one.kind is not FeatureKind.TEXT for one in model.features):  # texts are the customer's to write
        checked("goals", partial(check_cheapest, possible, selection, configurator))
        checked("goals", partial(check_closest, possible, wanted, weights, configurator))
    if data.draw(st.integers(0, 2)) == 0:
        further: Rule = replace(data.draw(rules(model.features, 9)), id=RuleId("r9"))
        more = make(replace(model, rules=(*model.rules, further)))
        checked("laws", partial(check_further_rule, selection, configurator, more, possible.limits))


def _drawn(data: st.DataObject) -> Possible:
    """Return a catalog under limits; of those that leave nothing most lose rules, and then the limits, until something is left."""
    model: ConfigurationModel = data.draw(models(MOST_FEATURES))
    possible = Possible(model, data.draw(limits_of(model)))
    if data.draw(st.integers(0, 5)) == 0:
        return possible
    while not possible.valid() and possible.model.rules:
        possible = Possible(replace(possible.model, rules=possible.model.rules[:-1]), possible.limits)
    return possible if possible.valid() else Possible(model)


def _chosen(data: st.DataObject, possible: Possible) -> Selection:
    """Return some choices: half of them part of a valid configuration, the others possible or not."""
    is_part: bool = data.draw(st.booleans())
    if possible.valid() and is_part:
        whole: Judged = data.draw(st.sampled_from(possible.valid()))
        return Selection({code: answer for code, answer in whole.answers.items() if data.draw(st.integers(0, 3))})
    selection: Selection = data.draw(selections(possible.model))
    return selection


def _presses(data: st.DataObject, selection: Selection, possible: Possible) -> list[Press]:
    """Return a press that is drawn, and some after whole configurations that other choices rule out."""
    feature: Feature = data.draw(st.sampled_from(possible.model.features))
    found: list[Press] = [(selection, feature, data.draw(st.sampled_from(every_option(feature))))]
    able = [
        (one, option)
        for one in possible.model.features
        for option in every_option(one)
        if possible(with_option(one, {}, option))
    ]
    valid = possible.valid()
    clashing = [
        (Selection(whole.answers), one, option)
        for whole in valid[:: -(-len(valid) // MOST_WHOLE) or 1]
        for one, option in able
        if not possible(with_option(one, whole.answers, option))
    ]
    if clashing:
        found += data.draw(st.lists(st.sampled_from(clashing), min_size=1, max_size=MOST_PRESSES, unique_by=repr))
    return found


def _place_of(error: AssertionError) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return "" if place is None else f"{place.tb_frame.f_code.co_name}, line {place.tb_lineno}"


def _with_plan(model: ConfigurationModel) -> Configurator:
    compiled = compile_model(model)
    try:
        return Configurator(model, engine=build_plan_engine(compiled.problem, budget=QUICK), compiled=compiled)
    except NoPlan:
        return _with_cp_sat(model)


def _with_cp_sat(model: ConfigurationModel) -> Configurator:
    compiled = compile_model(model)
    return Configurator(model, engine=CpSatEngine(compiled.problem), compiled=compiled)
