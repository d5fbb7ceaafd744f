"""Feature models: what a UVL file says, as plain values. Nothing here knows catalogs.

Names are paths: ``("Engine",)``, or ``("motors", "Engine")`` for what an import brings. A constraint is a small
syntax tree; which of its references name features and which attributes is settled by ``resolving``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from modules_catalog.model import Source

Path = tuple[str, ...]


class UvlType(StrEnum):
    """What a feature carries besides being selected."""

    BOOLEAN = "Boolean"
    INTEGER = "Integer"
    REAL = "Real"
    STRING = "String"


class GroupKind(StrEnum):
    """How many features of a group a selected parent takes."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"
    OR = "or"
    ALTERNATIVE = "alternative"
    CARDINALITY = "cardinality"


Scalar = bool | int | Fraction | str
AttributeValue = Scalar | tuple["AttributeValue", ...] | Mapping[str, "AttributeValue"]


@dataclass(frozen=True, slots=True)
class Group:
    """Features under one parent. ``low`` and ``high`` count for every kind; ``high`` never exceeds the features."""

    kind: GroupKind
    low: int
    high: int
    features: tuple["UvlFeature", ...]
    source: Source


@dataclass(frozen=True, slots=True)
class UvlFeature:
    """One feature with everything below it; ``copies`` is its feature cardinality, least and most."""

    path: Path
    source: Source
    type: UvlType = UvlType.BOOLEAN
    copies: tuple[int, int] | None = None
    attributes: Mapping[str, AttributeValue] = None  # type: ignore[assignment]
    groups: tuple[Group, ...] = ()

    def __post_init__(self) -> None:
        if self.attributes is None:
            object.__setattr__(self, "attributes", {})

    @property
    def name(self) -> str:
        """The name as other tools write it: the path joined by dots."""
        return ".".join(self.path)

    def walk(self) -> Iterator["UvlFeature"]:
        """Yield the feature and everything below it, parents first."""
        waiting = [self]
        while waiting:
            feature = waiting.pop()
            yield feature
            waiting += [child for group in reversed(feature.groups) for child in reversed(group.features)]


@dataclass(frozen=True, slots=True)
class Name:
    """A reference, not yet said to what."""

    path: Path
    source: Source


@dataclass(frozen=True, slots=True)
class Text:
    """A text between single quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number, exact."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Truth:
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Call:
    """``sum``, ``avg``, ``len``, ``floor`` or ``ceil`` of a reference; ``below`` is the feature sum and avg look under."""

    function: str
    of: Name
    source: Source
    below: Name | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator over its operands: ``! & | => <=>``, ``== != < <= > >=``, ``+ - * /`` (``-`` also of one)."""

    operator: str
    operands: tuple["Constraint", ...]
    source: Source


Constraint = Name | Text | Number | Truth | Call | Operation

LOGIC = frozenset({"!", "&", "|", "=>", "<=>"})
COMPARED = frozenset({"==", "!=", "<", "<=", ">", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "/"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A constraint and where it stands."""

    constraint: Constraint
    source: Source


@dataclass(frozen=True, slots=True)
class FeatureModel:
    """A feature model, its imports put in their places."""

    root: UvlFeature
    constraints: tuple[Placed, ...]
    namespace: Path = ()

    def features(self) -> tuple[UvlFeature, ...]:
        """Return all features, parents first, in the order they are written."""
        return tuple(self.root.walk())


def names_in(constraint: Constraint) -> Iterator[Name]:
    """Yield the references of a constraint, left to right; not those inside calls."""
    if isinstance(constraint, Name):
        yield constraint
    elif isinstance(constraint, Operation):
        for operand in constraint.operands:
            yield from names_in(operand)


def calls_in(constraint: Constraint) -> Iterator[Call]:
    """Yield the calls of a constraint, left to right."""
    if isinstance(constraint, Call):
        yield constraint
    elif isinstance(constraint, Operation):
        for operand in constraint.operands:
            yield from calls_in(operand)
