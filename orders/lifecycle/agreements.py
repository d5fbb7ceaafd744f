"""What was agreed with customers, for the figures of their orders: what the floor does not know."""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session

from kernel.ids import QuoteId
from orders.lifecycle import repository
from orders.quotes import repository as quotes
from production.metrics import service as metrics
from production.metrics.model import Agreement, Figures
from production.promise.calendar import epoch_s
from production.promise.document import promise_from_json


def agreements_of(db: Session, numbers: Collection[str]) -> dict[str, Agreement]:
    """Return what was agreed for some orders, by their numbers; unknown ones are left out."""
    agreed = repository.agreed_dates(db, numbers)
    wishes: dict[QuoteId, date] = {}
    for begin in range(0, len(agreed), repository.AT_ONCE):
        some = agreed[begin : begin + repository.AT_ONCE]
        wishes |= quotes.needed_by(db, [each.quote_id for each in some])
    return {
        each.number: Agreement(
            ordered_s=epoch_s(each.placed_at),
            first_promise=promise_from_json(each.first_promise).date,
            promise=promise_from_json(each.promise).date,
            requested_on=wishes.get(each.quote_id),
        )
        for each in agreed
    }


def figures_of_line(db: Session, line: str, first: date, last: date, *, now: datetime) -> Figures:
    """Return how a line kept its promises and how its plant did, over whole days of the plant.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    return metrics.measure(db, line, first, last, lambda numbers: agreements_of(db, numbers), now=now)
