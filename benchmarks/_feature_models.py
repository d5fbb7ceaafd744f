"""Feature models in UVL of any size, shaped like published ones: deep trees of all group kinds, many cross-tree constraints.

A constraint is kept only where every feature can still be selected, so sessions have something to choose. The clauses that
say so are written here, from the tree itself, and are a second opinion on what the models mean.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pysat.card import CardEnc, EncType
from pysat.solvers import Solver

SIZES = (400, 1_000, 2_500)
GROUPS = ("optional", "mandatory", "alternative", "or", "cardinality")
WEIGHTS = (42, 22, 18, 13, 5)
MOST_TOUCHED = 60
SMALL_GROUP = 8

Clause = list[int]


@dataclass(slots=True)
class Node:
    """A feature by its number, and the groups below it: kind, least, most, members."""

    number: int
    groups: list[tuple[str, int, int, list["Node"]]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The feature as UVL has it."""
        return f"F{self.number}"


@dataclass(frozen=True, slots=True)
class FeatureModel:
    """A tree, constraints as clauses over feature numbers, and how people would write them."""

    root: Node
    features: int
    constraints: tuple[tuple[int, ...], ...]
    written: tuple[str, ...]

    @property
    def numbers(self) -> dict[str, int]:
        """The variable of each feature."""
        return {f"F{number}": number for number in range(1, self.features + 1)}

    def text(self) -> str:
        """Return the model as UVL."""
        lines = ["features", *_written(self.root, 1), "constraints", *(f"\t{one}" for one in self.written)]
        return "\n".join(lines) + "\n"

    def clauses(self) -> list[Clause]:
        """Return clauses whose variable ``n`` is the feature ``F<n>``; larger ones are helpers."""
        return [*_tree_clauses(self.root, self.features), *(list(one) for one in self.constraints)]


def feature_model(features: int, seed: int = 2026, *, constraints_each: float = 0.9) -> FeatureModel:
    """Return a model of this many features.

    Args:
        features: How many, the root included.
        seed: Of everything drawn; the same seed gives the same model.
        constraints_each: Cross-tree constraints for each feature; published models have 0.1 to 1.2.
    """
    chance = random.Random(seed)
    root = _tree(features, chance)
    constraints = tuple(_kept(_tree_clauses(root, features), features, round(features * constraints_each), chance))
    return FeatureModel(root, features, constraints, tuple(_said(one, chance) for one in constraints))


def _tree(features: int, chance: random.Random) -> Node:
    """Return a tree that grows at random leaves, mostly young ones, so that it gets as deep as published trees."""
    root = Node(1)
    leaves = [root]
    made = 1
    while made < features:
        parent = leaves.pop(chance.randrange(max(0, len(leaves) - 40), len(leaves)))
        for _ in range(chance.choice((1, 1, 2, 3)) if parent is not root else 4):
            left = features - made
            if left <= 0:
                break
            kind = chance.choices(GROUPS, WEIGHTS)[0]
            size = 1 if left == 1 else min(left, chance.choice((2, 3, 4, 6, 9)))
            if size < 2:
                kind = "optional"
            members = [Node(made + number) for number in range(1, size + 1)]
            made += size
            parent.groups.append((kind, *_bounds(kind, size, chance), members))
            leaves += members
    return root


def _bounds(kind: str, members: int, chance: random.Random) -> tuple[int, int]:
    match kind:
        case "mandatory":
            return members, members
        case "optional":
            return 0, members
        case "alternative":
            return 1, 1
        case "or":
            return 1, members
        case _:
            low = chance.randint(0, 1)
            return low, chance.randint(max(2, low), members)


def _tree_clauses(root: Node, features: int) -> list[Clause]:
    """Return what the tree says."""
    clauses: list[Clause] = [[root.number]]
    top = features
    for node in _walk(root):
        for _, low, high, members in node.groups:
            numbers = [member.number for member in members]
            clauses += [[-number, node.number] for number in numbers]
            if len(numbers) <= SMALL_GROUP:
                clauses += [[-node.number, *some] for some in combinations(numbers, len(numbers) - low + 1) if low]
                clauses += [[-one for one in some] for some in combinations(numbers, high + 1)]
                continue
            for kind, bound in ((CardEnc.atleast, low), (CardEnc.atmost, high)):
                said = kind(lits=numbers, bound=bound, top_id=top, encoding=EncType.seqcounter)
                top = max(top, said.nv)
                clauses += [[-node.number, *clause] for clause in said.clauses]
    return clauses


def _kept(tree: list[Clause], features: int, count: int, chance: random.Random) -> Iterator[tuple[int, ...]]:
    """Yield random clauses under which every feature can still be selected."""
    top = max(abs(literal) for clause in tree for literal in clause)
    numbers = list(range(1, features + 1))
    with Solver(name="glucose4", bootstrap_with=tree) as solver:
        products = np.zeros((features, features), dtype=np.bool_)
        _draw(solver, [], set(numbers), products)
        made = 0
        while made < count:
            size = chance.choices((2, 3, 4), (70, 22, 8))[0]
            near = chance.randrange(1, features)
            pool = numbers[max(1, near - 150) : near + 150] if chance.random() < 0.7 else numbers[1:]
            clause = tuple(number * chance.choice((1, -1)) for number in chance.sample(pool, min(size, len(pool))))
            columns, selected = np.abs(clause) - 1, np.array(clause) > 0
            broken = np.flatnonzero((products[:, columns] != selected).all(axis=1))
            if len(broken) > MOST_TOUCHED:
                continue
            top += 1
            solver.add_clause([*clause, -top])
            told = _draw(solver, [top], {int(at) + 1 for at in broken}, products)
            solver.add_clause([top if told else -top])
            if told:
                made += 1
                yield clause


def _draw(solver: Any, assumed: Clause, wanted: set[int], products: NDArray[np.bool_]) -> bool:
    """Find a product with each wanted feature, each as full of them as can be; say whether all have one.

    Products are written down only where all have one: row ``n - 1`` has the feature ``n``.
    """
    found: dict[int, NDArray[np.bool_]] = {}
    while wanted:
        solver.set_phases(sorted(wanted))
        if not solver.solve(assumptions=[*assumed, min(wanted)]):
            return False
        product = np.array(solver.get_model()[: len(products)]) > 0
        covered = {number for number in wanted if product[number - 1]}
        found.update(dict.fromkeys(covered, product))
        wanted = wanted - covered
    for number, product in found.items():
        products[number - 1] = product
    return True


def _said(clause: tuple[int, ...], chance: random.Random) -> str:
    """Return a clause as people write it: an implication, an exclusion or a choice."""
    needs = [f"F{-literal}" for literal in clause if literal < 0]
    gives = [f"F{literal}" for literal in clause if literal > 0]
    if needs and gives:
        return f"{' & '.join(needs)} => {' | '.join(gives)}"
    if needs and chance.random() < 0.5:
        return f"!({' & '.join(needs)})"
    return " | ".join([*(f"!{name}" for name in needs), *gives])


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for _, _, _, members in node.groups:
        for member in members:
            yield from _walk(member)


def _written(node: Node, depth: int) -> Iterator[str]:
    yield "\t" * depth + node.name
    for kind, low, high, members in node.groups:
        yield "\t" * (depth + 1) + (f"[{low}..{high}]" if kind == "cardinality" else kind)
        for member in members:
            yield from _written(member, depth + 2)
