"""The values of the pages of people who buy for a company."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modules_catalog.model import ConfigurationModel
from orders.approvals.model import Approval
from orders.companies.model import Company, Preset
from orders.lifecycle.model import Order
from orders.lifecycle.transitions import OrderState
from web.formats import money
from web.views.words import Words


@dataclass(frozen=True, slots=True)
class ShownPreset:
    """One preset as a card: what is settled, what is free."""

    id: str
    name: str
    line: str
    line_name: str
    settled: tuple[tuple[str, str], ...]
    suggested: int


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """One request to order."""

    id: str
    state: str
    quote: str
    line: str
    total: str
    cost_centre: str
    asked_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Spending:
    """What one cost centre has ordered."""

    name: str
    orders: int
    total_minor: int
    currency: str


def shown_preset(preset: Preset, model: ConfigurationModel, locale: str) -> ShownPreset:
    """Return a preset's card; answers the line no longer has are left out."""
    words = Words(model, locale)
    settled = tuple(
        (words.feature(code), words.answer(model.feature(code), answer))
        for code, answer in sorted(preset.answers.items())
        if code in preset.locked and model.has_feature(code)
    )
    return ShownPreset(
        id=preset.id,
        name=preset.name,
        line=preset.line,
        line_name=words.line(),
        settled=settled,
        suggested=len(preset.answers) - len(preset.locked),
    )


def purchase_rows(waiting: Iterable[Approval], locale: str) -> list[PurchaseRow]:
    """Return requests to order, those to be decided first."""
    rows = []
    for approval in waiting:
        facts: dict[str, Any] = dict(approval.facts)
        rows.append(
            PurchaseRow(
                id=approval.id,
                state=approval.state.value,
                quote=str(facts["quote"]),
                line=str(facts["line"]),
                total=money(int(facts["total_minor"]), str(facts["currency"]), locale=locale),
                cost_centre=str(facts["cost_centre"]),
                asked_at=approval.asked_at,
                note=approval.note,
            )
        )
    return sorted(rows, key=lambda row: row.state != "asked")


def shown_spending(company: Company, ordered: Iterable[Order]) -> list[Spending]:
    """Return what each cost centre has ordered, in the order of their codes; cancelled orders are left out."""
    names = {each.code: f"{each.code} {each.name}" for each in company.cost_centres}
    counts: Counter[tuple[str, str]] = Counter()
    totals: Counter[tuple[str, str]] = Counter()
    for order in ordered:
        if order.state is OrderState.CANCELLED:
            continue
        key = (str(order.selection.answers.get("cost_centre", "")), order.price.currency)
        counts[key] += 1
        totals[key] += order.price.total_minor
    return [
        Spending(names.get(code, code), counts[code, currency], totals[code, currency], currency)
        for code, currency in sorted(counts)
    ]
