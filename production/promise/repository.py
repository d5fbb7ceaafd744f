"""The ledger in the database: the plant, and what a walk reads of capacity, batches and material."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Table, TextClause, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from kernel.canonical import canonical_json
from kernel.database import changed_rows
from kernel.schema import metadata
from production.errors import PlantNotFound
from production.model import Demand, MaterialNeed, OperationLoad, Reservation, ReservationState
from production.plants.document import plant_from_json, plant_to_json
from production.plants.model import Plant, WorkCentreKind
from production.plants.model import StockRow as StockOfPlant
from production.promise.calendar import Bucket, local_date, wall_clock_s
from production.promise.document import promise_from_json, promise_to_json
from production.promise.material import MaterialTake, Receipt, Supply, SupplyKind
from production.promise.tables import PlantRow, ReceiptRow
from production.promise.timeline import FOREVER_S, FreeBucket, OpenLoad, Timeline, timeline_of
from production.promise.walking import JoinedLoad, Placement, Plan

_PLANTS: Table = metadata.tables["production_plant"]
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


@dataclass(frozen=True, slots=True)
class Room:
    """What is known of a ledger: ``ledger`` with all reservations, ``empty`` without any."""

    ledger: dict[str, Timeline]
    empty: dict[str, Timeline]


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


def lock_plant(db: Session, line: str) -> None:
    """Wait for one's turn among those who ask for it, until the transaction ends; others go on as they were."""
    db.execute(select(_PLANTS.c.line).where(_PLANTS.c.line == line).with_for_update(key_share=True))


@lru_cache(maxsize=32)
def _plant(document: str) -> Plant:
    return plant_from_json(json.loads(document))


def empty_room(plant: Plant, loads: Sequence[OperationLoad]) -> Room:
    """Return timelines of the work centres the loads need, with nothing known yet.

    Raises:
        WorkCentreNotFound: the plant lacks one of them.
    """
    return Room(_timelines(plant, loads), _timelines(plant, loads))


def _timelines(plant: Plant, loads: Sequence[OperationLoad]) -> dict[str, Timeline]:
    return {code: timeline_of(plant.work_centre(code)) for code in sorted({load.work_centre for load in loads})}


def read_room(
    db: Session, stored: StoredPlant, room: Room, loads: Sequence[OperationLoad], from_s: int, rows: int
) -> None:
    """Learn up to ``rows`` buckets with room from ``from_s`` on, of every work centre, taken and empty, in one query."""
    least = {code: _least_s(timeline, code, loads) for code, timeline in room.ledger.items()}
    codes = list(room.ledger)
    given: dict[str, str | int] = {"line": stored.plant.line, "from_s": from_s, "rows": rows}
    given |= {f"centre{index}": code for index, code in enumerate(codes)}
    given |= {f"least{index}": least[code] for index, code in enumerate(codes)}
    found: dict[tuple[str, bool], list[FreeBucket]] = {}
    for is_empty, code, start_s, end_s, seconds, attended in db.execute(_room_statement(len(codes)), given).all():
        found.setdefault((code, bool(is_empty)), []).append(FreeBucket(start_s, end_s, seconds, bool(attended)))
    open_loads = _open_loads(db, stored.plant, room, loads, from_s)
    for code in room.ledger:
        for is_empty, timeline in ((False, room.ledger[code]), (True, room.empty[code])):
            buckets = sorted(found.get((code, is_empty), []), key=lambda bucket: bucket.start_s)
            to_s = FOREVER_S if len(buckets) < rows else buckets[-1].start_s + 1
            timeline.learn(from_s, to_s, buckets, () if is_empty else open_loads.get(code, ()))


def _least_s(timeline: Timeline, code: str, loads: Sequence[OperationLoad]) -> int:
    """Return the fewest seconds any portion of a load takes of one bucket."""
    needs = [load.seconds for load in loads if load.work_centre == code]
    return min(need % timeline.portion_s or timeline.portion_s for need in needs)


@lru_cache(maxsize=64)
def _room_statement(centres: int) -> TextClause:
    """Return the query of all work centres: the first buckets with room, as they are and as if nothing were reserved."""
    part = """
        SELECT * FROM (
            SELECT {empty} AS is_empty, work_centre, start_s, end_s, {column} AS seconds, is_attended
            FROM production_bucket
            WHERE line = :line AND work_centre = :centre{index} AND start_s >= :from_s AND {column} >= :least{index}
            ORDER BY start_s LIMIT :rows
        ) AS {column}_{index}"""
    columns = (("free_s", 0), ("capacity_s", 1))
    parts = [
        part.format(index=index, column=column, empty=empty) for index in range(centres) for column, empty in columns
    ]
    return text(" UNION ALL ".join(parts))


