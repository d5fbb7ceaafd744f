"""Reading and writing addresses."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from kernel.ids import CustomerId
from orders.customers.addresses.model import Address, AddressId, AddressNotFound, KnownAddress
from orders.customers.addresses.tables import AddressRow
from orders.customers.keys.repository import seal, unseal
from orders.customers.model import Purpose


def addresses_of(db: Session, customer_id: CustomerId, *, purpose: Purpose) -> list[KnownAddress]:
    """Return a customer's addresses, the default first, then the oldest."""
    del purpose
    rows = db.exec(
        select(AddressRow)
        .where(AddressRow.customer_id == customer_id)
        .order_by(col(AddressRow.is_default).desc(), col(AddressRow.id))
    )
    return [
        KnownAddress(AddressId(row.id), Address(**unseal(db, customer_id, _place(row.id), row.sealed)), row.is_default)
        for row in rows
    ]


def find_address(db: Session, customer_id: CustomerId, address_id: str, *, purpose: Purpose) -> Address | None:
    """Return one of a customer's addresses; ``None`` for one that was forgotten."""
    return next(
        (each.address for each in addresses_of(db, customer_id, purpose=purpose) if each.id == address_id), None
    )


def add_address(
    db: Session, customer_id: CustomerId, address_id: AddressId, address: Address, *, is_default: bool
) -> None:
    """Store a new address; as the default it takes the place of the one before."""
    if is_default:
        _no_default(db, customer_id)
    sealed = seal(db, customer_id, _place(address_id), asdict(address))
    db.add(AddressRow(id=address_id, customer_id=customer_id, is_default=is_default, sealed=sealed))
    db.flush()


def make_default(db: Session, customer_id: CustomerId, address_id: AddressId) -> None:
    """Make one of the customer's addresses the default.

    Raises:
        AddressNotFound: the customer has none with this id.
    """
    row = _owned(db, customer_id, address_id)
    _no_default(db, customer_id)
    db.connection().execute(update(AddressRow).where(col(AddressRow.id) == row.id).values(is_default=True))


def drop_address(db: Session, customer_id: CustomerId, address_id: AddressId) -> None:
    """Forget an address.

    Raises:
        AddressNotFound: the customer has none with this id.
    """
    row = _owned(db, customer_id, address_id)
    db.connection().execute(delete(AddressRow).where(col(AddressRow.id) == row.id))


def move_addresses(db: Session, owner: CustomerId, to: CustomerId, ids: Iterable[str] | None = None) -> list[str]:
    """Give addresses, all or some, to another customer, sealed by their key now; return which."""
    wanted = select(AddressRow).where(AddressRow.customer_id == owner)
    if ids is not None:
        wanted = wanted.where(col(AddressRow.id).in_(list(ids)))
    rows = db.exec(wanted).all()
    for row in rows:
        row.sealed = seal(db, to, _place(row.id), unseal(db, owner, _place(row.id), row.sealed))
        row.customer_id = to
        row.is_default = False
    db.flush()
    return [row.id for row in rows]


def drop_addresses(db: Session, customer_id: CustomerId) -> int:
    """Forget all addresses of a customer and return how many there were."""
    gone = db.connection().execute(delete(AddressRow).where(col(AddressRow.customer_id) == customer_id))
    return gone.rowcount


def _no_default(db: Session, customer_id: CustomerId) -> None:
    db.connection().execute(
        update(AddressRow).where(col(AddressRow.customer_id) == customer_id).values(is_default=False)
    )


def _owned(db: Session, customer_id: CustomerId, address_id: AddressId) -> AddressRow:
    row = db.get(AddressRow, address_id)
    if row is None or row.customer_id != customer_id:
        raise AddressNotFound(address_id=address_id)
    return row


def _place(address_id: str) -> str:
    return f"customer_address:{address_id}"
