"""One question in the solver's words: picks and limits as assumptions, and a solution as rows again."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from configurator.engine import Picks
from configurator.model import Limits
from configurator.problem import BoolArray, IntArray
from configurator.satisfying.errors import NotEncodable
from configurator.satisfying.formula import Formula


class Asked:
    """Picks under limits.

    ``chosen[d]``: the classes a picked domain may take, over all domains' classes; empty where its rows cannot be had.
    ``own[d]``: the assumptions that say so. ``closed``: classes of which no row can be had. Rules named in ``dropped``
    are the caller's business; limits named there are left out.
    """

    def __init__(self, formula: Formula, picks: Picks, limits: Limits, dropped: frozenset[str] = frozenset()) -> None:
        if any(cap.rule not in dropped for cap in limits.caps):
            raise NotEncodable(what="work centres")
        if any(exclusion.rule not in dropped for exclusion in limits.exclusions):
            raise NotEncodable(what="exclusions")
        self.formula = formula
        self.picks = {index: [row for row, count in rows.items() if count] for index, rows in picks.items()}
        self.picks = {index: rows for index, rows in self.picks.items() if rows}
        self.is_too_dear = limits.budget_minor is not None and limits.budget_minor < 0 and "budget" not in dropped
        self.late = late_rows(formula, limits, dropped)
        layout = formula.layout
        self.closed: IntArray = np.array(
            [at for index, late in self.late.items() for at in layout.lost(index, late)], dtype=np.int64
        )
        self.chosen: dict[int, IntArray] = {}
        self.own: dict[int, list[int]] = {}
        for index, rows in self.picks.items():
            if len(rows) == 1 and index not in self.late:
                self.chosen[index] = np.array([layout.class_of(index, rows[0])])
                self.own[index] = [int(layout.literals[self.chosen[index][0]])]
                continue
            kept = rows if index not in self.late else [row for row in rows if not self.late[index][row]]
            chosen = np.unique(layout.first[index] + formula.classes[index].of_row[kept])
            self.chosen[index] = chosen
            if len(chosen) == 1:
                self.own[index] = [int(layout.literals[chosen[0]])]
            else:
                others = np.setdiff1d(layout.of_domain(index), chosen)
                self.own[index] = [-int(one) for one in layout.literals[others]]

    @property
    def is_broken(self) -> bool:
        """Whether some pick cannot be had at all."""
        return self.is_too_dear or any(not len(chosen) for chosen in self.chosen.values())

    @property
    def assumptions(self) -> list[int]:
        """All that is assumed."""
        return self.without(None)

    def without(self, lifted: int | None) -> list[int]:
        """Return what is assumed when one domain's pick is lifted."""
        found = [one for index, own in self.own.items() if index != lifted for one in own]
        return found + [-int(one) for one in self.formula.layout.literals[self.closed]]

    def assignment(self, has: BoolArray) -> dict[int, Mapping[int, int]]:
        """Return a solution as rows: a picked row where one is picked, else the first of its class that can be had."""
        layout = self.formula.layout
        rows = layout.sample[np.flatnonzero(has)].tolist()
        found = dict(enumerate(map(_one_of, rows)))
        for index in {*self.picks, *self.late}:
            of_row, late = self.formula.classes[index].of_row, self.late.get(index)
            klass = of_row[rows[index]]
            picked = [
                row for row in self.picks.get(index, ()) if of_row[row] == klass and (late is None or not late[row])
            ]
            if picked:
                found[index] = _one_of(picked[0])
            elif late is not None:
                found[index] = _one_of(int(np.flatnonzero((of_row == klass) & ~late)[0]))
        return found


@cache
def _one_of(row: int) -> Mapping[int, int]:
    """Return one piece of a row; everybody shares it."""
    return {row: 1}


def late_rows(formula: Formula, limits: Limits, dropped: frozenset[str] = frozenset()) -> dict[int, BoolArray]:
    """Return the rows that come too late, by domain."""
    found = {}
    for feature, codes in limits.unavailable.items():
        index = formula.problem.index.get(feature)
        if index is None or f"material:{feature}" in dropped:
            continue
        late = np.array([code in codes for code in formula.problem.domains[index].rows])
        if late.any():
            found[index] = late
    return found
