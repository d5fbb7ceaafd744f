"""From agreed prices, tax included, to net lines, tax and sums that add up exactly as EN 16931 rounds. Pure.

Source: docs/algorithms/invoices.md, rules I-2 to I-4.
"""

from collections.abc import Iterable
from decimal import Decimal

from kernel.money import Rounding, round_minor
from orders.invoicing.model import Allowance, InvoiceLine, Totals, VatLine
from orders.pricing.tax import Vat


def tax_of(base_minor: int, rate: Decimal) -> int:
    """Return the tax of a net sum, rounded half up (BR-CO-17)."""
    return round_minor(Decimal(base_minor) * rate, Rounding.HALF_UP)


def totals(
    lines: Iterable[InvoiceLine],
    allowances: Iterable[Allowance],
    *,
    agreed_minor: int | None = None,
    paid_minor: int = 0,
) -> Totals:
    """Return the sums of an invoice.

    Args:
        lines: The net lines.
        allowances: What is taken off the whole.
        agreed_minor: What was agreed, tax included; the cents by which rounded tax misses it are the rounding amount
            (I-4). None: what comes out is what is owed.
        paid_minor: What has been paid already.
    """
    lines, allowances = tuple(lines), tuple(allowances)
    bases: dict[Vat, int] = {}
    for line in lines:
        bases[line.vat] = bases.get(line.vat, 0) + line.net_minor
    for allowance in allowances:
        bases[allowance.vat] = bases.get(allowance.vat, 0) - allowance.net_minor
    vat = tuple(VatLine(each, base, tax_of(base, each.rate)) for each, base in sorted(bases.items()))
    lines_minor = sum(line.net_minor for line in lines)
    allowances_minor = sum(allowance.net_minor for allowance in allowances)
    tax_minor = sum(each.tax_minor for each in vat)
    gross_minor = lines_minor - allowances_minor + tax_minor
    rounding_minor = 0 if agreed_minor is None else agreed_minor - gross_minor
    return Totals(
        lines_minor=lines_minor,
        allowances_minor=allowances_minor,
        net_minor=lines_minor - allowances_minor,
        tax_minor=tax_minor,
        gross_minor=gross_minor,
        paid_minor=paid_minor,
        rounding_minor=rounding_minor,
        due_minor=gross_minor + rounding_minor - paid_minor,
        vat=vat,
    )
