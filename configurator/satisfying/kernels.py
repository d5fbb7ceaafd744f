"""The inner loop over all clauses and sums after each solution. Compiled by numba; ``Changing`` has the same in numpy."""

import numpy as np

from configurator.planning.kernels import COMPILED, compiled

__all__ = ["COMPILED", "held", "mixed"]


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


@compiled
def _group(groups, domain):  # type: ignore[no-untyped-def]
    while groups[domain] != domain:
        groups[domain] = groups[groups[domain]]
        domain = groups[domain]
    return domain


@compiled
def mixed(  # type: ignore[no-untyped-def]
    has, kept, latest, count, left, wanted, refused, picked, domain_of, places, signs, starts,
    begins, entries, amounts, frees, least, most, most_tries,
):  # fmt: skip
    """Return what a solution can take over from others, domain by domain.

    Two solutions differ in some domains. A clause that some literal makes true in both holds whatever is taken over; the
    differing domains of any other clause go together. Groups that go together may be taken over one by one.

    Args:
        has: The classes of the solution.
        kept: The classes of the others, a row each, going round.
        latest: The row of the latest.
        count: How many there are.
        left: Classes for whose sake the others are looked at.
        wanted: Classes that are proven where it is seen that they can be.
        refused: Classes that may not be had.
        picked: Domains whose own pick is lifted for their own classes.
        domain_of: The domain of each class.
        places: Of all clauses' literals, the class.
        signs: Whether the literal is true when the class is had.
        starts: Where each clause begins, and where the last one ends.
        begins: Where the entries of each sum begin, and where the last one's end.
        entries: The class of each entry.
        amounts: What it adds.
        frees: Whether it makes its sum say nothing.
        least: The lower bound of each sum.
        most: The upper bound of each sum.
        most_tries: How many of the others with a class are looked at for it.

    Returns:
        The classes proven, and the solution with all groups that could be taken over, for each of the others that helped.
    """
    classes = len(has)
    domains = len(picked)
    proven = np.zeros(classes, dtype=np.bool_)
    solutions = np.empty((8, classes), dtype=np.bool_)
    found = 0
    open_ones, welcome = np.flatnonzero(left), np.flatnonzero(wanted)
    groups = np.empty(domains, dtype=np.int64)
    differs = np.empty(domains, dtype=np.bool_)
    lacks = np.empty(domains, dtype=np.int64)
    tries = np.zeros(len(open_ones), dtype=np.int64)
    for back in range(count):
        other = kept[(latest - back) % len(kept)]
        helps = False
        for at in range(len(open_ones)):
            if other[open_ones[at]] and not proven[open_ones[at]] and tries[at] < most_tries:
                helps = True
                tries[at] += 1
        if not helps:
            continue
        for domain in range(domains):
            groups[domain] = domain
            differs[domain] = False
            lacks[domain] = 0
        for place in range(classes):
            if has[place] != other[place]:
                differs[domain_of[place]] = True
        for clause in range(len(starts) - 1):
            held = False
            for at in range(starts[clause], starts[clause + 1]):
                if has[places[at]] == signs[at] and other[places[at]] == signs[at]:
                    held = True
                    break
            if held:
                continue
            first = -1
            for at in range(starts[clause], starts[clause + 1]):
                domain = domain_of[places[at]]
                if differs[domain]:
                    if first < 0:
                        first = _group(groups, domain)
                    else:
                        groups[_group(groups, domain)] = first
        for rule in range(len(least)):
            low, high, bound, last = 0, 0, True, -1
            own, others = 0, 0
            for at in range(begins[rule], begins[rule + 1]):
                mine, theirs = has[entries[at]], other[entries[at]]
                if (mine or theirs) and frees[at]:
                    bound = False
                if domain_of[entries[at]] != last:
                    low, high = low + min(own, others), high + max(own, others)
                    own, others, last = 0, 0, domain_of[entries[at]]
                if mine:
                    own = amounts[at]
                if theirs:
                    others = amounts[at]
            low, high = low + min(own, others), high + max(own, others)
            if bound and least[rule] <= low and high <= most[rule]:
                continue
            first = -1
            for at in range(begins[rule], begins[rule + 1]):
                domain = domain_of[entries[at]]
                if differs[domain]:
                    if first < 0:
                        first = _group(groups, domain)
                    else:
                        groups[_group(groups, domain)] = first
        for place in range(classes):
            if other[place] and not has[place] and refused[place]:
                domain = domain_of[place]
                lacks[_group(groups, domain)] += 1 if picked[domain] else 2
        new = False
        for at in range(len(welcome)):
            place = welcome[at]
            if proven[place] or not other[place] or has[place]:
                continue
            domain = domain_of[place]
            missing = lacks[_group(groups, domain)]
            if missing == 0 or (missing == 1 and refused[place] and picked[domain]):
                proven[place] = True
                new = new or missing == 0
        if new:
            if found == len(solutions):
                more = np.empty((2 * found, classes), dtype=np.bool_)
                more[:found] = solutions
                solutions = more
            for place in range(classes):
                domain = domain_of[place]
                takes = differs[domain] and lacks[_group(groups, domain)] == 0
                solutions[found, place] = other[place] if takes else has[place]
            found += 1
    return proven, solutions[:found]
