"""The quote as a paper, and the link by which whoever has the paper can order."""

import secrets

from kernel.ids import CustomerId
from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.drafts.pictures import product_picture
from orders.messages.model import QuotePaper
from orders.quotes import repository as quotes
from orders.quotes.model import Quote
from production.promise import service as promises
from web.papers.printing import code_data, draw_paper, svg_data
from web.shop import Shop
from web.views.quoting import quote_page


def draw_quote(shop: Shop, quote: Quote, locale: str, *, link: str = "") -> bytes:
    """Return a quote as PDF, with the link as a code where there is one.

    Raises:
        SheetNotPrinted: it took more memory or time than it may.
    """
    with shop.database.read() as db:
        model = shop.configurators.of(db, quote.release).model
        plant = promises.plant_of(db, quote.line)
        customer = (
            customers.get_customer(db, CustomerId(quote.customer_id), purpose=Purpose.SALE)
            if quote.customer_id
            else None
        )
    values = {
        "page": quote_page(quote, model, locale, plant=plant, now=shop.now()),
        "seller": shop.seller.party,
        "issued_on": quote.issued_at.date(),
        "picture": svg_data(product_picture(model, quote.selection.answers)),
        "reference": customer.reference if customer else "",
        "link": link,
        "code": code_data(link) if link else "",
    }
    return draw_paper(shop.papers, locale, "papers/quote.html", values)


def offer_link(shop: Shop, quote: Quote) -> str:
    """Return a new link by which whoever has it reads and accepts an open quote."""
    token = secrets.token_urlsafe(24)
    with shop.database.write() as db:
        quotes.add_link(db, quote.id, token, now=shop.now())
    return f"{shop.origin}/offers/{token}"


def mailed_quote(shop: Shop, quote: Quote, locale: str) -> QuotePaper:
    """Return what goes with a quote's mail: the paper, and the link that stands on it."""
    link = offer_link(shop, quote)
    return QuotePaper(link, draw_quote(shop, quote, locale, link=link))
