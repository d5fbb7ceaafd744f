"""The values of a quote's page and of an order's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from configurator.model import Selection
from kernel.canonical import JsonValue
from modules_catalog.model import ConfigurationModel
from orders.lifecycle.model import Order
from orders.pricing.model import Price, VatCategory
from orders.quotes.model import Quote, QuoteState
from production.plants.model import Plant
from production.promise.document import promise_from_json
from web.views.configuring import ShownLine
from web.views.words import Words


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """A price as shown."""

    currency: str
    lines: tuple[ShownLine, ...]
    total_minor: int
    tax_label: str
    tax_minor: int
    country: str


@dataclass(frozen=True, slots=True)
class ShownChoices:
    """The choices of one step."""

    title: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class QuotePage:
    """Everything a quote's page shows."""

    quote_id: str
    number: str
    draft_id: str
    line_name: str
    quantity: int
    choices: tuple[ShownChoices, ...]
    price: ShownPrice
    ready: date
    binding: str
    expires_at: datetime
    state: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything an order's page shows."""

    number: str
    revision: str
    state: str
    line: str
    line_name: str
    quantity: int
    choices: tuple[ShownChoices, ...]
    price: ShownPrice
    ready: date
    placed_at: datetime
    has_sheet: bool


def quote_page(
    quote: Quote, model: ConfigurationModel, locale: str, *, plant: Plant | None, now: datetime
) -> QuotePage:
    """Return a quote's page."""
    words = Words(model, locale, plant)
    promise = promise_from_json(quote.promise)
    is_open = quote.state is QuoteState.OPEN and now < quote.expires_at
    return QuotePage(
        quote_id=quote.id,
        number=quote.number,
        draft_id=quote.draft_id,
        line_name=words.line(),
        quantity=quote.quantity,
        choices=shown_choices(quote.selection, model, words),
        price=shown_price(quote.price, words),
        ready=promise.date,
        binding=words.binding(promise.binding),
        expires_at=quote.expires_at,
        state="expired" if quote.state is QuoteState.OPEN and not is_open else quote.state.value,
        is_open=is_open,
    )


def order_page(order: Order, model: ConfigurationModel, locale: str, *, has_sheet: bool) -> OrderPage:
    """Return an order's page."""
    words = Words(model, locale)
    return OrderPage(
        number=order.number,
        revision=order.revision_letter,
        state=order.state.value,
        line=order.line,
        line_name=words.line(),
        quantity=order.quantity,
        choices=shown_choices(order.selection, model, words),
        price=shown_price(order.price, words),
        ready=promised_date(order.promise),
        placed_at=order.placed_at,
        has_sheet=has_sheet,
    )


def promised_date(promise: Mapping[str, JsonValue]) -> date:
    """Return the day of a kept promise."""
    return promise_from_json(promise).date


def shown_choices(selection: Selection, model: ConfigurationModel, words: Words) -> tuple[ShownChoices, ...]:
    """Return the answers by step, in the catalog's order; steps without an answer are left out."""
    steps = []
    for step in model.steps:
        answers = tuple(
            (words.feature(code), words.answer(model.feature(code), selection.answers[code]))
            for code in step.features
            if code in selection.answers
        )
        if answers:
            steps.append(ShownChoices(words.step(step.code), answers))
    return tuple(steps)


def shown_price(price: Price, words: Words) -> ShownPrice:
    """Return a price with its lines named."""
    return ShownPrice(
        currency=price.currency,
        lines=(
            *(ShownLine(words.price_line(line.key), line.amount_minor) for line in price.lines),
            *(ShownLine(each.reason_in(words.locale), each.amount_minor) for each in price.discounts),
        ),
        total_minor=price.total_minor,
        tax_label=_tax_label(price, words),
        tax_minor=price.tax.tax_minor,
        country=price.tax.country,
    )


def _tax_label(price: Price, words: Words) -> str:
    """Return what stands beside the tax: its rate, or why there is none."""
    say = words.translations.gettext
    if price.tax.category is VatCategory.STANDARD:
        return say("of which tax %(percent)s %%") % {"percent": f"{(price.tax.rate * 100).normalize():f}"}
    if price.tax.category is VatCategory.EXPORT:
        return say("without tax: export")
    return say("without tax: the buyer owes it in their country")
