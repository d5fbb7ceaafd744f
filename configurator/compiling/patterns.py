"""Rules that say the same of other features: compiled once, then written down for each.

Most rules of a feature model are a handful of conditions over yes / no features. See docs/algorithms/configuring.md, C-3.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

from configurator.compiling.rows import FeatureRows
from configurator.problem import ProblemRule
from modules_catalog.expressions.tree import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Expression,
    Logic,
    Reference,
    SetOf,
    features_read,
)
from modules_catalog.model import FeatureKind, Rule

Compiled = tuple[tuple[ProblemRule, ...], ...]
"""What a rule became, by where it goes; scopes are indices of domains."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule without the names of its features: what it says, and the domains it says it of, ascending."""

    key: Hashable
    scope: tuple[int, ...]


@dataclass(slots=True)
class Patterns:
    """What rules compiled before became, by their pattern."""

    _known: dict[Hashable, tuple[tuple[int, ...], Compiled]] = field(default_factory=dict)

    def found(self, pattern: Pattern, rule: str) -> Compiled | None:
        """Return what the rule becomes, ``None`` when nothing of its pattern was compiled yet."""
        known = self._known.get(pattern.key)
        if known is None:
            return None
        moved = dict(zip(known[0], pattern.scope, strict=True))
        return tuple(
            tuple(replace(part, rule=rule, scope=tuple(moved[index] for index in part.scope)) for part in parts)
            for parts in known[1]
        )

    def keep(self, pattern: Pattern, compiled: Compiled) -> None:
        """Remember what a rule became."""
        self._known[pattern.key] = (pattern.scope, compiled)


def pattern_of(rule: Rule, rows: Mapping[str, FeatureRows]) -> Pattern | None:
    """Return the pattern of a rule over yes / no features, ``None`` for all others."""
    assert rule.condition is not None  # noqa: S101 - the caller asked
    read = features_read(rule.condition)
    for code in read:
        feature = rows[code].feature
        if feature is None or feature.kind is not FeatureKind.BOOLEAN:
            return None
    ordered = sorted(read, key=lambda code: rows[code].index)
    place = {code: at for at, code in enumerate(ordered)}
    said = _said(rule.condition, place)
    if said is None:
        return None
    optional = tuple(rows[code].domain.none_row for code in ordered)
    key = (rule.kind == "that", rule.severity, rule.when_missing, optional, said)
    return Pattern(key, tuple(rows[code].index for code in ordered))


def _said(node: Expression, place: Mapping[str, int]) -> Hashable | None:
    """Return an expression with its features' places for their names; ``None`` where it reads an attribute."""
    match node:
        case Reference(feature=feature, attribute=attribute):
            return place[feature] if attribute is None else None
        case Constant(value=value):
            return ("is", type(value).__name__, value)
        case SetOf(values=values):
            return ("set", tuple(values))
        case Aggregate():
            return None
        case Call(name=name, arguments=parts, mapping=mapping):
            head: tuple[Hashable, ...] = (name, mapping)
        case Logic(operator=operator, operands=parts):
            head = (operator,)
        case (
            Comparison(operator=operator, left=left, right=right)
            | Arithmetic(operator=operator, left=left, right=right)
        ):
            head, parts = (type(node).__name__, operator), (left, right)
    told = tuple(_said(part, place) for part in parts)
    return None if None in told else (*head, told)
