"""The satisfiability engine gives exactly what looking at every assignment gives, and what other solvers say of large models."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.solvers import Solver

from benchmarks._feature_models import FeatureModel, feature_model
from configurator.configurator import Configurator
from configurator.engine import NO_WAY, Picks
from configurator.model import CapacityCap, Exclusion, Limits, Refused, Selection, Status
from configurator.problem import Domain, Problem, ProblemRule, SumRule, TableRule
from configurator.satisfying.asked import Asked
from configurator.satisfying.changing import Changing
from configurator.satisfying.engine import SatEngine, build_sat_engine
from configurator.satisfying.errors import NotEncodable
from configurator.satisfying.formula import Formula, formula_of
from configurator.satisfying.kernels import COMPILED
from configurator.satisfying.mixing import Lacking, Mixing
from configurator.satisfying.solving import Solving
from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.uvl.importing import catalog_of
from modules_catalog.uvl.reading import feature_model_of
from tests.oracles.problem import Oracle
from tests.oracles.random_problems import random_picks, random_problem


def priceless(problem: Problem) -> Problem:
    """The problem as feature models are: one option a feature, no prices, everything known."""
    domains = tuple(
        replace(domain, cost_minor=np.zeros_like(domain.cost_minor), many=False, least=1, most=1, most_each=1)
        for domain in problem.domains
    )
    return replace(problem, domains=domains, rules=tuple(_known(rule) for rule in problem.rules))


def _known(rule: ProblemRule) -> ProblemRule:
    return replace(rule, certain=None) if isinstance(rule, TableRule) else replace(rule, unsure=None)


def late_rows(rng: np.random.Generator, problem: Problem) -> Limits:
    """Limits that take some rows away, often none."""
    if rng.random() < 0.6:
        return Limits()
    return Limits(
        unavailable={
            domain.feature: frozenset(code for code in domain.rows if code and rng.random() < 0.4)
            for domain in problem.domains
        }
    )


def asked_row(formula: Formula, place: int) -> int:
    """A row of a class, counted through all domains."""
    index = int(np.searchsorted(formula.layout.first, place, side="right")) - 1
    before = sum(len(domain.rows) for domain in formula.problem.domains[:index])
    return before + int(formula.layout.sample[place])


def same_answers(engine: SatEngine, oracle: Oracle, picks: Picks, limits: Limits) -> None:
    """Fail unless the engine's answers are those of the oracle."""
    want, got = oracle.answers(picks, limits), engine.answers(picks, limits)
    assert got.proven
    assert got.best_minor == want.best_minor
    assert [rows.tolist() for rows in got.with_row] == [rows.tolist() for rows in want.with_row]
    assert got.certain_row is got.with_row
    assert got.forced == (None,) * len(want.with_row)
    assert (got.witness is None) == (want.witness is None)
    for completion in (got.witness, engine.completion(picks, limits)):
        assert (completion is None) == (want.witness is None)
        if completion is not None:
            assert oracle.keeps(completion, limits)
            assert all(completion[place].get(row) for place, rows in picks.items() for row in rows)


def same_core(engine: SatEngine, oracle: Oracle, choices: list[tuple[int, int]], limits: Limits) -> None:
    """Fail unless there is a conflict exactly where there should be one, and dropping any one element resolves it."""

    def possible(kept: tuple[int, ...], rules: tuple[str, ...]) -> bool:
        names = {rule.rule for rule in oracle.problem.rules} | {f"material:{d.feature}" for d in oracle.problem.domains}
        picks = {choices[position][0]: {choices[position][1]: 1} for position in kept}
        return oracle.completion(picks, limits, dropped_rules=frozenset(names - set(rules))) is not None

    core = engine.core(choices, limits)
    if core is None:
        assert oracle.completion({index: {row: 1} for index, row in choices}, limits) is not None
        return
    assert not possible(core.choices, core.rules)
    assert all(possible(tuple(c for c in core.choices if c != choice), core.rules) for choice in core.choices)
    assert all(possible(core.choices, tuple(r for r in core.rules if r != rule)) for rule in core.rules)