def _open_loads(
    db: Session, plant: Plant, room: Room, loads: Sequence[OperationLoad], from_s: int
) -> Mapping[str, Sequence[OpenLoad]]:
    codes = [code for code, timeline in room.ledger.items() if timeline.kind is WorkCentreKind.BATCH]
    if not codes:
        return {}
    table = _BATCHES.c
    recipes = sorted({load.batch_recipe for load in loads if load.work_centre in codes})
    rows = db.execute(
        select(table.work_centre, table.start_s, table.end_s, table.recipe, table.number, table.free_pieces).where(
            table.line == plant.line,
            table.work_centre.in_(codes),
            table.recipe.in_(recipes),
            table.start_s >= from_s,
            table.free_pieces > 0,
        )
    ).all()
    found: dict[str, list[OpenLoad]] = {}
    for code, *rest in rows:
        found.setdefault(code, []).append(OpenLoad(*rest))
    return found


def read_supply(db: Session, plant: Plant, needs: Iterable[MaterialNeed], now_s: int) -> dict[str, Supply]:
    """Return what can be had of each material.

    A delivery of some day can be used from the next midnight on (M-2); a material neither the plant nor the catalog
    names a lead time for takes the plant's default.
    """
    lead_days = {need.code: need.lead_time_days for need in needs}
    if not lead_days:
        return {}
    stock = _STOCK.c
    receipt = _RECEIPTS.c
    codes = sorted(lead_days)
    stocked = {
        row.material: row
        for row in db.execute(
            select(stock.material, stock.free, stock.lead_time_days).where(
                stock.line == plant.line, stock.material.in_(codes)
            )
        )
    }
    coming: dict[str, list[Receipt]] = {}
    for row in db.execute(
        select(receipt.material, receipt.id, receipt.usable_s, receipt.free).where(
            receipt.line == plant.line, receipt.material.in_(codes), receipt.free > 0
        )
    ):
        coming.setdefault(row.material, []).append(Receipt(row.id, row.usable_s, row.free))
    supply = {}
    for code in codes:
        known = stocked.get(code)
        days = known.lead_time_days if known is not None and known.lead_time_days is not None else lead_days[code]
        usable_s = supplied_s(plant, plant.default_lead_days if days is None else days, now_s)
        supply[code] = Supply(known.free if known is not None else 0, tuple(coming.get(code, ())), usable_s)
    return supply


def supplied_s(plant: Plant, lead_days: int, now_s: int) -> int:
    """Return when something ordered now can be used: the midnight after its day of delivery."""
    today = local_date(now_s, plant.timezone)
    return wall_clock_s(today, (lead_days + 1) * 24 * 60, plant.timezone)


def free_seconds(db: Session, line: str, from_s: int, to_s: int, at_most: Mapping[str, int] | None) -> dict[str, int]:
    """Return the free seconds per work centre of buckets within ``[from_s, to_s]``; see ``service.free_capacity``."""
    bucket = _BUCKETS.c
    within = (bucket.line == line, bucket.start_s >= from_s, bucket.end_s <= to_s)
    if at_most is None:
        rows = db.execute(
            select(bucket.work_centre, func.sum(bucket.free_s)).where(*within).group_by(bucket.work_centre)
        ).all()
        return {code: int(seconds) for code, seconds in rows}
    rank = func.row_number().over(partition_by=bucket.work_centre, order_by=(bucket.free_s.desc(), bucket.start_s))
    ranked = select(bucket.work_centre, bucket.free_s, rank.label("rank")).where(*within).subquery()
    found: dict[str, int] = {}
    for code, free_s, place in db.execute(select(ranked).where(ranked.c.rank <= max(at_most.values(), default=1))):
        if place <= at_most.get(code, 1):
            found[code] = found.get(code, 0) + free_s
    return found


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
    )


def add_reservation(db: Session, reservation: Reservation, *, now: datetime) -> bool:
    """Store a reservation; return False when another transaction was quicker with the same key."""
    values = {
        "key": reservation.key,
        "line": reservation.line,
        "state": reservation.state,
        "promise": promise_to_json(reservation.promise),
        "finish_s": int(reservation.promise.finish_at.timestamp()),
        "reserved_at": now,
        "expires_at": reservation.expires_at,
    }
    insert_once = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert_once(_RESERVATION).values(values).on_conflict_do_nothing(index_elements=["key"])
    return changed_rows(db, statement) == 1


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


