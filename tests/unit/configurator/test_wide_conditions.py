"""Conditions over many yes / no features: taken apart they say what their clauses say."""

from unittest.mock import patch

import numpy as np
import pytest
from pysat.solvers import Solver

from configurator.compiling import rules
from configurator.compiling.compile import compile_model
from configurator.compiling.grids import merged
from configurator.engine import NO_WAY
from configurator.satisfying.engine import build_sat_engine
from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.uvl.importing import catalog_of
from modules_catalog.uvl.reading import feature_model_of

PAIRS = 15
WIDE = " | ".join(f"(Shared{number % 3} & Own{number})" for number in range(PAIRS))


@pytest.mark.parametrize("cells", [rules.WIDE_CELLS, 8])
def test_a_disjunction_of_fifteen_pairs_is_exact(cells: int) -> None:
    """A constraint that is no table, and whose clauses would be 32,768: each answer after random choices, against the pairs."""
    names = [*(f"Shared{number}" for number in range(3)), *(f"Own{number}" for number in range(PAIRS)), "Any"]
    text = "\n\t\t\t".join(["features\n\tRoot\n\t\toptional", *names]) + f"\nconstraints\n\tAny => {WIDE}\n"
    catalog = catalog_of(feature_model_of(text))
    files = {f"model/{name}": content.encode() for name, content in catalog.files.items()}
    with patch.object(rules, "WIDE_CELLS", cells):
        problem = compile_model(read_catalog(CatalogFiles("model", files)).model).problem
    engine = build_sat_engine(problem)
    number = {name: at for at, name in enumerate(names, start=1)}
    pairs = {at: 100 + at for at in range(PAIRS)}
    clauses = [[-number["Any"], *pairs.values()]]
    for at, pair in pairs.items():
        clauses += [[-pair, number[f"Shared{at % 3}"]], [-pair, number[f"Own{at}"]]]
    rng = np.random.default_rng(3)
    with Solver(name="minisat22", bootstrap_with=clauses) as judge:
        for _ in range(40):
            picked = {str(name): int(rng.integers(2)) for name in rng.choice(names, rng.integers(0, 15), replace=False)}
            signs = {name: number[name] * (1 if row else -1) for name, row in picked.items()}
            if not judge.solve(list(signs.values())):
                continue
            told = engine.answers({problem.index[name]: {_row(row): 1} for name, row in picked.items()})
            for name in names:
                for row in (0, 1):
                    own = number[name] * (1 if row else -1)
                    possible = judge.solve([*(sign for other, sign in signs.items() if other != name), own])
                    assert bool(told.with_row[problem.index[name]][_row(row)] < NO_WAY) == possible


def _row(yes: int) -> int:
    """Yes stands first among the answers."""
    return 0 if yes else 1


def test_joined_slices_keep_the_order_of_their_bytes() -> None:
    """C-3: equal slices get one id; ids follow the slices' bits, so that the same table has the same ids everywhere."""
    table = np.array([[True, False], [False, True], [True, False], [False, False]])

    ids, (joined,) = merged((np.arange(4), np.arange(2)), (table,))

    assert [part.tolist() for part in ids] == [[2, 1, 2, 0], [0, 1]]
    assert joined.tolist() == [[False, False], [False, True], [True, False]]
