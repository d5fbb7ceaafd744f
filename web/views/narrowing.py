"""What a reader asked of the long lists of a page, words, values and an order, and what is left of a list then."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType
from typing import Protocol, TypeVar
from urllib.parse import urlencode

SORTS = ("price", "date", "name")
"""The orders a list can be put in, besides its own."""
NOT_STATED = ""
"""The value of an option whose column is empty."""
RANKS = {"chosen": 0, "implied": 0, "available": 1, "not_known": 1, "ruled_out": 2}
"""What stands where in a long list, whatever its order: the choice, what can be had, what is ruled out."""
RANK_ORDER = sorted(set(RANKS.values()))

Values = Mapping[str, tuple[str, ...]]
"""The values of one option, {column: its values}; a set has several, an empty cell ``NOT_STATED``."""
NOTHING_WANTED: Mapping[str, frozenset[str]] = MappingProxyType({})


class Listed(Protocol):
    """What the order of a list is told by."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def label(self) -> str:
        """Its name."""

    @property
    def status(self) -> str:
        """Whether it can be had."""

    @property
    def price_delta_minor(self) -> int | None:
        """What it does to the price."""

    @property
    def days_delta(self) -> int | None:
        """What it does to the date, where somebody looked."""

    @property
    def days_proven(self) -> bool:
        """Whether that is the very date, not the earliest it could be."""


Row = TypeVar("Row", bound=Listed)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Words searched for in all lists of a page; for each feature the values wanted and the order.

    ``wanted`` is {feature: {column: values}}: values of one column are alternatives, columns must all be met.
    """

    query: str = ""
    wanted: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)

    def of(self, feature: str) -> Mapping[str, frozenset[str]]:
        """Return the values wanted of one feature, {column: values}."""
        return self.wanted.get(feature, NOTHING_WANTED)

    def sort_of(self, feature: str) -> str:
        """Return the order of one list, empty for its own."""
        return self.sorts.get(feature, "")

    def fields(self, features: Sequence[str] | None = None) -> tuple[tuple[str, str], ...]:
        """Return it as form fields, of some features only where those are named: without the words then."""
        found = [("q", self.query)] if self.query and features is None else []
        found += [
            ("sort", f"{code}:{sort}") for code, sort in self.sorts.items() if features is None or code in features
        ]
        for code, columns in self.wanted.items():
            if features is None or code in features:
                found += [("only", only(code, column, each)) for column in columns for each in sorted(columns[column])]
        return tuple(found)

    def address(self, path: str, *more: tuple[str, str]) -> str:
        """Return where a page is found narrowed like this; ``more`` are other fields of its address."""
        fields = (*self.fields(), *more)
        return f"{path}?{urlencode(fields)}" if fields else path

    def without(self, feature: str, column: str = "", value: str = "") -> "Narrowing":
        """Return it without one value, or without all that is wanted of one feature."""
        columns = dict(self.of(feature)) if column else {}
        if column:
            columns[column] = columns.get(column, frozenset()) - {value}
        wanted = {**self.wanted, feature: {name: values for name, values in columns.items() if values}}
        return replace(self, wanted={code: each for code, each in wanted.items() if each})

    def unsorted(self, feature: str) -> "Narrowing":
        """Return it with one list in its own order."""
        return replace(self, sorts={code: sort for code, sort in self.sorts.items() if code != feature})

    def only_known(self, known: Mapping[str, Mapping[str, frozenset[str]]]) -> "Narrowing":
        """Return it with the lists, columns and values there are, {feature: {column: values}}; others are left out."""
        wanted: dict[str, Mapping[str, frozenset[str]]] = {}
        for code, columns in self.wanted.items():
            there = known.get(code, NOTHING_WANTED)
            kept = {name: values & there[name] for name, values in columns.items() if name in there}
            if any(kept.values()):
                wanted[code] = {name: values for name, values in kept.items() if values}
        return replace(self, wanted=wanted, sorts={code: sort for code, sort in self.sorts.items() if code in known})


ALL = Narrowing()
"""Nothing was asked: all is shown, in its own order."""


def only(feature: str, column: str, value: str) -> str:
    """Return one wanted value as it stands in an address: ``cpu.socket:AM5``, ``cpu.socket:`` where it is not stated."""
    return f"{feature}.{column}:{value}"


def narrowing_of(query: str, wanted: Sequence[str], sorts: Sequence[str]) -> Narrowing:
    """Return what an address or a form asks for; what cannot be read is left out."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for each in wanted:
        place, colon, value = each.partition(":")
        feature, _dot, column = place.partition(".")
        if feature and column and colon:
            columns = found.setdefault(feature, {})
            columns[column] = columns.get(column, frozenset()) | {value}
    orders = (each.partition(":") for each in sorts)
    return Narrowing(query.strip(), found, {code: sort for code, _colon, sort in orders if sort in SORTS})


def is_met(values: Values, wanted: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether an option has a wanted value in every column asked for."""
    return all(not each.isdisjoint(values[column]) for column, each in wanted.items())


def counts(
    listed: Sequence[tuple[Values, bool]], columns: Sequence[str], wanted: Mapping[str, frozenset[str]]
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return for each value of each column how many options can be had and how many there are.

    Counted is what the list would show with that value alone in its column, the other columns as they are asked for.
    One pass: an option that fails in no column counts in all, one that fails in one column counts in that one only.

    Args:
        listed: The values of each option, and whether it can be had.
        columns: The columns to count in; ``wanted`` names no others.
        wanted: What is asked for, {column: values}.
    """
    if not wanted:
        return _all_counts(listed, columns)
    found: dict[tuple[str, str], list[int]] = {}
    for values, is_free in listed:
        failed = [column for column, each in wanted.items() if each.isdisjoint(values[column])]
        if len(failed) > 1:
            continue
        for column in failed or columns:
            for value in values[column]:
                count = found.setdefault((column, value), [0, 0])
                count[0] += is_free
                count[1] += 1
    return {key: (free, total) for key, (free, total) in found.items()}


def _all_counts(
    listed: Sequence[tuple[Values, bool]], columns: Sequence[str]
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return what ``counts`` does where nothing is asked for, column by column."""
    free = [values for values, is_free in listed if is_free]
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for column in columns:
        can = Counter(chain.from_iterable(values[column] for values in free))
        there = Counter(chain.from_iterable(values[column] for values, _is_free in listed))
        found.update({(column, value): (can[value], total) for value, total in there.items()})
    return found


def in_order(rows: Sequence[Row], sort: str = "") -> list[Row]:
    """Return a list in an order: the choice first, what is ruled out last; what the order does not tell stays as it was.

    By date, options nobody has looked at follow those with a date, and an earliest date follows the very same as a promise.
    """
    if not sort:
        return [row for rank in RANK_ORDER for row in rows if RANKS[row.status] == rank]

    def key(row: Row) -> tuple[int, int, int, str]:
        rank = RANKS[row.status]
        if sort == "price":
            delta = row.price_delta_minor
            return rank, delta is None, delta or 0, ""
        if sort == "date":
            days = row.days_delta
            return rank, days is None, 2 * (days or 0) + (not row.days_proven), ""
        return rank, 0, 0, row.label.casefold() if sort == "name" else ""

    return sorted(rows, key=key)
