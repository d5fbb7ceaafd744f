"""Stock, supplier orders and movements in the database."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, Table, case, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from kernel.schema import metadata
from production.promise.material import SupplyKind
from production.supply import tables
from production.supply.model import Movement, MovementKind

_STOCK: Table = metadata.tables["production_stock"]
_RECEIPTS: Table = metadata.tables["production_receipt"]
_TAKES: Table = metadata.tables["production_reservation_material"]
_RESERVATIONS: Table = metadata.tables["production_reservation"]
_MOVEMENTS: Table = metadata.tables[str(tables.StockMovementRow.__tablename__)]


def stock_rows(db: Session, line: str) -> list[Row[Any]]:
    """Return ``(material, free, short, reorder_at, lead_time_days)`` of every material with a row of its own."""
    table = _STOCK.c
    columns = (table.material, table.free, table.short, table.reorder_at, table.lead_time_days)
    return list(db.execute(select(*columns).where(table.line == line).order_by(table.material)).all())


def lock_stock(db: Session, line: str, material: str) -> tuple[int, int]:
    """Return ``(free, short)`` of a material, its row made if need be, and held until the transaction ends."""
    insert_once = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {"line": line, "material": material, "free": 0, "reorder_at": 0, "short": 0}
    db.execute(insert_once(_STOCK).values(values).on_conflict_do_nothing())
    row = db.execute(select(_STOCK.c.free, _STOCK.c.short).where(*_of(line, material)).with_for_update()).one()
    return int(row.free), int(row.short)


def change_stock(db: Session, line: str, material: str, difference: int) -> None:
    """Add what came or take what is missing: what is free follows, then what is short; neither below nought."""
    left = _STOCK.c.free - _STOCK.c.short + difference
    values = {"free": case((left > 0, left), else_=0), "short": case((left < 0, -left), else_=0)}
    db.execute(update(_STOCK).where(*_of(line, material)).values(values))


def reserved(db: Session, line: str) -> dict[tuple[str, SupplyKind], tuple[int, int]]:
    """Return ``{(material, source): (quantity not used yet, earliest usable_s)}`` of all reservations."""
    left = _TAKES.c.quantity - _TAKES.c.used
    rows = db.execute(
        select(_TAKES.c.material, _TAKES.c.source, func.sum(left), func.min(_TAKES.c.usable_s))
        .join(_RESERVATIONS, _RESERVATIONS.c.key == _TAKES.c.key)
        .where(_RESERVATIONS.c.line == line, left > 0)
        .group_by(_TAKES.c.material, _TAKES.c.source)
    )
    return {(code, SupplyKind(source)): (int(total), int(first_s)) for code, source, total, first_s in rows}


def takes_of(
    db: Session, line: str, material: str, source: SupplyKind, receipt_id: int | None = None
) -> list[Row[Any]]:
    """Return ``(id, key, quantity, used, usable_s)`` of takes from one source, the first needed first, held until the end."""
    wanted = [_TAKES.c.material == material, _TAKES.c.source == source, _RESERVATIONS.c.line == line]
    if receipt_id is not None:
        wanted.append(_TAKES.c.receipt_id == receipt_id)
    columns = (_TAKES.c.id, _TAKES.c.key, _TAKES.c.quantity, _TAKES.c.used, _TAKES.c.usable_s)
    statement = select(*columns).join(_RESERVATIONS, _RESERVATIONS.c.key == _TAKES.c.key).where(*wanted)
    return list(db.execute(statement.order_by(_TAKES.c.usable_s, _TAKES.c.id).with_for_update(of=_TAKES)).all())


def move_take(
    db: Session, take_id: int, quantity: int, whole: int, source: SupplyKind, usable_s: int, receipt_id: int | None
) -> None:
    """Let so much of a take come from another source; the rest stays a take of its own."""
    row = db.execute(select(_TAKES).where(_TAKES.c.id == take_id)).one()._asdict()
    moved = {"source": source, "usable_s": usable_s, "receipt_id": receipt_id}
    if quantity == whole:
        db.execute(update(_TAKES).where(_TAKES.c.id == take_id).values(moved))
        return
    db.execute(update(_TAKES).where(_TAKES.c.id == take_id).values(quantity=whole - quantity))
    row.pop("id")
    db.execute(insert(_TAKES).values({**row, **moved, "quantity": quantity}))


def unused_takes(db: Session, key: str) -> list[Row[Any]]:
    """Return ``(id, material, source, quantity, used, usable_s, receipt_id)`` of a reservation, by material, held until the end."""
    table = _TAKES.c
    columns = (table.id, table.material, table.source, table.quantity, table.used, table.usable_s, table.receipt_id)
    statement = select(*columns).where(_TAKES.c.key == key).order_by(_TAKES.c.material, _TAKES.c.id)
    return list(db.execute(statement.with_for_update()).all())


def set_used(db: Session, take_id: int, used: int) -> None:
    """Note how much of a take has left the stock."""
    db.execute(update(_TAKES).where(_TAKES.c.id == take_id).values(used=used))


def shrink_take(db: Session, take_id: int, quantity: int) -> None:
    """Let a take be of so much only; of nothing, there is none."""
    if quantity:
        db.execute(update(_TAKES).where(_TAKES.c.id == take_id).values(quantity=quantity))
    else:
        db.execute(delete(_TAKES).where(_TAKES.c.id == take_id))


def receipt(db: Session, line: str, receipt_id: int) -> Row[Any] | None:
    """Return a supplier order's row, held until the transaction ends; None when there is none."""
    statement = select(_RECEIPTS).where(_RECEIPTS.c.line == line, _RECEIPTS.c.id == receipt_id).with_for_update()
    return db.execute(statement).one_or_none()


