"""What typed features and copies carry: number, text or count, each a catalog feature of its own with bounds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from modules_catalog.uvl.errors import UvlNotValid
from modules_catalog.uvl.formulas import Compared, Formula, Joined, Selected
from modules_catalog.uvl.model import UvlFeature, UvlType
from modules_catalog.uvl.naming import codes_for
from modules_catalog.uvl.polynomials import Read

LONGEST_TEXT = 100
MOST_STEPS = 10_000
USUAL_MOST = 100
_LEAST, _MOST = ("min", "minimum"), ("max", "maximum")


@dataclass(frozen=True, slots=True)
class TextOption:
    """One text a feature can have; ``text`` is empty for *some other text*."""

    code: str
    text: str
    length: int


@dataclass(frozen=True, slots=True)
class ValueFeature:
    """A catalog feature asked while its owner is selected."""

    code: str
    owner: str
    kind: str  # integer | decimal | text | option
    least: Fraction = Fraction(0)
    most: Fraction = Fraction(0)
    step: Fraction = Fraction(1)
    texts: tuple[TextOption, ...] = ()

    @property
    def answers(self) -> int:
        """How many different answers it has."""
        if self.kind == "option":
            return len(self.texts)
        return int((self.most - self.least) / self.step) + 1


def texts_of(feature: UvlFeature, compared: Iterable[str], twins: int, *, by_length: bool) -> tuple[TextOption, ...]:
    """Return the texts a String feature can have, as far as constraints tell them apart.

    Args:
        feature: The feature; its attribute ``values`` lists all its texts, else every other text is possible too.
        compared: Texts it is compared with.
        twins: How many features are compared with one another: so many different other texts may be needed.
        by_length: Whether lengths matter, so that there are other texts of each length.

    Raises:
        UvlNotValid: ``values`` is no list of texts.
    """
    given = feature.attributes.get("values")
    if given is not None:
        if not isinstance(given, tuple) or not given or not all(isinstance(one, str) and one for one in given):
            raise UvlNotValid(feature.source, f"`values` of `{feature.name}` is a list of texts: ['a', 'b']")
        texts = [str(one) for one in given]
        codes = codes_for(texts, "text")
        return tuple(TextOption(codes[text], text, len(text)) for text in codes)
    known = list(dict.fromkeys(text for text in compared if text))
    lengths = range(1, max([20, *(len(text) + 1 for text in known)]) + 1) if by_length else (0,)
    others = [
        (f"\nother_{length}_{twin}" if by_length else f"\nother_{twin}", length)
        for length in lengths
        for twin in range(1, twins + 1)
    ]
    codes = codes_for([*(code for code, _ in others), *known], "text")
    return (
        *(TextOption(codes[text], text, len(text)) for text in known),
        *(TextOption(code, "", length) for code, length in others),
    )


def thresholds(formula: Formula) -> Iterator[tuple[str, Fraction]]:
    """Yield (code, number) for every comparison of one value with a number."""
    if isinstance(formula, Joined):
        for operand in formula.operands:
            yield from thresholds(operand)
    elif isinstance(formula, Compared):
        found = _single(formula)
        if found is not None:
            yield found[0], found[2]


def bounds_said(
    formulas: Iterable[Formula], owners: Mapping[str, str]
) -> dict[str, tuple[list[Fraction], list[Fraction]]]:
    """Return {code: (lower bounds, upper bounds)} that hold whenever the value is asked for.

    Args:
        formulas: Constraints, each of which holds in every product.
        owners: {code of the value: code of the feature it belongs to}.
    """
    found: dict[str, tuple[list[Fraction], list[Fraction]]] = {}
    for formula in formulas:
        for part in _parts(formula, owners):
            single = _single(part) if isinstance(part, Compared) else None
            if single is None:
                continue
            code, operator, number = single
            lower, upper = found.setdefault(code, ([], []))
            if operator in (">", ">=", "=="):
                lower.append(number)
            if operator in ("<", "<=", "=="):
                upper.append(number)
    return found


def _parts(formula: Formula, owners: Mapping[str, str]) -> Iterator[Formula]:
    """Yield the conditions that hold by themselves wherever their value is asked for."""
    if isinstance(formula, Joined) and formula.operator == "and":
        for operand in formula.operands:
            yield from _parts(operand, owners)
    elif isinstance(formula, Joined) and formula.operator == "implies" and isinstance(formula.operands[0], Selected):
        owner = formula.operands[0].code
        for part in _parts(formula.operands[1], owners):
            single = _single(part) if isinstance(part, Compared) else None
            if single is not None and owners.get(single[0]) == owner:
                yield part
    else:
        yield formula


def _single(compared: Compared) -> tuple[str, str, Fraction] | None:
    """Return (code, operator, number) of a comparison of one value with a number."""
    terms = {product: times for product, times in compared.amount.terms.items() if product}
    if len(terms) != 1:
        return None
    ((product, times),) = terms.items()
    if len(product) != 1 or product[0].read is not Read.VALUE:
        return None
    operator = compared.operator
    if times < 0:
        operator = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
    return product[0].code, operator, -compared.amount.terms.get((), Fraction(0)) / times


def numbers_of(
    feature: UvlFeature,
    code: str,
    owner: str,
    said: tuple[list[Fraction], list[Fraction]],
    compared: list[Fraction],
) -> tuple[ValueFeature, str]:
    """Return the numbers a feature may have, and what was assumed about them (empty: nothing).

    Raises:
        UvlNotValid: The stated bounds are no numbers, leave nothing, or too much.
    """
    whole = feature.type is UvlType.INTEGER
    least, most = _attribute(feature, _LEAST), _attribute(feature, _MOST)
    step = _attribute(feature, ("step",))
    assumed = []
    if least is None and said[0]:
        least = max(said[0])
    if most is None and said[1]:
        most = min(said[1])
    if step is None:
        step = Fraction(1) if whole else Fraction(1, 10 ** max(1, *map(_digits, [*compared, least or 0, most or 0])))
        assumed += [] if whole else [f"steps of {float(step):g}"]
    if least is None:
        least = min([Fraction(0), *(Fraction(floor(number)) - 1 for number in compared if number <= 0)])
        assumed.append(f"at least {float(least):g}")
    if most is None:
        most = max([Fraction(USUAL_MOST), *(Fraction(ceil(number)) + 1 for number in compared), least + USUAL_MOST])
        assumed.append(f"at most {float(most):g}")
    if step <= 0 or (whole and step.denominator != 1):
        raise UvlNotValid(feature.source, f"the step of `{feature.name}` is not a positive number of its type")
    least, most = (Fraction(ceil(least)), Fraction(floor(most))) if whole else (least, most)
    if least > most:
        raise UvlNotValid(feature.source, f"no number is left for `{feature.name}`: at least {least}, at most {most}")
    if (most - least) / step > MOST_STEPS:
        raise UvlNotValid(
            feature.source,
            f"`{feature.name}` has more than {MOST_STEPS} numbers; narrow it: {{min 0, max 100, step 1}}",
        )
    note = f"`{feature.name}` is taken to have {', '.join(assumed)}; say {{min …, max …, step …}}" if assumed else ""
    return ValueFeature(code, owner, "integer" if whole else "decimal", least, most, step), note


def _attribute(feature: UvlFeature, names: tuple[str, ...]) -> Fraction | None:
    for name in names:
        if name in feature.attributes:
            value = feature.attributes[name]
            if isinstance(value, bool) or not isinstance(value, int | Fraction) or _digits(Fraction(value)) > 6:
                raise UvlNotValid(feature.source, f"`{name}` of `{feature.name}` is a number of at most 6 decimals")
            return Fraction(value)
    return None


def _digits(number: Fraction | int) -> int:
    """Return the decimals that write a number, at most 7."""
    for digits in range(7):
        if (Fraction(number) * 10**digits).denominator == 1:
            return digits
    return 7
