"""When the parts are there: stock first, then receipts under way, then the supplier. Pure.

Source: docs/algorithms/promise.md, rules M-1 to M-3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from production.model import MaterialNeed


class SupplyKind(StrEnum):
    """Where a quantity comes from."""

    STOCK = "stock"
    RECEIPT = "receipt"  # ordered already, on its way
    SUPPLIER = "supplier"  # to be ordered for this demand


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is on its way: usable from ``usable_s`` (UTC) on; ``free`` is what nobody has reserved."""

    id: int
    usable_s: int
    free: int


@dataclass(frozen=True, slots=True)
class Supply:
    """What can be had of one material: free stock, receipts by time, and when the supplier could deliver any amount."""

    free: int
    receipts: tuple[Receipt, ...]
    supplier_s: int


@dataclass(frozen=True, slots=True)
class MaterialTake:
    """A quantity taken from one source; ``receipt`` names the receipt."""

    code: str
    kind: SupplyKind
    quantity: int
    usable_s: int
    receipt: int | None = None


@dataclass(frozen=True, slots=True)
class MaterialPlan:
    """All takes of a demand; everything is there at ``ready_s``; ``latest`` is the material that comes last."""

    takes: tuple[MaterialTake, ...]
    ready_s: int
    latest: str | None

    def ready_without(self, code: str, now_s: int) -> int:
        """Return when everything but one material is there."""
        return max((take.usable_s for take in self.takes if take.code != code), default=now_s)


def plan_material(needs: Sequence[MaterialNeed], pieces: int, supply: Mapping[str, Supply], now_s: int) -> MaterialPlan:
    """Return the earliest way to have all materials for ``pieces`` pieces, each from its earliest sources (M-1).

    Args:
        needs: What one piece takes.
        pieces: How many pieces.
        supply: ``{material: what can be had}``, every need's code in it.
        now_s: UTC seconds; nothing is there sooner.
    """
    takes: list[MaterialTake] = []
    for need in sorted(needs, key=lambda one: one.code):
        takes.extend(_take_earliest(need.code, need.quantity * pieces, supply[need.code], now_s))
    ready_s = max((take.usable_s for take in takes), default=now_s)
    latest = next((take.code for take in takes if take.usable_s == ready_s and ready_s > now_s), None)
    return MaterialPlan(tuple(takes), ready_s, latest)


def _take_earliest(code: str, quantity: int, supply: Supply, now_s: int) -> list[MaterialTake]:
    takes: list[MaterialTake] = []
    from_stock = min(quantity, supply.free)
    if from_stock > 0:
        takes.append(MaterialTake(code, SupplyKind.STOCK, from_stock, now_s))
    missing = quantity - from_stock
    for receipt in sorted(supply.receipts, key=lambda one: (one.usable_s, one.id)):
        part = min(missing, receipt.free)
        if part > 0 and receipt.usable_s < supply.supplier_s:
            takes.append(MaterialTake(code, SupplyKind.RECEIPT, part, max(receipt.usable_s, now_s), receipt.id))
            missing -= part
    if missing > 0:
        takes.append(MaterialTake(code, SupplyKind.SUPPLIER, missing, supply.supplier_s))
    return takes
