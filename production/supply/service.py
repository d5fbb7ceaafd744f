"""Use cases of material: order from a supplier, receive, count, use, and see what runs low.

A session passed in is the caller's transaction. Source: docs/algorithms/promise.md, rules M-1 to M-7.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from production.promise import guarded
from production.promise import service as promises
from production.promise.adjusting import AtRisk, at_risk
from production.promise.calendar import epoch_s, local_date, wall_clock_s
from production.promise.material import SupplyKind
from production.supply import repository
from production.supply.model import (
    AlreadyReceived,
    Counted,
    DayNotValid,
    Movement,
    MovementKind,
    QuantityNotValid,
    StockLevel,
    SupplierOrder,
    SupplierOrderNotFound,
)

MOST = 10**12
MOST_REORDER = 2**31 - 1
MOST_LEAD_DAYS = 366


def stock_levels(db: Session, line: str, *, low_only: bool = False) -> list[StockLevel]:
    """Return what there is of every material the plant stocks or has promised, those that run low first (M-7).

    Raises:
        PlantNotFound: no plant makes the line.
    """
    plant = promises.plant_of(db, line)
    taken = repository.reserved(db, line)
    coming: dict[str, int] = {}
    for row in repository.open_receipts(db, line):
        coming[row.material] = coming.get(row.material, 0) + row.free
    rows = {row.material: row for row in repository.stock_rows(db, line)}
    levels = []
    for material in sorted({*rows, *(code for code, _ in taken), *coming}):
        known = rows.get(material)
        lead_days = plant.default_lead_days if known is None or known.lead_time_days is None else known.lead_time_days
        to_order, first_s = taken.get((material, SupplyKind.SUPPLIER), (0, 0))
        order_by = local_date(first_s, plant.timezone) - timedelta(days=lead_days + 1) if to_order else None
        level = StockLevel(
            material=material,
            free=known.free if known else 0,
            reserved=taken.get((material, SupplyKind.STOCK), (0, 0))[0],
            short=known.short if known else 0,
            coming=coming.get(material, 0),
            to_order=to_order,
            reorder_at=known.reorder_at if known else 0,
            lead_time_days=lead_days,
            order_by=order_by,
        )
        if level.is_low or not low_only:
            levels.append(level)
    return sorted(levels, key=lambda level: (not level.is_low, level.order_by or date.max, level.material))


def supplier_orders(db: Session, line: str, *, now: datetime) -> list[SupplierOrder]:
    """Return what suppliers still have to bring, by day; overdue is what was due before today.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    zone = promises.plant_of(db, line).timezone
    today = local_date(epoch_s(now), zone)
    found = []
    for row in repository.open_receipts(db, line):
        due = local_date(row.usable_s - 1, zone)
        reserved = row.quantity - row.free + row.short
        found.append(SupplierOrder(row.id, row.material, row.quantity, reserved, due, row.reference, due < today))
    return found


def order(
    db: Session,
    line: str,
    material: str,
    quantity: int,
    *,
    due: date,
    reference: str = "",
    now: datetime | None = None,
) -> int:
    """Note that a supplier will bring a quantity on a day; return the supplier order's id.

    What reservations are waiting for from the supplier, and need no sooner, is from now on to come out of it (M-4).

    Args:
        db: The caller's transaction.
        line: The line.
        material: What is ordered.
        quantity: How much, in its unit.
        due: The day it comes, in the plant's time.
        reference: The order's number at the supplier's.
        now: The present moment; given, a day before today is refused.

    Raises:
        QuantityNotValid: not a quantity.
        DayNotValid: the day is past.
        PlantNotFound: no plant makes the line.
    """
    _require_quantity(material, quantity, least=1)
    zone = promises.plant_of(db, line).timezone
    if now is not None and due < local_date(epoch_s(now), zone):
        raise DayNotValid(material=material, due=due.isoformat())
    repository.lock_stock(db, line, material)
    receipt_id = promises.receive_later(db, line, material, day=due, quantity=quantity)
    usable_s = wall_clock_s(due, 24 * 60, zone)
    free = quantity
    for take in repository.takes_of(db, line, material, SupplyKind.SUPPLIER):
        part = min(free, take.quantity)
        if part > 0 and take.usable_s >= usable_s:
            repository.move_take(db, take.id, part, take.quantity, SupplyKind.RECEIPT, usable_s, receipt_id)
            free -= part
    repository.change_receipt(db, receipt_id, {"free": free, "reference": reference})
    return receipt_id


