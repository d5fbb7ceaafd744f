"""Static checks: does an expression make sense for the features it reads?

``resolved`` refuses what can never be evaluated and writes ``yes`` / ``no`` beside a boolean as true / false,
so that whoever compiles the tree meets one spelling only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from modules_catalog.expressions.errors import ExpressionNotValid
from modules_catalog.expressions.parser import Parsed
from modules_catalog.expressions.printing import printed
from modules_catalog.expressions.tree import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Expression,
    Literal,
    Logic,
    Reference,
    SetOf,
    children,
)
from modules_catalog.wording import meant, said


class ValueType(StrEnum):
    """What kind of value a column or an expression has."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    BOOLEAN = "boolean"
    SET = "set"
    ANY = "any"  # a column without a single known value


NUMBERS = frozenset({ValueType.INTEGER, ValueType.DECIMAL})
_SPOKEN = {
    ValueType.INTEGER: said("a number"),
    ValueType.DECIMAL: said("a number"),
    ValueType.TEXT: said("a text"),
    ValueType.BOOLEAN: said("yes or no"),
    ValueType.SET: said("a set"),
}


@dataclass(frozen=True, slots=True)
class FeatureType:
    """What an expression may read of one feature: its answer, its attributes, whether it takes several options."""

    answer: ValueType
    attributes: Mapping[str, ValueType] = field(default_factory=dict)
    many: bool = False


Schema = Mapping[str, FeatureType]


def each_read(expression: Expression, schema: Schema) -> frozenset[str]:
    """Return the features with several options that the expression reads plainly, so speaks of each chosen one."""
    match expression:
        case Reference(feature=feature):
            return frozenset({feature}) if feature in schema and schema[feature].many else frozenset()
        case Aggregate() | Call(name="chosen"):
            return frozenset()
        case _:
            return frozenset[str]().union(*(each_read(child, schema) for child in children(expression)))


def resolved(parsed: Parsed, schema: Schema, *, wanted: ValueType | None = None) -> Expression:
    """Return the checked expression, with ``yes`` and ``no`` beside booleans written as true and false.

    Args:
        parsed: What the parser made of the text.
        schema: The line's features; a feature that is not in it is not known.
        wanted: BOOLEAN for a condition, INTEGER for any number, TEXT for a text; None takes all.

    Raises:
        ExpressionNotValid: An unknown feature or attribute, an aggregate over a feature that takes one option,
            plain references to two features that take several, or values of different kinds side by side.
    """
    return resolved_with_type(parsed, schema, wanted=wanted)[0]


def resolved_with_type(
    parsed: Parsed, schema: Schema, *, wanted: ValueType | None = None
) -> tuple[Expression, ValueType]:
    """Return the checked expression, as ``resolved`` does, and the kind of its value."""
    checker = _Checker(parsed, schema)
    expression, kind = checker.resolve(parsed.expression)
    if wanted is not None and not _agree(kind, wanted):
        raise checker.refusal(
            parsed.expression,
            said("%(wanted)s is wanted, this is %(what)s", wanted=_SPOKEN[wanted], what=_spoken(kind)),
        )
    each = sorted(each_read(expression, schema))
    if len(each) > 1:
        raise checker.refusal(
            parsed.expression, said("speaks of each option of %(names)s: one at most", names=", ".join(each))
        )
    return expression, kind


def _agree(one: ValueType, other: ValueType) -> bool:
    return ValueType.ANY in (one, other) or one == other or (one in NUMBERS and other in NUMBERS)


def _spoken(kind: ValueType) -> str:
    return _SPOKEN.get(kind, said("of no known kind"))


def _joined(kinds: list[ValueType]) -> ValueType:
    """Return the kind of a value that may come from any of these, which agree."""
    known = [kind for kind in kinds if kind is not ValueType.ANY]
    if not known:
        return ValueType.ANY
    return ValueType.DECIMAL if ValueType.DECIMAL in known else known[0]


def literal_type(value: Literal) -> ValueType:
    """Return the kind of a literal."""
    match value:
        case bool():
            return ValueType.BOOLEAN
        case int():
            return ValueType.INTEGER
        case str():
            return ValueType.TEXT
        case _:
            return ValueType.DECIMAL


