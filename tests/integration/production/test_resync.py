"""The ledger follows the floor on both databases: room is given back and moved, promises never, alarms are raised."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from kernel.database import Database
from kernel.jobs import prepare_jobs, run_pending
from production.floor import service as floor
from production.floor.model import Action
from production.model import Bom, Operation, Routing, Variant, WorkCentreCode, demand_of
from production.plants.model import Hours, Plant, WorkCentre, WorkCentreKind
from production.promise import service as promises
from production.sequencing import service
from production.sequencing.alarming import WayOut, WayOutKind

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday
DAY = Hours(frozenset(range(5)), 8 * 60, 16 * 60)
LINE = "toys"


def variant() -> Variant:
    def operation(number: int, centre: str, seconds: int, *after: int, recipe: str | None = None) -> Operation:
        return Operation(number, f"op{number}", WorkCentreCode(centre), seconds, after, recipe)

    routing = Routing(
        (
            operation(10, "table", 3600),
            operation(20, "bath", 3600, 10, recipe="blue"),
            operation(30, "table", 1800, 20),
        )
    )
    return Variant(LINE, "0" * 64, Bom(()), routing)


def ordered(db: Session, number: str, pieces: int = 1) -> None:
    promises.reserve(db, LINE, demand_of(variant(), pieces), key=f"q-{number}", now=NOW, expires_at=None)
    floor.release_work(
        db, variant(), order_number=number, revision="A", reservation_key=f"q-{number}", now=NOW, pieces=pieces
    )


@pytest.fixture
def shop(database: Database) -> Database:
    plant = Plant(
        code="small",
        line=LINE,
        timezone="UTC",
        country="DE",
        subdivision=None,
        floor_locale="en",
        horizon_days=5,
        work_centres=(
            WorkCentre("table", WorkCentreKind.FLOW, 1, (DAY,)),
            WorkCentre("bath", WorkCentreKind.BATCH, 1, (DAY,), load_pieces=2),
        ),
    )
    with database.write() as db:
        promises.seed_plant(db, plant, now=NOW)
        for number in ("T-1", "T-2", "T-3"):
            ordered(db, number)
    return database


def work(db: Session, number: str, operation: int, action: Action, at: datetime) -> None:
    code = f"L1:{number}:A:{operation}"
    floor.scan(db, code, action, scan_id=f"{number}-{operation}-{action}", operator="f", now=at)


def do(db: Session, number: str, operation: int, at: datetime) -> None:
    work(db, number, operation, Action.START, at)
    work(db, number, operation, Action.FINISH, at + timedelta(minutes=5))


def taken(db: Session) -> dict[str, int]:
    rows = db.execute(
        text("SELECT work_centre, sum(capacity_s - free_s) FROM production_bucket GROUP BY work_centre")
    ).all()
    return {centre: int(seconds) for centre, seconds in rows}


def reserved(db: Session) -> dict[str, int]:
    """Return the seconds reservations and open batches hold, from their own rows."""
    rows = db.execute(
        text(
            "SELECT work_centre, sum(seconds) FROM production_reservation_load GROUP BY work_centre UNION ALL "
            "SELECT work_centre, sum(seconds) FROM production_batch_take t JOIN production_batch_load b "
            "ON b.id = t.load_id GROUP BY work_centre"
        )
    ).all()
    found: dict[str, int] = {}
    for centre, seconds in rows:
        found[centre] = found.get(centre, 0) + int(seconds)
    return {centre: seconds for centre, seconds in found.items() if seconds}


def starts(db: Session, number: str) -> dict[int, datetime | None]:
    order, _ = floor.work_order(db, number)
    return {one.number: one.planned_start_at for one in order.operations}


def resync(database: Database, now: datetime) -> None:
    with database.read() as db:
        pieces = service.pieces_to_resync(db, LINE)
    for piece in pieces:
        with database.write() as db:
            service.resync_piece(db, LINE, piece, now=now)
    with database.write() as db:
        service.end_resync(db, LINE, now=now)


def test_what_is_done_gives_its_room_back_and_the_rest_moves_up(shop: Database) -> None:
    """T-1 is cut at seven: its bucket of nine is free again, T-2 is cut there, and everybody's bath comes sooner."""
    with shop.write() as db:
        promised = promises.reservation(db, "q-T-2").promise
        before = starts(db, "T-2")
        do(db, "T-1", 10, NOW + timedelta(hours=1))
    resync(shop, NOW + timedelta(hours=1, minutes=10))

    with shop.read() as db:
        after = starts(db, "T-2")
        assert before[10] == NOW + timedelta(hours=3, minutes=0)
        assert after[10] == NOW + timedelta(hours=1, minutes=30)
        assert all(after[number] <= before[number] for number in before)  # type: ignore[operator]
        assert promises.reservation(db, "q-T-2").promise == promised
        assert taken(db) == reserved(db)
        assert taken(db)["table"] == 2 * 3600 + 3 * 1800
        assert service.alarms(db, LINE) == ()


