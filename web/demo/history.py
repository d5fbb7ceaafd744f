"""Some weeks of the demo before today: orders that were placed, built and shipped, so that planners have something to see.

They go through the same services as everybody's, under a clock that stands at the moment each thing happened. Nobody's name
stands on them: they were bought in the store.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from kernel.clock import fixed_clock
from kernel.errors import NotPossible
from kernel.jobs import enqueue
from orders.audit.model import Actor
from orders.drafts import service as drafts
from orders.drafts.service import Reader
from orders.drafts.variants import fit_parts, variant_of
from orders.lifecycle.changing import REISSUE_JOB
from orders.lifecycle.delivering import ship_pieces
from orders.lifecycle.model import Order
from orders.lifecycle.scanning import scan
from orders.lifecycle.service import move, place_order
from orders.lifecycle.sheets import order_fit
from orders.lifecycle.transitions import OrderEvent
from orders.quotes.service import issue_quote
from production.build_sheet.scan_codes import ScanCode
from production.floor import service as floor
from production.floor.model import Action, WorkOrder
from web.shop import Shop

WEEKS = 4
CLERK, WORKER = Actor("demo-clerk", "store"), Actor("demo-worker", "floor")
#: How many orders of each line were placed, evenly over the weeks; and what they choose besides the defaults, in turn.
PLACED = {"jeans": 18, "pc": 10}
CHOICES = {
    "jeans": ({}, {"wash": "stone"}, {"fit": "slim"}, {"hem": "chain"}, {"fly": "buttons", "wash": "rinse"}),
    "pc": ({}, {"imaging": "none"}, {"burn_in": "long"}),
}
FIRST_HOUR = 9  # UTC
LATE_EVERY, FAILED_EVERY = 7, 5
"""Every seventh order of a line lay for days; every fifth failed a check on its way."""


@dataclass(frozen=True, slots=True)
class _Doing:
    """One scan: what, when, with which measures."""

    operation: int
    action: Action
    at: datetime
    reason: str = ""
    measured_mm: tuple[tuple[str, int], ...] = ()


def beginning(now: datetime) -> datetime:
    """Return the moment the demo's history begins."""
    first = now - timedelta(weeks=WEEKS) + timedelta(days=1)
    return first.replace(hour=6, minute=0, second=0, microsecond=0)


def seed_history(shop: Shop, placed: Mapping[str, int] = PLACED) -> None:
    """Let the demo's past orders happen, oldest first; what is not done by now is left for the floor to do.

    Args:
        shop: The shop, whose clock says what is past.
        placed: How many orders of each line, spread over the weeks.
    """
    now = shop.now()
    begin = beginning(now)
    for line, count in placed.items():
        for number in range(count):
            at = begin + timedelta(hours=FIRST_HOUR - 6) + number * (timedelta(weeks=WEEKS) - timedelta(days=2)) / count
            order = _placed(replace(shop, clock=fixed_clock(at)), line, CHOICES[line][number % len(CHOICES[line])])
            if order is not None:
                _build(shop, order, number, now)


def _placed(shop: Shop, line: str, choices: dict[str, str]) -> Order | None:
    """Return an order placed and on the floor at the shop's moment; None where nothing could be promised."""
    now, reader = shop.now(), Reader(CLERK.id, is_staff=True)
    tools = (shop.database, shop.configurators)
    draft_id = drafts.open_draft(*tools, line, owner=CLERK.id, new_id=shop.new_id, now=now)
    for feature, option in choices.items():
        drafts.choose_option(*tools, draft_id, reader, feature, option, now=now)
    try:
        quote = issue_quote(*tools, draft_id, reader, new_id=shop.new_id, actor=CLERK, now=now)
    except NotPossible:
        return None
    with shop.database.write() as db:
        order = place_order(db, quote.id, new_id=shop.new_id, actor=CLERK, now=now)
        _release(db, shop, order, now + timedelta(minutes=10))
    return order


def _release(db: Session, shop: Shop, order: Order, at: datetime) -> None:
    """Open the order's work as its release does; the worker draws its sheets when it comes to it."""
    model = shop.configurators.of(db, order.release).model
    fit = order_fit(db, model, order)
    floor.release_work(
        db,
        variant_of(model, order.selection.answers, fit),
        order_number=order.number,
        revision=order.revision_letter,
        reservation_key=order.reservation_key,
        now=at,
        pieces=order.quantity,
        measures=fit_parts(fit.fit).measures if fit is not None and fit.fit is not None else (),
    )
    move(db, order.id, OrderEvent.RELEASE, actor=CLERK, now=at)
    enqueue(db, REISSUE_JOB, order.id, str(order.revision))


def _build(shop: Shop, order: Order, number: int, now: datetime) -> None:
    """Work on an order's piece as planned, sometimes late or twice, as far as it comes until now; ship what was built."""
    with shop.database.read() as db:
        work, _status = floor.work_order(db, order.number)
    done_at = None
    for turn, doing in enumerate(_doings(work, number)):
        if doing.at > now:
            return
        done_at = doing.at
        with shop.database.write() as db:
            scan(
                db,
                str(ScanCode(order.number, order.revision_letter, doing.operation)),
                doing.action,
                scan_id=f"demo:{order.number}:{turn}",
                actor=WORKER,
                now=doing.at,
                reason=doing.reason,
                measured_mm=dict(doing.measured_mm),
            )
    shipped_at = done_at + timedelta(hours=20) if done_at else now
    if shipped_at < now:
        with shop.database.write() as db:
            ship_pieces(db, order.number, (), carrier="DHL", tracking="", actor=CLERK, now=shipped_at)


def _doings(work: WorkOrder, number: int) -> Iterator[_Doing]:
    """Yield the scans of a piece in the order of its steps, each begun when planned and when the one before is done."""
    late = timedelta(days=3) if number % LATE_EVERY == LATE_EVERY - 1 else timedelta(0)
    fails = work.operations[(3 * number + 2) % len(work.operations)].number if number % FAILED_EVERY == 3 else 0
    free_at = work.due_at - timedelta(days=365)
    for position, one in enumerate(work.operations):
        planned = (one.planned_start_at or free_at) + timedelta(minutes=(7 * number + 5 * position) % 25)
        start = max(free_at, planned + (late if position >= len(work.operations) // 2 else timedelta(0)))
        takes = timedelta(seconds=max(60, one.seconds * (85 + (11 * number + 17 * position) % 40) // 100))
        right = tuple((code, work.measures[code].target_mm + (number + position) % 5 - 2) for code in one.measures)
        yield _Doing(one.number, Action.START, start)
        if one.number == fails:
            yield _Doing(one.number, Action.FAIL, start + takes, reason="quality")
            yield _Doing(one.number, Action.REWORK, start + takes + timedelta(minutes=12), reason="quality")
            start += takes + timedelta(minutes=20)
            yield _Doing(one.number, Action.START, start)
        yield _Doing(one.number, Action.FINISH, start + takes, measured_mm=right)
        free_at = start + takes + timedelta(minutes=5)
