"""Sums as clauses: layers of what is still left of the bound. See docs/algorithms/satisfying.md, S-3.

A sum is told for one bound, ``Σ weights <= bound``; a least bound is the same with the weights turned round.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from configurator.problem import IntArray
from configurator.satisfying.errors import NotEncodable

MOST_NODES = 30_000
PAIRWISE = 6

Clause = tuple[int, ...]
HOLDS, FAILS = 0, -1


@dataclass(frozen=True, slots=True)
class Part:
    """What one domain adds: for each amount, ascending from 0, the literals of the classes that add it."""

    amounts: tuple[int, ...]
    literals: tuple[tuple[int, ...], ...]

    @property
    def most(self) -> int:
        """The largest amount."""
        return self.amounts[-1]


def parts_of(weights: Sequence[IntArray], literals: Sequence[IntArray]) -> tuple[list[Part], int]:
    """Return the parts of a sum over classes, largest first, and what all together add at least."""
    parts = []
    least = 0
    for own, named in zip(weights, literals, strict=True):
        low = int(own.min())
        least += low
        amounts = tuple(int(amount) - low for amount in np.unique(own))
        if len(amounts) > 1:
            groups = tuple(tuple(int(one) for one in named[own == amount + low]) for amount in amounts)
            parts.append(Part(amounts, groups))
    return sorted(parts, key=lambda part: -part.most), least


def at_most(parts: Sequence[Part], bound: int, new: Callable[[], int], rule: str) -> tuple[list[Clause], list[Clause]]:
    """Return clauses that say ``Σ parts <= bound``, and definitions they need.

    The definitions say nothing by themselves, so a rule can be switched off by its clauses alone.

    Args:
        parts: What the domains add.
        bound: What they may add at most.
        new: Gives a variable nobody uses.
        rule: For the error.

    Raises:
        NotEncodable: Too many different totals.
    """
    if bound < 0:
        return [()], []
    whole = sum(part.most for part in parts)
    if whole <= bound:
        return [], []
    if all(whole - (part.most - part.amounts[-2]) <= bound for part in parts):
        return [tuple(one for part in parts for group in part.literals[:-1] for one in group)], []
    heavy = [group for part in parts for amount, group in zip(part.amounts, part.literals, strict=True) if amount]
    steps = sorted(amount for part in parts for amount in part.amounts[1:])
    singles = all(len(part.amounts) == 2 for part in parts)
    if singles and steps[-1] <= bound < steps[0] + steps[1] and len(parts) <= PAIRWISE:
        return [(-a, -b) for one, other in combinations(heavy, 2) for a in one for b in other], []
    return _layered(parts, bound, new, rule)


def _layered(parts: Sequence[Part], bound: int, new: Callable[[], int], rule: str) -> tuple[list[Clause], list[Clause]]:
    """Return the clauses of a layered diagram: a node is what may still be added, equal nodes are one."""
    rest = [0]
    for part in reversed(parts):
        rest.append(rest[-1] + part.most)
    rest.reverse()  # rest[layer]: the most that layer and all after it add
    layers: list[dict[int, int]] = [{bound: 0}]
    for layer, part in enumerate(parts[:-1]):
        room = {left - amount for left in layers[-1] for amount in part.amounts}
        room = {left for left in room if 0 <= left < rest[layer + 1]}
        layers.append(dict.fromkeys(sorted(room), 0))
        if sum(len(one) for one in layers) > MOST_NODES:
            raise NotEncodable(what="totals of a sum", rule=rule, size=len(room))
    definitions: list[Clause] = []
    below: dict[int, int] = {}
    for layer in range(len(parts) - 1, -1, -1):
        part = parts[layer]
        same: dict[tuple[int, ...], int] = {}
        for left in layers[layer]:
            children = tuple(_child(left - amount, rest[layer + 1], below) for amount in part.amounts)
            layers[layer][left] = same.get(children) or same.setdefault(
                children, _node(part, children, new, definitions)
            )
        below = layers[layer]
    top = layers[0][bound]
    return ([(top,)] if top > 0 else [()] if top == FAILS else []), definitions


def _child(left: int, rest: int, below: dict[int, int]) -> int:
    if left < 0:
        return FAILS
    return HOLDS if left >= rest else below[left]


def _node(part: Part, children: tuple[int, ...], new: Callable[[], int], definitions: list[Clause]) -> int:
    """Return the variable of a node; it implies its child of each amount, and the least amount's in any case."""
    if len(set(children)) == 1:
        return children[0]
    node = new()
    if children[0] != HOLDS:
        definitions.append((-node,) if children[0] == FAILS else (-node, children[0]))
    for child, group in zip(children[1:], part.literals[1:], strict=True):
        if child == HOLDS or child == children[0]:
            continue
        tail = () if child == FAILS else (child,)
        definitions += [(-node, -literal, *tail) for literal in group]
    return node