def receive(
    db: Session,
    line: str,
    material: str,
    quantity: int,
    *,
    by: str,
    now: datetime,
    lot: str = "",
    reference: str = "",
    supplier_order: int | None = None,
    rest_follows: bool = False,
) -> None:
    """Take a delivery into stock under its lot number.

    Of a supplier order, everything is taken to have come: what was reserved of it is reserved of the stock now, and what is
    missing of the quantity makes the stock short if nothing free covers it (M-5). With ``rest_follows`` it was a part: those
    who need it first have theirs now, the others go on waiting for the rest.

    Raises:
        QuantityNotValid: not a quantity.
        SupplierOrderNotFound: there is no such supplier order of this material.
        AlreadyReceived: it has been received.
        PlantNotFound: no plant makes the line.
    """
    _require_quantity(material, quantity, least=1 if supplier_order is None or rest_follows else 0)
    promises.plant_of(db, line)
    repository.lock_stock(db, line, material)
    reserved = 0
    if supplier_order is not None:
        row = repository.receipt(db, line, supplier_order)
        if row is None or row.material != material:
            raise SupplierOrderNotFound(line=line, supplier_order=supplier_order)
        if row.is_received:
            raise AlreadyReceived(line=line, supplier_order=supplier_order)
        reference = reference or row.reference
        is_part = rest_follows and quantity < row.quantity
        waiting = repository.takes_of(db, line, material, SupplyKind.RECEIPT, supplier_order)
        for take in waiting:
            part = min(take.quantity, quantity - reserved) if is_part else take.quantity
            if part > 0:
                repository.move_take(db, take.id, part, take.quantity, SupplyKind.STOCK, take.usable_s, None)
                reserved += part
        rest = row.quantity - quantity - sum(take.quantity for take in waiting) + reserved
        to_come = {"quantity": row.quantity - quantity, "free": max(rest, 0), "short": max(-rest, 0)}
        done = {"free": 0, "short": 0, "is_received": True}
        repository.change_receipt(db, supplier_order, to_come if is_part else done)
    repository.change_stock(db, line, material, quantity - reserved)
    if quantity:
        moved = Movement(material, MovementKind.RECEIVED, quantity, now, by, lot, reference)
        repository.add_movement(db, line, moved)


def move_order(db: Session, line: str, supplier_order: int, due: date, *, now: datetime) -> list[AtRisk]:
    """Note that a supplier order comes on another day; return the promises that puts at risk (M-10).

    Nothing promised moves: what was reserved of the order stays so, and the next re-sync lets the floor wait for it.

    Raises:
        SupplierOrderNotFound: there is no such supplier order.
        AlreadyReceived: it has been received.
        DayNotValid: the day is past.
        PlantNotFound: no plant makes the line.
    """
    zone = promises.plant_of(db, line).timezone
    row = repository.receipt(db, line, supplier_order)
    if row is None:
        raise SupplierOrderNotFound(line=line, supplier_order=supplier_order)
    if row.is_received:
        raise AlreadyReceived(line=line, supplier_order=supplier_order)
    if due < local_date(epoch_s(now), zone):
        raise DayNotValid(material=row.material, due=due.isoformat())
    before = set(at_risk(db, line))
    repository.change_receipt(db, supplier_order, {"usable_s": wall_clock_s(due, 24 * 60, zone)})
    return [one for one in at_risk(db, line) if one not in before]


def compare(db: Session, line: str, found: Mapping[str, int]) -> list[Counted]:
    """Return what taking over a stocktake would change, ``{material: counted}``; nothing is changed.

    Raises:
        QuantityNotValid: not a quantity.
        PlantNotFound: no plant makes the line.
    """
    known = {level.material: level for level in stock_levels(db, line)}
    rows = []
    for material, counted in sorted(found.items()):
        _require_quantity(material, counted, least=0)
        level = known.get(material)
        reserved = level.reserved if level else 0
        rows.append(Counted(material, level.on_hand if level else 0, counted, max(0, reserved - counted)))
    return rows


