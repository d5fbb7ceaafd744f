"""What differs between two catalogs, in the words of one reader, such as “Indigo selvedge now costs €5.00 more”."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modules_catalog.comparing.model import CatalogChange, Kind, Subject
from modules_catalog.model import ConfigurationModel
from web import formats
from web.translations import LOCALES
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
    Subject.TEXT: _("New text in %(language)s, %(code)s: “%(after)s”."),
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
    Subject.TEXT: _("The text %(code)s is gone in %(language)s; it was “%(before)s”."),
    Subject.PICTURE: _("The picture file %(code)s is gone."),
}
_CHANGED: Mapping[Subject, str] = {
    Subject.LINE: _("%(what)s of the line is now %(after)s; it was %(before)s."),
    Subject.SETTING: _("The setting %(code)s is now %(after)s; it was %(before)s."),
    Subject.STEP: _("The step “%(name)s” now has %(after)s; it had %(before)s."),
    Subject.FEATURE: _("“%(name)s”: %(what)s is now %(after)s; it was %(before)s."),
    Subject.OPTION: _("%(name)s (%(feature)s): %(what)s is now %(after)s; it was %(before)s."),
    Subject.RULE: _("The rule %(code)s: %(what)s is now %(after)s; it was %(before)s."),
    Subject.SURCHARGE: _("The surcharge “%(name)s”: %(what)s is now %(after)s; it was %(before)s."),
    Subject.BOM: _("The bill of materials, %(name)s: %(what)s is now %(after)s; it was %(before)s."),
    Subject.PART: _("The part %(name)s: %(what)s is now %(after)s; it was %(before)s."),
    Subject.COMPONENT: _("The components %(code)s: %(after)s pieces, before %(before)s; %(count)s differ."),
    Subject.OPERATION: _("The work step “%(name)s”: %(what)s is now %(after)s; it was %(before)s."),
    Subject.SCENARIO: _("The scenario “%(code)s” is now %(after)s; it was %(before)s."),
    Subject.TEXT: _("The text %(code)s in %(language)s is now “%(after)s”; it was “%(before)s”."),
    Subject.PICTURE: _("The picture file %(code)s has changed."),
}
DEARER = _("%(name)s (%(feature)s) now costs %(amount)s more: %(after)s.")
CHEAPER = _("%(name)s (%(feature)s) now costs %(amount)s less: %(after)s.")
RULES_OUT_MORE = {
    1: _("The rule %(code)s now also rules out %(after)s."),
    2: _("The rule %(code)s now also rules out %(count)s combinations, such as %(after)s."),
}
RULES_OUT_LESS = {
    1: _("The rule %(code)s no longer rules out %(after)s."),
    2: _("The rule %(code)s no longer rules out %(count)s combinations, such as %(after)s."),
}
#: Parts of things that have a name people use; others are told by their column or key.
_WHAT = {
    "required": _("must be answered"),
    "minimum": _("least"),
    "maximum": _("most"),
    "max_each": _("most of one"),
    "step": _("step width"),
    "unit": _("unit"),
    "default": _("what it opens with"),
    "shown_when": _("asked when"),
    "cost_minor": _("cost"),
    "price_minor": _("price"),
    "lead_time_days": _("lead time in days"),
    "bin": _("bin"),
    "condition": _("condition"),
    "severity": _("what it does"),
    "when_missing": _("when a value is missing"),
    "add": _("amount"),
    "when": _("applies when"),
    "quantity": _("quantity"),
    "work_centre": _("work centre"),
    "setup_s": _("set-up in seconds"),
    "run_s": _("seconds of work"),
    "after": _("waits for"),
    "irreversible": _("cannot be undone"),
    "recipe": _("recipe"),
    "setup_for": _("set up for"),
    "checks": _("checks"),
    "currency": _("currency"),
    "uses": _("libraries"),
}
_MONEY = frozenset({"price_minor", "cost_minor"})
NOTHING = _("nothing")


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """The differences under one heading."""

    heading: str
    texts: tuple[str, ...]


def change_groups(
    changes: Sequence[CatalogChange], before: ConfigurationModel, after: ConfigurationModel, locale: str
) -> tuple[ChangeGroup, ...]:
    """Return the differences in words, under headings in the catalog's order."""
    say = Words(after, locale).translations.gettext
    texts: dict[str, list[str]] = {}
    for change, text in zip(changes, change_texts(changes, before, after, locale), strict=True):
        texts.setdefault(say(HEADINGS[change.subject]), []).append(text)
    return tuple(ChangeGroup(heading, tuple(found)) for heading, found in texts.items())


def change_texts(
    changes: Sequence[CatalogChange], before: ConfigurationModel, after: ConfigurationModel, locale: str
) -> Iterator[str]:
    """Yield each difference as a sentence."""
    was, now = Words(before, locale), Words(after, locale)
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
    words = was if change.kind is Kind.REMOVED else now
    say = now.translations.gettext
    feature, _dot, option = change.code.partition(".")
    facts = {
        "code": change.code,
        "count": str(change.count),
        "name": _name(change, words, feature, option),
        "feature": words.feature(feature) if change.subject is Subject.OPTION else "",
        "what": say(_WHAT[change.what]) if change.what in _WHAT else change.what,
        "language": LOCALES.get(change.what, change.what),
        "before": _value(change, change.before, was) or say(NOTHING),
        "after": _value(change, change.after, now) or say(NOTHING),
        "price": _value(change, change.after, now),
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
            return words.model.text(f"rule.{change.code}", words.locale)
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


def _value(change: CatalogChange, value: str, words: Words) -> str:
    """Return a value as people read it: money with its currency, a default by its option's name."""
    if value and change.what in _MONEY:
        return formats.money(int(value), words.model.currency, locale=words.locale)
    if change.subject is Subject.FEATURE and change.what == "default" and words.model.has_feature(change.code):
        codes = {option.code for option in words.model.feature(change.code).options}
        return words.option(change.code, value) if value in codes else value
    if change.subject is Subject.STEP:
        return ", ".join(words.feature(code) for code in value.split(", ") if words.model.has_feature(code))
    return value


def _examples(text: str, words: Words) -> str:
    """Return combinations such as ``cloth.linen + wash.acid`` by the options' names."""
    return "; ".join(
        " + ".join(words.option(*one.split(".", 1)) for one in combination.split(" + "))
        for combination in text.split(", ")
    )
