"""What differs between two catalogs, in the words of one reader, such as “Indigo selvedge now costs €5.00 more”."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modules_catalog.comparing.model import CatalogChange, Kind, Subject
from modules_catalog.model import ConfigurationModel
from production.plants.model import Plant
from web import formats
from web.translations import LOCALES
from web.views.catalog_change_words import part_name, part_value, text_name
from web.views.words import Words


def _(message: str) -> str:
    return message


#: Under which heading a difference stands.
HEADINGS: Mapping[Subject, str] = {
    Subject.LINE: _("The line"),
    Subject.SETTING: _("The line"),
    Subject.STEP: _("The line"),
    Subject.FEATURE: _("Questions"),
    Subject.OPTION: _("Options and prices"),
    Subject.RULE: _("Rules"),
    Subject.TABLE_ROW: _("Rules"),
    Subject.SURCHARGE: _("Surcharges"),
    Subject.BOM: _("Parts"),
    Subject.PART: _("Parts"),
    Subject.COMPONENT: _("Parts"),
    Subject.OPERATION: _("Work steps"),
    Subject.SCENARIO: _("Scenarios"),
    Subject.TEXT: _("Texts and pictures"),
    Subject.LOOK: _("Texts and pictures"),
    Subject.PICTURE: _("Texts and pictures"),
}

_ADDED: Mapping[Subject, str] = {
    Subject.SETTING: _("The setting %(code)s is new: %(after)s."),
    Subject.STEP: _("The step “%(name)s” is new, with %(after)s."),
    Subject.FEATURE: _("The question “%(name)s” is new."),
    Subject.OPTION: _("%(name)s is new among “%(feature)s”, at %(price)s."),
    Subject.RULE: _("The rule %(code)s is new: “%(name)s” (%(after)s)."),
    Subject.TABLE_ROW: _("The table %(code)s now also allows %(after)s (rule %(what)s)."),
    Subject.SURCHARGE: _("The surcharge “%(name)s” is new."),
    Subject.BOM: _("The bill of materials now also picks %(name)s."),
    Subject.PART: _("The part %(name)s is new."),
    Subject.COMPONENT: _("The components %(code)s are new: %(after)s pieces."),
    Subject.OPERATION: _("The work step “%(name)s” is new."),
    Subject.SCENARIO: _("The scenario “%(code)s” is new."),
    Subject.TEXT: _("New text in %(language)s, %(name)s: “%(after)s”."),
    Subject.LOOK: _("The look “%(look)s” of “%(feature)s” is new."),
    Subject.PICTURE: _("The picture file %(code)s is new."),
}
_REMOVED: Mapping[Subject, str] = {
    Subject.SETTING: _("The setting %(code)s is gone; it was %(before)s."),
    Subject.STEP: _("The step “%(name)s” is gone."),
    Subject.FEATURE: _("The question “%(name)s” is no longer asked."),
    Subject.OPTION: _("%(name)s is gone from “%(feature)s”."),
    Subject.RULE: _("The rule %(code)s is gone: “%(name)s” (%(before)s)."),
    Subject.TABLE_ROW: _("The table %(code)s no longer allows %(before)s (rule %(what)s)."),
    Subject.SURCHARGE: _("The surcharge “%(name)s” is gone."),
    Subject.BOM: _("The bill of materials no longer picks %(name)s."),
    Subject.PART: _("The part %(name)s is gone."),
    Subject.COMPONENT: _("The components %(code)s are gone; there were %(before)s pieces."),
    Subject.OPERATION: _("The work step “%(name)s” is gone."),
    Subject.SCENARIO: _("The scenario “%(code)s” is gone."),
    Subject.TEXT: _("A text is gone in %(language)s, %(name)s; it was “%(before)s”."),
    Subject.LOOK: _("The look “%(look)s” of “%(feature)s” is gone."),
    Subject.PICTURE: _("The picture file %(code)s is gone."),
}
_CHANGED: Mapping[Subject, str] = {
    Subject.LINE: _("The line, %(what)s: now %(after)s, before %(before)s."),
    Subject.SETTING: _("The setting %(code)s is now %(after)s; it was %(before)s."),
    Subject.STEP: _("The step “%(name)s” now has %(after)s; it had %(before)s."),
    Subject.FEATURE: _("“%(name)s”: %(what)s is now %(after)s; it was %(before)s."),
    Subject.OPTION: _("%(name)s (%(feature)s): %(what)s is now %(after)s; it was %(before)s."),
    Subject.RULE: _("The rule %(code)s (“%(name)s”), %(what)s: now %(after)s, before %(before)s."),
    Subject.SURCHARGE: _("The surcharge “%(name)s”: %(what)s is now %(after)s; it was %(before)s."),
    Subject.BOM: _("The bill of materials, %(name)s: %(what)s is now %(after)s; it was %(before)s."),
    Subject.PART: _("The part %(name)s: %(what)s is now %(after)s; it was %(before)s."),
    Subject.COMPONENT: _("The components %(code)s: %(after)s pieces, before %(before)s; %(count)s differ."),
    Subject.OPERATION: _("The work step “%(name)s”: %(what)s is now %(after)s; it was %(before)s."),
    Subject.SCENARIO: _("The scenario “%(code)s”: %(what)s is now %(after)s; it was %(before)s."),
    Subject.TEXT: _("Text in %(language)s, %(name)s: it is now “%(after)s”; it was “%(before)s”."),
    Subject.LOOK: _("The look “%(look)s” of “%(feature)s”: %(what)s is now %(after)s; it was %(before)s."),
    Subject.PICTURE: _("The picture file %(code)s has changed."),
}
DEARER = _("%(name)s (%(feature)s) now costs %(amount)s more: %(after)s.")
CHEAPER = _("%(name)s (%(feature)s) now costs %(amount)s less: %(after)s.")
RULES_OUT_MORE = {
    1: _("The rule %(code)s (“%(name)s”) now also rules out %(after)s."),
    2: _("The rule %(code)s (“%(name)s”) now also rules out %(count)s combinations, such as %(after)s."),
}
RULES_OUT_LESS = {
    1: _("The rule %(code)s (“%(name)s”) no longer rules out %(after)s."),
    2: _("The rule %(code)s (“%(name)s”) no longer rules out %(count)s combinations, such as %(after)s."),
}
NOTHING = _("nothing")


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """The differences under one heading."""

    heading: str
    texts: tuple[str, ...]


def change_groups(
    changes: Sequence[CatalogChange],
    before: ConfigurationModel,
    after: ConfigurationModel,
    locale: str,
    *,
    plant: Plant | None = None,
) -> tuple[ChangeGroup, ...]:
    """Return the differences in words, under headings in the catalog's order."""
    say = Words(after, locale).translations.gettext
    texts: dict[str, list[str]] = {}
    for change, text in zip(changes, change_texts(changes, before, after, locale, plant=plant), strict=True):
        texts.setdefault(say(HEADINGS[change.subject]), []).append(text)
    return tuple(ChangeGroup(heading, tuple(found)) for heading, found in texts.items())