def check_seed(seed: int, questions: int = 4) -> None:
    """Compare everything on one random problem; later questions find solutions and clauses of earlier ones."""
    rng = np.random.default_rng(seed)
    problem = priceless(random_problem(rng))
    oracle, engine = Oracle(problem), build_sat_engine(problem)
    for _ in range(questions):
        limits = late_rows(rng, problem)
        picks = random_picks(rng, problem)
        same_answers(engine, oracle, picks, limits)
        same_core(engine, oracle, [(place, row) for place, rows in picks.items() for row in rows], limits)
        dropped = frozenset(rule.rule for rule in problem.rules if rng.random() < 0.3)
        want = oracle.completion(picks, limits, dropped_rules=dropped)
        got = engine.completion(picks, limits, dropped_rules=dropped)
        assert (got is None) == (want is None)
        assert got is None or oracle.keeps(got, limits, dropped)


@pytest.mark.parametrize("seed", range(60))
def test_random_problems_are_answered_like_by_enumeration(seed: int) -> None:
    """S-1 to S-6: statuses, witnesses, conflicts and relaxed completions are exact."""
    check_seed(seed)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_problem_is_answered_like_by_enumeration(seed: int) -> None:
    """The same over all seeds."""
    check_seed(seed, questions=2)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_one_change_reaches_is_told_alike_with_and_without_numba(seed: int) -> None:
    """S-5: the compiled loop and numpy give the same, and each answer turned round is a solution."""
    rng = np.random.default_rng(seed)
    problem = priceless(random_problem(rng))
    formula, oracle = formula_of(problem), Oracle(problem)
    sums = [rule for rule in problem.rules if isinstance(rule, SumRule)]
    compiled, arrays = (Changing(formula, formula.tables, sums, by_arrays=by_arrays) for by_arrays in (False, True))
    nothing = Asked(formula, {}, Limits())
    clauses = [*formula.structure, *(clause for said in formula.rules.values() for clause in said)]
    solver = Solving(formula, clauses, 1_000)
    for _ in range(3):
        solver.prefer(formula.layout.literals[rng.random(formula.layout.classes) < 0.5])
        if not solver.holds([]):
            return
        values = solver.solution()
        has = formula.layout.classes_in(values)
        free = compiled.free(values, has)
        assert free.tolist() == arrays.free(values, has).tolist()
        for variable in np.flatnonzero(free).tolist():
            turned = values.copy()
            turned[variable] = not turned[variable]
            assert oracle.keeps(nothing.assignment(formula.layout.classes_in(turned)))


@pytest.mark.skipif(not COMPILED, reason="kept solutions are looked through by compiled code only")
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_a_solution_takes_over_from_another_keeps_every_rule(seed: int) -> None:
    """S-5: groups of differing domains go over one by one; a pick stays, but for what its own domain could take instead."""
    rng = np.random.default_rng(seed)
    problem = priceless(random_problem(rng))
    formula, oracle = formula_of(problem), Oracle(problem)
    layout = formula.layout
    mixing = Mixing(formula, [rule for rule in problem.rules if isinstance(rule, SumRule)])
    solver = Solving(formula, [*formula.structure, *(c for said in formula.rules.values() for c in said)], 1_000)
    met: list[np.ndarray] = []
    for _ in range(4):
        solver.prefer(layout.literals[rng.random(layout.classes) < 0.5])
        if not solver.holds([]):
            return
        met.append(layout.classes_in(solver.solution()))
    has, kept = met[0], np.array(met[1:])
    picks = {index: {int(layout.sample[has][index]): 1} for index in range(len(problem.domains)) if rng.random() < 0.4}
    asked = Asked(formula, picks, Limits())
    picked = np.array([index in picks for index in range(len(problem.domains))])
    refused = np.repeat(picked, np.diff(layout.first)) & ~has
    everything = np.ones(layout.classes, dtype=np.bool_)

    proven, solutions = mixing.taken_over(has, (kept, 2, 3), everything, everything & ~has, Lacking(refused, picked))

    told = oracle.answers(picks)
    values = np.concatenate(told.with_row)
    assert all(values[asked_row(formula, place)] < NO_WAY for place in np.flatnonzero(proven).tolist())
    for each in solutions:
        whole = asked.assignment(each)
        assert oracle.keeps(whole)
        assert all(whole[index] == rows for index, rows in picks.items())
    different = [place for place in np.flatnonzero(kept.any(axis=0) & ~has) if not refused[place]]
    if not picks:
        assert proven[different].all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), width=st.integers(1, 9))
