"""Reading and writing issued invoices."""

from datetime import date, datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from kernel.blobs import BlobName
from kernel.database import changed_rows
from kernel.ids import CustomerId, OrderId
from orders.invoicing.document import invoice_from_json, invoice_to_json
from orders.invoicing.issued import CollectedOrder, InvoicedOrder, InvoiceId, InvoiceRefusal, InvoiceRun, IssuedInvoice
from orders.invoicing.model import InvoiceNotFound
from orders.invoicing.tables import CollectedOrderRow, InvoicedOrderRow, InvoiceRefusalRow, InvoiceRow, InvoiceRunRow


def add_invoice(db: Session, issued: IssuedInvoice, orders: list[InvoicedOrder]) -> None:
    """Store an issued invoice and the orders on it."""
    invoice = issued.invoice
    db.add(
        InvoiceRow(
            id=issued.id,
            number=invoice.number,
            kind=invoice.kind,
            method=invoice.method,
            issued_at=issued.issued_at,
            due_on=invoice.due_on,
            customer_id=issued.customer_id,
            currency=invoice.currency,
            agreed_minor=invoice.totals.agreed_minor,
            due_minor=invoice.totals.due_minor,
            document=dict(invoice_to_json(invoice)),
            refers_to=issued.refers_to,
        )
    )
    db.flush()
    for each in orders:
        db.add(
            InvoicedOrderRow(
                invoice_id=issued.id,
                order_id=each.order_id,
                kind=each.kind,
                turn=each.turn,
                revision=each.revision,
                part=each.part,
            )
        )
    db.flush()


def fill_in_files(db: Session, invoice_id: InvoiceId, *, pdf: BlobName, xml: BlobName | None) -> bool:
    """Return whether the invoice had no files and has these now."""
    statement = (
        update(InvoiceRow)
        .where(col(InvoiceRow.id) == invoice_id, col(InvoiceRow.pdf_blob).is_(None))
        .values(pdf_blob=pdf, xml_blob=xml)
    )
    return changed_rows(db, statement) == 1


def get_invoice(db: Session, invoice_id: InvoiceId) -> IssuedInvoice:
    """Return one invoice.

    Raises:
        InvoiceNotFound: there is none with this id.
    """
    row = db.get(InvoiceRow, invoice_id, populate_existing=True)
    if row is None:
        raise InvoiceNotFound(invoice_id=invoice_id)
    return _issued(row)


def get_invoice_by_number(db: Session, number: str) -> IssuedInvoice:
    """Return the invoice with this number.

    Raises:
        InvoiceNotFound: there is none.
    """
    row = db.exec(select(InvoiceRow).where(InvoiceRow.number == number)).first()
    if row is None:
        raise InvoiceNotFound(number=number)
    return _issued(row)


def find_invoices(
    db: Session, *, number: str = "", customer_id: CustomerId | None = None, limit: int = 50
) -> list[IssuedInvoice]:
    """Return invoices and credit notes, newest first, whose number contains some letters."""
    wanted = select(InvoiceRow).order_by(col(InvoiceRow.issued_at).desc(), col(InvoiceRow.number).desc()).limit(limit)
    if number:
        wanted = wanted.where(col(InvoiceRow.number).contains(number.upper(), autoescape=True))
    if customer_id is not None:
        wanted = wanted.where(InvoiceRow.customer_id == customer_id)
    return [_issued(row) for row in db.exec(wanted)]


def without_files(db: Session) -> list[InvoiceId]:
    """Return the invoices whose files are still to be drawn, oldest first."""
    wanted = select(InvoiceRow.id).where(col(InvoiceRow.pdf_blob).is_(None)).order_by(col(InvoiceRow.issued_at))
    return [InvoiceId(each) for each in db.exec(wanted)]


def invoices_of_order(db: Session, order_id: OrderId) -> list[IssuedInvoice]:
    """Return the invoices and credit notes an order is on, oldest first."""
    rows = db.exec(
        select(InvoiceRow)
        .join(InvoicedOrderRow, col(InvoicedOrderRow.invoice_id) == col(InvoiceRow.id))
        .where(InvoicedOrderRow.order_id == order_id)
        .order_by(col(InvoiceRow.issued_at), col(InvoiceRow.id))
    )
    return [_issued(row) for row in rows]


def invoiced_order(db: Session, order_id: OrderId) -> list[InvoicedOrder]:
    """Return on which invoices an order is, by turn."""
    rows = db.exec(
        select(InvoicedOrderRow)
        .where(InvoicedOrderRow.order_id == order_id)
        .order_by(col(InvoicedOrderRow.turn), col(InvoicedOrderRow.kind), col(InvoicedOrderRow.part))
    )
    return [_invoiced(row) for row in rows]


