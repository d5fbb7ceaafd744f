"""The rows of one feature, and the columns of values rules read from them.

See docs/algorithms/configuring.md, C-2.
"""

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from configurator.compiling.columns import ABSENT, KNOWN, Column, Kind, column_of
from configurator.errors import RuleNotCompilable
from configurator.problem import Domain
from modules_catalog.model import Feature, FeatureKind, Option, Value

NOT_CHOSEN = ""
"""Code of the row that says *not chosen*."""


@dataclass(slots=True)
class FeatureRows:
    """A domain while it is compiled, with the columns read from it so far.

    Columns of a ``many`` domain have one more entry at the end: what is read when none is chosen.
    """

    index: int
    domain: Domain
    feature: Feature | None  # None: a hidden helper
    answers: Column  # what a plain reference gives
    by_code: dict[str, int] = field(default_factory=dict)
    _columns: dict[str, Column] = field(default_factory=dict)

    @property
    def many(self) -> bool:
        """Whether several rows can be chosen."""
        return self.domain.many

    @property
    def can_be_absent(self) -> bool:
        """Whether the feature can be left without an answer."""
        return self.domain.none_row is not None or self.domain.may_be_empty

    def column(self, attribute: str | None) -> Column:
        """Return the values of an attribute, or of the answer, for all rows."""
        if attribute is None:
            return self.answers
        if attribute not in self._columns:
            self._columns[attribute] = self._read(attribute)
        return self._columns[attribute]

    def _read(self, attribute: str) -> Column:
        feature = self.feature
        if feature is None:
            raise RuleNotCompilable(problem="a helper has no attributes", attribute=attribute)
        if feature.kind is FeatureKind.TEXT:
            lengths: list[Value] = [len(code) if code == NOT_CHOSEN else int(code) for code in self.domain.rows]
            return column_of(lengths, absent_first=self.domain.none_row is not None)
        values: list[Value] = [option.attributes.get(attribute) for option in feature.options]
        if feature.kind not in (FeatureKind.OPTION, FeatureKind.OPTIONS):
            values = [None] * (len(self.domain.rows) - (self.domain.none_row is not None))
        return laid_out(values, self.domain)


def laid_out(values: list[Value], domain: Domain) -> Column:
    """Return the column of a domain's rows from the values of its options."""
    if domain.many:
        column = column_of([*values, None])
        column.state[-1] = ABSENT
        return column
    if domain.none_row is not None:
        return column_of([None, *values], absent_first=True)
    return column_of(values)


def rows_of(feature: Feature, index: int) -> FeatureRows:
    """Return the rows of a catalog feature: options, values, lengths, or yes and no; *not chosen* first."""
    optional = feature.shown_when is not None or not (feature.required or feature.kind is FeatureKind.BOOLEAN)
    head = [NOT_CHOSEN] if optional else []
    none_row = 0 if optional else None
    match feature.kind:
        case FeatureKind.OPTION:
            codes, costs = _options(feature.options)
            domain = Domain(feature.code, (*head, *codes), _costs([0] * len(head) + costs), none_row=none_row)
            answers = laid_out(list(codes), domain)
        case FeatureKind.OPTIONS:
            codes, costs = _options(feature.options)
            domain = Domain(
                feature.code,
                codes,
                _costs(costs),
                many=True,
                least=max(feature.minimum, 1),
                most=feature.maximum,
                most_each=min(feature.max_each, feature.maximum),
                may_be_empty=optional or feature.minimum == 0,
            )
            answers = laid_out(list(codes), domain)
        case FeatureKind.BOOLEAN:
            prices = {option.code: option.price_minor for option in feature.options}
            given = prices.get("yes", feature.price_minor)  # type: ignore[call-overload]
            not_given = prices.get("no", 0)  # type: ignore[call-overload]
            domain = Domain(
                feature.code, (*head, "yes", "no"), _costs([0] * len(head) + [given, not_given]), none_row=none_row
            )
            answers = laid_out([True, False], domain)
        case FeatureKind.TEXT:
            lengths = [str(length) for length in range(1, feature.maximum + 1)]
            costs = [0] * len(head) + [feature.price_minor] * len(lengths)
            domain = Domain(feature.code, (*head, *lengths), _costs(costs), none_row=none_row)
            answers = laid_out([None] * len(lengths), domain)
        case _:
            steps = range(feature.minimum, feature.maximum + 1, feature.step)
            costs = [0] * len(head) + [feature.price_minor] * len(steps)
            domain = Domain(feature.code, (*head, *map(str, steps)), _costs(costs), none_row=none_row)
            answers = laid_out([_number(step, feature.digits) for step in steps], domain)
    return FeatureRows(index, domain, feature, answers, {code: row for row, code in enumerate(domain.rows)})


def helper_rows(index: int, code: str, costs: list[int], answers: Column) -> FeatureRows:
    """Return the rows of a hidden helper whose answer is the given column."""
    names = tuple(str(row) for row in range(len(costs)))
    domain = Domain(code, names, _costs(costs), hidden=True)
    return FeatureRows(index, domain, None, answers, {name: row for row, name in enumerate(names)})


def truth_rows(values: list[bool], states: list[np.uint8]) -> Column:
    """Return the answers of a helper that stands for a condition."""
    return Column(Kind.TRUTH, np.array(values, dtype=bool), np.array(states, dtype=np.uint8))


def number_rows(values: list[int], states: list[np.uint8], digits: int) -> Column:
    """Return the answers of a helper that stands for an amount."""
    return Column(Kind.NUMBER, np.array(values, dtype=np.int64), np.array(states, dtype=np.uint8), digits)


def is_known(column: Column) -> bool:
    """Return whether every value is known."""
    return bool((column.state == KNOWN).all())


def _options(options: tuple[Option, ...]) -> tuple[tuple[str, ...], list[int]]:
    return tuple(option.code for option in options), [option.price_minor for option in options]


def _costs(costs: list[int]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array(costs, dtype=np.int64)


def _number(scaled: int, digits: int) -> Value:
    return scaled if digits == 0 else Decimal(scaled) / 10**digits
