"""Constraints of a feature model as catalog rules: as written while small, as clauses and sums where they are wide."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from modules_catalog.expressions.parser import LONGEST_TEXT
from modules_catalog.uvl.formulas import (
    Compared,
    Fixed,
    Formula,
    Joined,
    atoms_in,
    clauses,
    codes_in,
    written,
    written_sum,
)
from modules_catalog.uvl.polynomials import Atom, Polynomial, Read
from modules_catalog.uvl.values import LONGEST_TEXT as LONGEST_ANSWER
from modules_catalog.uvl.values import ValueFeature

NARROW = 256
WIDE = 65_536
MOST_CLAUSES = 1_000


class TooWide(Exception):
    """The constraint reads too much at once; the message says the way out."""


@dataclass(frozen=True, slots=True)
class Said:
    """One condition of a rule, or several of which at least one holds."""

    kind: str  # that | at_least
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Widths:
    """What formulas may read: the values by code; every other code is a yes / no."""

    values: Mapping[str, ValueFeature]

    def cells(self, formula: Formula) -> int:
        """Return how many combinations of answers a table of the formula has."""
        return prod(self.values[code].answers + 1 if code in self.values else 2 for code in codes_in(formula))

    def reach(self, amount: Polynomial) -> tuple[Fraction, Fraction]:
        """Return bounds of a linear amount."""
        low = high = Fraction(0)
        for product, times in amount.terms.items():
            least, most = self._of(product[0]) if product else (Fraction(1), Fraction(1))
            low += min(least * times, most * times)
            high += max(least * times, most * times)
        return low, high

    def _of(self, atom: Atom) -> tuple[Fraction, Fraction]:
        if atom.read is Read.SELECTED:
            return Fraction(0), Fraction(1)
        value = self.values[atom.code]
        if atom.read is Read.LENGTH:
            longest = max((text.length for text in value.texts), default=LONGEST_ANSWER)
            return Fraction(0), Fraction(longest)
        return min(Fraction(0), Fraction(value.least.__floor__())), max(Fraction(0), Fraction(value.most.__ceil__()))


def said_by(formula: Formula, widths: Widths, root: str) -> Iterator[Said]:
    """Yield conditions that all hold exactly when the formula does.

    Args:
        formula: What must hold.
        widths: What it may read.
        root: A feature of every product, for what can never hold.

    Raises:
        TooWide: No short form is exact.
    """
    if isinstance(formula, Joined) and formula.operator == "and":
        for operand in formula.operands:
            yield from said_by(operand, widths, root)
    elif isinstance(formula, Fixed):
        if not formula.value:
            yield Said("that", (f"not {root}",))
    elif (isinstance(formula, Compared) and formula.amount.is_linear) or widths.cells(formula) <= NARROW:
        yield _that(written(formula))
    else:
        yield from _wide(formula, widths)


def _wide(formula: Formula, widths: Widths) -> Iterator[Said]:
    spread = clauses(formula, MOST_CLAUSES)
    found: list[Said] | None = None
    if spread is not None:
        found = []
        for clause in spread:
            said = _clause(clause, widths)
            if said is None:
                found = None
                break
            found += said
    if found is not None:
        yield from found
    elif widths.cells(formula) <= WIDE or all(widths.cells(atom) <= NARROW for atom in atoms_in(formula)):
        yield _that(written(formula))  # compiling takes it apart where it is wide
    else:
        raise TooWide("this reads too much at once; write it as several constraints, or name a part of it by a feature")


def _clause(clause: tuple[Formula, ...], widths: Widths) -> list[Said] | None:
    """Return an *or* of conditions, ``None`` when no short form is exact."""
    simple = [part for part in clause if len(codes_in(part)) <= 1]
    several = [part for part in clause if len(codes_in(part)) > 1]
    whole = Joined("or", clause) if len(clause) > 1 else clause[0] if clause else Fixed(False)
    if not several:
        if widths.cells(whole) <= NARROW:
            return [_that(written(whole))]
        return [Said("at_least", tuple(written(part) for part in simple))]
    if len(several) == 1 and isinstance(several[0], Compared) and several[0].amount.is_linear:
        only = several[0]
        match only.operator:
            case "==":
                return [
                    one
                    for operator in ("<=", ">=")
                    for one in _relieved(Compared(only.amount, operator), simple, widths)
                ]
            case "!=":
                pass
            case _:
                return _relieved(only, simple, widths)
    return [_that(written(whole))] if widths.cells(whole) <= WIDE else None


def _relieved(compared: Compared, simple: list[Formula], widths: Widths) -> list[Said]:
    """Return ``amount operator 0`` or one of the simple conditions, as one sum that any of them lifts."""
    if not simple:
        return [_that(written(compared))]
    amount = compared.amount.whole()
    operator = compared.operator
    if operator in (">", ">="):
        amount, operator = amount.times(Fraction(-1)), {">": "<", ">=": "<="}[operator]
    lift = widths.reach(amount)[1] + (operator == "<")
    if lift <= 0:
        return []
    left = [(product, times) for product, times in amount.terms.items() if times > 0]
    right = [(product, -times) for product, times in amount.terms.items() if times < 0]
    lifts = " + ".join(f"if({written(part)}, {lift.__ceil__()}, 0)" for part in simple)
    both = f"({written_sum(right)}) + {lifts}" if right else lifts
    return [_that(f"{written_sum(left)} {operator} {both}")]


def _that(text: str) -> Said:
    if len(text) > LONGEST_TEXT:
        raise TooWide(f"this becomes a rule of more than {LONGEST_TEXT} characters; sum over fewer features at once")
    return Said("that", (text,))
