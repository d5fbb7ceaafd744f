"""Quotes side by side: what differs stands first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modules_catalog.model import ConfigurationModel
from orders.quotes.model import Quote
from web.views.words import Words


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One question and each quote's answer to it; a dash where it was not asked."""

    feature: str
    answers: tuple[str, ...]
    differs: bool


def compared(shown: Sequence[Quote], models: Mapping[str, ConfigurationModel], locale: str) -> tuple[ComparedRow, ...]:
    """Return the answers of quotes, question by question, those that differ first, each in the catalog's order."""
    rows: dict[str, ComparedRow] = {}
    for quote in shown:
        model = models[quote.release]
        words = Words(model, locale)
        for step in model.steps:
            for code in step.features:
                if code in rows or code not in quote.selection.answers:
                    continue
                answers = tuple(_answer(each, models[each.release], code, locale) for each in shown)
                rows[code] = ComparedRow(words.feature(code), answers, len(set(answers)) > 1)
    return tuple(sorted(rows.values(), key=lambda row: not row.differs))


def _answer(quote: Quote, model: ConfigurationModel, code: str, locale: str) -> str:
    answer = quote.selection.answers.get(code)
    if answer is None or not model.has_feature(code):
        return "–"
    return Words(model, locale).answer(model.feature(code), answer)
