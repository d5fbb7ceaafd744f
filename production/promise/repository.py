"""The ledger in the database: the plant, and what a walk reads of capacity, batches and material."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, case, delete, func, insert, or_, select, text, union, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from kernel.canonical import canonical_json
from kernel.database import changed_rows
from kernel.schema import metadata
from production.errors import PlantNotFound
from production.model import ACTIVE_RESERVATIONS, Demand, Promise, Reservation, ReservationState
from production.plants.document import plant_from_json, plant_to_json
from production.plants.model import Adjustment, KeptShare, Plant
from production.plants.model import StockRow as StockOfPlant
from production.promise.calendar import Bucket
from production.promise.document import promise_from_json, promise_to_json
from production.promise.material import MaterialTake, SupplyKind
from production.promise.reading import touch
from production.promise.tables import AdjustmentRow, KeptShareRow, PlantRow, ReceiptRow, ReserveRow
from production.promise.walking import JoinedLoad, Placement, Plan

_PLANTS: Table = metadata.tables["production_plant"]
_RESERVES: Table = metadata.tables["production_reserve"]
_SHARES: Table = metadata.tables["production_kept_share"]
_BUCKETS: Table = metadata.tables["production_bucket"]
_BATCHES: Table = metadata.tables["production_batch_load"]
_BATCH_TAKES: Table = metadata.tables["production_batch_take"]
_STOCK: Table = metadata.tables["production_stock"]
_RECEIPTS: Table = metadata.tables["production_receipt"]
_RESERVATION: Table = metadata.tables["production_reservation"]
_TAKES: Table = metadata.tables["production_reservation_load"]
_MATERIAL_TAKES: Table = metadata.tables["production_reservation_material"]


@dataclass(frozen=True, slots=True)
class StoredPlant:
    """A plant and the span its buckets cover, UTC seconds."""

    plant: Plant
    horizon_from_s: int
    horizon_to_s: int


def stored_plant(db: Session, line: str) -> StoredPlant:
    """Return the plant that makes a line.

    Raises:
        PlantNotFound: none was seeded.
    """
    table = _PLANTS.c
    row = db.execute(
        select(table.document, table.horizon_from_s, table.horizon_to_s).where(table.line == line)
    ).one_or_none()
    if row is None:
        raise PlantNotFound(line=line)
    return StoredPlant(_plant(row.document), row.horizon_from_s, row.horizon_to_s)


@lru_cache(maxsize=32)
def _plant(document: str) -> Plant:
    return plant_from_json(json.loads(document))


# --- reservations -----------------------------------------------------------------------------------


def find_reservation(db: Session, key: str) -> Reservation | None:
    """Return what is or was set aside under a key."""
    row = db.execute(select(_RESERVATION).where(_RESERVATION.c.key == key)).one_or_none()
    if row is None:
        return None
    return Reservation(
        key=row.key,
        line=row.line,
        state=ReservationState(row.state),
        promise=promise_from_json(row.promise),
        expires_at=row.expires_at,
        groups=frozenset(row.groups.split()),
        is_rush=row.is_rush,
    )


def move_reservation(
    db: Session, key: str, before: Iterable[ReservationState], after: ReservationState, *, now: datetime | None = None
) -> bool:
    """Change the state if it is one of ``before`` (and, with ``now``, not expired by then); return whether it was."""
    statement = update(_RESERVATION).where(_RESERVATION.c.key == key, _RESERVATION.c.state.in_(list(before)))
    if now is not None:
        statement = statement.where(or_(_RESERVATION.c.expires_at.is_(None), _RESERVATION.c.expires_at > now))
    return changed_rows(db, statement.values(state=after)) == 1


def set_expiry(db: Session, key: str, expires_at: datetime | None) -> None:
    """Store until when a reservation is held; None holds it for good."""
    db.execute(update(_RESERVATION).where(_RESERVATION.c.key == key).values(expires_at=expires_at))


def set_promise(db: Session, key: str, promise: Promise) -> None:
    """Store another promise of a reservation."""
    values = {"promise": promise_to_json(promise), "finish_s": int(promise.finish_at.timestamp())}
    db.execute(update(_RESERVATION).where(_RESERVATION.c.key == key).values(values))


def overdue_reservations(db: Session, now: datetime) -> tuple[str, ...]:
    """Return the keys of held reservations whose time is up, in order."""
    statement = (
        select(_RESERVATION.c.key)
        .where(_RESERVATION.c.state == ReservationState.HELD, _RESERVATION.c.expires_at <= now)
        .order_by(_RESERVATION.c.key)
    )
    return tuple(db.execute(statement).scalars())


def reservation_row(reservation: Reservation, *, now: datetime) -> Mapping[str, Any]:
    """Return a reservation's row."""
    return {
        "key": reservation.key,
        "line": reservation.line,
        "state": reservation.state.value,
        "promise": promise_to_json(reservation.promise),
        "finish_s": int(reservation.promise.finish_at.timestamp()),
        "reserved_at": now,
        "expires_at": reservation.expires_at,
        "groups": " ".join(sorted(reservation.groups)),
        "is_rush": reservation.is_rush,
    }


