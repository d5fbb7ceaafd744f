"""Where a parcel goes, and what its delivery note says: what is in it, what came before, what is still to come."""

from dataclasses import dataclass

from sqlmodel import Session

from orders.customers import repository as customers
from orders.customers.addresses.model import AddressNotFound, KnownAddress
from orders.customers.addresses.repository import addresses_of, find_address
from orders.customers.model import Purpose
from orders.lifecycle import repository
from orders.lifecycle.model import Order, ParcelNotFound, Shipment
from production.floor import service as floor


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """What goes with one parcel. ``address`` is written line by line; ``still_to_come`` as it was when the parcel left.

    ``reference`` is the customer's, empty for nobody; ``locale`` is the language they read.
    """

    number: str
    order: Order
    parcel: Shipment
    earlier: tuple[Shipment, ...]
    still_to_come: tuple[int, ...]
    address: tuple[str, ...]
    reference: str
    locale: str


def destination_of(db: Session, order: Order, address_id: str = "") -> KnownAddress | None:
    """Return where an order's next parcel goes: the named address of its customer, else their default one.

    ``None`` for what is fetched, and where no address is known.

    Raises:
        AddressNotFound: the customer has no address of this id.
    """
    if order.customer_id is None or order.is_carried_away:
        return None
    known = addresses_of(db, order.customer_id, purpose=Purpose.DELIVERY)
    if not address_id:
        return next(iter(known), None)
    for each in known:
        if each.id == address_id:
            return each
    raise AddressNotFound(address_id=address_id)


def delivery_note(db: Session, order: Order, parcel: int) -> DeliveryNote:
    """Return what one parcel's delivery note says; later parcels do not change it.

    Raises:
        ParcelNotFound: the order has no such parcel.
    """
    sent = repository.shipments_of(db, order.id)
    found = next((each for each in sent if each.number == parcel), None)
    if found is None:
        raise ParcelNotFound(order=order.number, parcel=parcel)
    earlier = tuple(each for each in sent if each.number < parcel)
    gone = {piece for each in (*earlier, found) for piece in each.pieces}
    address, reference, locale = _addressee(db, order, found)
    return DeliveryNote(
        number=f"{order.number}-{parcel}",
        order=order,
        parcel=found,
        earlier=earlier,
        still_to_come=_still_to_come(db, order, gone),
        address=address,
        reference=reference,
        locale=locale,
    )


def _still_to_come(db: Session, order: Order, gone: set[int]) -> tuple[int, ...]:
    """Return the pieces that had not left yet; what is made again for one that had left is no part of this delivery."""
    pieces = {one.number: one for one in floor.pieces_now(db, order.number)}

    def left(number: int) -> bool:
        return number in gone or (pieces[number].remake_of in pieces and left(pieces[number].remake_of))

    return tuple(one.number for one in pieces.values() if not one.is_replaced and not left(one.number))


def _addressee(db: Session, order: Order, parcel: Shipment) -> tuple[tuple[str, ...], str, str]:
    """Return the lines of the address, the customer's reference and language; the name alone where no address is known."""
    if order.customer_id is None:
        return (), "", "en"
    customer = customers.get_customer(db, order.customer_id, purpose=Purpose.DELIVERY)
    address = find_address(db, customer.id, parcel.address_id, purpose=Purpose.DELIVERY) if parcel.address_id else None
    lines = address.lines() if address is not None else (customer.contact.name, customer.contact.country)
    return lines, customer.reference, customer.contact.locale
