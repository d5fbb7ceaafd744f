"""An invoice as JSON and back: how it is kept, and how it goes to the processes that draw and judge it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kernel.canonical import JsonValue
from orders.invoicing.model import (
    Account,
    Allowance,
    Delivery,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoicingMethod,
    Party,
    PaymentMeans,
    Reference,
    Totals,
    VatLine,
)
from orders.pricing.model import VatCategory
from orders.pricing.tax import Vat

_PARTY = (
    "name",
    "country",
    "street",
    "postcode",
    "city",
    "vat_id",
    "tax_number",
    "registration",
    "endpoint",
    "contact",
    "phone",
    "email",
)
_SUMS = ("lines", "allowances", "net", "tax", "gross", "paid", "rounding", "due")


def invoice_to_json(invoice: Invoice) -> Mapping[str, JsonValue]:
    """Return an invoice as it is kept."""
    return {
        "number": invoice.number,
        "kind": invoice.kind.value,
        "method": invoice.method.value,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "currency": invoice.currency,
        "locale": invoice.locale,
        "seller": {name: getattr(invoice.seller, name) for name in _PARTY},
        "buyer": {name: getattr(invoice.buyer, name) for name in _PARTY},
        "means": invoice.means.value,
        "account": None
        if invoice.account is None
        else {"iban": invoice.account.iban, "bic": invoice.account.bic, "name": invoice.account.name},
        "delivery": {
            "country": invoice.delivery.country,
            "first": invoice.delivery.first.isoformat(),
            "last": invoice.delivery.last.isoformat(),
            "is_expected": invoice.delivery.is_expected,
        },
        "lines": [
            {
                "name": line.name,
                "quantity": line.quantity,
                "net_minor": line.net_minor,
                "vat": _vat_to_json(line.vat),
                "order": line.order,
                "product": line.product,
            }
            for line in invoice.lines
        ],
        "allowances": [
            {"reason": each.reason, "net_minor": each.net_minor, "vat": _vat_to_json(each.vat), "order": each.order}
            for each in invoice.allowances
        ],
        "totals": {
            **{f"{name}_minor": getattr(invoice.totals, f"{name}_minor") for name in _SUMS},
            "vat": [
                {"vat": _vat_to_json(each.vat), "base_minor": each.base_minor, "tax_minor": each.tax_minor}
                for each in invoice.totals.vat
            ],
        },
        "buyer_reference": invoice.buyer_reference,
        "po_number": invoice.po_number,
        "refers_to": None
        if invoice.refers_to is None
        else {"number": invoice.refers_to.number, "issued_on": invoice.refers_to.issued_on.isoformat()},
    }


def invoice_from_json(kept: Mapping[str, Any]) -> Invoice:
    """Return the invoice that was kept by ``invoice_to_json``."""
    delivery, totals, account, refers_to = kept["delivery"], kept["totals"], kept["account"], kept["refers_to"]
    return Invoice(
        number=kept["number"],
        kind=InvoiceKind(kept["kind"]),
        method=InvoicingMethod(kept["method"]),
        issued_on=date.fromisoformat(kept["issued_on"]),
        due_on=date.fromisoformat(kept["due_on"]),
        currency=kept["currency"],
        locale=kept["locale"],
        seller=Party(**kept["seller"]),
        buyer=Party(**kept["buyer"]),
        means=PaymentMeans(kept["means"]),
        account=None if account is None else Account(**account),
        delivery=Delivery(
            delivery["country"],
            date.fromisoformat(delivery["first"]),
            date.fromisoformat(delivery["last"]),
            delivery["is_expected"],
        ),
        lines=tuple(
            InvoiceLine(
                each["name"],
                each["quantity"],
                each["net_minor"],
                _vat(each["vat"]),
                each["order"],
                each["product"],
            )
            for each in kept["lines"]
        ),
        allowances=tuple(
            Allowance(each["reason"], each["net_minor"], _vat(each["vat"]), each["order"])
            for each in kept["allowances"]
        ),
        totals=Totals(
            **{f"{name}_minor": totals[f"{name}_minor"] for name in _SUMS},
            vat=tuple(VatLine(_vat(each["vat"]), each["base_minor"], each["tax_minor"]) for each in totals["vat"]),
        ),
        buyer_reference=kept["buyer_reference"],
        po_number=kept["po_number"],
        refers_to=None
        if refers_to is None
        else Reference(refers_to["number"], date.fromisoformat(refers_to["issued_on"])),
    )


def _vat_to_json(vat: Vat) -> Mapping[str, JsonValue]:
    return {"category": vat.category.value, "rate": str(vat.rate)}


def _vat(kept: Mapping[str, str]) -> Vat:
    return Vat(VatCategory(kept["category"]), Decimal(kept["rate"]))
