"""A problem as clauses: a literal for every class of interchangeable rows. See docs/algorithms/satisfying.md, S-1 to S-3."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np

from configurator.cpsat.classes import Classes, classes_of
from configurator.problem import BoolArray, IntArray, Problem, ProblemRule, SumRule, TableRule
from configurator.satisfying.boxes import Boxes
from configurator.satisfying.errors import NotEncodable
from configurator.satisfying.sums import Clause, at_most, parts_of

MOST_CLAUSES = 400_000
PAIRWISE = 6


class Layout:
    """All classes of all domains in one row, so that a solution is one array.

    ``first[d]``: where the classes of a domain begin. Per class: ``literals``, ``hidden``, and ``sample``, its first row.
    ``usual``: what a completion has where nothing speaks against it: *not chosen*, or the last answer of a yes / no feature.
    """

    def __init__(self, problem: Problem, classes: tuple[Classes, ...], literals: tuple[IntArray, ...]) -> None:
        counts = [own.count for own in classes]
        self._of_row = tuple(own.of_row for own in classes)
        self.classes = sum(counts)
        self.first: IntArray = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self._of_domain = np.split(np.arange(self.classes), self.first[1:-1])
        self._class_of_row: IntArray = np.concatenate(
            [own.of_row + begin for own, begin in zip(classes, self.first, strict=False)]
        )
        ends = np.cumsum([len(own.of_row) for own in classes]).tolist()
        self._rows = [slice(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]
        self.literals: IntArray = np.concatenate(literals)
        self.sample: IntArray = np.concatenate([own.sample for own in classes])
        self.hidden: BoolArray = np.repeat([domain.hidden for domain in problem.domains], counts)
        self._variables, self._signs = np.abs(self.literals), self.literals > 0
        usual = [
            self.class_of(index, len(domain.rows) - 1 if domain.none_row is None else domain.none_row)
            for index, domain in enumerate(problem.domains)
            if domain.none_row is not None or len(domain.rows) == 2
        ]
        self.usual: IntArray = self.literals[np.array(usual, dtype=np.int64)]

    def of_domain(self, index: int) -> IntArray:
        """Return the places of a domain's classes."""
        return self._of_domain[index]

    def per_row(self, values: IntArray) -> list[IntArray]:
        """Return values of classes as values of rows, domain by domain."""
        flat = values[self._class_of_row]
        return list(map(flat.__getitem__, self._rows))

    def class_of(self, index: int, row: int) -> int:
        """Return the place of a row's class."""
        return int(self.first[index] + self._of_row[index][row])

    def lost(self, index: int, rows: BoolArray) -> IntArray:
        """Return the places of the classes all of whose rows are among these."""
        left = np.unique(self._of_row[index][~rows])
        return np.setdiff1d(self.of_domain(index), self.first[index] + left)

    def classes_in(self, values: BoolArray) -> BoolArray:
        """Return which classes a solution has; ``values[v]``: whether the variable is true."""
        has: BoolArray = values[self._variables] == self._signs
        return has


