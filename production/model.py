"""What one variant needs of the plant, and what the plant answers. Plain values; times in whole seconds.

A ``Variant`` is a complete selection exploded into a BOM and a routing; its ``Demand`` is the part of it
that takes capacity and material; a ``Promise`` is the plant's answer to a demand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from modules_catalog.judging import ConcreteAnswer

WorkCentreCode = NewType("WorkCentreCode", str)
MaterialCode = NewType("MaterialCode", str)
"""A stocked thing: ``<feature>.<option>`` for an option, the part's code for a part, the piece's id for a component."""

Answers = Mapping[str, ConcreteAnswer | None]
"""Feature → option code, ``{option code: count}``, number, text or true/false; features not answered are absent or ``None``."""


class MaterialKind(StrEnum):
    """Where a BOM line comes from."""

    OPTION = "option"
    PART = "part"
    COMPONENT = "component"  # a stocked cut piece of a sized garment


@dataclass(frozen=True, slots=True)
class BomItem:
    """One line of a variant's bill of materials.

    ``quantity`` is in ``unit`` (pcs, mm, g, ml). ``lead_time_days`` is the supplier's, ``None`` where the catalog has none.
    """

    code: MaterialCode
    kind: MaterialKind
    quantity: int
    unit: str
    bin: str | None = None
    lead_time_days: int | None = None
    feature: str | None = None  # of an option
    option: str | None = None
    stands_for: str = ""  # the material of the bill it replaces


@dataclass(frozen=True, slots=True)
class Bom:
    """The parts of one variant, in bin-walk order."""

    items: tuple[BomItem, ...]

    def quantity_of(self, code: str) -> int:
        """Return how much of one material the variant takes; 0 when none."""
        return sum(item.quantity for item in self.items if item.code == code)


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a variant's routing.

    ``number`` (10, 20, …) belongs to the operation in the catalog, so it stays the same when another option
    adds or drops a step. ``after`` are the numbers that must be finished before it may start. ``setup_s`` of the
    ``seconds`` are for making ready, and fall away when the same recipe, or ``setup_for``, was done just before.
    """

    number: int
    code: str
    work_centre: WorkCentreCode
    seconds: int
    after: tuple[int, ...] = ()
    recipe: str | None = None
    checks: tuple[str, ...] = ()
    is_irreversible: bool = False
    setup_s: int = 0
    setup_for: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.setup_s <= self.seconds:
            raise ValueError(f"operation {self.code}: {self.seconds} s with {self.setup_s} s of set-up")


@dataclass(frozen=True, slots=True)
class Routing:
    """The steps of one variant, each after everything it waits for."""

    operations: tuple[Operation, ...]

    def __post_init__(self) -> None:
        seen: set[int] = set()
        for operation in self.operations:
            if operation.number in seen or not seen.issuperset(operation.after):
                raise ValueError(f"operation {operation.number} stands twice or before what it waits for")
            seen.add(operation.number)

    @property
    def touch_s(self) -> int:
        """Seconds of work, without waiting."""
        return sum(operation.seconds for operation in self.operations)

    @property
    def cut_off(self) -> Operation | None:
        """The first irreversible operation: once it has started, the order can no longer be changed."""
        return next((operation for operation in self.operations if operation.is_irreversible), None)


@dataclass(frozen=True, slots=True)
class Variant:
    """A complete valid selection with its own BOM and routing."""

    line: str
    release: str
    bom: Bom
    routing: Routing
    is_rush: bool = False  # somebody chose an option that may use what is kept back


@dataclass(frozen=True, slots=True)
class FitPiece:
    """A stocked piece the fit has chosen."""

    code: str
    role: str  # front | back | yoke
    quantity: int = 1
    bin: str | None = None


@dataclass(frozen=True, slots=True)
class FitTrim:
    """What is trimmed off the pieces before sewing; a letting-out is negative."""

    edge: str  # waist | hip | thigh | hem | top_front | top_back
    trim_mm: int
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class FinishedMeasure:
    """What is cut and inspected."""

    code: str
    target_mm: int
    tolerance_mm: int


