"""Use cases of the ledger: inquire, reserve, confirm, give back, expire, and what is free.

A session passed in is the caller's transaction. On SQLite it is the only writer, so nothing is ever lost to a race;
on PostgreSQL every take is guarded, and a lost race walks again, alone, with what is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date, datetime
from hashlib import blake2b

from sqlmodel import Session

from production.errors import BeyondHorizon, CapacityTaken, PromiseExpired, ReservationNotFound
from production.model import (
    ACTIVE_RESERVATIONS,
    Demand,
    MaterialNeed,
    OperationLoad,
    Promise,
    Reservation,
    ReservationState,
)
from production.plants.model import MINUTES_A_DAY, Plant
from production.promise import guarded, repository
from production.promise.board import Board, Room, free_seconds, kept_back, room_of
from production.promise.calendar import epoch_s, local_date, span_buckets, utc, wall_clock_s, working_days
from production.promise.guarded import Taking
from production.promise.material import MaterialPlan, SupplyKind, plan_material
from production.promise.promising import PromisedPlan, Situation, earliest_day, promise
from production.promise.reading import Look, is_touched, look, supplier_s
from production.promise.repository import StoredPlant
from production.promise.walking import JoinedLoad, Plan

ATTEMPTS = 8
"""How often a reservation is tried: at first beside all others, then, once others were quicker, alone."""
IN_LINE_AFTER_A_LOSS = 64
"""How many reservations of this process go in line at once after one has lost: where one lost, others would."""


def plant_of(db: Session, line: str) -> Plant:
    """Return the plant that makes a line.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    return repository.stored_plant(db, line).plant


def inquire(db: Session, line: str, demand: Demand, *, now: datetime, by: date | None = None) -> Promise:
    """Return what could be promised now; nothing is set aside.

    Args:
        db: A session; reading is enough.
        line: The line whose plant makes it.
        demand: What it takes.
        now: The present moment, UTC.
        by: A date the customer asks for; it is then made as late as that allows, and marked when it cannot be met.

    Raises:
        PlantNotFound: no plant makes the line.
        WorkCentreNotFound: the plant lacks a work centre of the routing.
        BeyondHorizon: no date within the rolling horizon.
    """
    now_s = epoch_s(now)
    seen = look(db, line, now_s, needs=demand.materials, loads=demand.loads)
    return _promised(seen, demand, now_s, by)[0].promise


def inquire_each(db: Session, line: str, demands: Sequence[Demand], *, now: datetime) -> list[date | None]:
    """Return the day each demand could be promised now, ``None`` beyond the horizon; nothing is set aside.

    One reading of stock and ledger serves all of them, and equal demands are walked once: for showing what each
    option of a page does to the date.

    Raises:
        PlantNotFound: no plant makes the line.
        WorkCentreNotFound: the plant lacks a work centre of a routing.
    """
    now_s = epoch_s(now)
    needs = {need.code: need for demand in demands for need in demand.materials}
    loads = list(dict.fromkeys(load for demand in demands for load in demand.loads))
    seen = look(db, line, now_s, needs=needs.values(), loads=loads)
    rooms: dict[tuple[frozenset[str], bool], Room] = {}
    known: dict[tuple[object, ...], date | None] = {}
    days = []
    for demand in demands:
        material = plan_material(demand.materials, demand.quantity, seen.supply, now_s, seen.plant.substitutes)
        key = (demand.loads, demand.quantity, demand.groups, demand.is_rush, material.ready_s)
        if key not in known:
            whose = (demand.groups, demand.is_rush)
            room = rooms.get(whose) or room_of(seen.board, loads, seen.open_loads, demand, now_s)
            rooms[whose] = room
            try:
                known[key] = earliest_day(demand, Situation(seen.plant, room.ledger, room.empty, material, now_s))
            except BeyondHorizon:
                known[key] = None
        days.append(known[key])
    return days