class _Checker:
    def __init__(self, parsed: Parsed, schema: Schema) -> None:
        self.parsed = parsed
        self.schema = schema

    def refusal(self, part: Expression, problem: str) -> ExpressionNotValid:
        return ExpressionNotValid(problem, position=self.parsed.position(part), text=self.parsed.text)

    def resolve(self, part: Expression) -> tuple[Expression, ValueType]:
        """Return the part with spellings settled, and its kind."""
        match part:
            case Constant(value=value):
                return part, literal_type(value)
            case SetOf():
                return part, ValueType.SET
            case Reference():
                return part, self._reference(part)
            case Call():
                return self._call(part)
            case Aggregate():
                return self._aggregate(part)
            case Arithmetic(left=left, right=right):
                return self._arithmetic(part, left, right)
            case Comparison():
                return self._comparison(part)
            case Logic(operands=operands):
                return replace(part, operands=tuple(self._of(o, ValueType.BOOLEAN) for o in operands)), (
                    ValueType.BOOLEAN
                )

    def _of(self, part: Expression, wanted: ValueType) -> Expression:
        """Return the resolved part, which must be of a kind."""
        expression, kind = self.resolve(part)
        if not _agree(kind, wanted):
            raise self.refusal(
                part,
                said(
                    "`%(written)s` is %(what)s where %(wanted)s is wanted",
                    written=printed(part),
                    what=_spoken(kind),
                    wanted=_SPOKEN[wanted],
                ),
            )
        return expression

    def _reference(self, part: Reference) -> ValueType:
        feature = self.schema.get(part.feature)
        if feature is None:
            raise self.refusal(
                part,
                said(
                    "there is no feature `%(feature)s`%(hint)s",
                    feature=part.feature,
                    hint=meant(part.feature, self.schema),
                ),
            )
        if part.attribute is None:
            return feature.answer
        if part.attribute not in feature.attributes:
            raise self.refusal(
                part,
                said(
                    "`%(feature)s` has no attribute `%(attribute)s`%(hint)s",
                    feature=part.feature,
                    attribute=part.attribute,
                    hint=meant(part.attribute, feature.attributes),
                ),
            )
        return feature.attributes[part.attribute]

    def _arithmetic(self, part: Arithmetic, left: Expression, right: Expression) -> tuple[Expression, ValueType]:
        (left, left_kind), (right, right_kind) = self.resolve(left), self.resolve(right)
        for side, kind in ((part.left, left_kind), (part.right, right_kind)):
            if not _agree(kind, ValueType.INTEGER):
                raise self.refusal(
                    side,
                    said(
                        "`%(written)s` is %(what)s where a number is wanted", written=printed(side), what=_spoken(kind)
                    ),
                )
        return replace(part, left=left, right=right), _joined([left_kind, right_kind])

    def _aggregate(self, part: Aggregate) -> tuple[Expression, ValueType]:
        feature = self.schema.get(part.feature)
        if feature is None:
            raise self.refusal(
                part,
                said(
                    "there is no feature `%(feature)s`%(hint)s",
                    feature=part.feature,
                    hint=meant(part.feature, self.schema),
                ),
            )
        if not feature.many:
            instead = f"chosen({part.feature})" if part.name == "count" else part.feature
            raise self.refusal(
                part,
                said(
                    "%(name)s runs over several options; `%(feature)s` takes one: say `%(instead)s`",
                    name=part.name,
                    feature=part.feature,
                    instead=instead,
                ),
            )
        if part.body is None:
            return part, ValueType.INTEGER
        body, kind = self.resolve(part.body)
        if not _agree(kind, ValueType.INTEGER):
            raise self.refusal(
                part.body, said("%(name)s of %(what)s; a number is wanted", name=part.name, what=_spoken(kind))
            )
        return replace(part, body=body), kind

    def _comparison(self, part: Comparison) -> tuple[Expression, ValueType]:
        (left, left_kind), (right, right_kind) = self.resolve(part.left), self.resolve(part.right)
        if part.operator in ("in", "not in"):
            right = self._membership(part, left_kind, right, right_kind)
            return replace(part, left=left, right=right), ValueType.BOOLEAN
        left, left_kind = _as_boolean(left, left_kind, right_kind)
        right, right_kind = _as_boolean(right, right_kind, left_kind)
        if not _agree(left_kind, right_kind):
            raise self.refusal(
                part,
                said(
                    "compares %(what)s with %(other)s: `%(written)s`",
                    what=_spoken(left_kind),
                    other=_spoken(right_kind),
                    written=printed(part),
                ),
            )
        if part.operator not in ("==", "!="):
            for kind in (left_kind, right_kind):
                if not _agree(kind, ValueType.INTEGER):
                    raise self.refusal(
                        part,
                        said(
                            "`%(operator)s` compares numbers, not %(what)s", operator=part.operator, what=_spoken(kind)
                        ),
                    )
        return replace(part, left=left, right=right), ValueType.BOOLEAN

    def _membership(self, part: Comparison, member: ValueType, within: Expression, kind: ValueType) -> Expression:
        if member is ValueType.SET:
            raise self.refusal(
                part.left,
                said("`%(written)s` is a set; only a single value can be in a set", written=printed(part.left)),
            )
        if not _agree(kind, ValueType.SET):
            raise self.refusal(
                part.right,
                said(
                    "`%(written)s` is %(what)s where a set is wanted", written=printed(part.right), what=_spoken(kind)
                ),
            )
        if not isinstance(within, SetOf):
            if not _agree(member, ValueType.TEXT):
                raise self.refusal(
                    part.left,
                    said(
                        "the set holds texts, `%(written)s` is %(what)s",
                        written=printed(part.left),
                        what=_spoken(member),
                    ),
                )
            return within
        if member is ValueType.BOOLEAN:
            within = SetOf(frozenset(_YES_NO.get(v, v) if isinstance(v, str) else v for v in within.values))
        for value in within.values:
            if not _agree(literal_type(value), member):
                raise self.refusal(
                    part.right,
                    said("%(what)s is never in %(written)s", what=_spoken(member), written=printed(part.right)),
                )
        return within

    def _call(self, part: Call) -> tuple[Expression, ValueType]:
        arguments, kinds = [], []
        for argument in part.arguments:
            expression, kind = self.resolve(argument)
            arguments.append(expression)
            kinds.append(kind)
        wanted, result = _signature(part, kinds)
        for argument, kind, want in zip(part.arguments, kinds, wanted, strict=True):
            if want is not None and not _agree(kind, want):
                raise self.refusal(
                    argument,
                    said(
                        "%(name)s: `%(written)s` is %(what)s where %(wanted)s is wanted",
                        name=part.name,
                        written=printed(argument),
                        what=_spoken(kind),
                        wanted=_SPOKEN[want],
                    ),
                )
        if part.name == "map":
            for key, _ in part.mapping:
                if not _agree(literal_type(key), kinds[0]):
                    raise self.refusal(
                        part,
                        said(
                            "map: %(written)s is never %(what)s", written=printed(Constant(key)), what=_spoken(kinds[0])
                        ),
                    )
        same = _must_agree(part.name, kinds, part)
        for kind in same:
            if not _agree(kind, same[0]):
                raise self.refusal(
                    part,
                    said(
                        "%(name)s gives %(what)s or %(other)s: one kind only",
                        name=part.name,
                        what=_spoken(same[0]),
                        other=_spoken(kind),
                    ),
                )
        return replace(part, arguments=tuple(arguments)), result


