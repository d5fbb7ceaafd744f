"""A piece comes before another one, or nothing changes; on both databases."""

from datetime import timedelta

import pytest

from kernel.database import Database
from production.floor import service as floor
from production.promise import service as promises
from production.sequencing import service
from production.sequencing.swapping import SwapNotPossible, bring_forward
from tests.integration.production.test_resync import LINE, NOW, reserved, shop, starts, taken

__all__ = ["shop"]


def test_a_piece_takes_the_turn_of_one_that_has_time(shop: Database) -> None:
    """T-3 is cut where T-1 was to be; nothing is lost of the ledger, no promise moves, the queue follows."""
    with shop.write() as db:
        floor.keep_due(db, "q-T-1", NOW + timedelta(days=4))
        before = {number: starts(db, number)[10] for number in ("T-1", "T-2", "T-3")}
        promised = promises.reservation(db, "q-T-3").promise
        bring_forward(db, LINE, ("T-3", 1), ("T-1", 1), now=NOW)
        after = {number: starts(db, number)[10] for number in ("T-1", "T-2", "T-3")}

        assert before["T-1"] < before["T-3"]  # type: ignore[operator]
        assert (after["T-3"], after["T-2"]) == (before["T-1"], before["T-2"])
        assert after["T-1"] > after["T-3"]  # type: ignore[operator]
        assert taken(db) == reserved(db)
        assert promises.reservation(db, "q-T-3").promise == promised
        assert floor.queue(db, LINE, "table")[0].order_number == "T-3"


@pytest.mark.parametrize("late", ["T-1", "T-3"])
def test_a_swap_that_makes_one_late_changes_nothing(shop: Database, late: str) -> None:
    """Neither the one that gives way nor the one that comes forward may be late afterwards."""
    with shop.write() as db:
        floor.keep_due(db, f"q-{late}", NOW + timedelta(minutes=30))
        before = [starts(db, number) for number in ("T-1", "T-2", "T-3")]
        held = taken(db)
    with shop.write() as db, pytest.raises(SwapNotPossible) as refused:
        bring_forward(db, LINE, ("T-3", 1), ("T-1", 1), now=NOW)
    assert refused.value.facts["order"] == late
    with shop.read() as db:
        assert [starts(db, number) for number in ("T-1", "T-2", "T-3")] == before
        assert (taken(db), service.alarms(db, LINE)) == (held, ())


def test_a_piece_that_left_gives_no_turn(shop: Database) -> None:
    """It is not on the floor any more."""
    with shop.write() as db:
        floor.cancel_work(db, "T-1", now=NOW)
    with shop.write() as db, pytest.raises(SwapNotPossible):
        bring_forward(db, LINE, ("T-3", 1), ("T-1", 1), now=NOW)
