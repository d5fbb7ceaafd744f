"""Finding a good merge tree by running merges on the start state and counting their work."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from configurator.planning.frame import Frame
from configurator.planning.leaf_states import choice_message
from configurator.planning.limits import NoPlan, PlanBudget
from configurator.planning.messages import COMPARED_IN_MERGES, NOT_COMPARED, Merger, Message, Tables
from configurator.planning.multisets import Fronts
from configurator.planning.one_more import many_state
from configurator.planning.plan import Tree, components_of, leaf_tables

Nested = int | tuple["Nested", "Nested"]
OVERHEAD = 15_000
"""Counted for each merge besides its states: calling it."""
EXPONENTS = (0.3, 0.7, 1.0)
TEMPERATURES = (0.0, 0.3, 0.6, 1.0)


@dataclass(frozen=True, slots=True)
class Known:
    """A message of the start state, the rules of its columns and the work of making it from its parts."""

    message: Message
    rules: tuple[int, ...]
    work: int


class Trial:
    """Runs merges of start messages; what was merged once is remembered."""

    def __init__(self, frame: Frame, kernels: ModuleType, budget: PlanBudget) -> None:
        self.frame = frame
        self.budget = budget
        self.tables = Tables(frame)
        self._kernels = kernels
        self._ups: dict[int, Known | None] = {}
        self._downs: dict[tuple[int, int, int], Known | None] = {}
        self.spent = 0
        self.widest: tuple[int, tuple[int, ...]] = (0, ())

    def leaf(self, leaf: int) -> Known:
        """Return the start message of a leaf."""
        bit = 1 << leaf
        known = self._ups.get(bit)
        if known is None:
            own = self.frame.leaves[leaf]
            tables = leaf_tables(self.frame, self.tables, leaf)
            alive = np.ones(own.choices, dtype=np.bool_)
            for part in own.filters:
                alive &= part.keeps
            if own.pieces is not None:
                message = many_state(Fronts(own, tables, self._merger(), frozenset(), alive), {}).message
            else:
                message = choice_message(own, tables, self._merger(), alive, frozenset())
            known = self._ups[bit] = Known(message, own.columns, 0)
        return known

    def _merger(self) -> Merger:
        return Merger(self.tables.bools, self.tables.nexts, self.tables.better, self._kernels, self.budget)

    def _merged(self, first: int, one: Known | None, second: int, two: Known | None, cap: int) -> Known | None:
        if one is None or two is None:
            return None
        try:
            spec = self.tables.spec(first, one.rules, second, two.rules)
            message, work = self._merger().merge(spec, one.message, two.message, cap)
        except NoPlan as error:
            self.spent += 100 * OVERHEAD
            rules = error.facts.get("rules", ())
            self.widest = max(self.widest, (int(error.facts.get("size", 0)), tuple(rules)))
            return None
        self.spent += work + OVERHEAD
        return Known(message, spec.rules, work + OVERHEAD)

    def up(self, first: int, second: int) -> Known | None:
        """Return the message of two known sets of leaves together, ``None`` where it is too wide."""
        both = first | second
        if both not in self._ups:
            one, two = self._ups[first], self._ups[second]
            self._ups[both] = self._merged(first, one, second, two, COMPARED_IN_MERGES)
        return self._ups[both]

    def states(self, leaves: int) -> int:
        """Return how many states a known message has."""
        known = self._ups[leaves]
        return 0 if known is None else len(known.message.cost)

    def work(self, tree: Nested, most: int) -> int | None:
        """Return the work of a pass up and a pass down, ``None`` where it is too wide or more than ``most``."""
        total = 0

        def climb(node: Nested) -> int:
            nonlocal total
            if isinstance(node, int):
                self.leaf(node)
                return 1 << node
            first, second = climb(node[0]), climb(node[1])
            known = self.up(first, second) if first and second else None
            if known is None or total > most:
                return 0
            total += known.work
            return first | second

        whole = climb(tree)
        if not whole or total > most:
            return None

        def descend(node: Nested, mask: int, above: Known | None) -> bool:
            nonlocal total
            if isinstance(node, int):
                return True
            for child, sibling in ((node[0], node[1]), (node[1], node[0])):
                own, other = mask_of(child), mask_of(sibling)
                up = self._ups[other]
                if above is None:
                    below = up
                else:
                    cap = NOT_COMPARED if isinstance(child, int) else COMPARED_IN_MERGES
                    key = (whole & ~mask, other, cap)
                    if key not in self._downs:
                        self._downs[key] = self._merged(whole & ~mask, above, other, up, cap)
                    below = self._downs[key]
                    total += 0 if below is None else below.work
                if below is None or total > most or not descend(child, own, below):
                    return False
            return True

        return total if descend(tree, whole, None) else None


def mask_of(tree: Nested) -> int:
    """Return the leaves of a tree as a bit mask."""
    return 1 << tree if isinstance(tree, int) else mask_of(tree[0]) | mask_of(tree[1])


def greedy(
    trial: Trial, leaves: Sequence[int], exponent: float, noise: float, rng: np.random.Generator
) -> Nested | None:
    """Return a tree made by always merging the pair that looks best."""
    parts: dict[int, Nested] = {}
    for leaf in leaves:
        trial.leaf(leaf)
        parts[1 << leaf] = leaf
    scores: dict[tuple[int, int], float] = {}

    def consider(first: int, second: int) -> None:
        known = trial.up(first, second)
        if known is None:
            return
        one, two = trial.states(first) + 1, trial.states(second) + 1
        score = math.log(len(known.message.cost) + 1) - exponent / 2 * (math.log(one) + math.log(two))
        score += 0.1 * math.log(one * two)
        scores[first, second] = score - (noise * float(rng.gumbel()) if noise else 0.0)

    beside = neighbours(trial.frame, leaves)
    for first in sorted(beside):
        for second in sorted(beside[first]):
            if first < second:
                consider(first, second)
    while len(parts) > 1:
        if not scores:
            return None
        first, second = min(scores, key=lambda pair: (scores[pair], pair))
        both = first | second
        parts[both] = (parts.pop(first), parts.pop(second))
        around = (beside.pop(first) | beside.pop(second)) - {first, second}
        beside[both] = around
        for other in around:
            beside[other] = (beside[other] - {first, second}) | {both}
        scores = {pair: score for pair, score in scores.items() if not both & (pair[0] | pair[1])}
        for other in sorted(around):
            consider(min(both, other), max(both, other))
    return next(iter(parts.values()))


def neighbours(frame: Frame, leaves: Sequence[int]) -> dict[int, set[int]]:
    """Return for each leaf, as a mask, those it shares a rule with."""
    found: dict[int, set[int]] = {1 << leaf: set() for leaf in leaves}
    for scope in frame.scopes:
        inside = [1 << leaf for leaf in leaves if scope.scope >> leaf & 1]
        for one in inside:
            found[one].update(other for other in inside if other != one)
    return found


def swapped(tree: Nested, rng: np.random.Generator) -> Nested:
    """Return the tree with two disjoint subtrees exchanged."""
    places = list(_places(tree, ()))
    for _ in range(20):
        one, two = (places[int(at)] for at in rng.integers(1, len(places), size=2))
        shorter = min(len(one), len(two))
        if one[:shorter] == two[:shorter] or (one[:-1] == two[:-1]):
            continue
        first, second = _at(tree, one), _at(tree, two)
        return _with(_with(tree, one, second), two, first)
    return tree


def _places(tree: Nested, path: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    yield path
    if not isinstance(tree, int):
        yield from _places(tree[0], (*path, 0))
        yield from _places(tree[1], (*path, 1))


def _at(tree: Nested, path: tuple[int, ...]) -> Nested:
    for side in path:
        tree = tree if isinstance(tree, int) else tree[side]
    return tree


def _with(tree: Nested, path: tuple[int, ...], part: Nested) -> Nested:
    if not path or isinstance(tree, int):
        return part
    if path[0] == 0:
        return (_with(tree[0], path[1:], part), tree[1])
    return (tree[0], _with(tree[1], path[1:], part))


def flattened(tree: Nested, leaves: Sequence[int]) -> Tree:
    """Return a nested tree as a list of merges."""
    merges: list[tuple[int, int]] = []

    def visit(node: Nested) -> int:
        if isinstance(node, int):
            return leaves.index(node)
        pair = (visit(node[0]), visit(node[1]))
        merges.append(pair)
        return len(leaves) + len(merges) - 1

    visit(tree)
    return tuple(merges)


def good_trees(trial: Trial, leaves: tuple[int, ...], rng: np.random.Generator) -> list[Nested]:
    """Return the trees of least work found within the budget, the best first.

    Raises:
        NoPlan: Every tree tried has a message that is too wide.
    """
    budget = trial.budget
    found: dict[Nested, int] = {}
    start = trial.spent
    for attempt in range(budget.restarts):
        exponent = EXPONENTS[attempt % len(EXPONENTS)]
        noise = TEMPERATURES[(attempt // len(EXPONENTS)) % len(TEMPERATURES)]
        made = greedy(trial, leaves, exponent, noise, rng)
        work = None if made is None else trial.work(made, 2 * min(found.values(), default=2**61))
        if made is not None and work is not None:
            found[made] = work
        if trial.spent - start > budget.search_work or len(leaves) <= 2:
            break
    if not found:
        size, rules = trial.widest
        names = sorted({name for rule in rules for name in trial.frame.algebras[rule].rules})
        raise NoPlan(what="messages", rules=names, size=size, limit=budget.most_states)
    best = min(found, key=lambda tree: found[tree])
    tries = 0
    while len(leaves) > 3 and tries < budget.climbs and trial.spent - start < 2 * budget.search_work:
        tries += 1
        tree = swapped(best, rng)
        work = trial.work(tree, found[best])
        if work is not None and work < found[best]:
            best = tree
            found[tree] = work
    return sorted(found, key=lambda tree: found[tree])[: budget.candidates]


Trees = dict[tuple[int, ...], Tree]


def candidate_trees(frame: Frame, kernels: ModuleType, budget: PlanBudget, known: Trees | None = None) -> list[Trees]:
    """Return sets of trees, one tree a component in each; the first set has the least work in the start state.

    ``known`` trees are tried too.

    Raises:
        NoPlan: A component is too wide, or has too many leaves.
    """
    trial = Trial(frame, kernels, budget)
    rng = np.random.default_rng(budget.seed)
    found: dict[tuple[int, ...], list[Tree]] = {}
    for leaves in components_of(frame):
        if len(leaves) > budget.most_leaves:
            raise NoPlan(what="features tied together", size=len(leaves), limit=budget.most_leaves)
        trees = [] if len(leaves) == 1 else good_trees(trial, leaves, rng)
        found[leaves] = [flattened(tree, leaves) for tree in trees] or [()]
    widest = max((len(trees) for trees in found.values()), default=1)
    return [{leaves: trees[min(number, len(trees) - 1)] for leaves, trees in found.items()} for number in range(widest)]


def tree_over(leaves: tuple[int, ...], trees: Trees) -> Tree:
    """Return a tree for leaves that were several components before: their trees, joined one after the other."""
    merges: list[tuple[int, int]] = []
    whole: int | None = None
    for part, tree in sorted(trees.items(), key=lambda item: (len(item[0]), item[0])):
        if not set(part) <= set(leaves):
            continue
        places = [leaves.index(leaf) for leaf in part]
        for left, right in tree:
            merges.append((places[left], places[right]))
            places.append(len(leaves) + len(merges) - 1)
        if whole is not None:
            merges.append((whole, places[-1]))
            whole = len(leaves) + len(merges) - 1
        else:
            whole = places[-1]
    return tuple(merges)
