"""Conditions of a catalog as UVL constraints, where UVL can say exactly the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

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
)
from modules_catalog.model import Feature, FeatureKind, Source
from modules_catalog.uvl.model import Call as UvlCall
from modules_catalog.uvl.model import Constraint, Name, Number, Operation, Text

ONE = "one"
HERE = Source("", 0)
NUMBERS = (FeatureKind.INTEGER, FeatureKind.DECIMAL)
_LOGIC = {"and": "&", "or": "|", "implies": "=>", "iff": "<=>"}


class NotSaid(Exception):
    """UVL has no words for this; the message names what."""


@dataclass(slots=True)
class Saying:
    """Says conditions over the features of one catalog.

    ``carriers`` is {code of a value feature: name of the typed feature that carries it}; ``texts`` what its options
    are called. ``counted`` collects the yes / no features whose attribute ``one`` a constraint reads.
    """

    features: Mapping[str, Feature]
    names: Mapping[str, str]
    carriers: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    counted: set[str]
    options: Mapping[tuple[str, str], str]
    absent_is_false: bool = False  # as in ``shown_when``: a comparison with what is not answered is false

    def condition(self, node: Expression) -> Constraint:
        """Return a condition.

        Raises:
            NotSaid: UVL cannot say it.
        """
        told = self._chosen(node)
        if told is not None:
            return told
        match node:
            case Logic(operator="not", operands=(inner,)):
                return operation("!", self.condition(inner))
            case Logic(operator=operator, operands=operands):
                return operation(_LOGIC[operator], *(self.condition(operand) for operand in operands))
            case Reference(feature=code, attribute=None) if self._plain(code):
                return name(self.names[code])
            case Comparison(operator="==" | "!=" as operator, left=left, right=right):
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, Reference) and isinstance(other, Constant) and isinstance(other.value, bool):
                        told = self.condition(one)
                        return told if other.value is (operator == "==") else operation("!", told)
                texts = [self._text(left), self._text(right)]
                if all(text is not None for text in texts) and any(isinstance(text, Name) for text in texts):
                    return operation(operator, *(text for text in self._told(left, right)))
                return operation(operator, self.amount(left), self.amount(right))
            case Comparison(operator=operator, left=left, right=right) if operator in ("<", "<=", ">", ">="):
                return self._any_of(node) or operation(operator, self.amount(left), self.amount(right))
            case _:
                raise NotSaid("a condition over options or sets")

    def amount(self, node: Expression) -> Constraint:
        """Return a number.

        Raises:
            NotSaid: UVL cannot say it.
        """
        match node:
            case Constant(value=value) if isinstance(value, int | Decimal) and not isinstance(value, bool):
                return Number(Fraction(value))
            case Arithmetic(operator=operator, left=left, right=right):
                return operation(operator, self.amount(left), self.amount(right))
            case Reference(feature=code, attribute=None) if self._always(code, NUMBERS):
                return name(self.names[code])
            case Call(
                name="if", arguments=(Call(name="chosen"), Reference(feature=code, attribute=read), Constant(value=0))
            ):
                return self._carried(code, read)
            case Call(name="if", arguments=(condition, Constant(value=yes), Constant(value=no))):
                return self._either(condition, yes, no)
            case Call(name="floor", arguments=(Arithmetic(operator="-", left=Constant(value=0), right=inner),)):
                return operation("-", Number(Fraction(0)), self._rounded("ceil", inner))
            case Call(name="floor", arguments=(inner,)):
                return self._rounded("floor", inner)
            case Reference(feature=code, attribute=read) if read is not None and self._always(
                code, (FeatureKind.OPTION,)
            ):
                return self._summed(code, read)
            case Aggregate(name="sum", feature=code, body=Reference(attribute=read)) if read is not None:
                return self._summed(code, read)
            case Aggregate(name="count", feature=code):
                return UvlCall("sum", name("piece"), HERE, name(self.names[code]))
            case _:
                raise NotSaid("an amount of another kind than sums of attributes and numbers")

    def _chosen(self, node: Expression) -> Constraint | None:
        """Return a comparison of a feature's answer with options as the options' names."""
        if not isinstance(node, Comparison) or not isinstance(node.left, Reference) or node.left.attribute is not None:
            return None
        code = node.left.feature
        if self.features[code].kind is not FeatureKind.OPTION or code in self.carriers:
            return None
        if not (self.absent_is_false or self._always(code, (FeatureKind.OPTION,))):
            return None
        values = node.right.values if isinstance(node.right, SetOf) else [getattr(node.right, "value", None)]
        if node.operator not in ("==", "!=", "in", "not in") or not all(
            (code, value) in self.options for value in values
        ):
            return None
        names = [name(self.options[code, str(value)]) for value in sorted(map(str, values))]
        one = operation("|", *names) if len(names) > 1 else names[0] if names else None
        if one is None or node.operator in ("==", "in"):
            return one
        return operation("&", name(self.names[code]), operation("!", one))

    def _any_of(self, node: Comparison) -> Constraint | None:
        """Return *at least one of* plainly, where all of it is conditions."""
        if node.operator != ">=" or node.right != Constant(1):
            return None
        members = counted_conditions(node.left)
        if members is None or len(members) < 2:
            return None
        try:
            return operation("|", *(self.condition(member) for member in members))
        except NotSaid:
            return None

    def _plain(self, code: str) -> bool:
        feature = self.features[code]
        return feature.kind is FeatureKind.BOOLEAN and feature.shown_when is None

    def _always(self, code: str, kinds: tuple[FeatureKind, ...]) -> bool:
        feature = self.features[code]
        return feature.kind in kinds and feature.required and feature.shown_when is None

    def _either(self, condition: Expression, yes: object, no: object) -> Constraint:
        if not isinstance(yes, int | Decimal) or not isinstance(no, int | Decimal):
            raise NotSaid("a text that depends on a condition")
        if isinstance(condition, Logic) and condition.operator == "not":
            return self._either(condition.operands[0], no, yes)
        if not (isinstance(condition, Reference) and condition.attribute is None and self._plain(condition.feature)):
            raise NotSaid("an amount that depends on more than one yes or no")
        self.counted.add(condition.feature)
        one = Name((self.names[condition.feature], ONE), HERE)
        times = Fraction(yes) - Fraction(no)
        told: Constraint = one if times == 1 else operation("*", Number(times), one)
        return told if no == 0 else operation("+", told, Number(Fraction(no)))

    def _carried(self, code: str, read: str | None) -> Constraint:
        feature = self.features[code]
        if feature.kind in NUMBERS and read is None:
            return name(self.carriers.get(code) or self.names[code])
        if read == "length" and (feature.kind is FeatureKind.TEXT or code in self.texts):
            return UvlCall("len", name(self.carriers.get(code) or self.names[code]), HERE)
        if feature.kind is FeatureKind.OPTION and read is not None:
            return self._summed(code, read)
        raise NotSaid("this value")

    def _rounded(self, function: str, node: Expression) -> Constraint:
        inner = self.amount(node)
        if not isinstance(inner, Name):
            raise NotSaid(f"{function} of more than a single number")
        return UvlCall(function, inner, HERE)

    def _summed(self, code: str, read: str) -> Constraint:
        values = [option.attributes.get(read) for option in self.features[code].options]
        if not all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values):
            raise NotSaid(f"{code}.{read}, which is not a known number of every option")
        return UvlCall("sum", name(read), HERE, name(self.names[code]))

    def _told(self, left: Expression, right: Expression) -> list[Constraint]:
        one, two = self._text(left), self._text(right)
        assert one is not None  # noqa: S101 - the caller asked
        assert two is not None  # noqa: S101
        carrier = next(side for side in (one, two) if isinstance(side, Name))
        code = next(code for code, own in self.carriers.items() if (own,) == carrier.path)
        return [
            Text(self.texts[code].get(one.value, one.value)) if isinstance(one, Text) else one for one in (one, two)
        ]

    def _text(self, node: Expression) -> Name | Text | None:
        match node:
            case Constant(value=str() as value):
                return Text(value)
            case Call(name="if", arguments=(Call(name="chosen"), Reference(feature=code), Constant(value=""))) if (
                code in self.texts
            ):
                return name(self.carriers[code])
            case _:
                return None


def counted_conditions(node: Expression) -> list[Expression] | None:
    """Return the conditions of ``if(a, 1, 0) + if(b, 1, 0) + …``, else ``None``."""
    match node:
        case Arithmetic(operator="+", left=left, right=right):
            one, two = counted_conditions(left), counted_conditions(right)
            return None if one is None or two is None else one + two
        case Call(name="if", arguments=(condition, Constant(value=1), Constant(value=0))):
            return [condition]
        case _:
            return None


def name(*path: str) -> Name:
    """Return a reference."""
    return Name(path, HERE)


def operation(operator: str, *operands: Constraint) -> Operation:
    """Return an operation."""
    return Operation(operator, operands, HERE)