def test_sums_over_many_features_are_exact(seed: int, width: int) -> None:
    """S-3: layered sums, with both bounds, negative amounts and rows that free the rule."""
    rng = np.random.default_rng(seed)
    sizes = [int(rng.integers(1, 4)) for _ in range(width)]
    domains = tuple(
        Domain(f"f{place}", tuple(f"o{row}" for row in range(size)), np.zeros(size, dtype=np.int64))
        for place, size in enumerate(sizes)
    )
    rules = []
    for number in range(2):
        amounts = tuple(rng.integers(-3 if number else 0, 6, size=size).astype(np.int64) for size in sizes)
        middle = int(sum(own.mean() for own in amounts))
        free = tuple(rng.random(size) < 0.1 for size in sizes) if rng.random() < 0.5 else None
        lower = middle + int(rng.integers(-4, 3)) if rng.random() < 0.6 else None
        upper = middle + int(rng.integers(-2, 6)) if lower is None or rng.random() < 0.5 else None
        rules.append(SumRule(f"s{number}", tuple(range(width)), amounts, lower, upper, free))
    problem = Problem(domains, tuple(rules), index={d.feature: at for at, d in enumerate(domains)})
    engine, oracle = build_sat_engine(problem), Oracle(problem)
    same_answers(engine, oracle, {}, Limits())
    same_answers(engine, oracle, random_picks(rng, problem), Limits())


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"cost_minor": np.array([0, 5])}, "prices"),
        ({"many": True, "most": 2}, "a feature with several options"),
    ],
)
def test_problems_it_does_not_take_are_refused(change: dict[str, object], what: str) -> None:
    """What clauses do not say well is left to another method, and the refusal says what it was."""
    domain = replace(Domain("f", ("a", "b"), np.zeros(2, dtype=np.int64)), **change)  # type: ignore[arg-type]
    with pytest.raises(NotEncodable) as refused:
        build_sat_engine(Problem((domain,), (), index={"f": 0}))
    assert refused.value.facts["what"] == what


def test_a_budget_below_nothing_leaves_nothing() -> None:
    """Without prices every budget is enough but a negative one."""
    problem = Problem((Domain("f", ("a", "b"), np.zeros(2, dtype=np.int64)),), (), index={"f": 0})
    engine = build_sat_engine(problem)
    assert engine.answers({}, Limits(budget_minor=0)).best_minor == 0
    beyond = engine.answers({}, Limits(budget_minor=-1))
    assert beyond.best_minor == NO_WAY
    assert beyond.with_row[0].tolist() == [NO_WAY, NO_WAY]


def test_work_centres_are_left_to_another_method() -> None:
    """A cap is not encoded: the question is refused, not guessed."""
    problem = Problem((Domain("f", ("a", "b"), np.zeros(2, dtype=np.int64)),), (), index={"f": 0})
    engine = build_sat_engine(problem)
    with pytest.raises(NotEncodable):
        engine.answers({}, Limits(caps=(CapacityCap("wash", 10, 0, {"f": (1, 2)}),)))


def test_exclusions_are_left_to_another_method() -> None:
    """What cannot be had together is not encoded: statuses, completions and conflicts are refused, not guessed."""
    problem = Problem((Domain("f", ("a", "b"), np.zeros(2, dtype=np.int64)),), (), index={"f": 0})
    engine = build_sat_engine(problem)
    limits = Limits(exclusions=(Exclusion("late:0", {"f": (0, 1)}, frozenset({(1,)})),))
    for ask in (engine.answers, engine.completion):
        with pytest.raises(NotEncodable):
            ask({0: {1: 1}}, limits)
    with pytest.raises(NotEncodable):
        engine.core([(0, 1)], limits)
    assert engine.completion({0: {1: 1}}, limits, dropped_rules=frozenset({"late:0"})) == {0: {1: 1}}


@pytest.fixture(scope="module")
def thousand() -> tuple[FeatureModel, Configurator]:
    """A generated feature model of 1,000 features, and the configurator of its import."""
    model = feature_model(1_000, seed=7)
    catalog = catalog_of(feature_model_of(model.text()))
    files = {f"model/{name}": text.encode() for name, text in catalog.files.items()}
    return model, Configurator(read_catalog(CatalogFiles("model", files)).model)


