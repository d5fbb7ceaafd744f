"""The one interface every solving method answers behind: the compiled plan, CP-SAT, the oracle of the tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from configurator.model import NO_LIMITS, Limits
from configurator.problem import BoolArray, IntArray

NO_WAY = np.int64(2**60)
"""Stands for *no completion* where a least cost is given."""

Picks = Mapping[int, Mapping[int, int]]
"""Domain index → {row: count}. Domains not in it are open. ``{none_row: 1}`` says *not chosen*.

Of a ``many`` domain the picks are a lower bound per row: a completion may take more of any row.
An empty mapping for a ``many`` domain is the same as being open.
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is possible after the picks, exact unless ``proven`` is false.

    ``best_minor`` is the least cost of a completion of all picks (``NO_WAY``: they cannot be completed).
    ``with_row[d][row]``, len = rows of domain ``d``: the least cost of a completion with this row, where a single domain's
    own pick is lifted, and to a ``many`` domain's picks one more of the row is added; ``NO_WAY`` when there is none.
    ``certain_row[d][row]``: the same where nothing may be *not known* under ``ask``; the same object as
    ``with_row`` when the problem has no such rules.
    ``forced[d][row]``, for ``many`` domains only (``None`` for single ones): every completion of the picks has this row.
    ``witness``: one completion of cost ``best_minor``, every domain included; ``None`` when there is none.
    ``priced`` is false where only ``best_minor``, and whether a row is possible, are told: its value is then what some
    completion with it costs, never below the least.
    """

    best_minor: int
    with_row: tuple[IntArray, ...]
    certain_row: tuple[IntArray, ...]
    forced: tuple[BoolArray | None, ...]
    witness: Picks | None
    proven: bool = True
    priced: bool = True


class Engine(Protocol):
    """A solving method for one problem; safe to share between threads.

    ``method`` names it to the reader: ``plan``, ``sat``, ``cp-sat``.
    """

    method: str

    def answers(self, picks: Picks, limits: Limits = NO_LIMITS) -> Answers:
        """Return the answers for these picks under these limits. Never raises for impossible picks."""
        ...

    def completion(
        self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()
    ) -> Picks | None:
        """Return a cheapest completion of the picks, or ``None``; rules and limits named in ``dropped_rules`` do not act."""
        ...


@dataclass(frozen=True, slots=True)
class Core:
    """Choices, by their positions, and rules that cannot hold together; without any one of them the rest can."""

    choices: tuple[int, ...]
    rules: tuple[str, ...]


@runtime_checkable
class FindsCores(Protocol):
    """What an engine may be able to do besides: find minimal conflicts itself, faster than rule by rule."""

    def core(self, choices: Sequence[tuple[int, int]], limits: Limits = NO_LIMITS) -> Core | None:
        """Return a minimal conflict, ``None`` when the choices can be completed.

        Args:
            choices: Domain and row of each choice, oldest first; what is pressed stands last, so that it is kept.
            limits: What bounds the answer; each limit is a rule of its own.

        Raises:
            NotAvailable: These choices or limits are beyond it; they are explained rule by rule.
        """
        ...


@runtime_checkable
class WeighsRules(Protocol):
    """What an engine may be able to do besides: tell which rules are not needed, faster than by small models."""

    def weighed(self) -> Mapping[str, tuple[str, ...] | None]:
        """Return for each rule the rules that together already forbid all that it forbids, ``None`` when it is needed.

        The empty tuple says that nothing ever breaks the rule. Rules it cannot tell of, and those that warn, are left out.
        """
        ...
