"""When the parts are there: stock first, then receipts under way, then the supplier. Pure.

Source: docs/algorithms/promise.md, rules M-1 to M-3 and M-9.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

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
    """A quantity taken from one source; ``receipt`` names the receipt, ``stands_for`` the material it is a substitute for."""

    code: str
    kind: SupplyKind
    quantity: int
    usable_s: int
    receipt: int | None = None
    stands_for: str = ""


@dataclass(frozen=True, slots=True)
class MaterialPlan:
    """All takes of a demand; everything is there at ``ready_s``; ``latest`` is the material that comes last."""

    takes: tuple[MaterialTake, ...]
    ready_s: int
    latest: str | None

    def ready_without(self, code: str, now_s: int) -> int:
        """Return when everything but one material is there."""
        return max((take.usable_s for take in self.takes if take.code != code), default=now_s)


def with_substitutes(needs: Iterable[MaterialNeed], substitutes: Mapping[str, Sequence[str]]) -> list[MaterialNeed]:
    """Return the needs and those of all that may stand for one of them: whose supply a plan asks for."""
    wanted = {need.code: need for need in needs}
    others = [other for code in wanted for other in substitutes.get(code, ()) if other not in wanted]
    return [*wanted.values(), *(MaterialNeed(other, 1) for other in dict.fromkeys(others))]


def plan_material(
    needs: Sequence[MaterialNeed],
    pieces: int,
    supply: Mapping[str, Supply],
    now_s: int,
    substitutes: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> MaterialPlan:
    """Return the earliest way to have all materials for ``pieces`` pieces, each from its earliest sources (M-1).

    Where a material comes later than one that may stand for it, all of the need is covered by that one (M-9).

    Args:
        needs: What one piece takes.
        pieces: How many pieces.
        supply: ``{material: what can be had}``, every need's code and its substitutes in it.
        now_s: UTC seconds; nothing is there sooner.
        substitutes: ``{material: what may stand for it, the best first}``.
    """
    takes: list[MaterialTake] = []
    spoken_for = {need.code for need in needs}
    for need in sorted(needs, key=lambda one: one.code):
        quantity = need.quantity * pieces
        best = _take_earliest(need.code, quantity, supply[need.code], now_s)
        for other in substitutes.get(need.code, ()):
            if other not in spoken_for:
                found = _take_earliest(other, quantity, supply[other], now_s, stands_for=need.code)
                best = min(best, found, key=_there_s)
        spoken_for.update(take.code for take in best)
        takes.extend(best)
    ready_s = max((take.usable_s for take in takes), default=now_s)
    latest = next((take.code for take in takes if take.usable_s == ready_s and ready_s > now_s), None)
    return MaterialPlan(tuple(takes), ready_s, latest)


def _there_s(takes: Sequence[MaterialTake]) -> int:
    return max((take.usable_s for take in takes), default=0)


def _take_earliest(code: str, quantity: int, supply: Supply, now_s: int, stands_for: str = "") -> list[MaterialTake]:
    takes: list[MaterialTake] = []
    from_stock = min(quantity, supply.free)
    if from_stock > 0:
        takes.append(MaterialTake(code, SupplyKind.STOCK, from_stock, now_s, None, stands_for))
    missing = quantity - from_stock
    for receipt in sorted(supply.receipts, key=lambda one: (one.usable_s, one.id)):
        part = min(missing, receipt.free)
        if part > 0 and receipt.usable_s < supply.supplier_s:
            usable_s = max(receipt.usable_s, now_s)
            takes.append(MaterialTake(code, SupplyKind.RECEIPT, part, usable_s, receipt.id, stands_for))
            missing -= part
    if missing > 0:
        takes.append(MaterialTake(code, SupplyKind.SUPPLIER, missing, supply.supplier_s, None, stands_for))
    return takes