def count(db: Session, line: str, material: str, counted: int, *, by: str, now: datetime, reason: str = "") -> int:
    """Take over what a stocktake found; return the difference to what was thought to be there, and log it (M-6).

    Raises:
        QuantityNotValid: not a quantity.
        PlantNotFound: no plant makes the line.
    """
    _require_quantity(material, counted, least=0)
    promises.plant_of(db, line)
    free, short = repository.lock_stock(db, line, material)
    takes = repository.takes_of(db, line, material, SupplyKind.STOCK)
    expected = free - short + sum(int(take.quantity - take.used) for take in takes)
    difference = counted - expected
    repository.change_stock(db, line, material, difference)
    repository.add_movement(db, line, Movement(material, MovementKind.COUNTED, difference, now, by, reason=reason))
    return difference


def use(db: Session, key: str, line: str, *, piece: int, pieces: int, by: str, now: datetime) -> None:
    """Note that the material of one of so many pieces of a reservation has left the stock; the same piece again changes nothing.

    Args:
        db: The caller's transaction.
        key: The reservation.
        line: Its line.
        piece: How many pieces have been served with this one; which of them does not matter.
        pieces: How many share the reservation.
        by: Who took it out.
        now: The present moment, UTC.
    """
    whole: dict[str, int] = {}
    takes = repository.unused_takes(db, key)
    for take in takes:
        whole[take.material] = whole.get(take.material, 0) + take.quantity
    served = {material: total * piece // pieces for material, total in whole.items()}
    for material, total in served.items():
        wanted = total - sum(take.used for take in takes if take.material == material)
        used = 0
        for take in takes:
            part = min(take.quantity - take.used, wanted - used)
            if take.material == material and take.source == SupplyKind.STOCK and part > 0:
                repository.set_used(db, take.id, take.used + part)
                used += part
        if used:
            repository.add_movement(db, line, Movement(material, MovementKind.USED, -used, now, by, reference=key))


def give_back_share(db: Session, key: str, line: str, *, pieces: int) -> None:
    """Give back what one of so many pieces that share a reservation has not used and will not: it is not made (M-8).

    What would have come last goes first, so that the others get theirs as soon as before.
    """
    takes = repository.unused_takes(db, key)
    stock: dict[tuple[str | int, ...], int] = {}
    receipts: dict[tuple[str | int, ...], int] = {}
    whole: dict[str, int] = {}
    for take in takes:
        whole[take.material] = whole.get(take.material, 0) + take.quantity
    left = {material: total - total * (pieces - 1) // pieces for material, total in whole.items()}
    for take in sorted(takes, key=lambda one: (one.usable_s, one.id), reverse=True):
        part = min(left[take.material], take.quantity - take.used)
        if part <= 0:
            continue
        left[take.material] -= part
        repository.shrink_take(db, take.id, take.quantity - part)
        if take.source == SupplyKind.STOCK:
            stock[(take.material,)] = stock.get((take.material,), 0) - part
        elif take.source == SupplyKind.RECEIPT:
            receipts[(take.receipt_id,)] = receipts.get((take.receipt_id,), 0) - part
    for scarce, amounts in ((guarded.STOCK, stock), (guarded.RECEIPTS, receipts)):
        if not guarded.take(db, scarce, line, amounts):
            raise RuntimeError(f"the stock has no room for what reservation {key} gives back")


def movements(db: Session, line: str, material: str, *, limit: int = 50) -> Sequence[Movement]:
    """Return what happened to a material, or with "" to all of the line, the newest first."""
    return tuple(repository.movements(db, line, material, limit))


def set_ordering(db: Session, line: str, material: str, *, reorder_at: int, lead_time_days: int | None) -> None:
    """Say when to order a material again and how many calendar days its supplier takes; None: as the catalog or the plant says.

    Raises:
        QuantityNotValid: not a quantity, or more than a year.
        PlantNotFound: no plant makes the line.
    """
    _require_quantity(material, reorder_at, least=0, most=MOST_REORDER)
    if lead_time_days is not None and not 0 <= lead_time_days <= MOST_LEAD_DAYS:
        raise QuantityNotValid(material=material, quantity=lead_time_days)
    promises.plant_of(db, line)
    repository.lock_stock(db, line, material)
    repository.set_ordering(db, line, material, reorder_at, lead_time_days)


def _require_quantity(material: str, quantity: int, *, least: int, most: int = MOST) -> None:
    if not least <= quantity <= most or not material.strip():
        raise QuantityNotValid(material=material, quantity=quantity)
