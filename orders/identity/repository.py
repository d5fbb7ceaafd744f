"""Reading and writing merges."""

from sqlalchemy import delete, or_
from sqlmodel import Session, col, select

from kernel.ids import CustomerId
from orders.identity.model import Merge, MergeId, MergeNotFound
from orders.identity.tables import CustomerMergeRow, NotSamePersonRow


def add_merge(db: Session, merge: Merge) -> None:
    """Store a merge."""
    db.add(
        CustomerMergeRow(
            id=merge.id,
            kept_id=merge.kept,
            merged_id=merge.merged,
            merged_reference=merge.merged_reference,
            at=merge.at,
            moved={what: list(ids) for what, ids in merge.moved.items()},
        )
    )
    db.flush()


def merges_of(db: Session, customer_id: CustomerId) -> list[Merge]:
    """Return the merges into a customer that can be taken back, latest first."""
    rows = db.exec(
        select(CustomerMergeRow)
        .where(CustomerMergeRow.kept_id == customer_id)
        .order_by(col(CustomerMergeRow.at).desc(), col(CustomerMergeRow.id).desc())
    )
    return [_merge(row) for row in rows]


def get_merge(db: Session, merge_id: str) -> Merge:
    """Return a merge.

    Raises:
        MergeNotFound: there is none, or it was taken back.
    """
    row = db.get(CustomerMergeRow, merge_id)
    if row is None:
        raise MergeNotFound(merge_id=merge_id)
    return _merge(row)


def drop_merge(db: Session, merge_id: MergeId) -> None:
    """Forget a merge that was taken back."""
    db.connection().execute(delete(CustomerMergeRow).where(col(CustomerMergeRow.id) == merge_id))


def forget_merges(db: Session, customer_id: CustomerId) -> None:
    """Forget every merge a customer was part of: none of them can be taken back any more."""
    part = or_(col(CustomerMergeRow.kept_id) == customer_id, col(CustomerMergeRow.merged_id) == customer_id)
    db.connection().execute(delete(CustomerMergeRow).where(part))
    told = or_(col(NotSamePersonRow.customer_id) == customer_id, col(NotSamePersonRow.other_id) == customer_id)
    db.connection().execute(delete(NotSamePersonRow).where(told))


def tell_apart(db: Session, customer_id: CustomerId, other_id: CustomerId) -> None:
    """Note that a customer says that another card is not theirs."""
    db.merge(NotSamePersonRow(customer_id=customer_id, other_id=other_id))
    db.flush()


def told_apart(db: Session, customer_id: CustomerId) -> frozenset[str]:
    """Return the cards a customer said are not theirs."""
    return frozenset(db.exec(select(NotSamePersonRow.other_id).where(NotSamePersonRow.customer_id == customer_id)))


def _merge(row: CustomerMergeRow) -> Merge:
    return Merge(
        MergeId(row.id),
        CustomerId(row.kept_id),
        CustomerId(row.merged_id),
        row.merged_reference,
        row.at,
        row.moved,
    )
