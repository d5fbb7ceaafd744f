"""Stock levels, supplier orders, lots and what happens to them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kernel.errors import NotFound, NotPossible, NotValid


class MovementKind(StrEnum):
    """Why the amount of a material in the plant changed; never changed or removed once written."""

    RECEIVED = "received"
    COUNTED = "counted"  # a stocktake: the difference to what was thought to be there
    USED = "used"  # taken out for an order


@dataclass(frozen=True, slots=True)
class StockLevel:
    """What there is of one material, in its unit.

    ``on_hand`` lies in the plant, ``reserved`` of it for orders; ``short`` is what of the reserved is missing. ``coming`` is under
    way and free, ``to_order`` is promised to orders from a supplier and not ordered yet, by ``order_by`` at the latest.
    """

    material: str
    free: int
    reserved: int
    short: int
    coming: int
    to_order: int
    reorder_at: int
    lead_time_days: int
    order_by: date | None = None

    @property
    def on_hand(self) -> int:
        """What a count should find."""
        return self.free + self.reserved - self.short

    @property
    def is_low(self) -> bool:
        """Whether less is free, in the plant and under way, than the point at which to order again, or something is missing."""
        return self.short > 0 or self.to_order > 0 or self.free + self.coming < self.reorder_at

    @property
    def suggested(self) -> int:
        """What to order: all that is promised or missing, and up to twice the reorder point when below it; 0 when enough."""
        if not self.is_low:
            return 0
        missing = self.to_order + self.short
        return missing + max(0, 2 * self.reorder_at - self.free - self.coming)


@dataclass(frozen=True, slots=True)
class SupplierOrder:
    """A quantity of one material that a supplier will bring on a day; ``reserved`` of it is promised already."""

    id: int
    material: str
    quantity: int
    reserved: int
    due: date
    reference: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of what lies in the plant; ``quantity`` is negative when it became less, ``reason`` says why a count differs."""

    material: str
    kind: MovementKind
    quantity: int
    at: datetime
    by: str
    lot: str = ""
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a stocktake says of one material: what should lie in the plant, what does, and how much of it orders would lack."""

    material: str
    expected: int
    counted: int
    short: int

    @property
    def difference(self) -> int:
        """What was found beyond what should be there; negative when something is missing."""
        return self.counted - self.expected


class MaterialNotFound(NotFound):
    """The line has no such material: neither its catalog nor its plant names it; facts: ``line``, ``material``."""


class SupplierOrderNotFound(NotFound):
    """There is no such supplier order; facts: ``line``, ``supplier_order``."""


class AlreadyReceived(NotPossible):
    """The supplier order has been received; facts: ``line``, ``supplier_order``."""


class QuantityNotValid(NotValid):
    """The quantity cannot be; facts: ``material``, ``quantity``."""


class DayNotValid(NotValid):
    """A supplier brings nothing in the past; facts: ``material``, ``due``."""
