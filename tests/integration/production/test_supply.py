"""Material ordered, received, counted and used: what should lie in the plant is what lies there."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from kernel.database import Database
from production.model import Demand, MaterialNeed, OperationLoad
from production.plants.model import Hours, Plant, StockRow, WorkCentre, WorkCentreKind
from production.promise import adjusting, service
from production.promise.adjusting import AtRisk
from production.supply import service as supply
from production.supply.model import (
    AlreadyReceived,
    Counted,
    DayNotValid,
    Movement,
    MovementKind,
    QuantityNotValid,
    StockLevel,
    SupplierOrderNotFound,
)

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY = Hours(frozenset(range(5)), 7 * 60 + 30, 16 * 60 + 30)
PLANT = Plant(
    code="small",
    line="toys",
    timezone="Europe/Berlin",
    country="DE",
    subdivision="BE",
    floor_locale="en",
    horizon_days=40,
    work_centres=(WorkCentre("saw", WorkCentreKind.FLOW, 4, (DAY,)),),
    stock=(StockRow("dye", 2, 6), StockRow("wood", 10, 4, reorder_at=5)),
)


def wanted(**materials: int) -> Demand:
    needs = tuple(MaterialNeed(code, quantity) for code, quantity in materials.items())
    return Demand((OperationLoad("cut", "saw", 600),), needs)


@pytest.fixture
def seeded(database: Database) -> Database:
    with database.write() as db:
        service.seed_plant(db, PLANT, now=NOW)
    return database


def test_a_supplier_order_moved_past_the_work_puts_its_promise_at_risk_and_back_takes_it_away(seeded: Database) -> None:
    """M-10: nothing promised moves, nothing reserved is given up; the delivery's first usable moment is told."""
    with seeded.write() as db:
        number = supply.order(db, "toys", "dye", 5, due=date(2026, 3, 5))
        promise = service.reserve(db, "toys", wanted(dye=3), key="a", now=NOW, expires_at=None)
        service.reserve(db, "toys", wanted(dye=2), key="b", now=NOW, expires_at=None, by=date(2026, 3, 20))
        assert supply.move_order(db, "toys", number, date(2026, 3, 4), now=NOW) == []
        lost = supply.move_order(db, "toys", number, date(2026, 3, 12), now=NOW)
        usable = datetime(2026, 3, 12, 23, tzinfo=UTC)
        assert (adjusting.at_risk(db, "toys"), service.material_at(db, "a")) == (lost, usable)
        assert service.reservation(db, "a").promise == promise
        with pytest.raises(DayNotValid):
            supply.move_order(db, "toys", number, date(2026, 3, 1), now=NOW)
        with pytest.raises(SupplierOrderNotFound):
            supply.move_order(db, "toys", number + 1, date(2026, 3, 12), now=NOW)
        (coming,) = supply.supplier_orders(db, "toys", now=NOW)

    assert lost == [AtRisk("a", 1, at=usable, material="dye")]
    assert (coming.due, coming.reserved, promise.date) == (date(2026, 3, 12), 3, date(2026, 3, 6))
    with seeded.write() as db:
        assert supply.move_order(db, "toys", number, date(2026, 3, 5), now=NOW) == []
        assert adjusting.at_risk(db, "toys") == []
        assert service.material_at(db, "a") == promise.material_at
        supply.receive(db, "toys", "dye", 5, by="store", now=NOW, supplier_order=number)
        with pytest.raises(AlreadyReceived):
            supply.move_order(db, "toys", number, date(2026, 3, 12), now=NOW)


def test_what_runs_low_comes_first_with_what_to_order(seeded: Database) -> None:
    """M-7: three dyes are promised and two are there: one must be ordered by the day the promise was made."""
    with seeded.write() as db:
        service.reserve(db, "toys", wanted(dye=3, wood=6), key="a", now=NOW, expires_at=None)
        levels = supply.stock_levels(db, "toys")

    assert levels == [
        StockLevel("dye", 0, 2, 0, 0, 1, 0, 6, date(2026, 3, 2)),
        StockLevel("wood", 4, 6, 0, 0, 0, 5, 4),
    ]
    assert [(one.on_hand, one.suggested) for one in levels] == [(2, 1), (10, 6)]