def overdue_reservations(db: Session, now: datetime) -> tuple[str, ...]:
    """Return the keys of held reservations whose time is up, in order."""
    statement = (
        select(_RESERVATION.c.key)
        .where(_RESERVATION.c.state == ReservationState.HELD, _RESERVATION.c.expires_at <= now)
        .order_by(_RESERVATION.c.key)
    )
    return tuple(db.execute(statement).scalars())


def add_takes(db: Session, key: str, plan: Plan, demand: Demand, batches: Mapping[JoinedLoad, int]) -> None:
    """Store what a plan takes, per operation and piece; ``batches`` gives the id of each load it joins."""
    rows = []
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
    if rows:
        db.execute(insert(_TAKES), rows)


def first_takes(db: Session, key: str) -> dict[tuple[int, str], int]:
    """Return where the first bucket of each operation of each piece starts, UTC seconds."""
    columns = _TAKES.c
    statement = (
        select(columns.piece, columns.operation, func.min(columns.start_s))
        .where(columns.key == key)
        .group_by(columns.piece, columns.operation)
    )
    return {(piece, operation): int(start_s) for piece, operation, start_s in db.execute(statement)}


def add_material_takes(db: Session, key: str, takes: Sequence[MaterialTake]) -> None:
    """Store what a reservation takes of each material."""
    rows = [
        {
            "key": key,
            "material": one.code,
            "source": one.kind,
            "quantity": one.quantity,
            "usable_s": one.usable_s,
            "receipt_id": one.receipt,
        }
        for one in takes
    ]
    if rows:
        db.execute(insert(_MATERIAL_TAKES), rows)


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


def batch_id(db: Session, line: str, load: JoinedLoad) -> int | None:
    """Return the id of an open batch; None when it is gone."""
    return db.execute(
        select(_BATCHES.c.id).where(
            _BATCHES.c.line == line,
            _BATCHES.c.work_centre == load.work_centre,
            _BATCHES.c.start_s == load.start_s,
            _BATCHES.c.recipe == load.recipe,
            _BATCHES.c.number == load.number,
        )
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a reservation had taken, now removed from it and to be given back to the ledger."""

    buckets: Mapping[tuple[str, int], int]
    batches: Mapping[int, int]
    stock: Mapping[str, int]
    receipts: Mapping[int, int]


def remove_takes(db: Session, key: str) -> TakenBack:
    """Remove everything a reservation has taken and return it, summed."""
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
    columns = (_MATERIAL_TAKES.c.material, _MATERIAL_TAKES.c.source, _MATERIAL_TAKES.c.quantity)
    for row in db.execute(removed_material.returning(*columns, _MATERIAL_TAKES.c.receipt_id)):
        if row.source == SupplyKind.STOCK:
            stock[row.material] = stock.get(row.material, 0) + row.quantity
        elif row.source == SupplyKind.RECEIPT:
            receipts[row.receipt_id] = receipts.get(row.receipt_id, 0) + row.quantity
    return TakenBack(buckets, batches, stock, receipts)


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
    row = db.get(PlantRow, stored.plant.line)
    if row is None:
        db.add(
            PlantRow(
                line=stored.plant.line,
                document=document,
                horizon_from_s=stored.horizon_from_s,
                horizon_to_s=stored.horizon_to_s,
            )
        )
    else:
        row.document, row.horizon_to_s = document, stored.horizon_to_s
    db.flush()


def has_plant(db: Session, line: str) -> bool:
    """Return whether a plant was seeded for the line."""
    return db.get(PlantRow, line) is not None


def add_buckets(db: Session, line: str, work_centre: str, buckets: Iterable[Bucket]) -> int:
    """Store buckets with all their capacity free; return how many."""
    rows = [
        {
            "line": line,
            "work_centre": work_centre,
            "start_s": bucket.start_s,
            "end_s": bucket.end_s,
            "capacity_s": bucket.capacity_s,
            "free_s": bucket.capacity_s,
            "is_attended": bucket.is_attended,
        }
        for bucket in buckets
    ]
    if rows:
        db.execute(insert(_BUCKETS), rows)
    return len(rows)


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


def add_receipt(db: Session, line: str, material: str, usable_s: int, quantity: int) -> int:
    """Store that a quantity is on its way; return the receipt's id."""
    row = ReceiptRow(line=line, material=material, usable_s=usable_s, quantity=quantity, free=quantity)
    db.add(row)
    db.flush()
    assert row.id is not None  # noqa: S101 - the database gave one
    return row.id