def test_resync_again_changes_nothing(shop: Database) -> None:
    with shop.read() as db:
        before = [starts(db, number) for number in ("T-1", "T-2", "T-3")]
    for _ in range(2):
        resync(shop, NOW)

    with shop.read() as db:
        assert [starts(db, number) for number in ("T-1", "T-2", "T-3")] == before
        assert taken(db) == reserved(db)


def test_a_promise_that_cannot_be_kept_raises_an_alarm_until_it_can(shop: Database) -> None:
    with shop.write() as db:
        due = promises.reservation(db, "q-T-1").promise.finish_at
        for number in range(4, 9):
            ordered(db, f"T-{number}")
    too_late = due - timedelta(hours=1)
    resync(shop, too_late)

    with shop.read() as db:
        alarm = service.alarms(db, LINE)[0]
        assert (alarm.order_number, alarm.promised_at, alarm.operation) == ("T-1", due, "op10")
        assert alarm.expected_at > due
        assert alarm.ways_out[-1] == WayOut(WayOutKind.TALK)
        assert promises.reservation(db, "q-T-1").promise.finish_at == due
        assert taken(db) == reserved(db)
    with shop.write() as db:
        for number in (10, 20, 30):
            do(db, "T-1", number, too_late)
    resync(shop, too_late + timedelta(minutes=30))

    with shop.read() as db:
        assert "T-1" not in {one.order_number for one in service.alarms(db, LINE)}
        cleared = [one for one in service.alarms(db, LINE, with_cleared=True) if one.order_number == "T-1"]
        assert [one.cleared_at for one in cleared] == [too_late + timedelta(minutes=30)]


def test_an_alarm_names_the_full_work_centre_and_whose_turn_could_be_taken(shop: Database) -> None:
    """T-1 comes back on Monday afternoon; the table belongs to those promised later until it is too late."""
    with shop.write() as db:
        for number in range(4, 9):
            ordered(db, f"T-{number}")
        due = promises.reservation(db, "q-T-1").promise.finish_at
        last = promises.reservation(db, "q-T-8").promise.finish_at
        alarm = service.resync_piece(db, LINE, ("T-1", 1), now=due - timedelta(hours=5))

    assert last > due
    assert alarm is not None
    assert alarm.work_centre == "table"
    kinds = [way.kind for way in alarm.ways_out]
    assert kinds[-2:] == [WayOutKind.OVERTIME, WayOutKind.TALK]
    assert alarm.ways_out[-2].day == due.date()


def test_work_begun_keeps_its_room(shop: Database) -> None:
    with shop.write() as db:
        before = starts(db, "T-3")
        work(db, "T-3", 10, Action.START, NOW + timedelta(hours=1))
    resync(shop, NOW + timedelta(hours=1))

    with shop.read() as db:
        after = starts(db, "T-3")
        assert after[10] == before[10]
        assert after[20] <= before[20]  # type: ignore[operator]
        assert taken(db) == reserved(db)


def test_the_queue_follows_the_sequence(shop: Database) -> None:
    """T-3 runs, so the table is its; then come the others in the order reserved."""
    with shop.write() as db:
        assert service.is_sequence_stale(db, LINE)
        service.rebuild_sequence(db, LINE, now=NOW + timedelta(hours=2))
        assert not service.is_sequence_stale(db, LINE)
        work(db, "T-3", 10, Action.START, NOW + timedelta(hours=2))
        assert service.is_sequence_stale(db, LINE)
        found = service.rebuild_sequence(db, LINE, now=NOW + timedelta(hours=2, minutes=30))
        queue = floor.queue(db, LINE, "table")

    assert [(one.order_number, one.number) for one in queue][:3] == [("T-3", 10), ("T-1", 10), ("T-2", 10)]
    assert queue[1].sequenced_start_at == NOW + timedelta(hours=3)
    assert len(found.placed) == 9