def test_a_supplier_order_covers_what_was_promised_from_the_supplier(seeded: Database) -> None:
    """M-4, M-5: ordered in time, the missing dye comes out of the order; received, out of the stock, under its lot."""
    with seeded.write() as db:
        service.reserve(db, "toys", wanted(dye=3), key="a", now=NOW, expires_at=None)
        late = supply.order(db, "toys", "dye", 5, due=date(2026, 3, 30), reference="PO-1")
        number = supply.order(db, "toys", "dye", 5, due=date(2026, 3, 6), reference="PO-2")
        orders = supply.supplier_orders(db, "toys", now=datetime(2026, 3, 7, 12, tzinfo=UTC))

        assert [(one.id, one.reserved, one.is_overdue) for one in orders] == [(number, 1, True), (late, 0, False)]
        supply.receive(db, "toys", "dye", 5, by="kim", now=NOW, lot="L7", supplier_order=number)
        with pytest.raises(AlreadyReceived):
            supply.receive(db, "toys", "dye", 5, by="kim", now=NOW, supplier_order=number)
        with pytest.raises(SupplierOrderNotFound):
            supply.receive(db, "toys", "wood", 5, by="kim", now=NOW, supplier_order=late)
        (dye,) = [one for one in supply.stock_levels(db, "toys") if one.material == "dye"]

        assert (dye.on_hand, dye.free, dye.reserved, dye.coming, dye.to_order) == (7, 4, 3, 5, 0)
        assert list(supply.movements(db, "toys", "dye")) == [
            Movement("dye", MovementKind.RECEIVED, 5, NOW, "kim", "L7", "PO-2")
        ]
        assert service.give_back(db, "a")
        assert supply.count(db, "toys", "dye", 7, by="kim", now=NOW) == 0


def test_a_count_that_finds_less_than_is_reserved_puts_the_last_order_at_risk(seeded: Database) -> None:
    """M-6: the stock is short, never negative; what comes in makes it good first."""
    with seeded.write() as db:
        service.reserve(db, "toys", wanted(wood=6), key="first", now=NOW, expires_at=None)
        service.reserve(db, "toys", wanted(wood=3), key="last", now=NOW + timedelta(minutes=1), expires_at=None)
        assert supply.count(db, "toys", "wood", 7, by="kim", now=NOW) == -3
        (wood,) = [one for one in supply.stock_levels(db, "toys") if one.material == "wood"]

        assert (wood.on_hand, wood.free, wood.short) == (7, 0, 2)
        assert adjusting.at_risk(db, "toys") == [AtRisk("last", 2, material="wood")]
        supply.receive(db, "toys", "wood", 3, by="kim", now=NOW)
        assert adjusting.at_risk(db, "toys") == []
        with pytest.raises(QuantityNotValid):
            supply.count(db, "toys", "wood", -1, by="kim", now=NOW)


def test_a_part_of_a_supplier_order_serves_those_who_need_it_first(seeded: Database) -> None:
    """M-5: the rest stays under way, and whoever waits for it goes on waiting; nothing is short."""
    with seeded.write() as db:
        service.reserve(db, "toys", wanted(dye=3), key="first", now=NOW, expires_at=None)
        service.reserve(db, "toys", wanted(dye=4), key="second", now=NOW + timedelta(days=1), expires_at=None)
        number = supply.order(db, "toys", "dye", 6, due=date(2026, 3, 6))
        with pytest.raises(QuantityNotValid):
            supply.receive(db, "toys", "dye", 0, by="kim", now=NOW, supplier_order=number, rest_follows=True)
        supply.receive(db, "toys", "dye", 2, by="kim", now=NOW, supplier_order=number, rest_follows=True)
        (dye,) = [one for one in supply.stock_levels(db, "toys") if one.material == "dye"]
        (rest,) = supply.supplier_orders(db, "toys", now=NOW)

        assert (dye.on_hand, dye.free, dye.reserved, dye.short, dye.coming) == (4, 0, 4, 0, 1)
        assert (rest.id, rest.quantity, rest.reserved) == (number, 4, 3)
        supply.receive(db, "toys", "dye", 9, by="kim", now=NOW, supplier_order=number, rest_follows=True)
        assert supply.supplier_orders(db, "toys", now=NOW) == []
        (dye,) = [one for one in supply.stock_levels(db, "toys") if one.material == "dye"]
        assert (dye.on_hand, dye.free, dye.reserved) == (13, 6, 7)
        assert service.give_back(db, "first")
        assert service.give_back(db, "second")
        assert supply.count(db, "toys", "dye", 13, by="kim", now=NOW) == 0