def fingerprint(
    db: Session, line: str, needs: Iterable[MaterialNeed], loads: Iterable[OperationLoad], *, now: datetime
) -> str:
    """Return a digest of what promises for such needs and loads rest on, all but the time of day.

    While it stays the same no demand made of them that was late is in time later: capacity, stock, receipts and open
    batches are the same, and so is the day, from which suppliers and kept shares are reckoned.

    Raises:
        PlantNotFound: no plant makes the line.
        WorkCentreNotFound: the plant lacks a work centre of a routing.
    """
    now_s = epoch_s(now)
    loads = list(loads)
    seen = look(db, line, now_s, needs=needs, loads=loads)
    digest = blake2b(digest_size=16)
    for code in sorted({load.work_centre for load in loads}):
        seen.plant.work_centre(code)
        centre = seen.board.centres.get(code)
        if centre is not None:
            for column in (centre.grid.starts, centre.grid.ends, centre.grid.attended, centre.capacity, centre.free):
                digest.update(column.tobytes())
    told = (seen.board.digest, local_date(now_s, seen.plant.timezone), sorted(seen.supply.items()))
    digest.update(repr((told, sorted(seen.open_loads.items()))).encode())
    return digest.hexdigest()


def reserve(
    db: Session,
    line: str,
    demand: Demand,
    *,
    key: str,
    now: datetime,
    expires_at: datetime | None,
    by: date | None = None,
) -> Promise:
    """Return a promise and set aside the capacity and material that keep it, until ``expires_at`` (None: for good).

    The same key again returns the promise already given.

    Raises:
        CapacityTaken: others were quicker each time; nothing is set aside.
        PromiseExpired: the key's reservation has been given back or has expired.
        PlantNotFound, WorkCentreNotFound, BeyondHorizon: as ``inquire``.
    """
    now_s = epoch_s(now)
    state = ReservationState.HELD if expires_at is not None else ReservationState.CONFIRMED
    in_line = not is_touched(db)
    crowd: dict[str, int] = db.info["per_database"].setdefault("ledger crowds", {})
    if in_line and crowd.get(line, 0) > 0:
        crowd[line] -= 1
        guarded.wait_in_line(db, line, alone=True)
    for attempt in range(ATTEMPTS):
        afresh = attempt >= ATTEMPTS // 2  # whatever was kept is not trusted for ever
        seen = look(db, line, now_s, needs=demand.materials, loads=demand.loads, key=key, afresh=afresh)
        if seen.is_key_known:
            return _still_held(_found(db, key)).promise
        promised, material = _promised(seen, demand, now_s, by)
        reservation = Reservation(
            key, line, state, promised.promise, expires_at, groups=demand.groups, is_rush=demand.is_rush
        )
        try:
            with _undone_when_lost(db, promised.plan):
                _take_all(db, seen.board, reservation, demand, promised.plan, material, now, in_line=in_line)
        except LostRace:
            crowd[line] = IN_LINE_AFTER_A_LOSS
            if in_line:
                guarded.wait_in_line(db, line, alone=True)
            continue
        return promised.promise
    raise CapacityTaken(attempts=ATTEMPTS)


def confirm(db: Session, key: str, *, now: datetime | None = None) -> Promise:
    """Return the promise of a held reservation and hold it for good; confirming again changes nothing.

    Args:
        db: The caller's transaction.
        key: The reservation's key.
        now: When given, a reservation whose time is up by then is refused even if nobody has swept it yet.

    Raises:
        ReservationNotFound: nothing was set aside under the key.
        PromiseExpired: it was given back, or its time is up.
    """
    held = frozenset({ReservationState.HELD})
    moved = repository.move_reservation(db, key, held, ReservationState.CONFIRMED, now=now)
    reservation = _found(db, key)
    if moved:
        repository.set_expiry(db, key, None)
    elif reservation.state is not ReservationState.CONFIRMED:
        raise PromiseExpired(key=key, state=reservation.state.value)
    return reservation.promise


def extend(db: Session, key: str, *, expires_at: datetime) -> None:
    """Hold a reservation until another moment.

    Raises:
        ReservationNotFound, PromiseExpired: as ``confirm``.
    """
    if _still_held(_found(db, key)).state is ReservationState.HELD:
        repository.set_expiry(db, key, expires_at)


def give_back(db: Session, key: str) -> bool:
    """Give back exactly what a reservation took; return False when that was done before.

    Raises:
        ReservationNotFound: nothing was set aside under the key.
    """
    return _end(db, key, ReservationState.GIVEN_BACK, ACTIVE_RESERVATIONS)


