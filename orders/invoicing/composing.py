"""From delivered orders to an invoice. Pure: what was agreed in, a valid invoice without its number out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from kernel.money import Rounding, round_minor
from orders.invoicing.model import (
    Allowance,
    Delivery,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoicingMethod,
    NothingToBill,
    Party,
    PartyNotValid,
    PaymentMeans,
    Reference,
)
from orders.invoicing.seller import Seller
from orders.invoicing.totalling import totals
from orders.pricing.model import VatCategory
from orders.pricing.tax import Supply, Vat, net_amounts, vat_of


@dataclass(frozen=True, slots=True)
class BillableLine:
    """One price line of an order, tax included; ``feature`` is the catalog's, empty for the product itself."""

    name: str
    feature: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BillableOrder:
    """What an invoice needs of one order.

    ``agreed_rate`` is the tax that was contained in the agreed price; ``agreed_free`` says that it was agreed without.
    """

    number: str
    currency: str
    country: str
    delivered_on: date
    agreed_rate: Decimal
    lines: tuple[BillableLine, ...]
    product: str = ""
    agreed_free: bool = False
    is_company: bool = False
    is_carried_away: bool = False
    is_expected: bool = False
    po_number: str = ""
    buyer_reference: str = ""


def compose_invoice(
    seller: Seller,
    buyer: Party,
    orders: Sequence[BillableOrder],
    *,
    method: InvoicingMethod,
    means: PaymentMeans,
    locale: str,
    issued_on: date,
    paid_minor: int = 0,
) -> Invoice:
    """Return the invoice over one order, or several of one customer and currency.

    Raises:
        NothingToBill: nothing in it costs something.
        PartyNotValid: it was agreed without tax, and the buyer has no VAT number any more.
        CountryNotServed: there is no tax rate on record.
    """
    lines, allowances, agreed_minor = _lines(seller, buyer, orders)
    if not lines or agreed_minor <= 0:
        raise NothingToBill(orders=[order.number for order in orders])
    paid_minor = min(paid_minor, agreed_minor)
    days = 0 if paid_minor >= agreed_minor or means is not PaymentMeans.TRANSFER else seller.payment_days
    delivered = [order.delivered_on for order in orders]
    return Invoice(
        number="",
        kind=InvoiceKind.INVOICE,
        method=method,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=days),
        currency=orders[0].currency,
        locale=locale,
        seller=seller.party,
        buyer=buyer,
        means=means,
        account=seller.account if means is PaymentMeans.TRANSFER else None,
        delivery=Delivery(
            seller.party.country if all(order.is_carried_away for order in orders) else orders[0].country,
            min(delivered),
            max(delivered),
            any(order.is_expected for order in orders),
        ),
        lines=lines,
        allowances=allowances,
        totals=totals(lines, allowances, agreed_minor=agreed_minor, paid_minor=paid_minor),
        buyer_reference=next((order.buyer_reference for order in orders if order.buyer_reference), ""),
        po_number=next((order.po_number for order in orders if order.po_number), ""),
    )


def credit_note(
    invoice: Invoice, *, issued_on: date, order: str | None = None, agreed_minor: int | None = None
) -> Invoice:
    """Return what takes an invoice back: the whole of it, or one order's part of a collective one.

    Money that was paid stands in the payments; a credit note counts nothing as paid.

    Args:
        invoice: What is taken back.
        issued_on: Today.
        order: The number of the order whose part it is; None: the whole.
        agreed_minor: What was agreed for that part, tax included; its share of the invoice may be a cent off.
    """
    lines = tuple(line for line in invoice.lines if order in (None, line.order))
    allowances = tuple(each for each in invoice.allowances if order in (None, each.order))
    if len(lines) == len(invoice.lines):
        agreed_minor = invoice.totals.agreed_minor
    elif any(line.vat.category is not VatCategory.STANDARD for line in lines):
        agreed_minor = None  # agreed with a tax that was not charged
    return replace(
        invoice,
        number="",
        kind=InvoiceKind.CREDIT_NOTE,
        issued_on=issued_on,
        due_on=issued_on,
        lines=lines,
        allowances=allowances,
        totals=totals(lines, allowances, agreed_minor=agreed_minor),
        refers_to=Reference(invoice.number, invoice.issued_on),
    )


