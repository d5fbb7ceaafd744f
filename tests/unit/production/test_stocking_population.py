import numpy as np
import pytest

from modules_catalog.sizing.model import Measures, Sex
from production.stocking.model import Wearer
from production.stocking.population import population_of, smoothed_population


@pytest.fixture
def wearers() -> list[Wearer]:
    rng = np.random.default_rng(5)
    return [
        Wearer(sex, Measures(*(int(v) for v in rng.multivariate_normal((900, 1060, 650, 780, 550), COVARIANCE))))
        for sex, count in ((Sex.FEMALE, 300), (Sex.MALE, 500))
        for _ in range(count)
    ]


COVARIANCE = np.diag([2500, 2000, 900, 1600, 1200]) + 800


def test_without_copies_people_are_as_measured(wearers: list[Wearer]) -> None:
    as_measured = population_of(wearers)
    smoothed = smoothed_population(wearers, copies=0, smoothing_percent=50, seed=1)

    assert as_measured.targets.tolist() == smoothed.targets.tolist()
    assert sorted(map(tuple, as_measured.targets.tolist())) == sorted(tuple(w.target) for w in wearers)


def test_copies_keep_mean_and_spread(wearers: list[Wearer]) -> None:
    """F-20: smoothing must not make the population broader, or stock would be wasted on nobody."""
    measured = population_of(wearers)
    smoothed = smoothed_population(wearers, copies=20, smoothing_percent=50, seed=1)

    assert smoothed.bounds.tolist() == [0, 300 * 21, 800 * 21]
    for sex in (0, 1):
        before = measured.targets[measured.bounds[sex] : measured.bounds[sex + 1]]
        after = smoothed.targets[smoothed.bounds[sex] : smoothed.bounds[sex + 1]]
        assert np.abs(after.mean(axis=0) - before.mean(axis=0)).max() < 2
        assert np.abs(after.std(axis=0) / before.std(axis=0) - 1).max() < 0.03


def test_the_same_seed_gives_the_same_people(wearers: list[Wearer]) -> None:
    one, again, other = (smoothed_population(wearers, copies=2, smoothing_percent=50, seed=seed) for seed in (1, 1, 2))

    assert one.targets.tolist() == again.targets.tolist()
    assert one.targets.tolist() != other.targets.tolist()


def test_one_sex_alone_is_a_population(wearers: list[Wearer]) -> None:
    men = [w for w in wearers if w.sex is Sex.MALE]

    assert smoothed_population(men, copies=1, smoothing_percent=50, seed=1).bounds.tolist() == [0, 0, 1000]
