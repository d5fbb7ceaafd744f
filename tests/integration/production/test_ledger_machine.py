"""Random histories of the ledger: whatever happens, in whatever order, nothing is lost and nothing is made up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from kernel.database import Database
from production.errors import BeyondHorizon, PromiseExpired
from production.model import Demand, MaterialNeed, OperationLoad, Promise, ReservationState
from production.plants.model import Hours, Plant, StockRow, WorkCentre, WorkCentreKind
from production.promise import service

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY = Hours(frozenset(range(5)), 7 * 60 + 30, 16 * 60 + 30)
PLANT = Plant(
    code="small",
    line="toys",
    timezone="Europe/Berlin",
    country="DE",
    subdivision="BE",
    floor_locale="en",
    horizon_days=4,
    work_centres=(
        WorkCentre("saw", WorkCentreKind.FLOW, 1, (DAY,), 10),
        WorkCentre("bath", WorkCentreKind.BATCH, 1, (DAY,), load_pieces=2),
        WorkCentre("rack", WorkCentreKind.SLOT, 2, (DAY,)),
    ),
    stock=(StockRow("wood", 12, 1), StockRow("dye", 2, 2)),
)
TABLES = (
    "production_batch_take",
    "production_reservation_load",
    "production_reservation_material",
    "production_batch_load",
    "production_reservation",
    "production_receipt",
    "production_stock",
    "production_bucket",
    "production_plant",
)
TAKEN_AND_LEDGER = """
    SELECT b.work_centre, b.start_s, b.capacity_s - b.free_s AS taken,
           coalesce((SELECT sum(l.seconds) FROM production_reservation_load l
                     WHERE l.work_centre = b.work_centre AND l.start_s = b.start_s), 0)
         + coalesce((SELECT sum(t.seconds) FROM production_batch_take t JOIN production_batch_load p ON p.id = t.load_id
                     WHERE p.work_centre = b.work_centre AND t.start_s = b.start_s), 0) AS reserved
    FROM production_bucket b