def load_rows(key: str, plan: Plan, demand: Demand, batches: Mapping[JoinedLoad, int]) -> list[Mapping[str, Any]]:
    """Return the rows of what a plan takes, per operation and piece; ``batches`` gives the id of each load it joins."""
    rows: list[Mapping[str, Any]] = []
    for placement in plan.placements:
        load = demand.loads[placement.position]
        common = {
            "key": key,
            "piece": placement.piece,
            "position": placement.position,
            "operation": load.operation,
            "work_centre": placement.work_centre,
        }
        if placement.load is not None:
            batch = batches[replace(placement.load, is_new=False)]
            rows.append({**common, "start_s": placement.start_s, "seconds": 0, "batch_load_id": batch})
        else:
            rows.extend(
                {**common, "start_s": one.start_s, "seconds": one.seconds, "batch_load_id": None}
                for one in placement.takes
            )
    return rows


def material_rows(key: str, takes: Sequence[MaterialTake]) -> list[Mapping[str, Any]]:
    """Return the rows of what a reservation takes of each material."""
    return [
        {
            "key": key,
            "material": one.code,
            "source": one.kind.value,
            "quantity": one.quantity,
            "usable_s": one.usable_s,
            "receipt_id": one.receipt,
            "stands_for": one.stands_for,
        }
        for one in takes
    ]


def substitutes(db: Session, key: str) -> dict[str, str]:
    """Return ``{material of the bill: what a reservation takes in its place}``."""
    columns = _MATERIAL_TAKES.c
    rows = db.execute(
        select(columns.stands_for, columns.material).where(columns.key == key, columns.stands_for != "").distinct()
    )
    return {str(row.stands_for): str(row.material) for row in rows}


def first_takes(db: Session, key: str) -> dict[tuple[int, str], int]:
    """Return where the first bucket of each operation of each piece starts, UTC seconds."""
    columns = _TAKES.c
    statement = (
        select(columns.piece, columns.operation, func.min(columns.start_s))
        .where(columns.key == key)
        .group_by(columns.piece, columns.operation)
    )
    return {(piece, operation): int(start_s) for piece, operation, start_s in db.execute(statement)}


