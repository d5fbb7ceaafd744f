from itertools import product

import numpy as np
import pytest

from modules_catalog.sizing.compiled import compile_table
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import ComponentTable, Measures, Sex
from modules_catalog.sizing.sweep import best_combination
from modules_catalog.sizing.trims import finished, side_seam_step_mm, trims_towards, untrimmed
from production.stocking import coverage
from production.stocking.choosing import components_of
from production.stocking.coverage import covered_permille, covers, pair_counts
from production.stocking.greedy import empty_draft, greedy_cover
from production.stocking.model import Population, StockSettings, Wearer
from production.stocking.pieces import dice
from production.stocking.population import population_of

TOLERANCES = (13, 13, 7, 7, 7)


@pytest.fixture
def wearers() -> list[Wearer]:
    """Eighty people of both sexes around a common size."""
    rng = np.random.default_rng(11)
    return [
        Wearer(
            sex,
            Measures(*(int(v) for v in rng.normal((900, 1060, 650, inseam, 550), (60, 50, 35, 30, 30)))),
        )
        for sex, inseam in ((Sex.FEMALE, 745), (Sex.MALE, 805))
        for _ in range(40)
    ]


@pytest.fixture
def population(wearers: list[Wearer]) -> Population:
    return population_of(wearers)


SETTINGS = StockSettings(components=24, yoke_heights_mm=(40, 65), length_classes=(1, 2), copies=0)


def test_a_greedy_draft_counts_what_it_covers(population: Population) -> None:
    """F-23: the counts kept while filling are those counted afresh, and every place is filled."""
    draft = empty_draft(population, SETTINGS)
    counts = greedy_cover(draft, population, dice(1))

    assert counts.tolist() == pair_counts(draft, population).tolist()
    assert len(draft.fronts) + len(draft.backs) + len(draft.yokes) == 24
    assert draft.fronts[:, 4].min() >= 0
    assert draft.backs[:, 4].min() >= 0
    assert covered_permille(counts) >= 600


def test_coverage_says_yes_where_a_fit_is_planned(wearers: list[Wearer], population: Population) -> None:
    """F-21: choosing the stock and fitting a person share one idea of a fit."""
    draft = empty_draft(population, SETTINGS)
    counts = greedy_cover(draft, population, dice(1))
    table = ComponentTable(FitBlock.STRAIGHT, ClothFamily.RIGID, components_of(draft))

    for row, target in enumerate(population.targets):
        sex = Sex.FEMALE if row < population.bounds[1] else Sex.MALE
        compiled = compile_table(table, sex)
        wanted = Measures(*(int(v) for v in target))
        pair, yoke = best_combination(compiled, wanted)
        pieces = compiled.fronts[pair], compiled.backs[pair], compiled.yoke_components[yoke]
        whole = untrimmed(*pieces)
        left = finished(whole, trims_towards(wanted, whole, side_seam_step_mm(*pieces))).minus(wanted)
        planned = all(abs(r) <= t for r, t in zip(left, TOLERANCES, strict=True))

        assert planned == (counts[row] > 0)


@pytest.mark.parametrize("step", [-60, -50, -30, -25, 0, 25, 26, 50, 51])
def test_covers_by_enumeration_of_trims(step: int) -> None:
    """F-8, F-21: every pair of top trims tried, at the edges of tolerance."""
    yokes = np.array([[0, 40, 40]])
    inner = getattr(covers, "py_func", covers)
    for off in (-8, -7, 0, 24, 25, 32, 33, 50, 57, 58):
        target = np.array([900, 1060, 640, 750, 560])
        reachable = any(abs(step - 40 - f + b) <= 25 and abs(off - f - b) <= 7 for f, b in product(range(26), repeat=2))
        for function in (covers, inner):
            assert bool(function(900, 640, 750, 520 + off, step, target, yokes)) is reachable


def test_edges_of_what_can_be_trimmed() -> None:
    """F-8, F-9: the last millimetre that comes within tolerance, for each measure."""
    assert (coverage.WAIST_FROM, coverage.WAIST_TO) == (-26, 64)
    assert (coverage.HIP_FROM, coverage.HIP_TO) == (-13, 64)
    assert (coverage.THIGH_FROM, coverage.THIGH_TO) == (-7, 58)
    assert (coverage.INSEAM_FROM, coverage.INSEAM_TO) == (-7, 109)


def test_the_population_is_sorted_by_sex_and_hip(population: Population) -> None:
    assert population.bounds.tolist() == [0, 40, 80]
    for start, end in ((0, 40), (40, 80)):
        hips = population.targets[start:end, 1]
        assert hips.tolist() == sorted(hips.tolist())