def open_receipts(db: Session, line: str) -> list[Row[Any]]:
    """Return the supplier orders not received yet, by day."""
    statement = select(_RECEIPTS).where(_RECEIPTS.c.line == line, _RECEIPTS.c.is_received.is_(False))
    return list(db.execute(statement.order_by(_RECEIPTS.c.usable_s, _RECEIPTS.c.id)).all())


def change_receipt(db: Session, receipt_id: int, values: Mapping[str, object]) -> None:
    """Store new values of a supplier order."""
    db.execute(update(_RECEIPTS).where(_RECEIPTS.c.id == receipt_id).values(dict(values)))


def add_movement(db: Session, line: str, movement: Movement) -> None:
    """Store what happened."""
    db.execute(
        insert(_MOVEMENTS).values(
            line=line,
            material=movement.material,
            kind=movement.kind,
            quantity=movement.quantity,
            lot=movement.lot,
            reference=movement.reference,
            reason=movement.reason,
            by=movement.by,
            at=movement.at,
        )
    )


def movements(db: Session, line: str, material: str, limit: int) -> Iterable[Movement]:
    """Return what happened to a material, or with "" to all of the line, the newest first."""
    table = _MOVEMENTS.c
    statement = select(_MOVEMENTS).where(table.line == line)
    if material:
        statement = statement.where(table.material == material)
    rows = db.execute(statement.order_by(table.id.desc()).limit(limit))
    return tuple(
        Movement(row.material, MovementKind(row.kind), row.quantity, row.at, row.by, row.lot, row.reference, row.reason)
        for row in rows
    )


def set_ordering(db: Session, line: str, material: str, reorder_at: int, lead_time_days: int | None) -> None:
    """Store when to order a material again, and how long its supplier takes; its row is there."""
    values = {"reorder_at": reorder_at, "lead_time_days": lead_time_days}
    db.execute(update(_STOCK).where(*_of(line, material)).values(values))


def _of(line: str, material: str) -> tuple[Any, Any]:
    return _STOCK.c.line == line, _STOCK.c.material == material
