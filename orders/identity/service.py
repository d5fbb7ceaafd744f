"""Use cases of identity: what a visitor began becomes the account's."""

from sqlmodel import Session

from kernel.ids import CustomerId
from orders.drafts import repository as drafts
from orders.lifecycle import repository as orders
from orders.quotes import repository as quotes


def adopt(db: Session, visitor: str, account: str, customer_id: CustomerId | None) -> None:
    """Give an account what its person began before signing in; drafts nobody was named on are in their name now."""
    begun = drafts.drafts_of(db, visitor, limit=1000)
    if not begun:
        return
    if customer_id is not None:
        drafts.move_to_customer(db, [draft.id for draft in begun if draft.customer_id is None], customer_id)
    for rows in (drafts, quotes, orders):
        rows.hand_over(db, visitor, account)
