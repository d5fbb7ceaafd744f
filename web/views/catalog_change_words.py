"""What the parts of a catalog's differences are called, and how their values are read."""

from collections.abc import Mapping

from modules_catalog.comparing.model import CHOICE, CatalogChange, Subject
from modules_catalog.model import FeatureKind
from web import formats
from web.views.words import Words


def _(message: str) -> str:
    return message


#: Parts of things that have a name people use; others are told by their column or key.
WHAT = {
    "kind": _("kind"),
    "required": _("must be answered"),
    "minimum": _("least"),
    "maximum": _("most"),
    "max_each": _("most of one"),
    "step": _("step width"),
    "unit": _("unit"),
    "scripts": _("scripts"),
    "default": _("what it opens with"),
    "shown_when": _("asked when"),
    "order": _("the order of the options"),
    "table": _("table"),
    "cost_minor": _("cost"),
    "price_minor": _("price"),
    "price_known": _("has a price of its own"),
    "lead_time_days": _("lead time in days"),
    "bin": _("bin"),
    "condition": _("condition"),
    "severity": _("what it does"),
    "when_missing": _("when a value is missing"),
    "known_by": _("known by the columns"),
    "where": _("rows allow by the columns"),
    "refused": _("rows that are listed and not allowed"),
    "add": _("amount"),
    "when": _("applies when"),
    "quantity": _("quantity"),
    "name": _("name"),
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
    "steps": _("the order of the steps"),
    "valid": _("can be had"),
    "total_minor": _("price"),
    "because": _("ruled out by"),
    "notes": _("notes"),
}
#: Words of the format that have a meaning people read; {(part, word): as it is read}.
MEANT = {
    ("kind", "option"): _("one option"),
    ("kind", "options"): _("several options"),
    ("kind", "integer"): _("a whole number"),
    ("kind", "decimal"): _("a number"),
    ("kind", "boolean"): _("yes or no"),
    ("kind", "text"): _("a text"),
    ("severity", "block"): _("rules out"),
    ("severity", "warn"): _("warns"),
    ("when_missing", "block"): _("rules out"),
    ("when_missing", "warn"): _("warns"),
    ("when_missing", "ask"): _("staff are asked"),
    ("when_missing", "ignore"): _("says nothing"),
    **{(part, "yes"): _("yes") for part in ("required", "irreversible", "valid", "price_known")},
    **{(part, "no"): _("no") for part in ("required", "irreversible", "valid", "price_known")},
}
_MONEY = frozenset({"price_minor", "cost_minor", "total_minor"})
#: Whose text it is; {first part of its key: words}.
_TEXT_OF: Mapping[str, str] = {
    "line": _("the line's name"),
    "step": _("the step “%(name)s”"),
    "feature": _("the question “%(name)s”"),
    "option": _("%(name)s (%(feature)s)"),
    "rule": _("the reason of the rule %(code)s"),
    "surcharge": _("the surcharge “%(name)s”"),
    "operation": _("the work step “%(name)s”"),
    "check": _("the check “%(name)s”"),
    "part": _("the part %(name)s"),
    "column": _("the column “%(name)s” of “%(feature)s”"),
    "value": _("the value %(name)s of “%(feature)s”"),
}
#: Texts beside a name; {last part of the key: words}.
_TEXT_ABOUT = {
    "help": _("the help of %(of)s"),
    "description": _("the description of %(of)s"),
    "missing": _("%(of)s where a value is missing"),
    "instruction": _("the instruction of %(of)s"),
    "unit": _("the unit of %(of)s"),
    "place": _("the place of %(of)s"),
    "example": _("the example of %(of)s"),
}


def part_name(change: CatalogChange, words: Words) -> str:
    """Return what the part of a thing that changed is called: a column by its name, anything else by the word for it."""
    say = words.translations.gettext
    if change.subject is Subject.OPTION and change.what not in WHAT:
        return words.column(change.code.partition(".")[0], change.what)
    if change.what.startswith(CHOICE):
        return words.feature(change.what.removeprefix(CHOICE))
    return str(say(WHAT[change.what])) if change.what in WHAT else change.what.replace("_", " ")


def part_value(change: CatalogChange, value: str, words: Words) -> str:
    """Return a value as people read it: money with its currency, answers, work steps and checks by their names."""
    if not value:
        return ""
    model, what = words.model, change.what
    if what in _MONEY or (change.subject is Subject.SURCHARGE and what == "add" and value.lstrip("-").isdigit()):
        return formats.money(int(value), model.currency, locale=words.locale)
    if (what, value) in MEANT and not (change.subject is Subject.RULE and what == "kind"):
        return str(words.translations.gettext(MEANT[what, value]))
    match change.subject, what:
        case Subject.FEATURE, "default":
            return answer_name(words, change.code, value)
        case Subject.FEATURE, "order":
            return ", ".join(words.option(change.code, code) for code in value.split(", "))
        case Subject.OPTION, _ if what not in WHAT:
            return words.column_value(change.code.partition(".")[0], what, value)
        case Subject.LINE, "steps":
            return ", ".join(map(words.step, value.split(", ")))
        case Subject.STEP, _:
            return ", ".join(words.feature(code) for code in value.split(", ") if model.has_feature(code))
        case Subject.OPERATION, "work_centre":
            return words.work_centre(value)
        case Subject.OPERATION, "after":
            return ", ".join(model.text(f"operation.{code}", words.locale) for code in value.split(", "))
        case Subject.OPERATION, "checks":
            return ", ".join(model.text(f"check.{code}", words.locale) for code in value.split(", "))
        case Subject.SCENARIO, _ if what.startswith(CHOICE):
            return answer_name(words, what.removeprefix(CHOICE), value)
    return value


def answer_name(words: Words, feature: str, written: str) -> str:
    """Return an answer as it is written (``oak``, ``2 × flat, 1 × deep``) by the options' names."""
    if not words.model.has_feature(feature):
        return written
    asked = words.model.feature(feature)
    codes = {str(option.code) for option in asked.options}
    if asked.kind is FeatureKind.BOOLEAN and written in ("yes", "no"):
        return words.option(feature, written)
    parts = [part.rpartition(" × ") for part in written.split(", ")]
    if not all(code in codes for _, _, code in parts):
        return written
    return ", ".join(f"{count}{times}{words.option(feature, code)}" for count, times, code in parts)


def text_name(key: str, words: Words) -> str:
    """Return whose text a key is, such as “the help of the question Cloth”."""
    say = words.translations.gettext
    first, *rest = key.split(".")
    about = _TEXT_ABOUT.get(rest[-1]) if len(rest) > (2 if first == "option" else 1) else None
    if first not in _TEXT_OF or (first in ("column", "value") and len(rest) < 2):
        return key
    if about is not None:
        rest = rest[:-1]
    feature = rest[0] if rest else ""
    match first:
        case "option" if len(rest) > 1 and words.model.has_feature(feature):
            name = words.option(feature, ".".join(rest[1:]))
        case "column":
            name = words.column(feature, ".".join(rest[1:]))
        case "value":
            name = ".".join(rest[2:])
        case _:
            name = words.model.text(".".join([first, *rest]), words.locale)
    of = str(say(_TEXT_OF[first])) % {"name": name, "feature": words.feature(feature), "code": ".".join(rest)}
    return str(say(about)) % {"of": of} if about is not None else of