def test_resync_is_due_once_a_day_from_an_hour_on(shop: Database) -> None:
    with shop.read() as db:
        assert not service.is_resync_due(db, LINE, now=NOW.replace(hour=1), from_hour=2)
        assert service.is_resync_due(db, LINE, now=NOW.replace(hour=2), from_hour=2)
    resync(shop, NOW.replace(hour=2))
    with shop.read() as db:
        assert not service.is_resync_due(db, LINE, now=NOW, from_hour=2)
        assert service.is_resync_due(db, LINE, now=NOW + timedelta(days=1), from_hour=2)


def test_pieces_of_one_order_move_each_by_itself(shop: Database) -> None:
    with shop.write() as db:
        ordered(db, "T-9", pieces=2)
        floor.scan(db, "L1:T-9.2:A:10", Action.START, scan_id="a", operator="f", now=NOW)
        floor.scan(db, "L1:T-9.2:A:10", Action.FINISH, scan_id="b", operator="f", now=NOW)
    resync(shop, NOW + timedelta(minutes=10))

    with shop.read() as db:
        assert taken(db) == reserved(db)
        first, second = (floor.work_order(db, "T-9", piece)[0] for piece in (1, 2))
        assert second.operation(20).planned_start_at < first.operation(20).planned_start_at  # type: ignore[operator]


def test_room_of_finished_work_is_free_for_the_next_inquiry(shop: Database) -> None:
    """The bucket of T-3's cut goes to whoever asks next, before any re-sync; finished once, it is given back once."""
    with shop.write() as db:
        cut = starts(db, "T-3")[10]
        service.rebuild_sequence(db, LINE, now=NOW)
        first = promises.inquire(db, LINE, demand_of(variant()), now=NOW)
        do(db, "T-3", 10, NOW)
        held = taken(db)["table"]
        assert service.give_back_finished(db, LINE) == 1
        service.rebuild_sequence(db, LINE, now=NOW)
        assert service.give_back_finished(db, LINE) == 0
        second = promises.inquire(db, LINE, demand_of(variant()), now=NOW)

        assert taken(db)["table"] == held - 3600
        assert taken(db) == reserved(db)
        assert second.start_at == cut
        assert second.start_at < first.start_at


def test_the_sequence_is_improved_and_what_is_sequenced_later_keeps_its_turns(shop: Database) -> None:
    """Three blue and three red cuts promised by turns: gathered by colour, nobody later, also after the next event."""
    with shop.write() as db:
        for number in range(1, 7):
            promises.reserve(db, LINE, demand_of(painted(number), 1), key=f"q-C-{number}", now=NOW, expires_at=None)
            floor.release_work(
                db, painted(number), order_number=f"C-{number}", revision="A", reservation_key=f"q-C-{number}", now=NOW
            )
    with shop.read() as db:
        promised = [promises.reservation(db, f"q-C-{number}").promise for number in range(1, 7)]
    at = NOW + timedelta(hours=1)
    with shop.write() as db:
        before = service.rebuild_sequence(db, LINE, now=at)
    (window,) = service.improve_sequence(shop, LINE, now=at, time_s=5.0)
    with shop.write() as db:
        assert not service.is_sequence_stale(db, LINE)
        improved = starts_at(db, "table")
        do(db, "T-3", 10, at)
        after = service.rebuild_sequence(db, LINE, now=at + timedelta(minutes=5))

    assert window.trouble == ""
    assert window.after < window.before
    assert window.after.setups < window.before.setups
    with shop.read() as db:
        assert [promises.reservation(db, f"q-C-{number}").promise for number in range(1, 7)] == promised
        assert after.changeovers < before.changeovers
        painting = [one for one in starts_at(db, "table") if one[0].startswith("C-")]
        assert painting == [one for one in improved if one[0].startswith("C-")]


def painted(number: int) -> Variant:
    """Return a toy whose table is made ready for its colour: ten of its twenty minutes."""
    cut = Operation(10, "paint", WorkCentreCode("table"), 1200, setup_s=600, setup_for=("red", "blue")[number % 2])
    return Variant(LINE, "0" * 64, Bom(()), Routing((cut,)))


def starts_at(db: Session, work_centre: str) -> list[tuple[str, int]]:
    return [(one.order_number, one.number) for one in floor.queue(db, LINE, work_centre)]


def test_improving_is_asked_for_once(shop: Database) -> None:
    prepare_jobs(shop)
    with shop.write() as db:
        service.ask_to_improve(db, LINE, key="today")
        service.ask_to_improve(db, LINE, key="today")
    done: list[str] = []

    assert [one.error for one in run_pending(shop, {service.IMPROVE_JOB: done.append})] == [None]
    assert done == [LINE]
