"""What an account shows: drafts to go on with, what is known and since when, what may be done with it."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kernel.canonical import JsonValue
from modules_catalog.model import ConfigurationModel, FeatureKind
from orders.customers.memory import remembered_counts
from orders.customers.model import KnownFact, MeasurementProfile, Method, Purpose
from orders.drafts.model import Draft
from orders.privacy.model import ErasureReceipt
from web.translations import translations_for
from web.views.measuring import NAMES
from web.views.words import Words


def _(message: str) -> str:
    return message


PURPOSES: Mapping[Purpose, str] = {
    Purpose.MARKETING: _("Write to me now and then about new cloths and parts"),
    Purpose.FIT: _("Use my measures, without my name, to choose better sizes to stock"),
}
METHODS: Mapping[Method, str] = {
    Method.TAPE: _("measured with the tape"),
    Method.GARMENT: _("from a garment that fits"),
    Method.SIZE: _("from an ordinary size"),
}
#: What the receipt counts, in the order it is told.
COUNTED: Mapping[str, str] = {
    "accounts": _("Accounts"),
    "measurements": _("Sets of measures"),
    "facts": _("Remembered answers"),
    "addresses": _("Addresses"),
    "contacts": _("Notes and messages"),
    "consents": _("Permissions"),
    "drafts": _("Drafts"),
    "quotes": _("Quotes, now without texts and measures"),
    "orders": _("Orders, now without texts and measures"),
    "files": _("Files of build sheets"),
}


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft to go on with."""

    href: str
    line: str
    changed_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class FactLine:
    """One thing we remember, where it comes from and since when."""

    key: str
    line: str
    question: str
    answer: str
    source: str
    since: date


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One set of measures: when, how, and each measure in millimetres."""

    taken_on: date
    method: str
    measures: tuple[tuple[str, int], ...]


def draft_lines(drafts: Sequence[Draft], models: Mapping[str, ConfigurationModel], locale: str) -> list[DraftLine]:
    """Return the drafts as they are listed."""
    return [
        DraftLine(f"/drafts/{each.id}", Words(models[each.release], locale).line(), each.changed_at, each.id)
        for each in drafts
    ]


def fact_lines(facts: Mapping[str, KnownFact], models: Mapping[str, ConfigurationModel], locale: str) -> list[FactLine]:
    """Return what is remembered in the catalog's words; ``models`` holds the present model of each line."""
    return [_fact_line(fact, models, locale) for _key, fact in sorted(facts.items())]


def _fact_line(fact: KnownFact, models: Mapping[str, ConfigurationModel], locale: str) -> FactLine:
    line, _dot, code = fact.key.partition(".")
    named, question, answer = line, code or fact.key, fact.value
    model = models.get(line)
    if model is not None and model.has_feature(code):
        words, feature = Words(model, locale), model.feature(code)
        named, question = words.line(), words.feature(code)
        if feature.kind is FeatureKind.OPTIONS:
            answer = words.answer(feature, remembered_counts(fact.value)) or fact.value
        elif feature.has_option(fact.value) or fact.value in ("yes", "no"):
            answer = words.option(code, fact.value)
    return FactLine(fact.key, named, question, answer, source_words(fact.source, locale), fact.learned_at.date())


def source_words(source: str, locale: str) -> str:
    """Return where a fact comes from, as people read it."""
    say = translations_for(locale).gettext
    kind, _colon, what = source.partition(":")
    named = {"order": say("order %(number)s"), "clerk": say("told in the store"), "customer": say("told by you")}
    return named.get(kind, source).replace("%(number)s", what)


def measure_lines(profiles: Sequence[MeasurementProfile]) -> list[MeasureLine]:
    """Return sets of measures, newest first; labels are translated by the template."""
    return [
        MeasureLine(
            each.taken_at.date(),
            METHODS[each.method],
            tuple((label, each.measure_mm(name)) for name, label in NAMES.items() if name in each.readings),
        )
        for each in profiles
    ]


def counted(receipt: ErasureReceipt) -> list[tuple[str, int]]:
    """Return what a receipt counts, in its order; labels are translated by the template."""
    return [(label, receipt.gone[what]) for what, label in COUNTED.items() if receipt.gone.get(what)]


def receipt_json(receipt: ErasureReceipt) -> dict[str, JsonValue]:
    """Return a receipt for a program."""
    return {
        "receipt_id": receipt.id,
        "reference": receipt.reference,
        "erased_at": receipt.erased_at.isoformat(),
        "gone": dict(receipt.gone),
        "kept": [{"kind": each.kind, "number": each.number, "until": each.until.isoformat()} for each in receipt.kept],
    }


def zipped(documents: Mapping[str, JsonValue]) -> bytes:
    """Return the documents as one zip file, the same bytes for the same documents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in documents.items():
            text = json.dumps(document, ensure_ascii=False, indent=2, default=dict)
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return out.getvalue()