def exchange(
    db: Session,
    old_key: str,
    line: str,
    demand: Demand,
    *,
    key: str,
    now: datetime,
    expires_at: datetime | None,
    by: date | None = None,
) -> Promise:
    """Return the promise of a new reservation that takes the place of an old one: all of it, or nothing at all.

    The new one is planned as if the old one were not there, so it may use the very buckets and parts the old one held.
    When it is refused the old one stands as it was.

    Args:
        db: The caller's transaction.
        old_key: The reservation to give back.
        line: The line whose plant makes the new one.
        demand: What the new one takes.
        key: The new reservation's key, another than ``old_key``. The same key again returns the promise already given.
        now: The present moment, UTC.
        expires_at: Until when the new one is held; None for good.
        by: A date the customer asks for, as in ``inquire``.

    Raises:
        ReservationNotFound: nothing was set aside under the old key.
        PromiseExpired: the old one has been given back or has expired, and the new one was not what replaced it.
        CapacityTaken, PlantNotFound, WorkCentreNotFound, BeyondHorizon: as ``reserve``; the old one is kept.
    """
    if key == old_key:
        raise ValueError("the new reservation needs a key of its own")
    earlier = repository.find_reservation(db, key)
    if earlier is not None:
        return _still_held(earlier).promise
    _still_held(_found(db, old_key))
    with db.begin_nested():
        give_back(db, old_key)
        return reserve(db, line, demand, key=key, now=now, expires_at=expires_at, by=by)


def expire(db: Session, now: datetime) -> int:
    """Give back every held reservation whose time is up; return how many there were."""
    held = frozenset({ReservationState.HELD})
    return sum(_end(db, key, ReservationState.EXPIRED, held) for key in repository.overdue_reservations(db, now))


def reservation(db: Session, key: str) -> Reservation:
    """Return what is or was set aside under a key.

    Raises:
        ReservationNotFound: nothing was.
    """
    return _found(db, key)


def material_at(db: Session, key: str) -> datetime:
    """Return when all material of a reservation can be used, as its suppliers' orders stand now.

    Raises:
        ReservationNotFound: nothing was set aside under the key.
    """
    held = _found(db, key)
    late = repository.late_deliveries(db, held.line, key)
    return max([held.promise.material_at, *(utc(usable_s) for *_, usable_s in late)])


def move_promise(db: Session, key: str, day: date, finish_at: datetime) -> None:
    """Store that what is set aside under a key is promised for another day; what it holds stays.

    Raises:
        ReservationNotFound: nothing was.
    """
    before = _found(db, key).promise
    repository.set_promise(db, key, replace(before, date=day, finish_at=finish_at))


def planned_starts(db: Session, key: str) -> dict[tuple[int, str], datetime]:
    """Return ``{(piece from 0, operation): start of the first bucket reserved for it}``."""
    return {at: utc(start_s) for at, start_s in repository.first_takes(db, key).items()}


def substitutes(db: Session, key: str) -> dict[str, str]:
    """Return ``{material of the bill: what the reservation takes in its place}``; empty when it takes what the bill says (M-9)."""
    return repository.substitutes(db, key)


