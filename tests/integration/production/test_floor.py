"""Scans on both databases: once each, in sequence, and the states beside the events always what they add up to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kernel.database import Database
from kernel.errors import LotOneError
from production.build_sheet.scan_codes import ScanNotUnderstood
from production.floor import service
from production.floor.model import (
    Action,
    ActionNotPossible,
    EventKind,
    MeasureNotValid,
    MeasuresMissing,
    OperationNotFound,
    OperationState,
    OutOfSequence,
    ScanIdReused,
    ScanTimeNotValid,
    SheetObsolete,
    WorkOrderNotFound,
    WorkState,
)
from production.model import Bom, FinishedMeasure, Operation, Routing, Variant, WorkCentreCode, demand_of
from production.plants.model import Hours, Plant, WorkCentre, WorkCentreKind
from production.promise import service as promises

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY = Hours(frozenset(range(5)), 7 * 60 + 30, 16 * 60 + 30)
ORDER = "JE-2026-000001"


def variant() -> Variant:
    def operation(number: int, centre: str, *after: int, is_irreversible: bool = False) -> Operation:
        return Operation(
            number, f"op{number}", WorkCentreCode(centre), 600, after, None, (), is_irreversible=is_irreversible
        )

    routing = Routing(
        (operation(10, "table"), operation(20, "saw", 10, is_irreversible=True), operation(30, "table", 20))
    )
    return Variant("toys", "0" * 64, Bom(()), routing)


@pytest.fixture
def floor(database: Database) -> Database:
    plant = Plant(
        code="small",
        line="toys",
        timezone="UTC",
        country="DE",
        subdivision=None,
        floor_locale="en",
        horizon_days=5,
        work_centres=tuple(WorkCentre(code, WorkCentreKind.FLOW, 1, (DAY,)) for code in ("table", "saw")),
    )
    with database.write() as db:
        promises.seed_plant(db, plant, now=NOW)
        for number, pieces in ((ORDER, 1), ("JE-2026-000002", 2)):
            promises.reserve(db, "toys", demand_of(variant(), pieces), key=number, now=NOW, expires_at=None)
            service.release_work(
                db,
                variant(),
                order_number=number,
                revision="B",
                reservation_key=number,
                now=NOW,
                pieces=pieces,
                measures=[FinishedMeasure("waist", 842, 13)],
            )
    return database


def scan(database: Database, operation: int | str, action: Action, scan_id: str, **more: object) -> object:
    with database.write() as db:
        return service.scan(
            db,
            f"L1:{more.pop('order', ORDER)}:{more.pop('revision', 'B')}:{operation}",
            action,
            scan_id=scan_id,
            operator="op7",
            now=NOW + timedelta(minutes=1),
            **more,  # type: ignore[arg-type]
        )


def state(database: Database, order: str = ORDER, piece: int = 1) -> WorkState:
    with database.read() as db:
        status = service.work_order(db, order, piece)[1]
        assert service.recounted(db, order, piece) == status
        return status.state


def test_work_is_released_once(floor: Database) -> None:
    with floor.write() as db:
        service.release_work(db, variant(), order_number=ORDER, revision="B", reservation_key=ORDER, now=NOW)
        orders = service.release_work(
            db,
            variant(),
            order_number="JE-2026-000002",
            revision="B",
            reservation_key="JE-2026-000002",
            now=NOW,
            pieces=2,
        )
        assert [event.kind for event in service.events(db, ORDER)] == [EventKind.RELEASED]
    assert [order.piece for order in orders] == [1, 2]
    assert orders[0].operations[0].planned_start_at == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert orders[0].operations[1].planned_start_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_piece_is_built_by_scanning_what_comes_next(floor: Database) -> None:
    for operation in (10, 20, 30):
        scan(floor, operation, Action.NEXT, f"{operation}-start")
        assert state(floor) is WorkState.IN_PRODUCTION
        scan(floor, operation, Action.NEXT, f"{operation}-end")
    assert state(floor) is WorkState.BUILT
    scan(floor, "S", Action.SHIP, "ship")
    assert state(floor) is WorkState.SHIPPED


def test_the_same_scan_again_changes_nothing(floor: Database) -> None:
    first = scan(floor, 10, Action.NEXT, "a")
    again = scan(floor, 10, Action.NEXT, "a")

    assert (first.is_repeat, again.is_repeat) == (False, True)  # type: ignore[attr-defined]
    assert again.kind is EventKind.STARTED  # type: ignore[attr-defined]
    with floor.read() as db:
        assert len(service.events(db, ORDER)) == 2
    with pytest.raises(ScanIdReused):
        scan(floor, 20, Action.NEXT, "a")


def test_sequence_is_checked_at_start(floor: Database) -> None:
    with pytest.raises(OutOfSequence):
        scan(floor, 20, Action.START, "a")
    with floor.read() as db:
        assert len(service.events(db, ORDER)) == 1
    assert state(floor) is WorkState.RELEASED


def test_an_old_sheet_says_which_revision_is_current(floor: Database) -> None:
    with pytest.raises(SheetObsolete) as refused:
        scan(floor, 10, Action.START, "a", revision="A")

    assert refused.value.facts == {"order": ORDER, "scanned": "A", "current": "B"}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("https://example.org", ScanNotUnderstood),
        ("L1:JE-2026-999999:B:10", WorkOrderNotFound),
        (f"L1:{ORDER}:B:15", OperationNotFound),
    ],
)
def test_other_codes_are_refused(floor: Database, code: str, error: type[Exception]) -> None:
    with pytest.raises(error), floor.write() as db:
        service.scan(db, code, Action.START, scan_id="a", operator="op7", now=NOW)


def test_a_measure_out_of_tolerance_fails_the_check(floor: Database) -> None:
    scan(floor, 10, Action.START, "a")
    outcome = scan(floor, 10, Action.FINISH, "b", measured_mm={"waist": 860})

    assert outcome.kind is EventKind.FAILED_CHECK  # type: ignore[attr-defined]
    assert outcome.out_of_tolerance == ("waist",)  # type: ignore[attr-defined]
    scan(floor, 10, Action.REWORK, "c", reason="waist again")
    scan(floor, 10, Action.START, "d")
    assert scan(floor, 10, Action.FINISH, "e", measured_mm={"waist": 850}).kind is EventKind.FINISHED  # type: ignore[attr-defined]
    with floor.read() as db:
        assert [event.measured_mm for event in service.events(db, ORDER) if event.measured_mm] == [
            {"waist": 860},
            {"waist": 850},
        ]
    assert state(floor) is WorkState.IN_PRODUCTION


def measured_floor(database: Database) -> None:
    """A third order whose last step takes all measures."""
    made = variant()
    last = replace(made.routing.operations[-1], checks=("all_measures",))
    inspected = replace(made, routing=Routing((*made.routing.operations[:-1], last)))
    with database.write() as db:
        promises.reserve(db, "toys", demand_of(inspected), key="JE-2026-000003", now=NOW, expires_at=None)
        service.release_work(
            db,
            inspected,
            order_number="JE-2026-000003",
            revision="B",
            reservation_key="JE-2026-000003",
            now=NOW,
            measures=[FinishedMeasure("waist", 842, 13), FinishedMeasure("hip", 1012, 13)],
        )
    for operation in (10, 20, 30):
        scan(database, operation, Action.START, f"s{operation}", order="JE-2026-000003")
        if operation != 30:
            scan(database, operation, Action.FINISH, f"f{operation}", order="JE-2026-000003")


@pytest.mark.parametrize(
    ("measured", "error", "facts"),
    [
        ({}, MeasuresMissing, {"measures": ["waist", "hip"]}),
        ({"waist": 842}, MeasuresMissing, {"measures": ["hip"]}),
        ({"waist": 842, "hip": 1012, "knee": 400}, MeasureNotValid, {"measure": "knee", "value_mm": 400}),
        ({"waist": 842, "hip": 0}, MeasureNotValid, {"measure": "hip", "value_mm": 0}),
        ({"waist": -842, "hip": 1012}, MeasureNotValid, {"measure": "waist", "value_mm": -842}),
    ],
)
def test_a_step_that_measures_is_not_finished_without(
    floor: Database, measured: dict[str, int], error: type[LotOneError], facts: dict[str, object]
) -> None:
    """Whoever scans, page or program: nothing is written; then a waist too wide fails, and once right it is done."""
    measured_floor(floor)
    with pytest.raises(error) as refused:
        scan(floor, 30, Action.NEXT, "f", order="JE-2026-000003", measured_mm=measured)
    assert facts.items() <= refused.value.facts.items()
    assert state(floor, "JE-2026-000003") is WorkState.IN_PRODUCTION
    failed = scan(floor, 30, Action.FINISH, "g", order="JE-2026-000003", measured_mm={"waist": 856, "hip": 1012})
    assert failed.out_of_tolerance == ("waist",)  # type: ignore[attr-defined]
    scan(floor, 30, Action.REWORK, "h", order="JE-2026-000003")
    scan(floor, 30, Action.START, "i", order="JE-2026-000003")
    scan(floor, 30, Action.FINISH, "j", order="JE-2026-000003", measured_mm={"waist": 855, "hip": 999})
    assert state(floor, "JE-2026-000003") is WorkState.BUILT


def test_a_scan_sent_late_keeps_its_own_time(floor: Database) -> None:
    """Sent twice it is one event; one that no longer fits says what happened meanwhile."""
    early = NOW - timedelta(hours=3)
    for _ in range(2):
        scan(floor, 10, Action.START, "late-1", happened_at=early)
    with floor.read() as db:
        event = service.events(db, ORDER)[-1]
    assert (event.kind, event.at, event.written_at) == (EventKind.STARTED, early, NOW + timedelta(minutes=1))
    with pytest.raises(ActionNotPossible) as refused:
        scan(floor, 10, Action.START, "late-2", happened_at=early)
    assert refused.value.facts == {
        "order": ORDER,
        "operation": 10,
        "action": "started",
        "state": "running",
        "last_event": "started",
        "last_at": early.isoformat(),
        "last_operator": "op7",
    }


@pytest.mark.parametrize("apart", [timedelta(minutes=7), timedelta(days=-7, minutes=-1)])
def test_a_scan_of_the_future_or_long_ago_is_refused(floor: Database, apart: timedelta) -> None:
    with pytest.raises(ScanTimeNotValid):
        scan(floor, 10, Action.START, "a", happened_at=NOW + timedelta(minutes=1) + apart)
    assert state(floor) is WorkState.RELEASED


def test_pieces_of_an_order_are_scanned_apart(floor: Database) -> None:
    scan(floor, 10, Action.START, "a", order="JE-2026-000002.2")

    assert state(floor, "JE-2026-000002", 1) is WorkState.RELEASED
    assert state(floor, "JE-2026-000002", 2) is WorkState.IN_PRODUCTION


def test_the_queue_is_in_planned_order_and_says_what_is_ready(floor: Database) -> None:
    with floor.read() as db:
        table = service.queue(db, "toys", "table")
        saw = service.queue(db, "toys", "saw")
    first = (ORDER, 1)
    assert [(one.order_number, one.piece) for one in table if one.number == 10] == [
        first,
        ("JE-2026-000002", 1),
        ("JE-2026-000002", 2),
    ]
    assert [one.is_ready for one in table if one.number == 10] == [True, True, True]
    assert all(one.waits_for == (10,) for one in saw)

    scan(floor, 10, Action.START, "a")
    scan(floor, 10, Action.FINISH, "b")
    with floor.read() as db:
        assert [(one.order_number, one.piece) for one in service.queue(db, "toys", "saw") if one.is_ready] == [first]
        assert first not in [
            (one.order_number, one.piece) for one in service.queue(db, "toys", "table") if one.number == 10
        ]
        assert service.queue(db, "toys", "table")[0].state is OperationState.WAITING


def test_the_cut_off_is_the_start_of_the_cut_off_operation(floor: Database) -> None:
    scan(floor, 10, Action.START, "a")
    scan(floor, 10, Action.FINISH, "b")
    with floor.read() as db:
        assert service.cut_off_passed(db, ORDER) is False
    scan(floor, 20, Action.START, "c")
    with floor.read() as db:
        assert service.cut_off_passed(db, ORDER) is True
        assert service.cut_off_passed(db, "JE-2026-000002") is False
        assert service.cut_off_passed(db, "JE-2026-999999") is False


def test_cancelled_work_leaves_the_queue(floor: Database) -> None:
    with floor.write() as db:
        assert service.cancel_work(db, "JE-2026-000002", now=NOW) == 2
        assert service.cancel_work(db, "JE-2026-000002", now=NOW) == 0
        assert service.cancel_work(db, "JE-2026-999999", now=NOW) == 0
        assert {one.order_number for one in service.queue(db, "toys", "table")} == {ORDER}
    with pytest.raises(ActionNotPossible):
        scan(floor, 10, Action.START, "a", order="JE-2026-000002")
    assert state(floor, "JE-2026-000002") is WorkState.CANCELLED
