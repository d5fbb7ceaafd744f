"""A problem as the plan sees it: leaves to be merged, and the arithmetic of every rule over them."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from configurator.planning.levels import Amounts, Interval, SumAlgebra
from configurator.planning.limits import NoPlan, PlanBudget
from configurator.planning.pieces import PieceColumn, TablePieces, kinds, sum_pieces
from configurator.planning.reach import reach_of, reach_of_pieces
from configurator.planning.residuals import Algebra, IdArray, RuleScope
from configurator.planning.tables import Axis, TableAlgebra, distinct, with_meets
from configurator.problem import BoolArray, Domain, IntArray, Problem, SumRule, TableRule

MOST_CAPPED_ROWS = 64


@dataclass(frozen=True, slots=True)
class Filter:
    """What one rule says of the choices of a single leaf."""

    rule: str
    keeps: BoolArray


@dataclass(frozen=True, slots=True)
class Leaf:
    """One choice to be made: the row of a domain, its pieces, or how often one row of a capped domain is taken.

    ``choices`` are rows, or for ``item`` (a row of a capped choose-many domain) how many of it.
    ``class_ids[class_of[choice]]`` are the residuals of a choice, one a column; choices of one class are
    interchangeable but for their cost. ``pieces`` holds the arithmetic of several rows at once.
    """

    domain: int
    item: int | None
    choices: int
    cost: IntArray
    columns: tuple[int, ...]
    class_of: IntArray
    class_ids: IdArray
    filters: tuple[Filter, ...]
    pieces: tuple[PieceColumn, ...] | None
    counts: tuple[int, ...] = (1,)  # how many pieces there may be

    @property
    def classes(self) -> int:
        """How many kinds of choices there are."""
        return len(self.class_ids)


@dataclass(frozen=True, slots=True)
class Frame:
    """All leaves and rules of a problem. ``impossible`` names rules that no answer at all can keep.

    ``algebras`` are needed for making tables only; a plan read back has none.
    """

    leaves: tuple[Leaf, ...]
    scopes: tuple[RuleScope, ...]
    algebras: tuple[Algebra, ...]
    impossible: frozenset[str] = frozenset()


def certain_problem(problem: Problem) -> Problem | None:
    """Return the problem where nothing may be *not known*, or ``None`` where nothing can be."""
    rules: list[TableRule | SumRule] = []
    changed = False
    for rule in problem.rules:
        if isinstance(rule, TableRule):
            changed = changed or rule.certain is not None
            rules.append(rule if rule.certain is None else replace(rule, allowed=rule.certain, certain=None))
            continue
        unsure = rule.unsure
        rules.append(replace(rule, unsure=None))
        if unsure is None or not any(rows.any() for rows in unsure):
            continue
        changed = True
        for place, rows in zip(rule.scope, unsure, strict=True):
            if rows.any():
                keeps = np.array([True, False])
                rules.append(TableRule(rule.rule, (place,), (rows.astype(np.int64),), keeps))
    return replace(problem, rules=tuple(rules)) if changed else None


def allowed_counts(domain: Domain) -> tuple[int, ...]:
    """Return how many pieces a domain may have."""
    if not domain.many:
        return (1,)
    return ((0,) if domain.may_be_empty else ()) + tuple(range(max(domain.least, 1), domain.most + 1))


class FrameBuilder:
    """Turns domains into leaves and rules into arithmetic over them."""

    def __init__(self, problem: Problem, budget: PlanBudget) -> None:
        self._problem = problem
        self._budget = budget
        self._leaves_of: list[tuple[int, ...]] = []
        self._items: list[tuple[int, int | None]] = []
        self._algebras: list[Algebra] = []
        self._ids: list[dict[int, IdArray]] = []  # per algebra: leaf → choice → residual
        self._pieces: list[dict[int, PieceColumn]] = []  # per leaf: rule number → arithmetic of pieces
        self._filters: list[list[Filter]] = []
        self._impossible: set[str] = set()
        for place, domain in enumerate(problem.domains):
            self._add_domain(place, domain)
        for rule in problem.rules:
            if isinstance(rule, TableRule):
                self.add_table(rule)
            else:
                self.add_sum(rule)
        self._count_rules()

    def extended(self, rules: Iterable[SumRule | TableRule]) -> "FrameBuilder":
        """Return a builder with further rules; what was worked out for the other rules is shared."""
        other = copy(self)
        other._algebras = list(self._algebras)
        other._ids = list(self._ids)
        other._pieces = [dict(pieces) for pieces in self._pieces]
        other._filters = [list(filters) for filters in self._filters]
        other._impossible = set(self._impossible)
        for rule in rules:
            if isinstance(rule, TableRule):
                other.add_table(rule)
            else:
                other.add_sum(rule)
        return other

    def _capped(self, domain: Domain) -> bool:
        return domain.many and domain.most_each < domain.most

    def _add_domain(self, place: int, domain: Domain) -> None:
        rows: Sequence[int | None] = range(len(domain.rows)) if self._capped(domain) else (None,)
        if len(rows) > MOST_CAPPED_ROWS:
            raise NoPlan(what="options with a count of their own", features=[domain.feature], size=len(rows))
        first = len(self._items)
        self._items.extend((place, row) for row in rows)
        self._filters.extend([] for _ in rows)
        self._pieces.extend({} for _ in rows)
        self._leaves_of.append(tuple(range(first, len(self._items))))

    def _per_leaf(self, place: int, rows: IntArray, none: int) -> dict[int, IntArray]:
        """Return for each leaf of a domain what its choices have, given what the rows have and what *none* has."""
        found = {}
        domain = self._problem.domains[place]
        for leaf in self._leaves_of[place]:
            item = self._items[leaf][1]
            counts = min(domain.most_each, domain.most) + 1
            found[leaf] = rows if item is None else np.array([none] + [int(rows[item])] * (counts - 1), dtype=np.int64)
        return found

    def _mask(self, place: int) -> int:
        return sum(1 << leaf for leaf in self._leaves_of[place])

    def _filter(self, rule: str, place: int, keeps: BoolArray) -> None:
        for leaf, kept in self._per_leaf(place, keeps.astype(np.int64), 1).items():
            self._filters[leaf].append(Filter(rule, kept.astype(np.bool_)))

    def add_table(self, rule: TableRule) -> None:
        """Add a table rule."""
        allowed, ids = rule.allowed, list(rule.ids)
        for number, own in enumerate(ids):
            used, ids[number] = np.unique(own, return_inverse=True)
            allowed = np.take(allowed, used, axis=number)
        allowed, ids = distinct(allowed, ids)
        if allowed.size == 0 or allowed.all():
            return
        scope = list(rule.scope)
        for number in reversed(range(len(scope))):
            if allowed.shape[number] == 1 and len(scope) > 1 and not self._problem.domains[scope[number]].many:
                allowed = np.take(allowed, 0, axis=number)
                del scope[number], ids[number]
        if len(scope) == 1:
            self._filter(rule.rule, scope[0], allowed[ids[0]])
            return
        axes, meets = [], {}
        for number, place in enumerate(scope):
            if self._problem.domains[place].many:
                allowed, meets[place] = with_meets(allowed, number, rule.rule, self._budget)
            axes.append(Axis(self._mask(place), meets.get(place)))
        algebra = TableAlgebra(frozenset({rule.rule}), allowed, axes, self._budget)
        leaf_ids: dict[int, IdArray] = {}
        for number, place in enumerate(scope):
            moved = np.moveaxis(allowed, number, 0).reshape(allowed.shape[number], -1)
            neutral = int(np.argmax(moved.all(axis=1))) if place in meets else 0
            for leaf, own in self._per_leaf(place, ids[number], neutral).items():
                to_space = algebra.axis_ids(1 << leaf, number)
                leaf_ids[leaf] = to_space[own]
                if place in meets and self._items[leaf][1] is None:
                    self._pieces[leaf][len(self._algebras)] = TablePieces(
                        own.astype(np.int64), neutral, meets[place], to_space
                    )
        self._append(algebra, leaf_ids)

    def _append(self, algebra: Algebra, ids: dict[int, IdArray]) -> None:
        self._algebras.append(algebra)
        self._ids.append(ids)

    def add_sum(self, rule: SumRule) -> None:
        """Add a sum rule."""
        scope = list(zip(rule.scope, rule.amounts, rule.free or [None] * len(rule.scope), strict=True))
        lower, upper = rule.lower, rule.upper
        if lower is None and upper is None:
            return
        if not scope:
            if (lower or 0) > 0 or (upper or 0) < 0:
                self._impossible.add(rule.rule)
            return
        for number in reversed(range(len(scope))):
            place, amounts, free = scope[number]
            constant = len(np.unique(amounts)) == 1 and not (free is not None and free.any())
            if not constant or len(scope) == 1 or (self._problem.domains[place].many and amounts[0] != 0):
                continue
            lower = None if lower is None else lower - int(amounts[0])
            upper = None if upper is None else upper - int(amounts[0])
            del scope[number]
        parts: list[tuple[int, IntArray, BoolArray]] = []
        for place, amounts, free in scope:
            nothing = np.zeros(len(amounts), dtype=np.bool_)
            domain = self._problem.domains[place]
            frees = self._per_leaf(place, (nothing if free is None else free).astype(np.int64), 0)
            for leaf in self._leaves_of[place]:
                item = self._items[leaf][1]
                own = amounts.astype(np.int64)
                if item is not None:
                    own = np.arange(min(domain.most_each, domain.most) + 1, dtype=np.int64) * int(amounts[item])
                parts.append((leaf, own, frees[leaf].astype(np.bool_)))
        self.add_sum_of(rule.rule, ((lower, upper),), parts)

    def add_sum_of(
        self, rule: str, intervals: tuple[Interval, ...], parts: Sequence[tuple[int, IntArray, BoolArray]]
    ) -> None:
        """Add a sum over leaves: per leaf the amounts of its choices and which of them make it say nothing."""
        amounts = {leaf: self._amounts(rule, leaf, own, free) for leaf, own, free in parts}
        algebra = SumAlgebra(frozenset({rule}), intervals, amounts, self._budget)
        if len(parts) == 1 and self._counts(parts[0][0]) == (1,):
            leaf, own, free = parts[0]
            self._filters[leaf].append(Filter(rule, algebra.accepted(own) | free))
            return
        leaf_ids: dict[int, IdArray] = {}
        for leaf, own, free in parts:
            if self._counts(leaf) != (1,):
                self._pieces[leaf][len(self._algebras)] = sum_pieces(own, free, algebra, leaf)
                leaf_ids[leaf] = np.zeros(len(own), dtype=np.int32)
                continue
            ids = np.zeros(len(own), dtype=np.int32)
            ids[~free] = algebra.ids(1 << leaf, own[~free])
            leaf_ids[leaf] = ids
        self._append(algebra, leaf_ids)

    def _counts(self, leaf: int) -> tuple[int, ...]:
        place, item = self._items[leaf]
        domain = self._problem.domains[place]
        return (1,) if item is not None or not domain.many else (-1, *allowed_counts(domain))

    def _amounts(self, rule: str, leaf: int, own: IntArray, free: BoolArray) -> Amounts:
        counts = self._counts(leaf)
        known = np.unique(own[~free])
        if counts == (1,):
            return Amounts(known, reach_of(known), bool(free.any()))
        reach = reach_of_pieces(known, range(max(counts) + 1))
        if reach.listed is None:
            raise NoPlan(what="totals of a choose-many feature", rule=rule, size=reach.size)
        return Amounts(reach.listed, reach, bool(free.any()))

    def _count_rules(self) -> None:
        for place, domain in enumerate(self._problem.domains):
            if not self._capped(domain):
                continue
            parts = []
            for leaf in self._leaves_of[place]:
                own = np.arange(min(domain.most_each, domain.most) + 1, dtype=np.int64)
                parts.append((leaf, own, np.zeros(len(own), dtype=np.bool_)))
            least = max(domain.least, 1)
            zero: tuple[Interval, ...] = ((0, 0),) if domain.may_be_empty else ()
            intervals = ((0, domain.most),) if domain.may_be_empty and least == 1 else (*zero, (least, domain.most))
            self.add_sum_of(f"#count:{domain.feature}", intervals, parts)

    def build(self) -> Frame:
        """Return the frame."""
        leaves = tuple(self._leaf(leaf) for leaf in range(len(self._items)))
        scopes = tuple(RuleScope(algebra.rules, algebra.scope) for algebra in self._algebras)
        return Frame(leaves, scopes, tuple(self._algebras), frozenset(self._impossible))

    def _leaf(self, leaf: int) -> Leaf:
        place, item = self._items[leaf]
        domain = self._problem.domains[place]
        cost = domain.cost_minor.astype(np.int64)
        if item is not None:
            cost = np.arange(min(domain.most_each, domain.most) + 1, dtype=np.int64) * cost[item]
        columns = tuple(n for n, a in enumerate(self._algebras) if a.scope >> leaf & 1 and a.scope != 1 << leaf)
        many = domain.many and item is None
        if many:
            pieces = tuple(
                replace(column, rule=number, own=number not in columns)
                for number, column in sorted(self._pieces[leaf].items())
            )
            ids = [kinds(column) for column in pieces]
        else:
            pieces = None
            ids = [self._ids[number][leaf] for number in columns]
        matrix = np.stack(ids, axis=1).astype(np.int32) if ids else np.zeros((len(cost), 0), dtype=np.int32)
        class_of, class_ids = classes_of(matrix)
        return Leaf(
            domain=place,
            item=item,
            choices=len(cost),
            cost=cost,
            columns=columns,
            class_of=class_of,
            class_ids=class_ids,
            filters=tuple(self._filters[leaf]),
            pieces=pieces,
            counts=allowed_counts(domain) if many else (1,),
        )


def classes_of(ids: IdArray) -> tuple[IntArray, IdArray]:
    """Return the class of each row of ids, and the ids of each class."""
    if ids.shape[1] == 0 or len(ids) == 0:
        return np.zeros(len(ids), dtype=np.int64), ids[:1]
    keys = np.ascontiguousarray(ids).view(np.dtype((np.void, 4 * ids.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return inverse.ravel().astype(np.int64), ids[first]