def free_capacity(
    db: Session, line: str, *, now: datetime, by: date, at_most: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return ``{work centre: seconds}`` one more order may use at most if it must be ready by a day.

    An upper bound, so that a limit made of it never rules out what could be promised: an order that keeps within it
    may still be promised later, because operations do not share buckets.

    Args:
        db: A session; reading is enough.
        line: The line.
        now: The present moment, UTC.
        by: The day, in the plant's time.
        at_most: ``{work centre: operations an order may have there}`` (1 where absent). Given, the bound is the sum of
            that many largest buckets, which is far tighter on a plant that is nearly full.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    board = look(db, line, epoch_s(now)).board
    end_s = wall_clock_s(by, MINUTES_A_DAY, board.plant.timezone)
    return free_seconds(board, epoch_s(now), end_s, at_most)


def material_dates(db: Session, line: str, needs: Sequence[MaterialNeed], *, now: datetime) -> dict[str, date]:
    """Return the first day on which each material can be used, in the plant's time.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    zone = plant_of(db, line).timezone
    ready_s = materials_ready_s(db, line, needs, now=now)
    days = {at_s: local_date(at_s, zone) for at_s in set(ready_s.values())}
    return {code: days[at_s] for code, at_s in ready_s.items()}


def materials_ready_s(db: Session, line: str, needs: Sequence[MaterialNeed], *, now: datetime) -> dict[str, int]:
    """Return the first moment, in UTC seconds, at which each material can be used, were it asked for alone.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    now_s = epoch_s(now)
    plant = plant_of(db, line)
    named = repository.materials_named(db, line) | plant.substitutes.keys()  # of thousands most are ordered when needed
    asked = [need for need in needs if need.code in named or not need.quantity]
    supply = look(db, line, now_s, needs=asked).supply
    ready_s = {need.code: plan_material([need], 1, supply, now_s, plant.substitutes).ready_s for need in asked}
    today = local_date(now_s, plant.timezone)
    ordered_s = {days: supplier_s(plant, today, days) for days in {need.lead_time_days for need in needs}}
    return {need.code: ready_s.get(need.code, ordered_s[need.lead_time_days]) for need in needs}


def seed_plant(db: Session, plant: Plant, *, now: datetime) -> None:
    """Store a plant with its buckets over the whole horizon and its opening stock.

    Seeding again takes over the plant's newest description, but for reserves and kept shares somebody has set since (C-6, A-4), adds what is missing of the horizon and leaves buckets and
    stock that are there as they are.
    """
    first = local_date(epoch_s(now), plant.timezone)
    start_s = wall_clock_s(first, 0, plant.timezone)
    known = repository.has_plant(db, plant.line)
    plant = plant.with_reserves(repository.reserves(db, plant.line)).with_kept(repository.kept_shares(db, plant.line))
    from_s = repository.stored_plant(db, plant.line).horizon_from_s if known else start_s
    repository.save_plant(db, StoredPlant(plant, from_s, from_s))
    roll_horizon(db, plant.line, now=now)
    repository.add_stock(db, plant.line, plant.stock)


def roll_horizon(db: Session, line: str, *, now: datetime) -> int:
    """Add the buckets missing from the rolling horizon; return how many. Safe to run at any time, any number of times.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    stored = repository.stored_plant(db, line)
    plant = stored.plant
    today = local_date(epoch_s(now), plant.timezone)
    last_day = working_days(plant, today, plant.horizon_days)[-1]
    adjustments = repository.adjustments(db, line, today, last_day).values()
    added = 0
    for centre in plant.work_centres:
        last_s = repository.last_bucket_s(db, line, centre.code)
        first = today if last_s is None else min(today, local_date(last_s, plant.timezone))
        buckets = span_buckets(plant, centre, first, last_day, adjustments)
        fresh = [bucket for bucket in buckets if last_s is None or bucket.start_s > last_s]
        added += repository.add_buckets(db, line, centre.code, fresh)
    end_s = max(stored.horizon_to_s, wall_clock_s(last_day, MINUTES_A_DAY, plant.timezone))
    repository.save_plant(db, replace(stored, horizon_to_s=end_s))
    return added


def receive_later(db: Session, line: str, material: str, *, day: date, quantity: int) -> int:
    """Note that a quantity will be delivered on a day, usable from the next midnight; return the receipt's id."""
    plant = repository.stored_plant(db, line).plant
    return repository.add_receipt(db, line, material, wall_clock_s(day, MINUTES_A_DAY, plant.timezone), quantity)


class LostRace(Exception):
    """Another writer was quicker: walk again."""


def _promised(seen: Look, demand: Demand, now_s: int, by: date | None) -> tuple[PromisedPlan, MaterialPlan]:
    material = plan_material(demand.materials, demand.quantity, seen.supply, now_s, seen.plant.substitutes)
    room = room_of(seen.board, demand.loads, seen.open_loads, demand, now_s)
    return promise(demand, Situation(seen.plant, room.ledger, room.empty, material, now_s), by=by), material


def _undone_when_lost(db: Session, plan: Plan) -> AbstractContextManager[object]:
    """Return a savepoint where a lost race could leave something behind.

    On PostgreSQL a taking is one statement, all or nothing; only a batch to be opened comes before it.
    """
    opens = any(placement.load is not None and placement.load.is_new for placement in plan.placements)
    return guarded.undone_on_error(db) if opens or db.get_bind().dialect.name == "sqlite" else nullcontext()


def _take_all(
    db: Session,
    board: Board,
    reservation: Reservation,
    demand: Demand,
    plan: Plan,
    material: MaterialPlan,
    now: datetime,
    *,
    in_line: bool,
) -> None:
    """Take places in batches, bucket seconds and material and write the reservation down, or raise ``LostRace``."""
    batches, amounts = room_for(db, board.plant, plan, in_line=in_line)
    taking = Taking(
        {
            **amounts,
            guarded.STOCK: _material(material, SupplyKind.STOCK),
            guarded.RECEIPTS: _material(material, SupplyKind.RECEIPT),
        },
        keep=_keep(board, demand, amounts[guarded.BUCKETS], epoch_s(now)),
        in_line=in_line,
        reservation=repository.reservation_row(reservation, now=now),
        loads=repository.load_rows(reservation.key, plan, demand, batches),
        materials=repository.material_rows(reservation.key, material.takes),
    )
    if not guarded.take_all(db, board.plant.line, taking):
        raise LostRace


def room_for(
    db: Session, plant: Plant, plan: Plan, *, in_line: bool
) -> tuple[Mapping[JoinedLoad, int], Mapping[guarded.Scarce, guarded.Amounts]]:
    """Return the id of each batch a plan joins, those it needs opened, and the places and seconds it takes.

    ``in_line``: a batch is opened when nobody takes alone; not for a session that has changed the ledger already.

    Raises:
        LostRace: a batch was opened by another writer at the same moment.
    """
    batches: dict[JoinedLoad, int] = {}
    places: dict[tuple[str | int, ...], int] = {}
    seconds: dict[tuple[str | int, ...], int] = {}
    for placement in plan.placements:
        for one in placement.takes:
            seconds[one.work_centre, one.start_s] = seconds.get((one.work_centre, one.start_s), 0) + one.seconds
        if placement.load is None:
            continue
        load = replace(placement.load, is_new=False)
        if load not in batches:
            batch = load.id
            if placement.load.is_new:
                if in_line:
                    guarded.wait_in_line(db, plant.line, alone=False)
                pieces = plant.work_centre(load.work_centre).load_pieces
                batch = repository.open_batch(db, plant.line, placement, pieces)
            if batch is None:
                raise LostRace
            batches[load] = batch
        places[(batches[load],)] = places.get((batches[load],), 0) + 1
    return batches, {guarded.BATCHES: places, guarded.BUCKETS: seconds}


def _keep(board: Board, demand: Demand, seconds: guarded.Amounts, now_s: int) -> Mapping[tuple[str | int, ...], int]:
    """Return what must be left of each bucket taken of, for customers of another group."""
    keep: dict[tuple[str | int, ...], int] = {}
    for code in {str(code) for code, _ in seconds}:
        kept = kept_back(board, code, demand, now_s)
        if kept is not None:
            grid = board.centres[code].grid
            keep |= {slot: int(kept[grid.index_from(int(slot[1]))]) for slot in seconds if slot[0] == code}
    return keep


def _material(plan: MaterialPlan, kind: SupplyKind) -> guarded.Amounts:
    amounts: dict[tuple[str | int, ...], int] = {}
    for one in plan.takes:
        if one.kind is kind:
            name: tuple[str | int, ...] = (one.code,) if one.receipt is None else (one.receipt,)
            amounts[name] = amounts.get(name, 0) + one.quantity
    return amounts


def _end(db: Session, key: str, state: ReservationState, before: frozenset[ReservationState]) -> bool:
    held = _found(db, key)
    if not repository.move_reservation(db, key, before, state):
        return False
    back = repository.remove_takes(db, key)
    places: guarded.Amounts = {(batch,): -count for batch, count in back.batches.items()}
    seconds = dict(back.buckets)
    _must(guarded.take(db, guarded.BATCHES, held.line, places), key)
    for slot, freed_s in repository.close_empty_batches(db, back.batches).items():
        seconds[slot] = seconds.get(slot, 0) + freed_s
    _must(guarded.take(db, guarded.BUCKETS, held.line, {slot: -amount for slot, amount in seconds.items()}), key)
    _must(guarded.take(db, guarded.STOCK, held.line, {(code,): -count for code, count in back.stock.items()}), key)
    _must(guarded.take(db, guarded.RECEIPTS, held.line, {(one,): -count for one, count in back.receipts.items()}), key)
    return True


def _must(is_given: bool, key: str) -> None:
    if not is_given:
        raise RuntimeError(f"the ledger has no room for what reservation {key} gives back")


def _found(db: Session, key: str) -> Reservation:
    reservation = repository.find_reservation(db, key)
    if reservation is None:
        raise ReservationNotFound(key=key)
    return reservation


def _still_held(reservation: Reservation) -> Reservation:
    if reservation.state not in ACTIVE_RESERVATIONS:
        raise PromiseExpired(key=reservation.key, state=reservation.state.value)
    return reservation
