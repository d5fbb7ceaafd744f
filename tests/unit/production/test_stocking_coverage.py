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
from production.stocking.coverage import count_piece, covered_permille, pair_counts
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
def test_who_a_pair_covers_by_enumeration_of_trims(step: int) -> None:
    """F-8, F-21: every yoke and every pair of top trims tried, at the edges of tolerance."""
    yokes = np.array([[0, 40, 40], [25, 65, 40], [0, 110, 85]])
    front, back = np.array([450, 530, 320, 300, 0]), np.array([450, 530, 320, 300 - step, 0])
    targets = np.array([(waist, 1040, 640, 750, 640 - step - off) for waist in (860, 930) for off in range(-8, 110, 3)])
    expected = [
        any(
            -13 - 13 <= 900 - take - waist <= 51 + 13
            and any(
                abs(step - side - f + b) <= 25 and abs(600 - step + centre - f - b - rise) <= 7
                for f, b in product(range(26), repeat=2)
            )
            for take, centre, side in yokes
        )
        for waist, _, _, _, rise in targets
    ]
    columns = np.ascontiguousarray(targets.T.astype(np.int16))
    for function in (count_piece, getattr(count_piece, "py_func", count_piece)):
        counts = np.zeros(len(targets), dtype=np.int16)
        function(
            front, True, back.reshape(1, 5), np.array([0]), np.array([750]), yokes, columns,
            np.array([0, len(targets), len(targets)]), counts, 1,
        )  # fmt: skip
        assert counts.tolist() == [int(e) for e in expected]


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