def test_a_stocktake_is_compared_before_it_is_taken_over(seeded: Database) -> None:
    """M-6: comparing changes nothing; taken over, the reason stands in the journal for ever."""
    with seeded.write() as db:
        service.reserve(db, "toys", wanted(wood=6), key="a", now=NOW, expires_at=None)
        assert supply.compare(db, "toys", {"wood": 4, "glue": 1}) == [
            Counted("glue", 0, 1, 0),
            Counted("wood", 10, 4, 2),
        ]
        assert supply.movements(db, "toys", "") == ()
        supply.count(db, "toys", "wood", 4, by="kim", now=NOW, reason="damaged")
        assert supply.movements(db, "toys", "") == (
            Movement("wood", MovementKind.COUNTED, -6, NOW, "kim", reason="damaged"),
        )


def test_when_to_order_again_can_be_said_and_a_past_day_cannot(seeded: Database) -> None:
    """M-7: below the new reorder point wood runs low; refused, nothing is ordered."""
    with seeded.write() as db:
        supply.set_ordering(db, "toys", "wood", reorder_at=11, lead_time_days=None)
        (wood,) = supply.stock_levels(db, "toys", low_only=True)
        assert (wood.reorder_at, wood.lead_time_days, wood.suggested) == (11, 10, 12)
        with pytest.raises(DayNotValid):
            supply.order(db, "toys", "wood", 12, due=date(2026, 3, 1), now=NOW)
        for reorder_at, days in ((-1, 3), (2**31, 3), (5, 367)):
            with pytest.raises(QuantityNotValid):
                supply.set_ordering(db, "toys", "wood", reorder_at=reorder_at, lead_time_days=days)
        assert supply.supplier_orders(db, "toys", now=NOW) == []


def test_material_of_each_piece_leaves_the_stock_once(seeded: Database) -> None:
    with seeded.write() as db:
        demand = Demand(wanted(wood=2).loads, wanted(wood=2).materials, 3)
        service.reserve(db, "toys", demand, key="a", now=NOW, expires_at=None)
        for _ in range(2):
            supply.use(db, "a", "toys", piece=1, pieces=3, by="kim", now=NOW)
        (wood,) = [one for one in supply.stock_levels(db, "toys") if one.material == "wood"]
        assert (wood.on_hand, wood.reserved, wood.free) == (8, 4, 4)

        assert service.give_back(db, "a")
        (wood,) = [one for one in supply.stock_levels(db, "toys") if one.material == "wood"]
        assert (wood.on_hand, wood.reserved, wood.free) == (8, 0, 8)
        assert [one.quantity for one in supply.movements(db, "toys", "wood")] == [-2]


def test_a_substitute_is_reserved_under_its_own_name_and_given_back_exactly(database: Database) -> None:
    """M-9: pine stands for wood that would have to be ordered; the next one, for which pine is short too, takes wood."""
    plant = replace(PLANT, stock=(*PLANT.stock, StockRow("pine", 15)), substitutes={"wood": ("pine",)})
    with database.write() as db:
        service.seed_plant(db, plant, now=NOW)
        first = service.reserve(db, "toys", wanted(wood=12), key="first", now=NOW, expires_at=None)
        assert service.substitutes(db, "first") == {"wood": "pine"}
        assert first.date == service.inquire(db, "toys", wanted(dye=1), now=NOW).date
        service.reserve(db, "toys", wanted(wood=8), key="second", now=NOW, expires_at=None)
        assert service.substitutes(db, "second") == {}
        assert {one.material: one.reserved for one in supply.stock_levels(db, "toys")} == {
            "dye": 0,
            "pine": 12,
            "wood": 8,
        }
        supply.use(db, "first", "toys", piece=1, pieces=1, by="kim", now=NOW)
        assert [(one.material, one.quantity) for one in supply.movements(db, "toys", "")] == [("pine", -12)]
        assert service.give_back(db, "second")
        assert {one.material: one.free for one in supply.stock_levels(db, "toys")} == {"dye": 2, "pine": 3, "wood": 10}