def open_batch(db: Session, line: str, placement: Placement, pieces: int) -> int | None:
    """Store a new batch with all its places free and return its id; its seconds are taken by the caller.

    None when somebody opened one at the same moment.
    """
    assert placement.load is not None  # noqa: S101 - the caller has looked
    same = (
        _BATCHES.c.line == line,
        _BATCHES.c.work_centre == placement.work_centre,
        _BATCHES.c.start_s == placement.start_s,
        _BATCHES.c.recipe == placement.load.recipe,
    )
    number = select(func.coalesce(func.max(_BATCHES.c.number), 0) + 1).where(*same).scalar_subquery()
    values = {
        "line": line,
        "work_centre": placement.work_centre,
        "start_s": placement.start_s,
        "end_s": placement.end_s,
        "recipe": placement.load.recipe,
        "number": number,
        "pieces": pieces,
        "free_pieces": pieces,
    }
    insert_once = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert_once(_BATCHES).values(values).on_conflict_do_nothing().returning(_BATCHES.c.id)
    batch_id = db.execute(statement).scalar_one_or_none()
    if batch_id is None:
        return None
    db.execute(
        insert(_BATCH_TAKES),
        [{"load_id": batch_id, "start_s": one.start_s, "seconds": one.seconds} for one in placement.takes],
    )
    return int(batch_id)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a reservation had taken, now removed from it and to be given back to the ledger."""

    buckets: Mapping[tuple[str, int], int]
    batches: Mapping[int, int]
    stock: Mapping[str, int]
    receipts: Mapping[int, int]


def remove_takes(db: Session, key: str) -> TakenBack:
    """Remove everything a reservation has taken and return it, summed; what has left the stock does not come back."""
    buckets: dict[tuple[str, int], int] = {}
    batches: dict[int, int] = {}
    removed = delete(_TAKES).where(_TAKES.c.key == key)
    for row in db.execute(
        removed.returning(_TAKES.c.work_centre, _TAKES.c.start_s, _TAKES.c.seconds, _TAKES.c.batch_load_id)
    ):
        if row.batch_load_id is not None:
            batches[row.batch_load_id] = batches.get(row.batch_load_id, 0) + 1
        else:
            slot = (row.work_centre, row.start_s)
            buckets[slot] = buckets.get(slot, 0) + row.seconds
    stock: dict[str, int] = {}
    receipts: dict[int, int] = {}
    removed_material = delete(_MATERIAL_TAKES).where(_MATERIAL_TAKES.c.key == key)
    columns = (_MATERIAL_TAKES.c.material, _MATERIAL_TAKES.c.source, _MATERIAL_TAKES.c.quantity, _MATERIAL_TAKES.c.used)
    for row in db.execute(removed_material.returning(*columns, _MATERIAL_TAKES.c.receipt_id)):
        if row.source == SupplyKind.STOCK:
            stock[row.material] = stock.get(row.material, 0) + row.quantity - row.used
        elif row.source == SupplyKind.RECEIPT:
            receipts[row.receipt_id] = receipts.get(row.receipt_id, 0) + row.quantity
    return TakenBack(buckets, batches, stock, receipts)


def remove_takes_of(db: Session, key: str, piece: int, keep: Iterable[str]) -> TakenBack:
    """Remove what one piece has taken of capacity for all operations but those kept, and return it, summed."""
    buckets: dict[tuple[str, int], int] = {}
    batches: dict[int, int] = {}
    removed = delete(_TAKES).where(
        _TAKES.c.key == key, _TAKES.c.piece == piece, _TAKES.c.operation.not_in(sorted(keep))
    )
    for row in db.execute(
        removed.returning(_TAKES.c.work_centre, _TAKES.c.start_s, _TAKES.c.seconds, _TAKES.c.batch_load_id)
    ):
        if row.batch_load_id is not None:
            batches[row.batch_load_id] = batches.get(row.batch_load_id, 0) + 1
        else:
            slot = (row.work_centre, row.start_s)
            buckets[slot] = buckets.get(slot, 0) + row.seconds
    return TakenBack(buckets, batches, {}, {})


def close_empty_batches(db: Session, ids: Iterable[int]) -> dict[tuple[str, int], int]:
    """Remove those of the batches that hold no piece any more; return the bucket seconds they had taken."""
    freed: dict[tuple[str, int], int] = {}
    for batch_id in sorted(ids):
        centre = db.execute(
            select(_BATCHES.c.work_centre)
            .where(_BATCHES.c.id == batch_id, _BATCHES.c.free_pieces == _BATCHES.c.pieces)
            .with_for_update()
        ).scalar_one_or_none()
        if centre is None:
            continue
        taken = delete(_BATCH_TAKES).where(_BATCH_TAKES.c.load_id == batch_id)
        for start_s, seconds in db.execute(taken.returning(_BATCH_TAKES.c.start_s, _BATCH_TAKES.c.seconds)):
            freed[centre, start_s] = freed.get((centre, start_s), 0) + seconds
        db.execute(delete(_BATCHES).where(_BATCHES.c.id == batch_id))
    return freed


# --- the plant ----------------------------------------------------------------------------------------


def save_plant(db: Session, stored: StoredPlant) -> None:
    """Store a plant, or its newest form, and the span its buckets cover."""
    document = canonical_json(plant_to_json(stored.plant)).decode()
    digest = hashlib.sha256(document.encode()).hexdigest()
    row = db.get(PlantRow, stored.plant.line)
    if row is None:
        db.add(
            PlantRow(
                line=stored.plant.line,
                document=document,
                digest=digest,
                horizon_from_s=stored.horizon_from_s,
                horizon_to_s=stored.horizon_to_s,
            )
        )
    else:
        row.document, row.digest, row.horizon_to_s = document, digest, stored.horizon_to_s
    db.flush()


def has_plant(db: Session, line: str) -> bool:
    """Return whether a plant was seeded for the line."""
    return db.get(PlantRow, line) is not None


def add_buckets(db: Session, line: str, work_centre: str, buckets: Iterable[Bucket]) -> int:
    """Store buckets with all their capacity free; return how many."""
    touch(db)
    stamp = next_stamp(db, line)
    rows = [
        {
            "line": line,
            "work_centre": work_centre,
            "start_s": bucket.start_s,
            "end_s": bucket.end_s,
            "capacity_s": bucket.capacity_s,
            "free_s": bucket.capacity_s,
            "is_attended": bucket.is_attended,
            "changed": stamp,
        }
        for bucket in buckets
    ]
    if rows:
        db.execute(insert(_BUCKETS), rows)
    return len(rows)


def next_stamp(db: Session, line: str) -> int:
    """Return what changed buckets are stamped with: never less than the mark of any earlier reading (L-2)."""
    if db.get_bind().dialect.name == "sqlite":
        newest = select(func.coalesce(func.max(_BUCKETS.c.changed), 0)).where(_BUCKETS.c.line == line)
        return int(db.execute(newest).scalar_one()) + 1
    return int(db.execute(text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")).scalar_one())


def last_bucket_s(db: Session, line: str, work_centre: str) -> int | None:
    """Return where the last bucket of a work centre starts; None when it has none."""
    statement = select(func.max(_BUCKETS.c.start_s)).where(
        _BUCKETS.c.line == line, _BUCKETS.c.work_centre == work_centre
    )
    return db.execute(statement).scalar_one_or_none()


def add_stock(db: Session, line: str, rows: Iterable[StockOfPlant]) -> None:
    """Store opening stock of materials the plant has none of yet; others are left as they are."""
    table = _STOCK
    known = set(db.execute(select(table.c.material).where(table.c.line == line)).scalars())
    fresh = [
        {
            "line": line,
            "material": row.code,
            "free": row.on_hand,
            "lead_time_days": row.lead_time_days,
            "reorder_at": row.reorder_at,
        }
        for row in rows
        if row.code not in known
    ]
    if fresh:
        db.execute(insert(table), fresh)


def materials_named(db: Session, line: str) -> set[str]:
    """Return the materials a plant has, had or expects: of others nothing is known but the supplier's lead time."""
    codes = union(
        select(_STOCK.c.material).where(_STOCK.c.line == line),
        select(_RECEIPTS.c.material).where(_RECEIPTS.c.line == line),
    )
    return set(db.execute(codes).scalars())


