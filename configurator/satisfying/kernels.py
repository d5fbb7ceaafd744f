"""The inner loop over all clauses and sums after each solution. Compiled by numba; ``Changing`` has the same in numpy."""

import numpy as np

from configurator.planning.kernels import COMPILED, compiled

__all__ = ["COMPILED", "held"]


@compiled
def held(values, variables, signs, starts, has, places, amounts, frees, owners, other, entries, least, most):  # type: ignore[no-untyped-def]
    """Return for each variable whether some clause or sum needs it as it is while all others stay.

    Args:
        values: Whether each variable is true.
        variables: Of all clauses' literals, one clause after the other.
        signs: Whether the literal is the variable itself.
        starts: Where each clause begins, and where the last one ends.
        has: The classes of the solution.
        places: The class of each entry of a sum.
        amounts: What an entry adds.
        frees: 1 where an entry makes its sum say nothing.
        owners: The sum of each entry.
        other: Where the other entry of a yes / no domain stands; -1 in other domains.
        entries: The variable of each entry.
        least: The lower bound of each sum.
        most: The upper bound of each sum.
    """
    found = np.zeros(len(values), dtype=np.bool_)
    for clause in range(len(starts) - 1):
        true, last = 0, 0
        for at in range(starts[clause], starts[clause + 1]):
            variable = variables[at]
            if values[variable] == signs[at]:
                true += 1
                last = variable
                if true == 2:
                    break
        if true == 1:
            found[last] = True
    totals = np.zeros(len(least), dtype=np.int64)
    freed = np.zeros(len(least), dtype=np.int64)
    for at in range(len(places)):
        if has[places[at]]:
            totals[owners[at]] += amounts[at]
            freed[owners[at]] += frees[at]
    for at in range(len(places)):
        then = other[at]
        if then < 0 or not has[places[at]]:
            continue
        owner = owners[at]
        total = totals[owner] + amounts[then] - amounts[at]
        if freed[owner] + frees[then] - frees[at] <= 0 and not least[owner] <= total <= most[owner]:
            found[entries[at]] = True
    return found