_YES_NO: Mapping[str, Literal] = {"yes": True, "no": False}


def _as_boolean(expression: Expression, kind: ValueType, beside: ValueType) -> tuple[Expression, ValueType]:
    """Return ``yes`` / ``no`` as true / false when it stands beside a boolean; anything else unchanged."""
    if beside is ValueType.BOOLEAN and isinstance(expression, Constant) and expression.value in ("yes", "no"):
        return Constant(expression.value == "yes"), ValueType.BOOLEAN
    return expression, kind


def _must_agree(name: str, kinds: list[ValueType], part: Call) -> list[ValueType]:
    if name == "first_known":
        return kinds
    if name == "if":
        return kinds[1:]
    if name == "map":
        return [kinds[0] if kinds[0] is not ValueType.ANY else literal_type(part.mapping[0][1])] + [
            literal_type(value) for _, value in part.mapping
        ]
    return []


def _signature(part: Call, kinds: list[ValueType]) -> tuple[list[ValueType | None], ValueType]:
    """Return the kind each argument must have (None: any) and the kind of the result."""
    number, text = ValueType.INTEGER, ValueType.TEXT
    match part.name:
        case "floor":
            return [number], ValueType.INTEGER
        case "min" | "max":
            return [number] * len(kinds), _joined(kinds)
        case "first_known":
            return [None] * len(kinds), _joined(kinds)
        case "if":
            return [ValueType.BOOLEAN, None, None], _joined(kinds[1:])
        case "map":
            return [None], _joined([kinds[0], *(literal_type(value) for _, value in part.mapping)])
        case "starts_with":
            return [text, text], ValueType.BOOLEAN
        case "size":
            return [ValueType.SET], ValueType.INTEGER
        case _:  # known, chosen
            return [None], ValueType.BOOLEAN