def add_receipt(db: Session, line: str, material: str, usable_s: int, quantity: int) -> int:
    """Store that a quantity is on its way; return the receipt's id."""
    row = ReceiptRow(line=line, material=material, usable_s=usable_s, quantity=quantity, free=quantity)
    db.add(row)
    db.flush()
    assert row.id is not None  # noqa: S101 - the database gave one
    return row.id


# --- adjustments ----------------------------------------------------------------------------------------


def add_adjustment(db: Session, line: str, adjustment: Adjustment, *, now: datetime) -> int:
    """Store an adjustment; return its id."""
    row = AdjustmentRow(
        line=line,
        work_centre=adjustment.work_centre,
        kind=adjustment.kind,
        day=adjustment.day,
        from_min=adjustment.from_min,
        to_min=adjustment.to_min,
        places=adjustment.places,
        note=adjustment.note,
        made_at=now,
    )
    db.add(row)
    db.flush()
    assert row.id is not None  # noqa: S101 - the database gave one
    return row.id


def remove_adjustment(db: Session, line: str, adjustment_id: int) -> Adjustment | None:
    """Remove an adjustment and return what it was; None when there is none."""
    row = db.get(AdjustmentRow, adjustment_id)
    if row is None or row.line != line:
        return None
    db.delete(row)
    db.flush()
    return _adjustment(row)


def adjustments(
    db: Session, line: str, first: date, last: date, work_centre: str | None = None
) -> dict[int, Adjustment]:
    """Return the adjustments of the days from ``first`` to ``last`` by their ids, by day and work centre."""
    table = metadata.tables["production_adjustment"]
    wanted = (table.c.line == line) & (table.c.day >= first) & (table.c.day <= last)
    if work_centre is not None:
        wanted &= table.c.work_centre == work_centre
    rows = db.execute(select(AdjustmentRow).where(wanted)).scalars()
    found = sorted(rows, key=lambda row: (row.day, row.work_centre, row.from_min, row.id or 0))
    return {row.id: _adjustment(row) for row in found if row.id is not None}