def orders_on(db: Session, invoice_id: InvoiceId) -> list[InvoicedOrder]:
    """Return the orders on an invoice."""
    rows = db.exec(
        select(InvoicedOrderRow)
        .where(InvoicedOrderRow.invoice_id == invoice_id)
        .order_by(col(InvoicedOrderRow.order_id))
    )
    return [_invoiced(row) for row in rows]


def collect(db: Session, order: CollectedOrder) -> bool:
    """Put a delivered order aside for the month's end; return False when it was there already."""
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {"order_id": order.order_id, "customer_id": order.customer_id, "delivered_on": order.delivered_on}
    return changed_rows(db, insert(CollectedOrderRow).values(values).on_conflict_do_nothing()) == 1


def collected_before(db: Session, day: date) -> list[CollectedOrder]:
    """Return the orders put aside that were delivered before a day, by customer and order."""
    rows = db.exec(
        select(CollectedOrderRow)
        .where(CollectedOrderRow.delivered_on < day)
        .order_by(col(CollectedOrderRow.customer_id), col(CollectedOrderRow.order_id))
    )
    return [CollectedOrder(OrderId(row.order_id), CustomerId(row.customer_id), row.delivered_on) for row in rows]


def take_collected(db: Session, order_id: OrderId) -> bool:
    """Take an order from what waits; of two callers only one hears true."""
    return changed_rows(db, delete(CollectedOrderRow).where(col(CollectedOrderRow.order_id) == order_id)) == 1


def keep_refusal(db: Session, refusal: InvoiceRefusal) -> None:
    """Keep why an order's invoice could not be issued, counting the tries."""
    row = db.get(InvoiceRefusalRow, refusal.order_id, populate_existing=True)
    db.merge(
        InvoiceRefusalRow(
            order_id=refusal.order_id,
            event=refusal.event,
            code=refusal.code,
            reasons=list(refusal.reasons),
            tries=1 if row is None else row.tries + 1,
        )
    )
    db.flush()


def find_refusal(db: Session, order_id: OrderId) -> InvoiceRefusal | None:
    """Return why an order's invoice could not be issued, if it could not."""
    row = db.get(InvoiceRefusalRow, order_id, populate_existing=True)
    if row is None:
        return None
    return InvoiceRefusal(order_id, row.event, row.code, tuple(row.reasons), row.tries)


def drop_refusal(db: Session, order_id: OrderId) -> None:
    """Forget why an order's invoice could not be issued: it is, or need not be."""
    changed_rows(db, delete(InvoiceRefusalRow).where(col(InvoiceRefusalRow.order_id) == order_id))


def start_run(db: Session, month: str, *, total: int, now: datetime) -> None:
    """Begin a month's run, or begin again one that was broken off."""
    row = db.get(InvoiceRunRow, month, populate_existing=True)
    turn = row.turn + 1 if row is not None else 1
    db.merge(InvoiceRunRow(month=month, turn=turn, started_at=now, finished_at=None, total=total, done=0, refused={}))
    db.flush()


def runs_of(db: Session, month: str) -> int:
    """Return how often a month's run was started."""
    row = db.get(InvoiceRunRow, month, populate_existing=True)
    return 0 if row is None else row.turn


def advance_run(db: Session, month: str, *, refused: dict[str, object] | None = None) -> None:
    """Say that one more customer of a run is done, or was refused."""
    row = db.get(InvoiceRunRow, month, populate_existing=True)
    if row is not None:
        row.done = min(row.total, row.done + 1)
        row.refused = {**row.refused, **(refused or {})}
        db.add(row)
        db.flush()


def finish_run(db: Session, month: str, *, now: datetime) -> None:
    """Say that a run is over."""
    changed_rows(db, update(InvoiceRunRow).where(col(InvoiceRunRow.month) == month).values(finished_at=now))


def runs(db: Session, *, limit: int = 12) -> list[InvoiceRun]:
    """Return the collective runs, newest first."""
    rows = db.exec(select(InvoiceRunRow).order_by(col(InvoiceRunRow.month).desc()).limit(limit))
    return [InvoiceRun(row.month, row.started_at, row.total, row.done, row.refused, row.finished_at) for row in rows]


def _issued(row: InvoiceRow) -> IssuedInvoice:
    return IssuedInvoice(
        id=InvoiceId(row.id),
        invoice=invoice_from_json(row.document),
        issued_at=row.issued_at,
        customer_id=CustomerId(row.customer_id) if row.customer_id else None,
        refers_to=InvoiceId(row.refers_to) if row.refers_to else None,
        pdf=BlobName(row.pdf_blob) if row.pdf_blob else None,
        xml=BlobName(row.xml_blob) if row.xml_blob else None,
    )


def _invoiced(row: InvoicedOrderRow) -> InvoicedOrder:
    return InvoicedOrder(InvoiceId(row.invoice_id), OrderId(row.order_id), row.kind, row.turn, row.revision, row.part)
