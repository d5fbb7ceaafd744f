"""Reading and writing quotes."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from configurator.model import Selection
from kernel.canonical import JsonValue, content_hash
from kernel.database import changed_rows
from kernel.ids import CustomerId, DraftId, QuoteId
from orders.drafts.repository import selection_to_json
from orders.pricing.model import Price
from orders.quotes.agreed import agreed_columns, agreed_fields
from orders.quotes.model import Quote, QuoteNotFound, QuoteState
from orders.quotes.tables import QuoteLinkRow, QuoteRow


def add_quote(db: Session, quote: Quote) -> None:
    """Store a new quote."""
    db.add(
        QuoteRow(
            id=quote.id,
            number=quote.number,
            draft_id=quote.draft_id,
            line=quote.line,
            release=quote.release,
            owner=quote.owner,
            quantity=quote.quantity,
            total_minor=quote.price.total_minor,
            issued_at=quote.issued_at,
            expires_at=quote.expires_at,
            state=quote.state,
            customer_id=quote.customer_id,
            need_by=quote.need_by,
            **agreed_columns(quote),
        )
    )
    db.flush()


def get_quote(db: Session, quote_id: QuoteId) -> Quote:
    """Return one quote.

    Raises:
        QuoteNotFound: there is none with this id.
    """
    row = db.get(QuoteRow, quote_id, populate_existing=True)
    if row is None:
        raise QuoteNotFound(quote_id=quote_id)
    return _quote(row)


def numbers_of(db: Session, quote_ids: Iterable[QuoteId]) -> dict[QuoteId, str]:
    """Return the numbers of some quotes; unknown ids are left out."""
    rows = db.exec(select(QuoteRow.id, QuoteRow.number).where(col(QuoteRow.id).in_(list(quote_ids))))
    return {QuoteId(quote_id): number for quote_id, number in rows}


def quotes_of_owner(db: Session, owner: str, *, limit: int = 20) -> list[Quote]:
    """Return the open quotes of a visitor or user, newest first."""
    rows = db.exec(
        select(QuoteRow)
        .where(QuoteRow.owner == owner, QuoteRow.state == QuoteState.OPEN)
        .order_by(col(QuoteRow.issued_at).desc(), col(QuoteRow.id).desc())
        .limit(limit)
    )
    return [_quote(row) for row in rows]


def add_link(db: Session, quote_id: QuoteId, token: str, *, now: datetime) -> None:
    """Let whoever has the token read and accept the quote."""
    db.add(QuoteLinkRow(token_hash=content_hash(token.encode()), quote_id=quote_id, made_at=now))
    db.flush()


def linked_quote(db: Session, token: str) -> Quote:
    """Return the quote a link leads to.

    Raises:
        QuoteNotFound: there is no such link.
    """
    row = db.get(QuoteLinkRow, content_hash(token.encode()))
    if row is None:
        raise QuoteNotFound(reason="link")
    return get_quote(db, QuoteId(row.quote_id))


def quotes_of_draft(db: Session, draft_id: DraftId, *, state: QuoteState) -> list[Quote]:
    """Return the quotes of a draft in one state, oldest first."""
    rows = db.exec(
        select(QuoteRow)
        .where(QuoteRow.draft_id == draft_id, QuoteRow.state == state)
        .order_by(col(QuoteRow.issued_at), col(QuoteRow.id))
    )
    return [_quote(row) for row in rows]


def open_quotes(db: Session, line: str, *, limit: int) -> tuple[list[Quote], int]:
    """Return the open quotes of a line, latest first, and how many there are in all."""
    wanted = (col(QuoteRow.line) == line, col(QuoteRow.state) == QuoteState.OPEN)
    rows = db.exec(
        select(QuoteRow).where(*wanted).order_by(col(QuoteRow.issued_at).desc(), col(QuoteRow.id)).limit(limit)
    )
    found = [_quote(row) for row in rows]
    return found, db.exec(select(func.count()).select_from(QuoteRow).where(*wanted)).one()


def overdue_quotes(db: Session, now: datetime) -> list[Quote]:
    """Return the open quotes whose time is up, oldest first."""
    rows = db.exec(
        select(QuoteRow)
        .where(QuoteRow.state == QuoteState.OPEN, QuoteRow.expires_at <= now)
        .order_by(col(QuoteRow.expires_at), col(QuoteRow.id))
    )
    return [_quote(row) for row in rows]


def move_quote(db: Session, quote_id: QuoteId, *, before: QuoteState, after: QuoteState) -> bool:
    """Return whether the quote was in ``before`` and is in ``after`` now; of two callers only one hears true."""
    statement = update(QuoteRow).where(col(QuoteRow.id) == quote_id, col(QuoteRow.state) == before).values(state=after)
    return changed_rows(db, statement) == 1


def set_customer(db: Session, quote_id: QuoteId, customer_id: CustomerId, price: Price) -> bool:
    """Return whether the open quote was nobody's and is this customer's now, at the same total."""
    statement = (
        update(QuoteRow)
        .where(
            col(QuoteRow.id) == quote_id,
            col(QuoteRow.state) == QuoteState.OPEN,
            col(QuoteRow.customer_id).is_(None),
        )
        .values(customer_id=customer_id, price=dict(price.as_json()))
    )
    return changed_rows(db, statement) == 1


def quotes_of_customer(db: Session, customer_id: CustomerId) -> list[Quote]:
    """Return every quote a customer was given, oldest first."""
    rows = db.exec(
        select(QuoteRow).where(QuoteRow.customer_id == customer_id).order_by(col(QuoteRow.issued_at), col(QuoteRow.id))
    )
    return [_quote(row) for row in rows]


def hand_over(db: Session, owner: str, to: str) -> None:
    """Give all quotes of one owner to another."""
    changed_rows(db, update(QuoteRow).where(col(QuoteRow.owner) == owner).values(owner=to))


def move_to_customer(db: Session, quote_ids: Iterable[QuoteId], customer_id: CustomerId) -> None:
    """Put quotes in another customer's name."""
    changed_rows(db, update(QuoteRow).where(col(QuoteRow.id).in_(list(quote_ids))).values(customer_id=customer_id))