def reserves(db: Session, line: str) -> dict[str, int]:
    """Return the reserves that were set in place of the files', by work centre, in percent."""
    rows = db.execute(select(ReserveRow).where(_RESERVES.c.line == line)).scalars()
    return {row.work_centre: row.percent for row in rows}


def save_reserve(db: Session, line: str, work_centre: str, percent: int, *, now: datetime) -> None:
    """Store the reserve of a work centre."""
    row = db.get(ReserveRow, (line, work_centre))
    if row is None:
        db.add(ReserveRow(line=line, work_centre=work_centre, percent=percent, set_at=now))
    else:
        row.percent, row.set_at = percent, now
    db.flush()


def kept_shares(db: Session, line: str) -> dict[str, KeptShare | None]:
    """Return the shares that were set in place of the files', by work centre; None where nothing is kept any more."""
    rows = db.execute(select(KeptShareRow).where(_SHARES.c.line == line)).scalars()
    return {row.work_centre: KeptShare(row.group, row.percent, row.until_days) if row.percent else None for row in rows}


def save_kept_share(db: Session, line: str, work_centre: str, share: KeptShare | None, *, now: datetime) -> None:
    """Store what is kept of a work centre, or that nothing is."""
    group, percent, until_days = (share.group, share.percent, share.until_days) if share else ("", 0, 0)
    row = db.get(KeptShareRow, (line, work_centre))
    if row is None:
        row = KeptShareRow(
            line=line, work_centre=work_centre, group=group, percent=percent, until_days=until_days, set_at=now
        )
        db.add(row)
    else:
        row.group, row.percent, row.until_days, row.set_at = group, percent, until_days, now
    db.flush()


def _adjustment(row: AdjustmentRow) -> Adjustment:
    return Adjustment(row.work_centre, row.kind, row.day, row.from_min, row.to_min, row.places, row.note)


def set_capacity(db: Session, line: str, work_centre: str, from_s: int, to_s: int, buckets: Iterable[Bucket]) -> None:
    """Give the buckets that start within ``[from_s, to_s)`` these capacities, others none; what is taken stays taken.

    Where more is taken than there now is, ``short_s`` says how much (A-2).
    """
    touch(db)
    db.flush()
    stamp = next_stamp(db, line)
    wanted = {bucket.start_s: bucket for bucket in buckets}
    within = (
        _BUCKETS.c.line == line,
        _BUCKETS.c.work_centre == work_centre,
        _BUCKETS.c.start_s >= from_s,
        _BUCKETS.c.start_s < to_s,
    )
    known = db.execute(
        select(_BUCKETS.c.start_s).where(*within).order_by(_BUCKETS.c.start_s).with_for_update()
    ).scalars()
    there = set(known)
    missing = [bucket for start_s, bucket in wanted.items() if start_s not in there]
    taken = _BUCKETS.c.capacity_s - _BUCKETS.c.free_s + _BUCKETS.c.short_s
    for start_s in sorted(there):
        bucket = wanted.get(start_s)
        capacity_s = bucket.capacity_s if bucket else 0
        changed = {
            "capacity_s": capacity_s,
            "free_s": case((taken < capacity_s, capacity_s - taken), else_=0),
            "short_s": case((taken > capacity_s, taken - capacity_s), else_=0),
            "is_attended": bucket.is_attended if bucket else False,
            "changed": stamp,
        }
        db.execute(update(_BUCKETS).where(*within[:2], _BUCKETS.c.start_s == start_s).values(changed))
    add_buckets(db, line, work_centre, missing)


def short_buckets(db: Session, line: str) -> list[tuple[str, int, int]]:
    """Return ``(work centre, start, missing seconds)`` of the buckets of which more is reserved than there is."""
    columns = (_BUCKETS.c.work_centre, _BUCKETS.c.start_s, _BUCKETS.c.short_s)
    rows = db.execute(select(*columns).where(_BUCKETS.c.line == line, _BUCKETS.c.short_s > 0).order_by(*columns))
    return [(code, int(start_s), int(short_s)) for code, start_s, short_s in rows]