@dataclass(frozen=True, slots=True)
class PiecesBack:
    """Which share of an order came back: ``pieces`` of ``of``, after ``before`` that were credited already."""

    before: int
    pieces: int
    of: int

    def share(self, amount: int) -> int:
        """Return the share of an amount; the shares of all pieces are the amount, exactly (I-6)."""
        upto, already = (Decimal(amount * count) / self.of for count in (self.before + self.pieces, self.before))
        return round_minor(upto, Rounding.HALF_UP) - round_minor(already, Rounding.HALF_UP)


def credit_pieces(invoice: Invoice, back: PiecesBack, *, issued_on: date, order: str, agreed_minor: int) -> Invoice:
    """Return what takes some pieces of an order off its invoice: their share of each line, and of what was agreed.

    Args:
        invoice: What is taken back in part.
        back: Which share.
        issued_on: Today.
        order: The number of the order.
        agreed_minor: What was agreed for the whole order, tax included.
    """
    whole = credit_note(invoice, issued_on=issued_on, order=order, agreed_minor=agreed_minor)
    lines = tuple(
        replace(line, quantity=max(1, back.share(line.quantity)), net_minor=back.share(line.net_minor))
        for line in whole.lines
        if back.share(line.net_minor)
    )
    allowances = tuple(
        replace(each, net_minor=back.share(each.net_minor)) for each in whole.allowances if back.share(each.net_minor)
    )
    is_taxed = all(line.vat.category is VatCategory.STANDARD for line in lines)
    share_minor = back.share(whole.totals.agreed_minor) if is_taxed else None
    return replace(
        whole, lines=lines, allowances=allowances, totals=totals(lines, allowances, agreed_minor=share_minor)
    )


def _lines(
    seller: Seller, buyer: Party, orders: Sequence[BillableOrder]
) -> tuple[tuple[InvoiceLine, ...], tuple[Allowance, ...], int]:
    """Return lines, allowances, and what is owed altogether.

    Lines of one tax share one rounding, so that several orders on one invoice do not gather cents.
    """
    groups: dict[tuple[Vat, Decimal], list[tuple[int, BillableOrder, BillableLine]]] = {}
    place = 0
    for order in orders:
        for line in order.lines:
            if line.amount_minor:
                vat = _vat(seller, buyer, order, line)
                if order.agreed_free and vat.category is VatCategory.STANDARD:
                    raise PartyNotValid(party="buyer", field="vat_id", order=order.number)
                contained = vat.rate if vat.category is VatCategory.STANDARD else order.agreed_rate
                groups.setdefault((vat, contained), []).append((place, order, line))
                place += 1
    placed: list[tuple[int, InvoiceLine | Allowance]] = []
    agreed_minor = 0
    for (vat, contained), members in groups.items():
        nets = net_amounts([line.amount_minor for _place, _order, line in members], contained)
        gross = sum(line.amount_minor for _place, _order, line in members)
        agreed_minor += gross if vat.category is VatCategory.STANDARD else sum(nets)
        for (at, order, line), net in zip(members, nets, strict=True):
            if net > 0:
                placed.append((at, InvoiceLine(line.name, line.count, net, vat, order.number, order.product)))
            elif net < 0:
                placed.append((at, Allowance(line.name, -net, vat, order.number)))
    in_order = [each for _at, each in sorted(placed, key=lambda pair: pair[0])]
    lines = tuple(each for each in in_order if isinstance(each, InvoiceLine))
    allowances = tuple(each for each in in_order if isinstance(each, Allowance))
    return lines, allowances, agreed_minor


def _vat(seller: Seller, buyer: Party, order: BillableOrder, line: BillableLine) -> Vat:
    return vat_of(
        Supply(
            home=seller.party.country,
            country=order.country,
            day=order.delivered_on,
            vat_id=buyer.vat_id,
            is_company=order.is_company,
            is_service=line.feature in seller.services,
            is_carried_away=order.is_carried_away,
            is_reduced=line.feature in seller.reduced,
        )
    )