def needed_by(db: Session, quote_ids: Collection[QuoteId]) -> dict[QuoteId, date]:
    """Return the days asked for of some quotes; those without one are left out."""
    rows = db.exec(
        select(col(QuoteRow.id), col(QuoteRow.need_by)).where(
            col(QuoteRow.id).in_(list(quote_ids)), col(QuoteRow.need_by).is_not(None)
        )
    )
    return {QuoteId(quote_id): need_by for quote_id, need_by in rows if need_by is not None}


def is_quoted(db: Session, draft_id: DraftId) -> bool:
    """Return whether a draft was ever quoted."""
    return db.exec(select(QuoteRow.id).where(QuoteRow.draft_id == draft_id).limit(1)).first() is not None


def depersonalise(db: Session, quote_id: QuoteId, selection: Selection, specification: Mapping[str, JsonValue]) -> None:
    """Replace choices and specification by ones without texts, and let go of the measures."""
    changed_rows(
        db,
        update(QuoteRow)
        .where(col(QuoteRow.id) == quote_id)
        .values(selection=selection_to_json(selection), specification=dict(specification), profile_id=None),
    )


def _quote(row: QuoteRow) -> Quote:
    return Quote(
        id=QuoteId(row.id),
        number=row.number,
        draft_id=DraftId(row.draft_id),
        line=row.line,
        release=row.release,
        owner=row.owner,
        quantity=row.quantity,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        state=row.state,
        customer_id=CustomerId(row.customer_id) if row.customer_id else None,
        need_by=row.need_by,
        **agreed_fields(row),
    )
