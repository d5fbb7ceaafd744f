"""Amounts of a feature model as sums of products, exact: what a comparison compares, brought to one form.

An atom is something with a number in every product: whether a feature is selected (1 or 0), the number, the length
of the text or the copies it carries; all are 0 while the feature is not selected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import lcm


class Read(StrEnum):
    """What an atom reads of a feature's code."""

    SELECTED = "selected"
    VALUE = "value"
    LENGTH = "length"
    FLOOR = "floor"
    CEIL = "ceil"


@dataclass(frozen=True, slots=True, order=True)
class Atom:
    """A number of one catalog feature."""

    code: str
    read: Read


Product = tuple[Atom, ...]
"""Atoms multiplied, in order; the empty one is 1."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """``Σ coefficient x product``; no coefficient is 0."""

    terms: Mapping[Product, Fraction] = field(hash=False)

    @classmethod
    def of(cls, terms: Iterable[tuple[Product, Fraction]]) -> "Polynomial":
        """Return the sum of terms, equal products joined."""
        found: dict[Product, Fraction] = {}
        for product, coefficient in terms:
            product = _simple(product)
            found[product] = found.get(product, Fraction(0)) + coefficient
        return cls({product: found[product] for product in sorted(found) if found[product]})

    @classmethod
    def number(cls, value: Fraction | int) -> "Polynomial":
        """Return a constant."""
        return cls.of([((), Fraction(value))])

    @classmethod
    def atom(cls, atom: Atom, times: Fraction | int = 1) -> "Polynomial":
        """Return a multiple of one atom."""
        return cls.of([((atom,), Fraction(times))])

    @property
    def constant(self) -> Fraction | None:
        """The value when nothing is read, else ``None``."""
        if any(self.terms.keys() - {()}):
            return None
        return self.terms.get((), Fraction(0))

    @property
    def is_linear(self) -> bool:
        """Whether no two catalog features are multiplied."""
        return all(len({atom.code for atom in product}) <= 1 for product in self.terms)

    @property
    def codes(self) -> frozenset[str]:
        """The catalog features it reads."""
        return frozenset(atom.code for product in self.terms for atom in product)

    def __add__(self, other: "Polynomial") -> "Polynomial":
        return Polynomial.of([*self.terms.items(), *other.terms.items()])

    def __sub__(self, other: "Polynomial") -> "Polynomial":
        return self + other.times(Fraction(-1))

    def __mul__(self, other: "Polynomial") -> "Polynomial":
        return Polynomial.of(((*one, *two), a * b) for one, a in self.terms.items() for two, b in other.terms.items())

    def times(self, factor: Fraction) -> "Polynomial":
        """Return the whole times a constant."""
        return Polynomial.of((product, coefficient * factor) for product, coefficient in self.terms.items())

    def whole(self) -> "Polynomial":
        """Return it times the least positive number that makes every coefficient whole."""
        return self.times(Fraction(lcm(*(coefficient.denominator for coefficient in self.terms.values()))))


def added(parts: Iterable[Polynomial]) -> Polynomial:
    """Return the sum of many."""
    return Polynomial.of(term for part in parts for term in part.terms.items())


def _simple(product: Product) -> Product:
    """Return a product in order, with *selected* once: it is 0 or 1."""
    plain = [atom for atom in product if atom.read is not Read.SELECTED]
    return tuple(sorted([*plain, *{atom for atom in product if atom.read is Read.SELECTED}]))
