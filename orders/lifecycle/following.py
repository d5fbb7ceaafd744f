"""What follows from an event in an order's life outside of it: its invoice, and a word to the customer.

Lifecycle knows neither; it stores the jobs in the event's own transaction, and the worker knows who does them.
"""

from sqlmodel import Session

from kernel.ids import OrderId
from kernel.jobs import JobName, enqueue
from orders.lifecycle.transitions import OrderEvent

BILL_JOB = JobName("invoicing.bill")
TELL_JOB = JobName("messages.tell")
PLACED, CHANGED, NEW_DATE, DATE_OFFER = "placed", "change", "promise", "date_offer"
"""What else happens to an order beside its transitions."""

_BILLED = frozenset({PLACED, CHANGED, OrderEvent.SHIP.value, OrderEvent.CANCEL.value, OrderEvent.RETURN.value})
_TOLD = frozenset(
    {PLACED, CHANGED, NEW_DATE, DATE_OFFER, OrderEvent.FINISH.value, OrderEvent.SHIP.value, OrderEvent.CANCEL.value}
)


def follow(db: Session, order_id: OrderId, event: str, *, turn: int = 1) -> None:
    """Store the jobs that follow from an event, once for each turn of it (a change's is its revision, a new date's the day's ordinal, a date asked about
    its number,
    a transition's one more than the order has had remakes).
    """
    for job, events in ((BILL_JOB, _BILLED), (TELL_JOB, _TOLD)):
        if event in events:
            enqueue(db, job, order_id, event, key=f"{order_id}:{event}:{turn}")
