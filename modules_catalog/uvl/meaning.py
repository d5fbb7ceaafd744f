"""What a feature model means over catalog features: codes, values, and every constraint as a formula.

A feature that is not selected counts as 0 in amounts, its text as empty; docs/uvl.md says it all.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from modules_catalog.model import Source
from modules_catalog.uvl.errors import UvlNotValid
from modules_catalog.uvl.formulas import (
    Compared,
    Fixed,
    Formula,
    SameText,
    Selected,
    both_ways,
    if_then,
    joined,
    negated,
)
from modules_catalog.uvl.model import (
    COMPARED,
    LOGIC,
    AttributeValue,
    Call,
    Constraint,
    FeatureModel,
    Name,
    Number,
    Operation,
    Path,
    Text,
    Truth,
    UvlFeature,
    UvlType,
)
from modules_catalog.uvl.naming import beside, codes_for
from modules_catalog.uvl.polynomials import Atom, Polynomial, Read, added
from modules_catalog.wording import meant

_OPERATOR_ON_ZERO = {"==": True, "!=": False, "<": False, "<=": True, ">": False, ">=": True}


NUMBERS = (UvlType.INTEGER, UvlType.REAL)


class Names:
    """Which features there are, what they are called in the catalog, and what a reference means.

    Raises:
        UvlNotValid: Two features have the same name.
    """

    def __init__(self, model: FeatureModel) -> None:
        self.features: dict[str, UvlFeature] = {}
        for feature in model.features():
            if feature.name in self.features:
                first = self.features[feature.name].source
                raise UvlNotValid(
                    feature.source, f"two features are called `{feature.name}`; the other stands in {first}"
                )
            self.features[feature.name] = feature
        self.codes: Mapping[str, str] = codes_for(self.features)
        taken = set(self.codes.values())
        self.values: dict[str, str] = {}  # feature → code of what it carries
        for name, feature in self.features.items():
            if feature.type is not UvlType.BOOLEAN:
                self.values[name] = beside(self.codes[name], "value", taken)
            elif feature.copies not in (None, (1, 1), (0, 1)):
                self.values[name] = beside(self.codes[name], "copies", taken)
        self.always = frozenset(self._always(model.root))
        self._by_path: dict[Path, UvlFeature] = {feature.path: feature for feature in self.features.values()}

    def _always(self, root: UvlFeature) -> Iterator[str]:
        waiting = [root]
        while waiting:
            feature = waiting.pop()
            yield feature.name
            for group in feature.groups:
                if group.low == len(group.features):
                    waiting += [child for child in group.features if child.copies is None or child.copies[0] > 0]

    def selected(self, name: str) -> Formula:
        """Return the condition that a feature is selected."""
        return Fixed(True) if name in self.always else Selected(self.codes[name])

    def amount(self, name: str, times: Fraction | int = 1) -> Polynomial:
        """Return how often a feature is there, times a constant."""
        feature = self.features[name]
        if feature.type is UvlType.BOOLEAN and name in self.values:
            return Polynomial.atom(Atom(self.values[name], Read.VALUE), times)
        if name in self.always:
            return Polynomial.number(Fraction(times))
        return Polynomial.atom(Atom(self.codes[name], Read.SELECTED), times)

    def found(self, name: Name) -> tuple[UvlFeature, Path]:
        """Return the feature a reference names and the attribute's path behind it.

        Raises:
            UvlNotValid: There is none.
        """
        for length in range(len(name.path), 0, -1):
            feature = self._by_path.get(name.path[:length])
            if feature is not None:
                return feature, name.path[length:]
        shown = ".".join(name.path)
        near = difflib.get_close_matches(shown, self.features, 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise UvlNotValid(name.source, f"there is no feature `{shown}`{hint}")

    def feature(self, name: Name) -> UvlFeature:
        """Return the feature a reference names.

        Raises:
            UvlNotValid: There is none, or it is an attribute.
        """
        feature, attribute = self.found(name)
        if attribute:
            raise UvlNotValid(name.source, f"`{'.'.join(name.path)}` is an attribute; a feature is wanted here")
        return feature

    def attribute(self, feature: UvlFeature, path: Path, source: Source) -> AttributeValue:
        """Return the value of a feature's attribute.

        Raises:
            UvlNotValid: It has none of this name.
        """
        value = attribute_of(feature, path)
        if value is None:
            known = ", ".join(feature.attributes) or "none"
            raise UvlNotValid(source, f"`{feature.name}` has no attribute `{'.'.join(path)}`; it has {known}")
        return value


def attribute_of(feature: UvlFeature, path: Path) -> AttributeValue | None:
    """Return the value of an attribute, ``None`` where there is none."""
    found: AttributeValue | None = feature.attributes
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


@dataclass(frozen=True, slots=True)
class Meaning:
    """Constraints as formulas over the catalog features of one feature model.

    ``options`` are the texts a String feature can have: feature → {text: option code}; a String feature that is in no
    comparison with texts is not in it.
    """

    names: Names
    options: Mapping[str, Mapping[str, str]]

    def condition(self, constraint: Constraint, source: Source) -> Formula:
        """Return a constraint as a formula.

        Raises:
            UvlNotValid: It reads what is not there, or is no condition.
        """
        match constraint:
            case Truth(value=value):
                return Fixed(value)
            case Name():
                return self._named(constraint)
            case Operation(operator=operator, operands=operands) if operator in LOGIC:
                parts = [self.condition(operand, constraint.source) for operand in operands]
                return _logic(operator, parts)
            case Operation(operator=operator, operands=(left, right)) if operator in COMPARED:
                return self._comparison(operator, left, right, constraint.source)
            case _:
                raise UvlNotValid(source, "an amount by itself is no condition; compare it with something")

    def _named(self, name: Name) -> Formula:
        feature, attribute = self.names.found(name)
        if not attribute:
            return self.names.selected(feature.name)
        value = self.names.attribute(feature, attribute, name.source)
        if not isinstance(value, bool):
            raise UvlNotValid(name.source, f"`{'.'.join(name.path)}` is not true or false; compare it with something")
        return self.names.selected(feature.name) if value else Fixed(False)

    # --- comparisons

    def _comparison(self, operator: str, left: Constraint, right: Constraint, source: Source) -> Formula:
        kinds = [self._is_text(side) for side in (left, right)]
        if any(kinds):
            if not all(kinds):
                raise UvlNotValid(source, "a text is compared with a number; compare len(…) of it instead")
            if operator not in ("==", "!="):
                raise UvlNotValid(source, f"texts are equal or not; `{operator}` says nothing about them")
            same = self._same_text(left, right, source)
            return same if operator == "==" else negated(same)
        for side, other, as_said in ((left, right, operator), (right, left, _turned(operator))):
            if isinstance(side, Call) and side.function == "avg":
                return self._average(side, as_said, self.amount(other, source))
        return compared(self.amount(left, source) - self.amount(right, source), operator)

    def _average(self, call: Call, operator: str, right: Polynomial) -> Formula:
        """Return ``avg operator right``; the average over nothing is 0."""
        total, count = self._over(call)
        without_any = compared(right.times(Fraction(-1)), operator)
        with_some = compared(total - right * count, operator)
        if count.constant is not None or without_any == Fixed(_OPERATOR_ON_ZERO[operator]):
            return with_some
        nothing = compared(count, "==")
        return joined("or", (joined("and", (nothing, without_any)), joined("and", (negated(nothing), with_some))))

    def _is_text(self, side: Constraint) -> bool:
        if isinstance(side, Text):
            return True
        if not isinstance(side, Name):
            return False
        feature, attribute = self.names.found(side)
        if attribute:
            return isinstance(self.names.attribute(feature, attribute, side.source), str)
        return feature.type is UvlType.STRING

    def _same_text(self, left: Constraint, right: Constraint, source: Source) -> Formula:
        """Return the equality of two texts, by the cases each side may be."""
        cases = []
        for one_if, one in self._texts(left):
            for two_if, two in self._texts(right):
                cases.append(joined("and", (one_if, two_if, self._equal(one, two, source))))
        return joined("or", cases)

    def _texts(self, side: Constraint) -> list[tuple[Formula, str | UvlFeature]]:
        if isinstance(side, Text):
            return [(Fixed(True), side.value)]
        assert isinstance(side, Name)  # noqa: S101 - the caller asked
        feature, attribute = self.names.found(side)
        if not attribute:
            return [(Fixed(True), feature)]
        value = str(self.names.attribute(feature, attribute, side.source))
        selected = self.names.selected(feature.name)
        return [(selected, value), (negated(selected), "")]

    def _equal(self, one: str | UvlFeature, two: str | UvlFeature, source: Source) -> Formula:
        if isinstance(one, str):
            if isinstance(two, str):
                return Fixed(one == two)
            one, two = two, one
        own = self.names.values[one.name]
        if isinstance(two, UvlFeature):
            if one is two:
                return Fixed(True)
            if self.options[one.name] != self.options[two.name]:
                raise UvlNotValid(source, f"`{one.name}` and `{two.name}` are compared: give both the same `values`")
            return SameText(own, self.names.values[two.name], other_is_feature=True)
        if not two:
            return negated(self.names.selected(one.name))
        code = self.options[one.name].get(two)
        return Fixed(False) if code is None else SameText(own, code)

    # --- amounts

    def amount(self, constraint: Constraint, source: Source) -> Polynomial:
        """Return a number as a polynomial.

        Raises:
            UvlNotValid: It reads what is not there or no number, or divides by something a product decides.
        """
        match constraint:
            case Number(value=value):
                return Polynomial.number(value)
            case Name():
                return self._number(constraint)
            case Call():
                return self._called(constraint)
            case Operation(operator="-", operands=(inner,)):
                return self.amount(inner, source).times(Fraction(-1))
            case Operation(operator=operator, operands=operands):
                first, *rest = [self.amount(operand, constraint.source) for operand in operands]
                for other in rest:
                    first = self._joined(operator, first, other, constraint.source)
                return first
            case _:
                raise UvlNotValid(source, "a number is wanted here, not a text")

    def _joined(self, operator: str, one: Polynomial, two: Polynomial, source: Source) -> Polynomial:
        match operator:
            case "+":
                return one + two
            case "-":
                return one - two
            case "*":
                return one * two
            case _:
                divisor = two.constant
                if divisor is None:
                    raise UvlNotValid(source, "only numbers divide; multiply the other side of the comparison instead")
                if divisor == 0:
                    raise UvlNotValid(source, "this divides by 0")
                return one.times(1 / divisor)

    def _number(self, name: Name) -> Polynomial:
        feature, attribute = self.names.found(name)
        if attribute:
            value = self.names.attribute(feature, attribute, name.source)
            if isinstance(value, bool) or not isinstance(value, int | Fraction):
                raise UvlNotValid(name.source, f"`{'.'.join(name.path)}` is no number")
            return self._times(self.names.selected(feature.name), value)
        if feature.type is UvlType.STRING:
            raise UvlNotValid(name.source, f"`{feature.name}` is a text; len({feature.name}) is a number")
        if feature.type is UvlType.BOOLEAN:
            return self.names.amount(feature.name)
        return Polynomial.atom(Atom(self.names.values[feature.name], Read.VALUE))

    def _times(self, selected: Formula, value: Fraction | int) -> Polynomial:
        if isinstance(selected, Selected):
            return Polynomial.atom(Atom(selected.code, Read.SELECTED), value)
        return Polynomial.number(value)

    def _called(self, call: Call) -> Polynomial:
        if call.function == "sum":
            return self._over(call)[0]
        if call.function == "avg":
            total, count = self._over(call)
            if not count.constant:
                raise UvlNotValid(call.source, "avg stands alone on one side of a comparison: avg(price) <= 10")
            return total.times(1 / count.constant)
        feature, attribute = self.names.found(call.of)
        selected = self.names.selected(feature.name)
        if call.function == "len":
            if attribute:
                value = self.names.attribute(feature, attribute, call.source)
                if not isinstance(value, str):
                    raise UvlNotValid(call.source, f"`{'.'.join(call.of.path)}` is no text")
                return self._times(selected, len(value))
            if feature.type is not UvlType.STRING:
                raise UvlNotValid(call.source, f"`{feature.name}` is no text; len reads String features and texts")
            return Polynomial.atom(Atom(self.names.values[feature.name], Read.LENGTH))
        rounding = Read.FLOOR if call.function == "floor" else Read.CEIL
        if attribute:
            value = self.names.attribute(feature, attribute, call.source)
            if isinstance(value, bool) or not isinstance(value, int | Fraction):
                raise UvlNotValid(call.source, f"`{'.'.join(call.of.path)}` is no number")
            return self._times(selected, value.__floor__() if rounding is Read.FLOOR else value.__ceil__())
        if feature.type is not UvlType.REAL:
            return self._number(call.of)
        return Polynomial.atom(Atom(self.names.values[feature.name], rounding))

    def _over(self, call: Call) -> tuple[Polynomial, Polynomial]:
        """Return the sum of an attribute over the selected features that have it, and how many they are."""
        below = None if call.below is None else self.names.feature(call.below)
        reach = self.names.features.values() if below is None else below.walk()
        sums: list[Polynomial] = []
        counts: list[Polynomial] = []
        for feature in reach:
            value = attribute_of(feature, call.of.path)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | Fraction):
                raise UvlNotValid(call.source, f"`{'.'.join(call.of.path)}` of `{feature.name}` is no number")
            sums.append(self.names.amount(feature.name, value))
            counts.append(self.names.amount(feature.name))
        if not counts and (carrier := self._carrier(call, below)) is not None:
            return Polynomial.atom(Atom(self.names.values[carrier.name], Read.VALUE)), self.names.amount(carrier.name)
        if not counts:
            where = "" if below is None else f" under `{below.name}`"
            named = {name for feature in self.names.features.values() for name in feature.attributes}
            hint = meant(".".join(call.of.path), named)
            raise UvlNotValid(call.source, f"no feature{where} has the attribute `{'.'.join(call.of.path)}`{hint}")
        return added(sums), added(counts)

    def _carrier(self, call: Call, below: UvlFeature | None) -> UvlFeature | None:
        """Return the number feature a sum names in place of an attribute: ``sum(Scoops)`` is how many there are."""
        prefix = () if below is None else below.path[:-1]
        reach = self.names.features.values() if below is None else below.walk()
        for feature in reach:
            if feature.path in (call.of.path, (*prefix, *call.of.path)) and feature.type in NUMBERS:
                return feature
        return None


def compared(amount: Polynomial, operator: str) -> Formula:
    """Return ``amount operator 0``, told at once where nothing is read."""
    constant = amount.constant
    if constant is None:
        return Compared(amount, operator)
    match operator:
        case "==":
            return Fixed(constant == 0)
        case "!=":
            return Fixed(constant != 0)
        case "<":
            return Fixed(constant < 0)
        case "<=":
            return Fixed(constant <= 0)
        case ">":
            return Fixed(constant > 0)
        case _:
            return Fixed(constant >= 0)


def _turned(operator: str) -> str:
    return {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)


def _logic(operator: str, parts: list[Formula]) -> Formula:
    match operator:
        case "!":
            return negated(parts[0])
        case "&":
            return joined("and", parts)
        case "|":
            return joined("or", parts)
        case "=>":
            return if_then(parts[0], parts[1])
        case _:
            return both_ways(parts[0], parts[1])