def change_texts(
    changes: Sequence[CatalogChange],
    before: ConfigurationModel,
    after: ConfigurationModel,
    locale: str,
    *,
    plant: Plant | None = None,
) -> Iterator[str]:
    """Yield each difference as a sentence; work centres are told by their names where the plant is given."""
    was, now = Words(before, locale, plant), Words(after, locale, plant)
    for change in changes:
        message, facts = _told(change, was, now)
        yield str(now.translations.gettext(message)) % facts


def change_json(change: CatalogChange, text: str) -> dict[str, Any]:
    """Return a difference for programs."""
    return {
        "subject": change.subject.value,
        "kind": change.kind.value,
        "code": change.code,
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "count": change.count,
        "text": text,
    }


def _told(change: CatalogChange, was: Words, now: Words) -> tuple[str, Mapping[str, str]]:
    changed_text = change.subject is Subject.TEXT and change.kind is Kind.CHANGED
    words = was if change.kind is Kind.REMOVED or changed_text else now
    say = now.translations.gettext
    feature, _dot, option = change.code.partition(".")
    facts = {
        "code": change.code,
        "count": str(change.count),
        "name": _name(change, words, feature, option),
        "feature": words.feature(feature) if change.subject in (Subject.OPTION, Subject.LOOK) else "",
        "look": option,
        "what": part_name(change, now),
        "language": LOCALES.get(change.what, change.what),
        "before": part_value(change, change.before, was) or say(NOTHING),
        "after": part_value(change, change.after, now) or say(NOTHING),
        "price": part_value(change, change.after, now),
    }
    if change.kind is Kind.ADDED:
        return _ADDED[change.subject], facts
    if change.kind is Kind.REMOVED:
        return _REMOVED[change.subject], facts
    if change.kind in (Kind.RULES_OUT_MORE, Kind.RULES_OUT_LESS):
        messages = RULES_OUT_MORE if change.kind is Kind.RULES_OUT_MORE else RULES_OUT_LESS
        return messages[min(change.count, 2)], {**facts, "after": _examples(change.after, now)}
    if change.subject is Subject.OPTION and change.what == "price_minor":
        difference = int(change.after) - int(change.before)
        amount = formats.money(abs(difference), now.model.currency, locale=now.locale)
        return DEARER if difference > 0 else CHEAPER, {**facts, "amount": amount}
    return _CHANGED[change.subject], facts


def _name(change: CatalogChange, words: Words, feature: str, option: str) -> str:
    match change.subject:
        case Subject.FEATURE:
            return words.feature(change.code)
        case Subject.OPTION:
            return words.option(feature, option)
        case Subject.RULE:
            return words.open_text(f"rule.{change.code}")
        case Subject.TEXT:
            return text_name(change.code, words)
        case Subject.STEP:
            return words.step(change.code)
        case Subject.BOM:
            code, hash_, number = change.code.partition(" #")
            name = words.feature(code) if words.model.has_feature(code) else _part(words, code)
            return f"{name} {hash_.strip()}{number}".strip()
        case Subject.PART:
            return _part(words, change.code)
        case Subject.SURCHARGE | Subject.OPERATION:
            return words.model.text(f"{change.subject.value}.{change.code}", words.locale)
        case _:
            return change.code


def _part(words: Words, code: str) -> str:
    part = words.model.parts.get(code)
    named = {} if part is None else part.name
    return words.maybe(f"part.{code}") or named.get(words.locale) or named.get("en") or code


def _examples(text: str, words: Words) -> str:
    """Return combinations such as ``cloth.linen + wash.acid`` by the options' names."""
    return "; ".join(
        " + ".join(words.option(*one.split(".", 1)) for one in combination.split(" + "))
        for combination in text.split(", ")
    )
