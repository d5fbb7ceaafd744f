"""The values of a delivery note, and of the parcels on an order's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from modules_catalog.model import ConfigurationModel
from orders.customers.addresses.model import KnownAddress
from orders.lifecycle.parcels import DeliveryNote
from web.views.quoting import ShownChoices, ShownPrice, promised_date, shown_choices, shown_price
from web.views.words import Words

PRICED = "priced_note"
"""The answer to the feature ``parcel_papers`` by which prices stand on the note."""
NOT_IN_THE_PARCEL = frozenset({"billing"})
"""Steps whose answers are no business of whoever opens the parcel."""


@dataclass(frozen=True, slots=True)
class DeliveryNotePage:
    """Everything a delivery note shows. ``pieces`` are those in the parcel; ``earlier`` are day and pieces of those before."""

    number: str
    order: str
    reference: str
    po_number: str
    address: tuple[str, ...]
    shipped_on: date
    placed_on: date
    carrier: str
    tracking: str
    line_name: str
    quantity: int
    pieces: tuple[int, ...]
    earlier: tuple[tuple[date, tuple[int, ...]], ...]
    still_to_come: tuple[int, ...]
    ready: date
    choices: tuple[ShownChoices, ...]
    price: ShownPrice | None


def delivery_note_page(note: DeliveryNote, model: ConfigurationModel) -> DeliveryNotePage:
    """Return a delivery note in its customer's language."""
    order, words = note.order, Words(model, note.locale)
    answers = order.selection.answers
    hidden = {words.step(code) for code in NOT_IN_THE_PARCEL if any(step.code == code for step in model.steps)}
    return DeliveryNotePage(
        number=note.number,
        order=order.number,
        reference=note.reference,
        po_number=str(answers.get("po_number", "")),
        address=note.address,
        shipped_on=note.parcel.shipped_at.date(),
        placed_on=order.placed_at.date(),
        carrier=note.parcel.carrier,
        tracking=note.parcel.tracking,
        line_name=words.line(),
        quantity=order.quantity,
        pieces=note.parcel.pieces,
        earlier=tuple((each.shipped_at.date(), each.pieces) for each in note.earlier),
        still_to_come=note.still_to_come,
        ready=promised_date(order.promise),
        choices=tuple(each for each in shown_choices(order.selection, model, words) if each.title not in hidden),
        price=shown_price(order.price, words) if answers.get("parcel_papers") == PRICED else None,
    )


def address_choices(known: Sequence[KnownAddress]) -> list[tuple[str, str]]:
    """Return a customer's addresses as choices of a form, the default first."""
    return [(each.id, ", ".join(each.address.lines())) for each in known]
