"""Lots in the database."""

from collections.abc import Iterable

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from kernel.database import changed_rows
from kernel.schema import metadata
from production.lots import tables
from production.lots.model import Lot, PieceLot
from production.supply.model import MovementKind

_PIECES: Table = metadata.tables[str(tables.PieceLotRow.__tablename__)]
_MOVEMENTS: Table = metadata.tables["production_stock_movement"]
_TAKES: Table = metadata.tables["production_reservation_material"]


def received_lots(
    db: Session, line: str, *, materials: Iterable[str] = (), lot: str = "", reservation: str = ""
) -> list[Lot]:
    """Return lots that were received, the newest first: of some materials, of those of a reservation, or of one name."""
    table, used = _MOVEMENTS.c, _PIECES.c
    wanted = [table.line == line, table.kind == MovementKind.RECEIVED, table.lot != ""]
    if materials:
        wanted.append(table.material.in_(sorted(materials)))
    if reservation:
        wanted.append(table.material.in_(select(_TAKES.c.material).where(_TAKES.c.key == reservation)))
    if lot:
        wanted.append(func.lower(table.lot) == lot.lower())
    received = (
        select(
            table.material,
            table.lot,
            func.max(table.at).label("at"),
            func.sum(table.quantity).label("quantity"),
            func.max(table.reference).label("reference"),
        )
        .where(*wanted)
        .group_by(table.material, table.lot)
        .subquery()
    )
    spent = (
        select(used.material, used.lot, func.sum(used.quantity).label("quantity"))
        .where(used.line == line)
        .group_by(used.material, used.lot)
        .subquery()
    )
    joined = received.outerjoin(spent, (spent.c.material == received.c.material) & (spent.c.lot == received.c.lot))
    rows = db.execute(
        select(received, func.coalesce(spent.c.quantity, 0).label("spent"))
        .select_from(joined)
        .order_by(received.c.at.desc(), received.c.material, received.c.lot)
    )
    return [
        Lot(row.material, row.lot, row.at, int(row.quantity), int(row.quantity) - int(row.spent), row.reference)
        for row in rows
    ]


def reserved_amounts(db: Session, key: str) -> dict[str, int]:
    """Return ``{material: quantity}`` of a reservation."""
    statement = select(_TAKES.c.material, func.sum(_TAKES.c.quantity)).where(_TAKES.c.key == key)
    rows = db.execute(statement.group_by(_TAKES.c.material).order_by(_TAKES.c.material))
    return {material: int(quantity) for material, quantity in rows}


def add_piece_lot(db: Session, line: str, one: PieceLot) -> bool:
    """Store that a piece is made of a lot; return False when that was stored before."""
    insert_once = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "line": line,
        "order_number": one.order_number,
        "piece": one.piece,
        "material": one.material,
        "lot": one.lot,
        "quantity": one.quantity,
        "by": one.by,
        "at": one.at,
    }
    key = ["order_number", "piece", "material", "lot"]
    return changed_rows(db, insert_once(_PIECES).values(values).on_conflict_do_nothing(index_elements=key)) == 1


def drop_piece_lot(db: Session, order_number: str, piece: int, material: str, lot: str) -> bool:
    """Forget that a piece is made of a lot; return False when it was not said to be."""
    table = _PIECES.c
    same = (table.order_number == order_number, table.piece == piece, table.material == material, table.lot == lot)
    return changed_rows(db, delete(_PIECES).where(*same)) == 1


def lots_of(db: Session, order_number: str) -> list[PieceLot]:
    """Return the lots an order's pieces are made of, by piece and material."""
    table = _PIECES.c
    statement = select(_PIECES).where(table.order_number == order_number)
    return [_piece_lot(row) for row in db.execute(statement.order_by(table.piece, table.material, table.id))]


def pieces_with(db: Session, line: str, lot: str) -> list[PieceLot]:
    """Return the pieces made of lots of one name in any spelling, by material, order and piece."""
    table = _PIECES.c
    statement = select(_PIECES).where(table.line == line, func.lower(table.lot) == lot.lower())
    return [_piece_lot(row) for row in db.execute(statement.order_by(table.material, table.order_number, table.piece))]


def _piece_lot(row: object) -> PieceLot:
    one = row._mapping  # type: ignore[attr-defined]
    return PieceLot(
        one["order_number"], one["piece"], one["material"], one["lot"], one["quantity"], one["by"], one["at"]
    )
