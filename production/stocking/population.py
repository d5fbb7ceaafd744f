"""The smoothed bootstrap: a population broad enough not to be learned by heart (F-20).

Each person counts once as measured and again as jittered copies. The jitter follows the covariance of the
person's sex; copies are drawn towards the mean so that the spread of the population stays what it was.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from modules_catalog.sizing.model import Sex
from production.stocking.model import Integers, Population, Wearer

SEXES = (Sex.FEMALE, Sex.MALE)


def population_of(wearers: Sequence[Wearer]) -> Population:
    """Return people as they were measured."""
    return arranged([targets_of(wearers, sex) for sex in SEXES])


def smoothed_population(wearers: Sequence[Wearer], *, copies: int, smoothing_percent: int, seed: int) -> Population:
    """Return people with jittered copies.

    Args:
        wearers: The measured people; at least six of each sex that is there at all.
        copies: Copies of each person, >= 0.
        smoothing_percent: Standard deviation of the jitter against that of the population.
        seed: Fixes the jitter.
    """
    rng = np.random.default_rng(seed)
    by_sex = []
    for sex in SEXES:
        measured = targets_of(wearers, sex)
        if len(measured) and copies:
            measured = np.concatenate([measured, jittered(measured, copies, smoothing_percent / 100, rng)])
        by_sex.append(measured)
    return arranged(by_sex)


def jittered(measured: Integers, copies: int, smoothing: float, rng: np.random.Generator) -> Integers:
    """Return ``copies`` jittered copies of every row, rounded to whole millimetres."""
    values = measured.astype(np.float64)
    mean = values.mean(axis=0)
    root = np.linalg.cholesky(np.cov(values.T) + np.eye(values.shape[1]) * 1e-6)
    again = np.repeat(values - mean, copies, axis=0)
    noise = rng.standard_normal(again.shape) @ root.T
    shrunk = (again + smoothing * noise) / sqrt(1 + smoothing**2)
    copies_of_all: Integers = np.rint(mean + shrunk).astype(np.int64)
    return copies_of_all


def targets_of(wearers: Sequence[Wearer], sex: Sex) -> Integers:
    """Return the targets of one sex, one row a person."""
    return np.array([tuple(w.target) for w in wearers if w.sex is sex], dtype=np.int64).reshape(-1, 5)


def arranged(by_sex: Sequence[Integers]) -> Population:
    """Return a population sorted by hip within each sex."""
    ordered = [targets[np.argsort(targets[:, 1], kind="stable")] for targets in by_sex]
    bounds = np.cumsum([0, *(len(targets) for targets in ordered)])
    return Population(np.ascontiguousarray(np.concatenate(ordered)), bounds.astype(np.int64))
