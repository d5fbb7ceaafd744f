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
from configurator.errors import NoCompletion
from configurator.model import Goal, Limits, Selection, Status
from configurator.planning.engine import build_plan_engine
from configurator.planning.limits import PlanBudget
from modules_catalog.model import ConfigurationModel, FeatureKind
from tests.oracles.catalog import keeps, least_price, valid_configurations
from tests.oracles.problem import Oracle
from tests.oracles.random_problems import random_picks, random_problem
from tests.strategies import models, rules, selections

SOME = settings(max_examples=max(1, settings().max_examples // 4))
"""Each example writes down every configuration of a catalog: a quarter of the profile's examples."""


def with_cp_sat(model: ConfigurationModel) -> Configurator:
    compiled = compile_model(model)
    return Configurator(model, engine=CpSatEngine(compiled.problem), compiled=compiled)


def with_plan(model: ConfigurationModel) -> Configurator:
    compiled = compile_model(model)
    budget = PlanBudget(restarts=2, climbs=3, rehearsals=2)
    return Configurator(model, engine=build_plan_engine(compiled.problem, budget=budget), compiled=compiled)


def without_texts(model: ConfigurationModel) -> bool:
    return all(feature.kind is not FeatureKind.TEXT for feature in model.features)


@SOME
@given(st.data())
def test_cheapest_is_complete_and_costs_the_least(data: st.DataObject) -> None:
    model = data.draw(models())
    assume(without_texts(model))
    selection = data.draw(selections(model))
    configurator = with_cp_sat(model)
    least = least_price(model, valid_configurations(model), selection.answers)
    if least is None:
        with pytest.raises(NoCompletion):
            configurator.complete(selection)
        return

    found = configurator.complete(selection)

    state = configurator.state(found)
    assert state.complete
    assert state.total_minor == least
    assert keeps(model, found.answers, selection.answers)
    assert list(found.answers)[: len(selection.answers)] == list(selection.answers)


@SOME
@given(st.data())
def test_closest_changes_the_fewest_features(data: st.DataObject) -> None:
    """Nothing valid that keeps the choices differs in fewer features from what was asked for."""
    model = data.draw(models(3))
    assume(without_texts(model))
    wanted = data.draw(selections(model))
    valid = valid_configurations(model)
    assume(valid)

    found = with_cp_sat(model).complete(Selection(), Goal.CLOSEST, to=wanted)

    def differing(answers: Mapping[str, object]) -> int:
        return sum(
            not keeps(model, answers, {feature.code: wanted.answers[feature.code]})
            if feature.code in wanted.answers
            else feature.code in answers and can_be_open(feature.code)
            for feature in model.features
        )

    def can_be_open(code: str) -> bool:
        feature = model.feature(code)
        optional = feature.shown_when is not None or not (feature.required or feature.kind is FeatureKind.BOOLEAN)
        return optional and feature.kind is not FeatureKind.OPTIONS

    assert any(one.answers == found.answers for one in valid)
    assert differing(found.answers) == min(differing(one.answers) for one in valid)


@SOME
@given(st.data())
def test_one_more_rule_never_makes_an_option_possible(data: st.DataObject) -> None:
    model = data.draw(models(3))
    more = replace(model, rules=(*model.rules, replace(data.draw(rules(model.features, 9)), id="r9")))
    selection = data.draw(selections(model))

    before = with_cp_sat(model).state(selection)
    after = with_cp_sat(more).state(selection)

    for code, feature in before.features.items():
        for option, told in feature.options.items():
            if told.status is Status.RULED_OUT:
                assert after.features[code].options[option].status is Status.RULED_OUT
    if before.total_minor is not None and after.total_minor is not None:
        assert after.total_minor >= before.total_minor


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


@SOME
@given(st.data())
def test_closest_gives_up_the_least_weight(data: st.DataObject) -> None:
    """C-15: nothing valid that keeps the choices gives up less of what was asked for, by the weights; of these the cheapest."""
    model = data.draw(models(3))
    assume(without_texts(model))
    wanted = data.draw(selections(model))
    valid = valid_configurations(model)
    assume(valid)
    weights = {feature.code: data.draw(st.integers(1, 9)) for feature in model.features}

    def lost(answers: Mapping[str, object]) -> int:
        return sum(
            weights[feature.code]
            for feature in model.features
            if (
                not keeps(model, answers, {feature.code: wanted.answers[feature.code]})
                if feature.code in wanted.answers
                else feature.code in answers and can_be_open(model, feature.code)
            )
        )

    for make in (with_cp_sat, with_plan):
        found = make(model).complete(Selection(), Goal.CLOSEST, to=wanted, weights=weights)

        assert any(one.answers == found.answers for one in valid)
        assert lost(found.answers) == min(lost(one.answers) for one in valid)


def can_be_open(model: ConfigurationModel, code: str) -> bool:
    feature = model.feature(code)
    optional = feature.shown_when is not None or not (feature.required or feature.kind is FeatureKind.BOOLEAN)
    return optional and feature.kind is not FeatureKind.OPTIONS


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