"""


class LedgerMachine(RuleBasedStateMachine):
    """Clerks who inquire, hold, order, change their minds and forget; suppliers who deliver; days that pass."""

    url = ""
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(self.url)
        self.now = START
        self.states: dict[str, ReservationState] = {}
        self.expiry: dict[str, datetime] = {}
        self.received = {"wood": 0, "dye": 0}
        self.given: dict[str, tuple[Promise, list[tuple[object, ...]]]] = {}
        with self.database.write() as db:
            for table in TABLES:
                db.execute(text(f"DELETE FROM {table}"))
            service.seed_plant(db, PLANT, now=START)

    def teardown(self) -> None:
        self.database.dispose()

    @rule(
        target=held,
        saw_s=st.integers(1, 6000),
        recipe=st.sampled_from([None, "red", "blue"]),
        rack_s=st.sampled_from([0, 3000, 9000]),
        wood=st.integers(0, 5),
        dye=st.integers(0, 2),
        quantity=st.integers(1, 3),
        hours=st.sampled_from([None, 1, 30]),
    )
    def reserve(
        self, saw_s: int, recipe: str | None, rack_s: int, wood: int, dye: int, quantity: int, hours: int | None
    ) -> str:
        key = f"r{len(self.states)}"
        loads = [OperationLoad("cut", "saw", saw_s)]
        if recipe:
            loads.append(OperationLoad("dip", "bath", 4000, (0,), recipe))
        if rack_s:
            loads.append(OperationLoad("dry", "rack", rack_s, (len(loads) - 1,)))
        needs = [MaterialNeed(code, count) for code, count in (("wood", wood), ("dye", dye)) if count]
        expires_at = None if hours is None else self.now + timedelta(hours=hours)
        demand = Demand(tuple(loads), tuple(needs), quantity)
        try:
            with self.database.write() as db:
                expected = service.inquire(db, "toys", demand, now=self.now)
                promise = service.reserve(db, "toys", demand, key=key, now=self.now, expires_at=expires_at)
        except BeyondHorizon:
            return key
        assert promise == expected
        assert promise.start_at >= self.now
        assert promise.finish_at >= promise.start_at + timedelta(seconds=sum(load.seconds for load in loads))
        self.given[key] = (promise, self.takes(key))
        self.states[key] = ReservationState.CONFIRMED if expires_at is None else ReservationState.HELD
        if expires_at is not None:
            self.expiry[key] = expires_at
        return key

    def takes(self, key: str) -> list[tuple[object, ...]]:
        statement = (
            "SELECT piece, position, work_centre, start_s, seconds FROM production_reservation_load "
            "WHERE key = :key ORDER BY piece, position, start_s"
        )
        with self.database.read() as db:
            return [tuple(row) for row in db.execute(text(statement), {"key": key})]

    @rule(key=held)
    def confirm(self, key: str) -> None:
        if key not in self.states:
            return
        state = self.states[key]
        with self.database.write() as db:
            if state in (ReservationState.GIVEN_BACK, ReservationState.EXPIRED):
                with pytest.raises(PromiseExpired):
                    service.confirm(db, key)
                return
            service.confirm(db, key)
        self.states[key] = ReservationState.CONFIRMED
        self.expiry.pop(key, None)

    @rule(key=consumes(held))
    def give_back(self, key: str) -> None:
        if key not in self.states:
            return
        active = self.states[key] in (ReservationState.HELD, ReservationState.CONFIRMED)
        with self.database.write() as db:
            assert service.give_back(db, key) is active
            assert service.give_back(db, key) is False
        if active:
            self.states[key] = ReservationState.GIVEN_BACK

    @rule(hours=st.sampled_from([1, 7, 26]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        due = {
            key
            for key, expires_at in self.expiry.items()
            if self.states[key] is ReservationState.HELD and expires_at <= self.now
        }
        with self.database.write() as db:
            service.roll_horizon(db, "toys", now=self.now)
            assert service.expire(db, self.now) == len(due)
        for key in due:
            self.states[key] = ReservationState.EXPIRED

    @rule(material=st.sampled_from(["wood", "dye"]), quantity=st.integers(1, 6), days=st.integers(0, 2))
    def order_material(self, material: str, quantity: int, days: int) -> None:
        with self.database.write() as db:
            service.receive_later(db, "toys", material, day=self.now.date() + timedelta(days=days), quantity=quantity)
        self.received[material] += quantity

    @invariant()
    def capacity_is_conserved(self) -> None:
        with self.database.read() as db:
            rows = db.execute(text(TAKEN_AND_LEDGER)).all()
            assert all(row.taken == row.reserved for row in rows)
            pieces = db.execute(
                text(
                    "SELECT p.id, p.pieces - p.free_pieces AS taken, (SELECT count(*) FROM production_reservation_load l "
                    "WHERE l.batch_load_id = p.id) AS reserved FROM production_batch_load p"
                )
            ).all()
            assert all(row.taken == row.reserved > 0 for row in pieces)

    @invariant()
    def material_is_conserved(self) -> None:
        with self.database.read() as db:
            free = {
                row.material: int(row.free)
                for row in db.execute(
                    text(
                        "SELECT material, sum(free) AS free FROM (SELECT material, free FROM production_stock UNION ALL "
                        "SELECT material, free FROM production_receipt) AS every GROUP BY material"
                    )
                )
            }
            taken = {
                row.material: int(row.taken)
                for row in db.execute(
                    text(
                        "SELECT material, sum(quantity) AS taken FROM production_reservation_material "
                        "WHERE source <> 'supplier' GROUP BY material"
                    )
                )
            }
        for material, opening in (("wood", 12), ("dye", 2)):
            assert free[material] + taken.get(material, 0) == opening + self.received[material]

    @invariant()
    def states_are_as_expected(self) -> None:
        with self.database.read() as db:
            for key, state in self.states.items():
                assert service.reservation(db, key).state is state

    @invariant()
    def nobody_is_later_for_what_others_did(self) -> None:
        """Promise and room of each reservation stay what they were when it was made, until it ends."""
        for key, (promise, takes) in self.given.items():
            if self.states[key] in (ReservationState.HELD, ReservationState.CONFIRMED):
                with self.database.read() as db:
                    assert service.reservation(db, key).promise == promise
                assert self.takes(key) == takes
                assert all(int(str(start_s)) < promise.finish_at.timestamp() for _, _, _, start_s, _ in takes)


def test_nothing_is_lost_and_nothing_is_made_up(database_url: str) -> None:
    class Machine(LedgerMachine):
        url = database_url

    run_state_machine_as_test(Machine, settings=settings(max_examples=12, stateful_step_count=18, deadline=None))
