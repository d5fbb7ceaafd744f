"""Where a parcel goes, and what its delivery note says: what is in it, what came before, what is still to come."""

from dataclasses import dataclass

from sqlmodel import Session

from kernel.errors import NotValid
from kernel.ids import CustomerId, IdMaker
from orders.customers import repository as customers
from orders.customers.addresses.model import Address, AddressId, AddressNotFound, KnownAddress
from orders.customers.addresses.repository import add_address, addresses_of, find_address
from orders.customers.model import Purpose
from orders.lifecycle import repository
from orders.lifecycle.model import Order, ParcelNotFound, Shipment
from orders.quotes.model import Quote, is_carried_away
from production.floor import service as floor


class AddressNeeded(NotValid):
    """It is to be sent, and nobody knows where to; facts: ``customer_id``."""


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
    """Return where an order's next parcel goes: the named address of its customer, else the one the order was placed for,
    else their default one.

    ``None`` for what is fetched, and where no address is known.

    Raises:
        AddressNotFound: the customer has no address of this id.
    """
    if order.customer_id is None or order.is_carried_away:
        return None
    known = addresses_of(db, order.customer_id, purpose=Purpose.DELIVERY)
    if not address_id:
        return next((each for each in known if each.id == order.address_id), next(iter(known), None))
    for each in known:
        if each.id == address_id:
            return each
    raise AddressNotFound(address_id=address_id)


def needs_address(db: Session, quote: Quote) -> bool:
    """Return whether what is ordered would be sent to a known customer nobody knows an address of."""
    if quote.customer_id is None or is_carried_away(quote.selection):
        return False
    return not addresses_of(db, CustomerId(quote.customer_id), purpose=Purpose.DELIVERY)


def address_for(
    db: Session, quote: Quote, address: Address | None, address_id: str = "", *, new_id: IdMaker
) -> AddressId | None:
    """Return where an order's parcels are to go, keeping a new address of the customer; ``None`` for what is fetched.

    Args:
        db: The caller's transaction, a writing one.
        quote: What is ordered; it names its customer.
        address: A new address; kept with the customer's others, as the default where it is the first.
        address_id: One of the customer's; empty for their default one.
        new_id: Makes ids.

    Raises:
        AddressNeeded: it is sent, and there is no address to send it to; nothing is changed.
        AddressNotFound: the customer has none of this id; nothing is changed.
    """
    if quote.customer_id is None or is_carried_away(quote.selection):
        return None
    customer_id = CustomerId(quote.customer_id)
    known = addresses_of(db, customer_id, purpose=Purpose.DELIVERY)
    if address is not None:
        kept = next((each.id for each in known if each.address == address), None)
        if kept is None:
            kept = AddressId(new_id())
            add_address(db, customer_id, kept, address, is_default=not known)
        return kept
    if not known:
        raise AddressNeeded(customer_id=customer_id)
    if address_id and address_id not in {each.id for each in known}:
        raise AddressNotFound(address_id=address_id)
    return AddressId(address_id) if address_id else known[0].id


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
