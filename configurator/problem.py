"""The neutral form every solver reads: features as rows of numbers, rules as tables and sums.

``compiling/`` makes it from a ``ConfigurationModel``; the plan engine, the CP-SAT engine and the oracle in
``tests/oracles`` answer from the same values, so they can be compared. Rows are options (or numeric values, or
text lengths, or yes / no); what a rule does not read makes no difference here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Domain:
    """One feature (or hidden helper feature) as the solver sees it.

    ``rows[i]`` is the option code (numbers: the value as text; the row of *not chosen* is ``""``).
    A single feature (``many`` false) takes exactly one row; being optional it has the row ``none_row``.
    A ``many`` feature takes a multiset of rows: in all 0 (only when ``may_be_empty``) or ``least`` to ``most`` pieces,
    at most ``most_each`` of one row; it has no ``none_row``.
    ``hidden`` helpers (surcharges, totals read inside conditions) are never shown.
    """

    feature: str
    rows: tuple[str, ...]
    cost_minor: IntArray  # len(rows); >= 0 except for discounts on hidden rows
    many: bool = False
    none_row: int | None = None
    least: int = 1
    most: int = 1
    most_each: int = 1
    may_be_empty: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class TableRule:
    """``allowed[ids[0][row0], ids[1][row1], …]`` must be true for the chosen row of every feature in scope.

    For a ``many`` feature it must hold for each of its chosen rows (and says nothing when it has none).
    ``certain`` is the same table with everything *not known* under ``ask`` refused; ``None`` when there is none such.
    ``scope`` are indices into ``Problem.domains``, ascending, at most one of them ``many``;
    a one-feature table filters its rows.
    """

    rule: str
    scope: tuple[int, ...]
    ids: tuple[IntArray, ...]  # per scope feature: row → id; len = rows of the domain
    allowed: BoolArray  # k-dimensional, one axis a scope feature
    certain: BoolArray | None = None


@dataclass(frozen=True, slots=True)
class SumRule:
    """``lower <= Σ_f Σ_chosen rows amount_f[row] (each as often as chosen) <= upper``.

    ``free[f][row]`` true means: with this row chosen the rule says nothing (a value is not known, or a part it reads
    is not chosen). ``unsure[f][row]`` true means: with this row the verdict is *not known* under ``ask``.
    """

    rule: str
    scope: tuple[int, ...]
    amounts: tuple[IntArray, ...]
    lower: int | None
    upper: int | None
    free: tuple[BoolArray, ...] | None = None
    unsure: tuple[BoolArray, ...] | None = None


ProblemRule = TableRule | SumRule


@dataclass(frozen=True, slots=True)
class Problem:
    """A configuration model made ready for solving.

    One catalog rule may become several problem rules (a top-level ``and`` is split); they share its id.
    Rules with ids starting with ``#`` define hidden helpers or the meaning of ``shown_when`` and are never
    part of a conflict. ``warnings`` are never enforced: they give notes.
    ``missing`` are the *not known* parts of blocking rules under ``warn``: tables that are false where a note is due.
    """

    domains: tuple[Domain, ...]
    rules: tuple[ProblemRule, ...]
    warnings: tuple[ProblemRule, ...] = ()
    missing: tuple[ProblemRule, ...] = ()
    index: Mapping[str, int] = field(default_factory=dict)  # feature code → index into domains
