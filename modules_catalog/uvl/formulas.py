"""Conditions of a feature model over catalog features: their normal forms, and how they are written in a catalog."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from modules_catalog.expressions.printing import printed_literal
from modules_catalog.uvl.polynomials import Atom, Polynomial, Product, Read

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class Selected:
    """A feature is selected."""

    code: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always true, or never."""

    value: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """``amount operator 0``."""

    amount: Polynomial
    operator: str


@dataclass(frozen=True, slots=True)
class SameText:
    """The text of a feature (none while it is not selected) is a constant, or that of another feature."""

    code: str
    other: str
    other_is_feature: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """``not`` over one, ``and`` / ``or`` over several, ``implies`` / ``iff`` over two."""

    operator: str
    operands: tuple["Formula", ...]


Formula = Selected | Fixed | Compared | SameText | Joined


def negated(formula: Formula) -> Formula:
    """Return the opposite."""
    match formula:
        case Fixed(value=value):
            return Fixed(not value)
        case Joined(operator="not", operands=(inner,)):
            return inner
        case Compared(amount=amount, operator=operator):
            return Compared(amount, OPPOSITE[operator])
        case _:
            return Joined("not", (formula,))


def joined(operator: str, operands: Iterable[Formula]) -> Formula:
    """Return an ``and`` or ``or`` without constants and nesting of its own kind."""
    neutral = operator == "and"
    found: list[Formula] = []
    for operand in operands:
        if isinstance(operand, Fixed):
            if operand.value is not neutral:
                return operand
        elif isinstance(operand, Joined) and operand.operator == operator:
            found += [inner for inner in operand.operands if inner not in found]
        elif operand not in found:
            found.append(operand)
    if not found:
        return Fixed(neutral)
    return found[0] if len(found) == 1 else Joined(operator, tuple(found))


def both_ways(one: Formula, two: Formula) -> Formula:
    """Return ``one iff two`` without constants."""
    for side, other in ((one, two), (two, one)):
        if isinstance(side, Fixed):
            return other if side.value else negated(other)
    return Joined("iff", (one, two))


def if_then(one: Formula, two: Formula) -> Formula:
    """Return ``one implies two`` without constants."""
    if isinstance(one, Fixed):
        return two if one.value else Fixed(True)
    if isinstance(two, Fixed):
        return two if two.value else negated(one)
    return Joined("implies", (one, two))


def codes_in(formula: Formula) -> frozenset[str]:
    """Return the catalog features a formula reads."""
    match formula:
        case Selected(code=code):
            return frozenset({code})
        case Compared(amount=amount):
            return amount.codes
        case SameText(code=code, other=other, other_is_feature=both):
            return frozenset({code, other}) if both else frozenset({code})
        case Joined(operands=operands):
            return frozenset[str]().union(*(codes_in(operand) for operand in operands))
        case _:
            return frozenset()


def atoms_in(formula: Formula) -> Iterator[Formula]:
    """Yield what a formula joins: features, comparisons and constants."""
    if isinstance(formula, Joined):
        for operand in formula.operands:
            yield from atoms_in(operand)
    else:
        yield formula


def pushed(formula: Formula, *, holds: bool = True) -> Formula:
    """Return the formula, or its opposite, with ``not`` before atoms only and nothing but ``and`` and ``or``."""
    match formula:
        case Joined(operator="not", operands=(inner,)):
            return pushed(inner, holds=not holds)
        case Joined(operator="implies", operands=(one, two)):
            return pushed(joined("or", (negated(one), two)), holds=holds)
        case Joined(operator="iff", operands=(one, two)):
            ways = (joined("or", (negated(one), two)), joined("or", (one, negated(two))))
            return pushed(joined("and", ways), holds=holds)
        case Joined(operator=operator, operands=operands):
            kept = operator if holds else {"and": "or", "or": "and"}[operator]
            return joined(kept, [pushed(operand, holds=holds) for operand in operands])
        case _:
            return formula if holds else negated(formula)


def clauses(formula: Formula, most: int) -> list[tuple[Formula, ...]] | None:
    """Return *or*-clauses that all hold exactly when the formula does, ``None`` when there would be more than ``most``.

    None of them is always true, and none says less than another one.
    """
    found = _spread(pushed(formula), most)
    return None if found is None else _telling([clause for clause in found if not _always(clause)])


