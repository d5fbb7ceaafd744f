"""Columns of values, as a rule reads them from the rows of features: three-valued and vectorised.

A column holds one value for each row of a feature, or for each cell of a product of features. Beside
every value stands its state: known, not known, or absent (the feature is not chosen).
See docs/algorithms/configuring.md, C-1.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modules_catalog.model import Value

KNOWN, UNKNOWN, ABSENT = np.uint8(0), np.uint8(1), np.uint8(2)

StateArray = NDArray[np.uint8]
ValueArray = NDArray[Any]


class Kind(Enum):
    """What the values of a column are."""

    NUMBER = "number"  # int64, scaled by 10 ** digits
    TRUTH = "truth"  # bool
    THING = "thing"  # texts and sets, as objects


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Values with their states, both of shapes that broadcast against each other.

    Where the state is not ``KNOWN`` the value is a harmless filler.
    """

    kind: Kind
    values: ValueArray
    state: StateArray
    digits: int = 0

    def spread(self) -> "Column":
        """Return the column with values and states of the same shape."""
        values, state = np.broadcast_arrays(self.values, self.state)
        return Column(self.kind, values, state, self.digits)

    def at(self, index: NDArray[np.intp], axis: int, axes: int) -> "Column":
        """Return the rows ``index`` laid along one axis of a grid with ``axes`` axes."""
        shape = [1] * axes
        shape[axis] = len(index)
        whole = self.spread()
        return Column(self.kind, whole.values[index].reshape(shape), whole.state[index].reshape(shape), self.digits)


def constant(value: Value) -> Column:
    """Return a column of one known value that fits every shape."""
    one = column_of([value])
    return Column(one.kind, one.values[0:1].reshape(()), one.state[0:1].reshape(()), one.digits)


def column_of(values: Iterable[Value], absent_first: bool = False) -> Column:
    """Return the column of attribute values; ``None`` is not known.

    Args:
        values: One per row, of one type; mixed types are compared as texts.
        absent_first: The first row stands for *not chosen*; its value is ignored.
    """
    given = list(values)
    state = np.array([UNKNOWN if value is None else KNOWN for value in given], dtype=np.uint8)
    if absent_first:
        given[0] = None
        state[0] = ABSENT
    known = [value for value in given if value is not None]
    if all(isinstance(value, bool) for value in known) and known:
        return Column(Kind.TRUTH, np.array([bool(value) for value in given], dtype=bool), state)
    if all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in known):
        return _numbers(given, state)
    if not (all(isinstance(value, str) for value in known) or all(isinstance(value, frozenset) for value in known)):
        given = [None if value is None else _as_text(value) for value in given]
    things = np.empty(len(given), dtype=object)
    filler: Any = frozenset() if known and isinstance(known[0], frozenset) else ""
    things[:] = [filler if value is None else value for value in given]
    return Column(Kind.THING, things, state)


def _numbers(given: list[Any], state: StateArray) -> Column:
    digits = max((_digits(value) for value in given if isinstance(value, Decimal)), default=0)
    scale = 10**digits
    values = np.array([0 if value is None else int(value * scale) for value in given], dtype=np.int64)
    return Column(Kind.NUMBER, values, state, digits)


def _digits(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def strict_state(*columns: Column) -> StateArray:
    """Return the state of a value made from all the columns: absent before not known before known."""
    state = columns[0].state
    for column in columns[1:]:
        state = np.maximum(state, column.state)
    return state


def aligned(left: Column, right: Column) -> tuple[ValueArray, ValueArray, int]:
    """Return the values of two number columns on the same scale, and its digits."""
    digits = max(left.digits, right.digits)
    return scaled(left, digits), scaled(right, digits), digits


def scaled(column: Column, digits: int) -> ValueArray:
    """Return a number column's values with this many digits."""
    return column.values if column.digits == digits else column.values * 10 ** (digits - column.digits)


def as_truth(column: Column) -> Column:
    """Return the column as true and false: ``yes``, ``true`` and numbers other than 0 are true."""
    match column.kind:
        case Kind.TRUTH:
            return column
        case Kind.NUMBER:
            return Column(Kind.TRUTH, column.values != 0, column.state)
        case _:
            told = _elementwise(lambda value: value in ("yes", "true"), column.values)
            return Column(Kind.TRUTH, told.astype(bool), column.state)


def as_things(column: Column) -> Column:
    """Return the column as texts, as they stand in catalogs."""
    match column.kind:
        case Kind.THING:
            return column
        case Kind.TRUTH:
            return Column(Kind.THING, _elementwise(lambda value: "yes" if value else "no", column.values), column.state)
        case _:
            scale = column.digits

            def written(value: int) -> str:
                return str(value) if scale == 0 else str((Decimal(int(value)) / 10**scale).normalize())

            return Column(Kind.THING, _elementwise(written, column.values), column.state)


def _elementwise(function: Callable[[Any], Any], values: ValueArray) -> ValueArray:
    return np.asarray(np.frompyfunc(function, 1, 1)(values), dtype=object)


def codes(column: Column) -> NDArray[np.int64]:
    """Return one number per row, equal exactly where value and state are equal; for one-dimensional columns."""
    whole = column.spread()
    if whole.kind is Kind.THING:
        seen: dict[Any, int] = {}
        numbered = np.fromiter(
            (seen.setdefault(value, len(seen)) for value in whole.values), np.int64, len(whole.values)
        )
    else:
        numbered = np.unique(whole.values, return_inverse=True)[1].astype(np.int64)
    plain = np.where(whole.state == KNOWN, numbered + 2, whole.state.astype(np.int64) - 1)
    return np.asarray(plain, dtype=np.int64)