def takers(db: Session, line: str, work_centre: str, start_s: int) -> list[tuple[str, int]]:
    """Return ``(key, seconds)`` of who takes of a bucket, whoever reserved last first; of a batch all who are in it."""
    own = (
        select(_TAKES.c.key, func.sum(_TAKES.c.seconds).label("seconds"))
        .where(_TAKES.c.work_centre == work_centre, _TAKES.c.start_s == start_s, _TAKES.c.batch_load_id.is_(None))
        .group_by(_TAKES.c.key)
    )
    shared = (
        select(_TAKES.c.key, func.max(_BATCH_TAKES.c.seconds).label("seconds"))
        .join(_BATCHES, _BATCHES.c.id == _TAKES.c.batch_load_id)
        .join(_BATCH_TAKES, _BATCH_TAKES.c.load_id == _BATCHES.c.id)
        .where(_BATCHES.c.work_centre == work_centre, _BATCH_TAKES.c.start_s == start_s)
        .group_by(_TAKES.c.key)
    )
    every = own.union_all(shared).subquery()
    rows = db.execute(
        select(every.c.key, every.c.seconds)
        .join(_RESERVATION, _RESERVATION.c.key == every.c.key)
        .where(_RESERVATION.c.line == line)
        .order_by(_RESERVATION.c.reserved_at.desc(), every.c.key.desc())
    )
    return [(key, int(seconds)) for key, seconds in rows]


def short_materials(db: Session, line: str) -> list[tuple[str, int]]:
    """Return ``(material, missing)`` where less lies in the plant than is reserved of it."""
    columns = (_STOCK.c.material, _STOCK.c.short)
    rows = db.execute(select(*columns).where(_STOCK.c.line == line, _STOCK.c.short > 0).order_by(_STOCK.c.material))
    return [(material, int(short)) for material, short in rows]


def material_takers(db: Session, line: str, material: str) -> list[tuple[str, int]]:
    """Return ``(key, quantity)`` of who has reserved of a material's stock, whoever reserved last first."""
    rows = db.execute(
        select(_MATERIAL_TAKES.c.key, _MATERIAL_TAKES.c.quantity)
        .join(_RESERVATION, _RESERVATION.c.key == _MATERIAL_TAKES.c.key)
        .where(
            _RESERVATION.c.line == line,
            _MATERIAL_TAKES.c.material == material,
            _MATERIAL_TAKES.c.source == SupplyKind.STOCK,
        )
        .order_by(_RESERVATION.c.reserved_at.desc(), _RESERVATION.c.key.desc())
    )
    return [(key, int(quantity)) for key, quantity in rows]


def late_deliveries(db: Session, line: str, key: str | None = None) -> list[tuple[str, str, int, int]]:
    """Return ``(key, material, quantity, usable_s)`` of what comes later than it was promised from, and than work begins."""
    begins = select(func.min(_TAKES.c.start_s)).where(_TAKES.c.key == _MATERIAL_TAKES.c.key).scalar_subquery()
    wanted = [
        _RESERVATION.c.line == line,
        _RESERVATION.c.state.in_(list(ACTIVE_RESERVATIONS)),
        _MATERIAL_TAKES.c.source == SupplyKind.RECEIPT,
        _RECEIPTS.c.is_received.is_(False),
        _RECEIPTS.c.usable_s > _MATERIAL_TAKES.c.usable_s,
        _RECEIPTS.c.usable_s > begins,
    ]
    if key is not None:
        wanted.append(_MATERIAL_TAKES.c.key == key)
    rows = db.execute(
        select(
            _MATERIAL_TAKES.c.key,
            _MATERIAL_TAKES.c.material,
            func.sum(_MATERIAL_TAKES.c.quantity - _MATERIAL_TAKES.c.used),
            func.max(_RECEIPTS.c.usable_s),
        )
        .join(_RESERVATION, _RESERVATION.c.key == _MATERIAL_TAKES.c.key)
        .join(_RECEIPTS, _RECEIPTS.c.id == _MATERIAL_TAKES.c.receipt_id)
        .where(*wanted)
        .group_by(_MATERIAL_TAKES.c.key, _MATERIAL_TAKES.c.material)
        .order_by(_MATERIAL_TAKES.c.key, _MATERIAL_TAKES.c.material)
    )
    return [(who, material, int(quantity), int(usable_s)) for who, material, quantity, usable_s in rows]