@dataclass(frozen=True, slots=True)
class FitParts:
    """What a measured garment adds to the catalog's BOM and routing: pieces, trims, measures."""

    pieces: tuple[FitPiece, ...]
    trims: tuple[FitTrim, ...] = ()
    measures: tuple[FinishedMeasure, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationLoad:
    """What one operation takes of its work centre; ``after`` are positions in ``Demand.loads``."""

    operation: str
    work_centre: str
    seconds: int
    after: tuple[int, ...] = ()
    recipe: str | None = None

    @property
    def batch_recipe(self) -> str:
        """What pieces must have in common to share a batch: the recipe and its time."""
        return f"{self.recipe or ''}/{self.seconds}"


@dataclass(frozen=True, slots=True)
class MaterialNeed:
    """What one piece takes of one material."""

    code: str
    quantity: int
    lead_time_days: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """What an order line asks of the plant: loads and materials of *one* piece, and how many pieces.

    ``groups`` are the customer's, who may use what is kept back for one of them. ``is_rush`` may use everything.
    """

    loads: tuple[OperationLoad, ...]
    materials: tuple[MaterialNeed, ...] = ()
    quantity: int = 1
    groups: frozenset[str] = frozenset()
    is_rush: bool = False

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError(f"quantity {self.quantity}")
        for position, load in enumerate(self.loads):
            if any(not 0 <= before < position for before in load.after):
                raise ValueError(f"load {position} waits for {load.after}")


def demand_of(variant: Variant, quantity: int = 1, groups: frozenset[str] = frozenset()) -> Demand:
    """Return what ``quantity`` pieces of the variant ask of the plant for a customer of some groups.

    Operations of no time take no capacity.

    Whatever waited for such an operation waits for what that one waited for.
    """
    positions: dict[int, tuple[int, ...]] = {}
    loads: list[OperationLoad] = []
    for operation in variant.routing.operations:
        after = tuple(sorted({position for number in operation.after for position in positions[number]}))
        if operation.seconds == 0:
            positions[operation.number] = after
            continue
        positions[operation.number] = (len(loads),)
        loads.append(OperationLoad(operation.code, operation.work_centre, operation.seconds, after, operation.recipe))
    needs: dict[str, MaterialNeed] = {}
    for item in variant.bom.items:
        known = needs.get(item.code)
        quantity_each = item.quantity + (known.quantity if known else 0)
        needs[item.code] = MaterialNeed(item.code, quantity_each, item.lead_time_days)
    materials = tuple(needs[code] for code in sorted(needs))
    return Demand(tuple(loads), materials, quantity, groups, variant.is_rush)


class BindingKind(StrEnum):
    """What sets a promised date."""

    PART = "part"
    WORK_CENTRE = "work_centre"
    CALENDAR = "calendar"  # nothing waits: the routing itself takes that long
    REQUESTED = "requested"  # it could be sooner; the customer asked for this date


@dataclass(frozen=True, slots=True)
class Binding:
    """What sets the date: ``code`` names the part or work centre (empty for the calendar).

    ``waits_until`` is when the part is there, or when the work centre has room; ``sooner`` the date that could be
    promised if this one thing were not in the way; ``None`` when nothing would be gained.
    """

    kind: BindingKind
    code: str = ""
    waits_until: datetime | None = None
    sooner: date | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """When it can be made, and what sets that date.

    ``date`` is the day, in the plant's own time, on which ``finish_at`` (UTC, end of the spare bucket) falls;
    ``start_at`` is when the first operation may begin. ``is_on_time`` is false when a requested date is missed.
    """

    date: date
    finish_at: datetime
    start_at: datetime
    material_at: datetime
    binding: Binding
    is_on_time: bool = True


class ReservationState(StrEnum):
    """What became of capacity and material set aside."""

    HELD = "held"  # for a quote, until it expires
    CONFIRMED = "confirmed"  # for an order
    GIVEN_BACK = "given_back"
    EXPIRED = "expired"


ACTIVE_RESERVATIONS = frozenset({ReservationState.HELD, ReservationState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Reservation:
    """Capacity and material set aside under a key of the caller's (a quote's id).

    ``groups`` and ``is_rush`` say whose kept share it may use, as its demand did.
    """

    key: str
    line: str
    state: ReservationState
    promise: Promise
    expires_at: datetime | None
    groups: frozenset[str] = frozenset()
    is_rush: bool = False
