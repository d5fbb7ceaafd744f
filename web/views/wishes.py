"""What could not be had, in the words of one reader."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from modules_catalog.model import ConfigurationModel
from orders.wishes.model import Lacked, WishCount, WishKind, WishWords
from production.plants.model import Plant
from web.translations import translations_for
from web.views.words import LIMIT_REASONS, Words


def _(message: str) -> str:
    return message


LACKED = {
    Lacked.RULES: _("rules"),
    Lacked.CAPACITY: _("capacity"),
    Lacked.PART: _("a part"),
    Lacked.BUDGET: _("budget"),
    Lacked.TIME: _("time for the work"),
    Lacked.MODULE: _("not in the catalog"),
}
WAYS = {
    Lacked.RULES: _("A module that keeps the rule, or a milder rule"),
    Lacked.CAPACITY: _("More hours there, or a rush order"),
    Lacked.PART: _("More in stock, or a quicker supplier"),
    Lacked.BUDGET: _("A cheaper module"),
    Lacked.TIME: _("Shorter work"),
    Lacked.MODULE: _("A new module"),
}
"""What would let a wish be met the next time."""
NO_PLANTS: Mapping[str, Plant | None] = MappingProxyType({})
KINDS = {
    WishKind.NEED_BY: _("An earlier date"),
    WishKind.BUDGET: _("A lower price"),
    WishKind.WORDS: _("In their own words"),
}


@dataclass(frozen=True, slots=True)
class WishRow:
    """One line of the ranking."""

    line: str
    wish: str
    lacked: str
    because: str
    count: int
    last_day: date


def lacked_totals(counts: Sequence[WishCount], locale: str) -> list[tuple[str, str, int]]:
    """Return how often each thing was lacking, the most frequent first, with what would have to change."""
    say = translations_for(locale).gettext
    totals = {lacked: sum(each.count for each in counts if each.lacked is lacked) for lacked in Lacked}
    ranked = sorted((lacked for lacked in Lacked if totals[lacked]), key=lambda lacked: -totals[lacked])
    return [(say(LACKED[lacked]), say(WAYS[lacked]), totals[lacked]) for lacked in ranked]


def wish_rows(
    counts: Sequence[WishCount],
    models: Mapping[str, ConfigurationModel],
    locale: str,
    plants: Mapping[str, Plant | None] = NO_PLANTS,
) -> list[WishRow]:
    """Return the ranking in words; ``models`` and ``plants`` are those in force by line, for the names."""
    return [_row(each, models.get(each.line), plants.get(each.line), locale) for each in counts]


def wishes_csv(counts: Sequence[WishCount], words: Sequence[WishWords]) -> str:
    """Return a period as CSV, codes as in the catalog: first what was counted, then what was said in words."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["line", "kind", "wish", "lacked", "because", "count", "last_day"])
    for each in counts:
        because = " ".join(each.because)
        table.writerow(
            [
                each.line,
                each.kind.value,
                each.subject,
                each.lacked.value,
                because,
                each.count,
                each.last_day.isoformat(),
            ]
        )
    for said in words:
        # A text that begins like a formula would be one in a spreadsheet.
        text = f"'{said.text}" if said.text[:1] in "=+-@\t" else said.text
        table.writerow([said.line, WishKind.WORDS.value, text, Lacked.MODULE.value, "", 1, said.day.isoformat()])
    return out.getvalue()


def count_json(each: WishCount) -> dict[str, Any]:
    """Return one line of the ranking for programs."""
    return {
        "line": each.line,
        "kind": each.kind.value,
        "subject": each.subject,
        "lacked": each.lacked.value,
        "because": list(each.because),
        "count": each.count,
        "last_day": each.last_day.isoformat(),
    }


def words_json(said: WishWords) -> dict[str, Any]:
    """Return a wish in words for programs."""
    return {"line": said.line, "release": said.release, "day": said.day.isoformat(), "text": said.text}


def _row(each: WishCount, model: ConfigurationModel | None, plant: Plant | None, locale: str) -> WishRow:
    say = translations_for(locale).gettext
    words = Words(model, locale, plant) if model is not None else None
    return WishRow(
        line=words.line() if words else each.line,
        wish=_wish(each, words, locale),
        lacked=say(LACKED[each.lacked]),
        because=" ".join(_because(code, words) for code in each.because),
        count=each.count,
        last_day=each.last_day,
    )


def _wish(each: WishCount, words: Words | None, locale: str) -> str:
    if each.kind in KINDS:
        return str(translations_for(locale).gettext(KINDS[each.kind]))
    feature, _dot, option = each.subject.partition(".")
    if words is None or not words.model.has_feature(feature):
        return each.subject
    return f"{words.feature(feature)}: {words.option(feature, option)}" if option else words.feature(feature)


def _because(code: str, words: Words | None) -> str:
    """Return a rule's reason, a part's or a work centre's name; numbers of the moment are left open."""
    if words is None:
        return code
    reason = words.maybe(f"rule.{code}")
    if reason:
        return words.open_text(f"rule.{code}")
    kind, _colon, subject = code.partition(":")
    if kind == "need_by" and subject == "rush":
        return words.translations.gettext("Only a rush order would have been ready.")
    if kind in LIMIT_REASONS and (kind == "need_by" or not subject):
        return words.translations.gettext(LIMIT_REASONS[kind])
    named = subject or code
    if words.model.has_feature(named):
        return words.feature(named)
    is_material = kind == "material" or words.model.has_feature(named.partition(".")[0])
    return words.material(named) if is_material else words.work_centre(named)