@dataclass(slots=True)
class Formula:
    """Clauses over class literals.

    ``literals[d][class]``: true when the domain's row is of the class. ``structure`` holds always: one class a domain, and
    definitions. ``rules[rule]``: the clauses of a rule, those of background rules too; ``tables`` are those of tables,
    and that a domain takes one class, without the definitions of sums.
    """

    problem: Problem
    classes: tuple[Classes, ...]
    literals: tuple[IntArray, ...]
    structure: list[Clause] = field(default_factory=list)
    rules: dict[str, list[Clause]] = field(default_factory=dict)
    tables: list[Clause] = field(default_factory=list)
    variables: int = 1  # the first is true
    layout: Layout = field(init=False)
    _boxes: Boxes = field(default_factory=Boxes)
    _size: int = 0

    def new(self) -> int:
        """Return a variable nobody uses."""
        self.variables += 1
        return self.variables

    def clauses_of(self, rule: ProblemRule) -> list[Clause]:
        """Return what a rule says; definitions it needs join the structure.

        Raises:
            NotEncodable: It would take too many clauses.
        """
        if isinstance(rule, TableRule):
            made = list(self._table(rule))
            self.tables += made
        else:
            made = self._sum(rule)
        self._size += sum(map(len, made))
        if self._size > MOST_CLAUSES * 4:
            raise NotEncodable(what="clauses", rule=rule.rule, size=self._size)
        return made

    def _table(self, rule: TableRule) -> Iterator[Clause]:
        named = [
            _by_id(ids[self.classes[index].sample], self.literals[index])
            for ids, index in zip(rule.ids, rule.scope, strict=True)
        ]
        for box in self._boxes.of(rule.allowed, rule.rule):
            clause: list[int] = []
            for side, by_id, size in zip(box, named, rule.allowed.shape, strict=True):
                if len(side) == size:
                    continue
                inside = [one for at in side for one in by_id.get(at, ())]
                if not inside:
                    break  # no class has these ids
                outside = [one for at, those in by_id.items() if at not in side for one in those]
                clause += [-inside[0]] if len(inside) == 1 else outside
            else:
                yield tuple(clause)

    def _sum(self, rule: SumRule) -> list[Clause]:
        literals = [self.literals[index] for index in rule.scope]
        amounts = [own[self.classes[index].sample] for own, index in zip(rule.amounts, rule.scope, strict=True)]
        freed: list[int] = []
        if rule.free is not None:
            for flags, index in zip(rule.free, rule.scope, strict=True):
                freed += [int(one) for one in self.literals[index][flags[self.classes[index].sample]]]
        found: list[Clause] = []
        for sign, limit in ((1, rule.upper), (-1, rule.lower)):
            if limit is None:
                continue
            parts, least = parts_of([sign * own for own in amounts], literals)
            said, definitions = at_most(parts, sign * limit - least, self.new, rule.rule)
            self.structure += definitions
            self._size += sum(map(len, definitions))
            found += [(*clause, *freed) for clause in said]
        return found


def _by_id(ids: IntArray, literals: IntArray) -> dict[int, tuple[int, ...]]:
    """Return the literals of the classes with each id."""
    found: dict[int, tuple[int, ...]] = {}
    for at, literal in zip(ids.tolist(), literals.tolist(), strict=True):
        found[at] = (*found.get(at, ()), literal)
    return found


def formula_of(problem: Problem, extra: Sequence[ProblemRule] = ()) -> Formula:
    """Return a problem, and further rules, as clauses.

    Raises:
        NotEncodable: It has features with several options, rules under which values may be *not known*, or sums and
            tables that take too many clauses.
    """
    rules = (*problem.rules, *extra)
    _check(problem, rules)
    classes = classes_of(problem, rules)
    formula = Formula(problem, classes, ())
    formula.structure.append((1,))
    formula.literals = tuple(np.array(_named(own.count, formula), dtype=np.int64) for own in classes)
    formula.tables = list(formula.structure)
    formula.layout = Layout(problem, classes, formula.literals)
    for rule in rules:
        formula.rules.setdefault(rule.rule, []).extend(formula.clauses_of(rule))
    return formula


def _check(problem: Problem, rules: Iterable[ProblemRule]) -> None:
    for domain in problem.domains:
        if domain.many:
            raise NotEncodable(what="a feature with several options", features=[domain.feature])
    for rule in rules:
        unsure = rule.unsure if isinstance(rule, SumRule) else rule.certain
        if unsure is not None:
            raise NotEncodable(what="values that are not known", rule=rule.rule)


def _named(count: int, formula: Formula) -> list[int]:
    """Return a literal for each class of a domain, and see to it that exactly one is true."""
    if count == 1:
        return [1]
    if count == 2:
        one = formula.new()
        return [one, -one]
    named = [formula.new() for _ in range(count)]
    formula.structure.append(tuple(named))
    if count <= PAIRWISE:
        formula.structure += [(-a, -b) for a, b in combinations(named, 2)]
        return named
    ladder = [formula.new() for _ in named[1:]]  # ladder[i]: the one that is true stands at i or before
    formula.structure += [(-own, later) for own, later in zip(named, ladder, strict=False)]
    formula.structure += [(-before, after) for before, after in pairwise(ladder)]
    formula.structure += [(-before, -own) for before, own in zip(ladder, named[1:], strict=True)]
    return named