class StoreMachine(RuleBasedStateMachine):
    """Orders taken, changed, cancelled and made, deliveries more and less than ordered, counts that find anything."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(self.url)
        self.there = {"wood": 10, "dye": 2}
        self.keys: list[str] = []
        self.made = 0
        self.due: list[tuple[int, str]] = []
        self.open: dict[int, int] = {}
        tables = [
            "production_reservation_load",
            "production_reservation_material",
            "production_reservation",
            "production_receipt",
            "production_stock_movement",
            "production_stock",
            "production_bucket",
            "production_plant",
        ]
        with self.database.write() as db:
            for table in tables:
                db.execute(text(f"DELETE FROM {table}"))
            service.seed_plant(db, PLANT, now=NOW)

    def teardown(self) -> None:
        self.database.dispose()

    @rule(wood=st.integers(1, 6), dye=st.integers(1, 3))
    def sell(self, wood: int, dye: int) -> None:
        self.made += 1
        self.keys.append(f"k{self.made}")
        with self.database.write() as db:
            service.reserve(db, "toys", wanted(wood=wood, dye=dye), key=self.keys[-1], now=NOW, expires_at=None)

    @rule(wood=st.integers(1, 6))
    def change(self, wood: int) -> None:
        if self.keys:
            self.made += 1
            old, new = self.keys.pop(0), f"k{self.made}"
            with self.database.write() as db:
                service.exchange(db, old, "toys", wanted(wood=wood), key=new, now=NOW, expires_at=None)
            self.keys.append(new)

    @rule()
    def cancel(self) -> None:
        if self.keys:
            with self.database.write() as db:
                assert service.give_back(db, self.keys.pop(0))

    @rule(material=st.sampled_from(["wood", "dye"]), quantity=st.integers(1, 8), days=st.integers(0, 20))
    def order(self, material: str, quantity: int, days: int) -> None:
        with self.database.write() as db:
            due = NOW.date() + timedelta(days=days)
            self.due.append((supply.order(db, "toys", material, quantity, due=due), material))
        self.open[self.due[-1][0]] = quantity

    @rule(quantity=st.integers(0, 9), is_part=st.booleans())
    def receive(self, quantity: int, is_part: bool) -> None:
        if self.due:
            number, material = self.due[0]
            quantity = max(quantity, int(is_part))
            with self.database.write() as db:
                supply.receive(
                    db, "toys", material, quantity, by="kim", now=NOW, supplier_order=number, rest_follows=is_part
                )
            self.there[material] += quantity
            self.open[number] -= quantity
            if not is_part or self.open[number] <= 0:
                self.due.pop(0)
                del self.open[number]

    @rule(material=st.sampled_from(["wood", "dye"]), counted=st.integers(0, 15))
    def count(self, material: str, counted: int) -> None:
        with self.database.write() as db:
            assert supply.count(db, "toys", material, counted, by="kim", now=NOW) == counted - self.there[material]
        self.there[material] = counted

    @rule()
    def kit(self) -> None:
        """Only what is there can be taken out."""
        if not self.keys:
            return
        with self.database.write() as db:
            before = {one.material: one for one in supply.stock_levels(db, "toys")}
            if any(one.short for one in before.values()):
                return
            supply.use(db, self.keys.pop(0), "toys", piece=1, pieces=1, by="kim", now=NOW)
            after = {one.material: one for one in supply.stock_levels(db, "toys")}
        for material, level in before.items():
            self.there[material] -= level.reserved - after[material].reserved

    @invariant()
    def what_should_be_there_is_there(self) -> None:
        with self.database.read() as db:
            levels = {one.material: one for one in supply.stock_levels(db, "toys")}
            under_way = {one.id: one for one in supply.supplier_orders(db, "toys", now=NOW)}
        assert {number: one.quantity for number, one in under_way.items()} == self.open
        assert all(one.reserved >= 0 for one in under_way.values())
        for material, there in self.there.items():
            assert levels[material].on_hand == there
            assert levels[material].free * levels[material].short == 0


def test_nothing_in_the_store_is_lost_and_nothing_is_made_up(database_url: str) -> None:
    class Machine(StoreMachine):
        url = database_url

    run_state_machine_as_test(Machine, settings=settings(max_examples=10, stateful_step_count=14, deadline=None))
