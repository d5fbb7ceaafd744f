"""Facets: the columns a long list can be filtered by, with exact counts, and what of it is in force."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from modules_catalog.model import Feature, Option, Value
from web.views.narrowing import NOT_STATED, Narrowing, Values, counts, only
from web.views.words import Words

MOST_VALUES, MOST_NAMED_VALUES = 12, 30
"""How many values a column may have to be filtered by, and how many where the catalog names the column."""
MOST_FACETS = 8
"""How many columns one list is filtered by."""
MOST_KNOWN = 200
"""How many lists' columns and values are kept."""
_NUMBER = re.compile(r"\d+")
_KNOWN: dict[tuple[str, str], tuple[tuple[Option, ...], "FacetTable"]] = {}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value: how many options with it can be had (``free``), and how many there are."""

    only: str
    label: str
    free: int
    total: int
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One column to filter by."""

    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """Something in force, and where the page is found without it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class ListTools:
    """What stands above a long list: its facets, its order, and what of it is in force."""

    facets: tuple[Facet, ...]
    sorts: tuple[tuple[str, str], ...]
    sort: str
    chips: tuple[Chip, ...]
    is_filtered: bool
    clear_href: str
    free: int
    total: int


def spellings(value: Value) -> tuple[str, ...]:
    """Return the values a cell counts under: each member of a set, ``yes`` or ``no``, ``NOT_STATED`` for an empty one."""
    if value is None:
        return (NOT_STATED,)
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, frozenset):
        return tuple(sorted(value)) or (NOT_STATED,)
    return (f"{value.normalize():f}" if isinstance(value, Decimal) else str(value),)


def facet_columns(feature: Feature, words: Words) -> dict[str, tuple[str, ...]]:
    """Return the columns a feature's list is filtered by, {column: its values in their order}.

    Where the catalog names columns of the feature (``column.<feature>.<column>``), these; else those of words, whole
    numbers or yes and no with few values that most options state. Of two columns that part the list alike the first is kept.
    """
    if not feature.options:
        return {}
    columns = list(feature.options[0].attributes)
    named = [column for column in columns if words.names_column(feature.code, column)]
    found: dict[str, tuple[str, ...]] = {}
    partitions: set[tuple[tuple[str, ...], ...]] = set()
    for column in named or columns:
        cells = [option.attributes.get(column) for option in feature.options]
        if not named and not _is_plain(cells):
            continue
        spelled = [spellings(cell) for cell in cells]
        values = {each for one in spelled for each in one}
        stated = len(values - {NOT_STATED})
        if len(values) < 2 or not 1 <= stated <= (MOST_NAMED_VALUES if named else MOST_VALUES):
            continue
        numbers: dict[str, str] = {}  # the same partition has the same numbers in the order of the list
        partition = tuple(tuple(numbers.setdefault(each, str(len(numbers))) for each in one) for one in spelled)
        if partition not in partitions:
            partitions.add(partition)
            found[column] = tuple(sorted(values, key=lambda each: (each == NOT_STATED, _natural(each))))
    return dict(list(found.items())[:MOST_FACETS])


def _is_plain(cells: Sequence[Value]) -> bool:
    """Tell whether a column nobody named is one to filter by: no measures, no colours, and mostly stated."""
    stated = [cell for cell in cells if cell is not None]
    if any(isinstance(cell, Decimal) or (isinstance(cell, str) and cell.startswith("#")) for cell in stated):
        return False
    return 2 * len(stated) >= len(cells)


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return an order in which 8 comes before 16 and AM4 before AM5."""
    parts = re.split(r"(\d+)", text.casefold())
    return tuple((int(part), "") if _NUMBER.fullmatch(part) else (-1, part) for part in parts)


def values_of(feature: Feature, columns: Sequence[str]) -> dict[str, Values]:
    """Return the values of each option in some columns, {option: {column: values}}."""
    one: dict[tuple[str, ...], tuple[str, ...]] = {}  # of thousands of equal values one is kept

    def told(value: Value) -> tuple[str, ...]:
        found = spellings(value)
        return one.setdefault(found, found)

    return {
        option.code: {column: told(option.attributes.get(column)) for column in columns} for option in feature.options
    }


@dataclass(frozen=True, slots=True)
class FacetTable:
    """What a feature's list is filtered by: {column: its values in their order}, and {option: {column: its values}}."""

    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Values]


def facet_table(feature: Feature, words: Words) -> FacetTable:
    """Return what a feature's list is filtered by; worked out once for a release, as long as that is asked for."""
    key = (words.model.release, str(feature.code))
    known = _KNOWN.get(key)
    if known is None or known[0] is not feature.options:
        columns = facet_columns(feature, words)
        known = _KNOWN[key] = feature.options, FacetTable(columns, values_of(feature, tuple(columns)))
        while len(_KNOWN) > MOST_KNOWN:
            _KNOWN.pop(next(iter(_KNOWN)), None)
    return known[1]


def list_tools(
    feature: Feature,
    columns: Mapping[str, Sequence[str]],
    listed: Sequence[tuple[Values, bool]],
    found: tuple[int, int],
    narrowing: Narrowing,
    path: str,
    words: Words,
    *,
    has_days: bool,
) -> ListTools:
    """Return what stands above a long list.

    Args:
        feature: Whose options are listed.
        columns: What it is filtered by, {column: values}.
        listed: The values of each option the words searched for leave, and whether it can be had.
        found: How many of those shown can be had, and how many there are.
        narrowing: What is in force on the page.
        path: The page without anything in force.
        words: The reader's language.
        has_days: Whether a date is known for any option.
    """
    say = words.translations.gettext
    code, wanted = feature.code, narrowing.of(feature.code)
    counted = counts(listed, tuple(columns), wanted)
    names = {"price": say("Price, lowest first"), "date": say("Date, soonest first"), "name": say("Name")}
    sort = narrowing.sort_of(code)
    orders = [name for name in names if name != "date" or has_days or sort == "date"]

    def here(narrower: Narrowing) -> str:
        return f"{narrower.address(path)}#feature-{code}"

    chips = [
        Chip(
            f"{words.column(code, column)}: {words.column_value(code, column, value)}",
            here(narrowing.without(code, column, value)),
        )
        for column, values in columns.items()
        for value in values
        if value in wanted.get(column, ())
    ]
    if sort:
        chips.append(Chip(say("Sorted: %(order)s") % {"order": names[sort]}, here(narrowing.unsorted(code))))
    return ListTools(
        facets=tuple(
            Facet(
                words.column(code, column),
                tuple(
                    FacetValue(
                        only(code, column, value),
                        words.column_value(code, column, value),
                        *counted.get((column, value), (0, 0)),
                        value in wanted.get(column, ()),
                    )
                    for value in values
                ),
            )
            for column, values in columns.items()
        ),
        sorts=(("", say("As listed")), *((f"{code}:{name}", names[name]) for name in orders)),
        sort=f"{code}:{sort}" if sort else "",
        chips=tuple(chips),
        is_filtered=bool(wanted),
        clear_href=here(narrowing.without(code)),
        free=found[0],
        total=found[1],
    )
