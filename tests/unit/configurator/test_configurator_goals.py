"""Goals and laws of the configurator on small random catalogs, against every configuration written down."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from configurator.compiling.compile import compile_model
from configurator.configurator import Configurator
from configurator.cpsat.engine import CpSatEngine
from configurator.model import Limits, Selection, Status
from configurator.planning.engine import build_plan_engine
from configurator.planning.limits import PlanBudget
from modules_catalog.model import ConfigurationModel, FeatureKind
from tests.oracles.catalog import valid_configurations
from tests.oracles.configuring import Possible, check_cheapest, check_closest, check_further_rule, check_neighbours
from tests.oracles.problem import Oracle
from tests.oracles.random_problems import random_picks, random_problem
from tests.strategies import limits_of, models, rules, selections

SOME = settings(max_examples=max(1, settings().max_examples // 4))
"""Each example writes down every configuration of a catalog: a quarter of the profile's examples."""


def with_cp_sat(model: ConfigurationModel) -> Configurator:
    compiled = compile_model(model)
    return Configurator(model, engine=CpSatEngine(compiled.problem), compiled=compiled)


def with_plan(model: ConfigurationModel) -> Configurator:
    compiled = compile_model(model)
    budget = PlanBudget(restarts=2, climbs=3, rehearsals=2)
    return Configurator(model, engine=build_plan_engine(compiled.problem, budget=budget), compiled=compiled)


ENGINES = st.sampled_from([with_cp_sat, with_plan])


def without_texts(model: ConfigurationModel) -> bool:
    return all(feature.kind is not FeatureKind.TEXT for feature in model.features)


@SOME
@given(st.data())
def test_cheapest_is_complete_and_costs_the_least(data: st.DataObject) -> None:
    model = data.draw(models())
    assume(without_texts(model))
    possible = Possible(model, data.draw(limits_of(model)))
    check_cheapest(possible, data.draw(selections(model)), data.draw(ENGINES)(model))


@SOME
@given(st.data())
def test_neighbours_of_a_configuration_cost_what_they_would(data: st.DataObject) -> None:
    model = data.draw(models())
    check_neighbours(Possible(model, data.draw(limits_of(model))), with_plan(model))


@SOME
@given(st.data())
def test_closest_gives_up_the_least_weight(data: st.DataObject) -> None:
    """C-15: nothing valid gives up less of what was asked for; where nothing is said each feature weighs one."""
    model = data.draw(models(3))
    assume(without_texts(model))
    possible, wanted = Possible(model, data.draw(limits_of(model))), data.draw(selections(model))
    weights = {feature.code: data.draw(st.integers(1, 9)) for feature in model.features if data.draw(st.booleans())}
    for make in (with_cp_sat, with_plan):
        check_closest(possible, wanted, weights, make(model))


@SOME
@given(st.data())
def test_one_more_rule_never_makes_an_option_possible(data: st.DataObject) -> None:
    model = data.draw(models(3))
    more = replace(model, rules=(*model.rules, replace(data.draw(rules(model.features, 9)), id="r9")))
    make = data.draw(ENGINES)
    check_further_rule(data.draw(selections(model)), make(model), make(more), data.draw(limits_of(model)))


@SOME
@given(st.data())
def test_unavailable_options_are_as_if_they_did_not_exist(data: st.DataObject) -> None:
    model = data.draw(models(3))
    feature = next((f for f in model.features if len(f.options) > 1), None)
    assume(feature is not None)
    late = feature.options[0].code
    limits = Limits(unavailable={feature.code: frozenset({late})})
    possible = [
        one
        for one in valid_configurations(model)
        if one.answers.get(feature.code) != late
        and not (isinstance(one.answers.get(feature.code), Mapping) and late in one.answers[feature.code])
    ]

    state = with_cp_sat(model).state(Selection(), limits)

    assert state.valid == bool(possible)
    assert state.total_minor == (min(one.price_minor for one in possible) if possible else None)
    assert state.features[feature.code].options[late].status is Status.RULED_OUT


@pytest.mark.parametrize("seed", range(40))
def test_cp_sat_is_as_certain_as_enumeration(seed: int) -> None:
    """`unsure` rows of sums and `certain` tables mean the same to CP-SAT, to the plan and to the oracle."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    oracle, judge = Oracle(problem), CpSatEngine(problem)
    picks = random_picks(rng, problem)

    want, got = oracle.answers(picks), judge.answers(picks)

    for place in range(len(problem.domains)):
        assert got.certain_row[place].tolist() == want.certain_row[place].tolist()
        assert got.with_row[place].tolist() == want.with_row[place].tolist()
