"""A compiled plan: the merge tree and its tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from configurator.planning.frame import Frame
from configurator.planning.leaf_states import LeafTables
from configurator.planning.limits import PlanBudget
from configurator.planning.messages import Merger, MergeSpec, Tables

Tree = tuple[tuple[int, int], ...]
"""Merges of nodes: 0 … k-1 are the component's leaves, k + i is the i-th merge; the last one is the root."""


@dataclass(frozen=True, slots=True)
class Step:
    """One merge of the tree: upwards, and the two downwards (``None`` below the root, where the sibling is all there is)."""

    left: int
    right: int
    up: MergeSpec
    down_left: MergeSpec | None
    down_right: MergeSpec | None


@dataclass(frozen=True, slots=True)
class Component:
    """Leaves tied together by rules.

    ``order[i]`` puts the columns of what comes down to leaf ``i`` into the leaf's own order. Of choose-many leaves the
    message itself is put in order, where it has to be (``ordered[i]``); of others the bit sets are once.
    """

    leaves: tuple[int, ...]
    steps: tuple[Step, ...]
    order: tuple[tuple[int, ...], ...]
    ordered: tuple[bool, ...]

    @property
    def root(self) -> int:
        """The node of everything."""
        return len(self.leaves) + len(self.steps) - 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a click needs besides the leaves."""

    components: tuple[Component, ...]
    leaf_tables: tuple[LeafTables, ...]
    merger: Merger


def components_of(frame: Frame) -> list[tuple[int, ...]]:
    """Return the sets of leaves that rules tie together, each ascending."""
    group = list(range(len(frame.leaves)))

    def root(leaf: int) -> int:
        while group[leaf] != leaf:
            group[leaf] = group[group[leaf]]
            leaf = group[leaf]
        return leaf

    for algebra in frame.algebras:
        inside = [leaf for leaf in range(len(frame.leaves)) if algebra.scope >> leaf & 1]
        for leaf in inside[1:]:
            group[root(leaf)] = root(inside[0])
    found: dict[int, list[int]] = {}
    for leaf in range(len(frame.leaves)):
        found.setdefault(root(leaf), []).append(leaf)
    return [tuple(leaves) for leaves in found.values()]


def leaf_tables(frame: Frame, tables: Tables, leaf: int) -> LeafTables:
    """Return what one leaf needs of its rules."""
    bit = 1 << leaf
    rules = frame.leaves[leaf].columns
    accepts, totals = [], []
    for rule in rules:
        algebra = frame.algebras[rule]
        rest = algebra.scope & ~bit
        accepts.append(algebra.closed(rest, bit).astype(np.uint8))
        totals.append(algebra.totals(rest) if hasattr(algebra, "totals") else None)
    return LeafTables(tables.columns(rules, bit), tuple(accepts), tuple(totals))


def component_of(frame: Frame, tables: Tables, leaves: tuple[int, ...], tree: Tree) -> Component:
    """Return the merges of a tree with all their tables."""
    count = len(leaves)
    masks = [1 << leaf for leaf in leaves]
    rules: list[tuple[int, ...]] = [frame.leaves[leaf].columns for leaf in leaves]
    ups = []
    for left, right in tree:
        spec = tables.spec(masks[left], rules[left], masks[right], rules[right])
        ups.append(spec)
        masks.append(masks[left] | masks[right])
        rules.append(spec.rules)
    whole = masks[-1]
    down_rules: dict[int, tuple[int, ...]] = {}
    steps: list[Step] = []
    for number in reversed(range(len(tree))):
        left, right = tree[number]
        node = count + number
        if number == len(tree) - 1:
            down_rules[left], down_rules[right] = rules[right], rules[left]
            steps.append(Step(left, right, ups[number], None, None))
            continue
        outside = whole & ~masks[node]
        to_left = tables.spec(outside, down_rules[node], masks[right], rules[right])
        to_right = tables.spec(outside, down_rules[node], masks[left], rules[left])
        down_rules[left], down_rules[right] = to_left.rules, to_right.rules
        steps.append(Step(left, right, ups[number], to_left, to_right))
    order = tuple(
        tuple(down_rules[at].index(rule) for rule in frame.leaves[leaf].columns) if tree else ()
        for at, leaf in enumerate(leaves)
    )
    ordered = tuple(
        frame.leaves[leaf].pieces is not None and order[at] != tuple(range(len(order[at])))
        for at, leaf in enumerate(leaves)
    )
    return Component(leaves, tuple(reversed(steps)), order, ordered)


def plan_of(frame: Frame, trees: Mapping[tuple[int, ...], Tree], kernels: ModuleType, budget: PlanBudget) -> Plan:
    """Return the plan of chosen trees, with the tables of just these."""
    tables = Tables(frame)
    components = tuple(component_of(frame, tables, leaves, trees[leaves]) for leaves in components_of(frame))
    own = tuple(leaf_tables(frame, tables, leaf) for leaf in range(len(frame.leaves)))
    merger = Merger(tables.bools.copy(), tables.nexts.copy(), tables.better.copy(), kernels, budget)
    return Plan(components, own, merger)
