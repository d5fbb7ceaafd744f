"""The delivery note of a parcel as a paper."""

from orders.lifecycle.model import Order
from orders.lifecycle.parcels import delivery_note
from web.papers.printing import draw_paper
from web.shop import Shop
from web.views.parcels import delivery_note_page


def draw_delivery_note(shop: Shop, order: Order, parcel: int) -> bytes:
    """Return the delivery note of one parcel as PDF, in the customer's language.

    Raises:
        ParcelNotFound: the order has no such parcel.
        SheetNotPrinted: it took more memory or time than it may.
    """
    with shop.database.read() as db:
        note = delivery_note(db, order, parcel)
        model = shop.configurators.of(db, order.release).model
    values = {"page": delivery_note_page(note, model), "seller": shop.seller.party}
    return draw_paper(shop.papers, note.locale, "papers/delivery_note.html", values)
