"""Reading and writing receipts of erasures."""

from datetime import date

from sqlmodel import Session, col, select

from orders.privacy.model import ErasureReceipt, KeptDocument, ReceiptId
from orders.privacy.tables import ErasureReceiptRow


def add_receipt(db: Session, receipt: ErasureReceipt) -> None:
    """Store a receipt."""
    kept = [{"kind": each.kind, "number": each.number, "until": each.until.isoformat()} for each in receipt.kept]
    db.add(
        ErasureReceiptRow(
            id=receipt.id,
            reference=receipt.reference,
            erased_at=receipt.erased_at,
            erased_by=receipt.erased_by,
            gone=dict(receipt.gone),
            kept=kept,
        )
    )
    db.flush()


def receipts(db: Session, reference: str) -> list[ErasureReceipt]:
    """Return the receipts of one reference, oldest first."""
    rows = db.exec(
        select(ErasureReceiptRow)
        .where(ErasureReceiptRow.reference == reference)
        .order_by(col(ErasureReceiptRow.erased_at))
    )
    return [
        ErasureReceipt(
            ReceiptId(row.id),
            row.reference,
            row.erased_at,
            row.erased_by,
            row.gone,
            tuple(KeptDocument(each["kind"], each["number"], date.fromisoformat(each["until"])) for each in row.kept),
        )
        for row in rows
    ]