def _spread(part: Formula, most: int) -> list[tuple[Formula, ...]] | None:
    """Return the clauses of a formula of *and* and *or*."""
    if not isinstance(part, Joined) or part.operator not in ("and", "or"):
        return [] if part == Fixed(True) else [(part,)]
    found: list[tuple[Formula, ...]] = [] if part.operator == "and" else [()]
    for operand in part.operands:
        inner = _spread(operand, most)
        if inner is None:
            return None
        if part.operator == "and":
            found += inner
        elif len(found) * len(inner) <= most:
            found = [tuple(dict.fromkeys((*one, *two))) for one in found for two in inner]
        else:
            return None
        if len(found) > most:
            return None
    return found


def _telling(found: list[tuple[Formula, ...]]) -> list[tuple[Formula, ...]]:
    """Return the clauses without those another one makes needless, in their order."""
    kept: list[frozenset[Formula]] = []
    by_part: dict[Formula, list[frozenset[Formula]]] = {}
    for members in sorted(dict.fromkeys(map(frozenset, found)), key=len):
        if not members:
            return [()]
        if not any(less <= members for part in members for less in by_part.get(part, ())):
            kept.append(members)
            by_part.setdefault(min(members, key=lambda one: len(by_part.get(one, ()))), []).append(members)
    wanted = set(kept)
    told: dict[frozenset[Formula], tuple[Formula, ...]] = {}
    for clause in found:
        if (members := frozenset(clause)) in wanted:
            told.setdefault(members, clause)
    return list(told.values())


def _always(clause: tuple[Formula, ...]) -> bool:
    return any(part == Fixed(True) or negated(part) in clause for part in clause)


# --- writing --------------------------------------------------------------------------------------

_STRENGTH = {"iff": 1, "implies": 2, "or": 3, "and": 4, "not": 5}
_ATOM = 6


def written(formula: Formula, needed: int = 0) -> str:
    """Return the formula in the catalog's expression language; it never reads a part that is not chosen."""
    match formula:
        case Selected(code=code):
            return code
        case Fixed(value=value):
            return "true" if value else "false"
        case Compared(amount=amount, operator=operator):
            text, strength = f"{_sides(amount, operator)}", _ATOM
        case SameText(code=code, other=other, other_is_feature=both):
            right = f'if(chosen({other}), {other}, "")' if both else printed_literal(other)
            text, strength = f'if(chosen({code}), {code}, "") == {right}', _ATOM
        case Joined(operator=operator, operands=operands):
            strength = _STRENGTH[operator]
            parts = [written(operand, strength + 1) for operand in operands]
            text = f"not {parts[0]}" if operator == "not" else f" {operator} ".join(parts)
    return text if strength >= needed else f"({text})"


def _sides(amount: Polynomial, operator: str) -> str:
    """Return ``left operator right`` with only positive terms on both sides."""
    amount = amount.whole()
    left = [(product, times) for product, times in amount.terms.items() if times > 0]
    right = [(product, -times) for product, times in amount.terms.items() if times < 0]
    return f"{written_sum(left)} {operator} {written_sum(right)}"


def written_sum(terms: list[tuple[Product, Fraction]]) -> str:
    """Return a sum, in brackets of logarithmic depth where it is long."""
    parts = [_term(product, times) for product, times in terms]
    return _balanced(parts) if parts else "0"


def _balanced(parts: list[str]) -> str:
    if len(parts) <= 16:
        return " + ".join(parts)
    half = (len(parts) + 1) // 2
    return f"({_balanced(parts[:half])}) + ({_balanced(parts[half:])})"


def _term(product: Product, times: Fraction) -> str:
    count = str(times.numerator)
    if not product:
        return count
    first, *rest = [_atom(atom) for atom in sorted(product, key=lambda atom: atom.read is not Read.SELECTED)]
    if product and any(atom.read is Read.SELECTED for atom in product):
        selected = next(atom for atom in product if atom.read is Read.SELECTED)
        return " * ".join([f"if({selected.code}, {count}, 0)", *rest])
    return " * ".join([first, *rest] if times == 1 else [count, first, *rest])


def _atom(atom: Atom) -> str:
    match atom.read:
        case Read.SELECTED:
            return f"if({atom.code}, 1, 0)"
        case Read.VALUE:
            return f"if(chosen({atom.code}), {atom.code}, 0)"
        case Read.LENGTH:
            return f"if(chosen({atom.code}), {atom.code}.length, 0)"
        case Read.FLOOR:
            return f"floor(if(chosen({atom.code}), {atom.code}, 0))"
        case Read.CEIL:
            return f"(0 - floor(0 - if(chosen({atom.code}), {atom.code}, 0)))"