def chosen_literals(configurator: Configurator, selection: Selection) -> dict[str, int]:
    """Each choice as a literal of the second formula."""
    return {code: int(code[1:]) * (1 if answer == "yes" else -1) for code, answer in selection.answers.items()}


def test_a_thousand_features_are_answered_like_by_a_formula_of_their_own(
    thousand: tuple[FeatureModel, Configurator],
) -> None:
    """Every status of every option along two sessions, one solver call each, on clauses written from the tree."""
    model, configurator = thousand
    rng = np.random.default_rng(11)
    with Solver(name="minisat22", bootstrap_with=model.clauses()) as judge:
        for _ in range(2):
            selection = Selection()
            for _ in range(6):
                state = configurator.state(selection)
                assert (state.method, state.proven, state.valid) == ("sat", True, True)
                literals = chosen_literals(configurator, selection)
                open_codes = []
                for code, feature in state.features.items():
                    others = [literal for other, literal in literals.items() if other != code]
                    possible = {
                        answer: judge.solve(assumptions=[*others, sign * int(code[1:])])
                        for answer, sign in (("yes", 1), ("no", -1))
                    }
                    for answer, option in feature.options.items():
                        assert (option.status is Status.RULED_OUT) == (not possible[answer]), code
                        assert option.price_delta_minor == (0 if possible[answer] else None)
                    if code not in literals and all(possible.values()):
                        open_codes.append(code)
                pressed = str(rng.choice(open_codes))
                selection = selection.with_answer(pressed, str(rng.choice(["yes", "no"])))


def elements(configurator: Configurator, choices: dict[str, str]) -> list[tuple[int, int]]:
    """Choices as domains and rows."""
    rows = configurator.compiled.rows
    return [(rows[code].index, rows[code].by_code[answer]) for code, answer in choices.items()]


def test_conflicts_and_repairs_of_a_thousand_features_are_minimal(
    thousand: tuple[FeatureModel, Configurator],
) -> None:
    """Each element of a conflict is needed; a repair can be completed, and no fewer changes would do."""
    _, configurator = thousand
    rng = np.random.default_rng(5)
    selection = Selection()
    refused = 0
    while refused < 2:
        state = configurator.state(selection)
        code = str(rng.choice([one for one in state.features if one not in selection.answers]))
        answer = str(rng.choice(["yes", "no"]))
        outcome = configurator.choose(selection, code, answer)
        if not isinstance(outcome, Refused):
            selection = outcome.selection
            continue
        choices = {choice.feature: choice.option for choice in outcome.conflict.choices}
        for repair in outcome.repairs:
            assert configurator.can_be_completed(repair.selection)
            assert repair.selection.answers[code] == answer
        if outcome.repairs:
            refused += 1
            fewest = len(outcome.repairs[0].changes)
            kept = {one: given for one, given in selection.answers.items() if one != code}
            for dropped in combinations(kept, min(fewest - 1, 1)):
                left = {one: given for one, given in kept.items() if one not in dropped}
                assert not configurator.can_be_completed(Selection({**left, code: answer}))
            assert not configurator.can_be_completed(Selection(choices))
            core = configurator.engine.core(elements(configurator, choices))  # type: ignore[attr-defined]
            assert core is not None
            assert len(core.choices) == len(choices)


@pytest.mark.parametrize("seed", range(40))
def test_rules_that_are_not_needed_are_found_like_by_enumeration(seed: int) -> None:
    """S-8: a rule is implied exactly where dropping it lets nothing more in, and those named are enough for it."""
    problem = priceless(random_problem(np.random.default_rng(seed)))
    oracle, engine = Oracle(problem), build_sat_engine(problem)
    everything = {rule.rule for rule in problem.rules}
    weighed = engine.weighed()
    assert set(weighed) == everything
    for rule in sorted(everything):
        allowed = oracle.valid(Limits())
        without = oracle.valid(Limits(), dropped=frozenset({rule}))
        implied = weighed[rule]
        assert (implied is not None) == bool((allowed == without).all())
        if implied is not None:
            enough = oracle.valid(Limits(), dropped=frozenset(everything - set(implied)))
            with_it = oracle.valid(Limits(), dropped=frozenset(everything - set(implied) - {rule}))
            assert (enough == with_it).all()
