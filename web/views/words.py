"""Catalog texts for one reader: names, reasons with their numbers filled in, what a promise waits for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel.support import NullTranslations

from configurator.model import Answer, ConflictRule, Note
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind
from production.model import Binding, BindingKind
from production.plants.model import Plant
from web import formats
from web.translations import translations_for

_PLACE = re.compile(r"\{([^{}]+)\}")
_NOT_GIVEN = "\0"
#: Units a column's code may end with; {ending: as it is read}.
_UNITS = {
    "db": "dB",
    "gb": "GB",
    "ghz": "GHz",
    "kg": "kg",
    "l": "l",
    "mhz": "MHz",
    "mm": "mm",
    "mts": "MT/s",
    "oz": "oz",
    "pct": "%",
    "w": "W",
}
#: A remark in brackets about something that takes no part in a conflict, so that its number is not at hand.
_ASIDE = re.compile(rf"\s?[(（][^()（）]*{_NOT_GIVEN}[^()（）]*[)）]")


def _(message: str) -> str:
    return message


#: Reasons of limits, which are no rules of the catalog; {limit: message}.
LIMIT_REASONS = {
    "budget": _("It would cost more than your budget."),
    "capacity": _("The workshop has no time left for it by then."),
    "material": _("A part of it cannot be here by then."),
    "need_by": _("Nothing can be ready by then."),
    "panels": _("No panels cut ahead come close enough to these measures in this fit and cloth."),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one catalog release in one language."""

    model: ConfigurationModel
    locale: str
    plant: Plant | None = None  # names the work centres

    @property
    def translations(self) -> NullTranslations:
        """The page's own messages in this language."""
        return translations_for(self.locale)

    def line(self) -> str:
        """Return the line's name."""
        return self.model.text("line", self.locale)

    def step(self, code: str) -> str:
        """Return the name of a step."""
        return self.model.text(f"step.{code}", self.locale)

    def feature(self, code: str) -> str:
        """Return the name of a feature."""
        return self.model.text(f"feature.{code}", self.locale)

    def help(self, code: str) -> str:
        """Return what a feature is, in two sentences; empty when the catalog says nothing."""
        return self.maybe(f"feature.{code}.help")

    def option(self, feature: str, code: str) -> str:
        """Return the name of an option."""
        if code in ("yes", "no") and self.model.feature(feature).kind is FeatureKind.BOOLEAN:
            return self.translations.gettext("Yes") if code == "yes" else self.translations.gettext("No")
        return self.model.text(f"option.{feature}.{code}", self.locale)

    def about(self, feature: str, code: str) -> str:
        """Return one line about an option; empty when the catalog says nothing."""
        return self.maybe(f"option.{feature}.{code}.description")

    def names_column(self, feature: str, column: str) -> bool:
        """Tell whether the catalog names a column of a feature, in any language."""
        return any(f"column.{feature}.{column}" in texts for texts in self.model.texts.values())

    def column(self, feature: str, column: str) -> str:
        """Return the name of a column; where the catalog has none, its code without the unit: ``ram_max_gb`` is Ram max."""
        stem, _bar, ending = column.rpartition("_")
        code = stem if stem and ending in _UNITS else column
        name = code.replace("_", " ")
        return self.maybe(f"column.{feature}.{column}") or name[:1].upper() + name[1:]

    def column_value(self, feature: str, column: str, value: str) -> str:
        """Return a value of a column as people read it, with its unit; an empty one is not stated."""
        if not value:
            return self.translations.gettext("Not stated")
        told = self.maybe(f"value.{feature}.{column}.{value}")
        if told:
            return told
        if value in ("yes", "no"):
            return self.translations.gettext("Yes") if value == "yes" else self.translations.gettext("No")
        unit = _UNITS.get(column.rpartition("_")[2], "")
        return f"{value} {unit}" if unit and value.replace(".", "", 1).isdigit() else value

    def answer(self, feature: Feature, answer: Answer) -> str:
        """Return an answer as people read it: ``2 × Samsung 990 Pro``, ``“Ana”``, ``820 mm``."""
        if isinstance(answer, Mapping):
            names = [
                (f"{count} × " if count > 1 else "") + self.option(feature.code, code) for code, count in answer.items()
            ]
            return ", ".join(names)
        if feature.kind is FeatureKind.TEXT:
            return f"“{answer}”"
        if feature.kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL):
            return scaled(int(answer), feature) + (f" {feature.unit}" if feature.unit else "")
        return self.option(feature.code, str(answer))

    def reason(self, rule: ConflictRule) -> str:
        """Return why a rule speaks, its numbers filled in."""
        kind, _colon, subject = rule.id.partition(":")
        say = self.translations.gettext
        if kind == "budget" and "over_minor" in rule.values:
            over = formats.money(int(rule.values["over_minor"]), self.model.currency, locale=self.locale)
            return say("It would be %(amount)s over your budget.") % {"amount": over}
        if kind in LIMIT_REASONS and "by" in rule.values:
            day = formats.date(date.fromisoformat(rule.values["by"]), locale=self.locale)
            if kind == "capacity":
                centre = self.work_centre(subject)
                return say("%(centre)s has no time left for it by %(date)s.") % {"centre": centre, "date": day}
            if kind == "material":
                part = self.feature(subject) if self.model.has_feature(subject) else self.material(subject)
                return say("%(part)s cannot be here in time to be ready by %(date)s.") % {"part": part, "date": day}
            if subject == "rush":
                return say("Only a rush order can be ready by %(date)s.") % {"date": day}
            if subject:
                return say("The workshop cannot have this ready by %(date)s.") % {"date": day}
            return say("Nothing can be ready by %(date)s.") % {"date": day}
        if not self.maybe(f"rule.{rule.id}") and kind in LIMIT_REASONS:
            return self.translations.gettext(LIMIT_REASONS[kind])
        return self._filled(f"rule.{rule.id}", rule.values)

    def note(self, note: Note) -> str:
        """Return a warning, its numbers filled in."""
        key = f"rule.{note.rule}.missing" if note.missing else f"rule.{note.rule}"
        return self._filled(key if self.maybe(key) else f"rule.{note.rule}", note.values)

    def missing(self, rule: str) -> str:
        """Return what staff have to find out about a rule, its numbers left open."""
        key = f"rule.{rule}.missing"
        return self.open_text(key if self.maybe(key) else f"rule.{rule}")

    def price_line(self, key: str) -> str:
        """Return the name of a price line."""
        kind, _dot, rest = key.partition(".")
        if kind == "option":
            feature, _dot, code = rest.partition(".")
            return f"{self.feature(feature)}: {self.option(feature, code)}"
        if kind == "feature":
            return self.feature(rest)
        return self.model.text(key, self.locale)

    def material(self, code: str) -> str:
        """Return the name of a stocked thing: ``<feature>.<option>``, a part, or a cut piece."""
        feature, dot, option = code.partition(".")
        if dot and self.model.has_feature(feature):
            return self.option(feature, option)
        return self.model.text(f"part.{code}", self.locale)

    def work_centre(self, code: str) -> str:
        """Return the name of a work centre."""
        known = self.plant is not None and any(centre.code == code for centre in self.plant.work_centres)
        return self.plant.work_centre(code).name(self.locale) if self.plant and known else code.replace("_", " ")

    def binding(self, binding: Binding) -> str:
        """Return what sets a promised date, in one sentence."""
        say = self.translations.gettext
        until = formats.date(binding.waits_until.date(), locale=self.locale) if binding.waits_until else ""
        if binding.kind is BindingKind.PART:
            return say("%(part)s is here on %(date)s and sets the date.") % {
                "part": self.material(binding.code),
                "date": until,
            }
        if binding.kind is BindingKind.WORK_CENTRE:
            centre = self.work_centre(binding.code)
            if until:
                return say("%(centre)s has room on %(date)s: it sets the date.") % {"centre": centre, "date": until}
            return say("%(centre)s sets the date.") % {"centre": centre}
        return say("It takes as long as the work itself.")

    def sooner(self, promised: date, binding: Binding) -> str:
        """Return what would bring the date forward; empty when nothing would."""
        if binding.sooner is None or binding.sooner >= promised:
            return ""
        return self.translations.gettext("Without that it would be %(date)s.") % {
            "date": formats.date(binding.sooner, locale=self.locale)
        }

    def maybe(self, key: str) -> str:
        """Return a text of the catalog; empty when it has none."""
        for language in (self.locale, "en"):
            found = self.model.texts.get(language, {}).get(key)
            if found:
                return found
        return ""

    def open_text(self, key: str) -> str:
        """Return a text with its places left open: a reason without the numbers of one configuration."""
        return _PLACE.sub("…", self.model.text(key, self.locale))

    def _filled(self, key: str, values: Mapping[str, str]) -> str:
        text = _PLACE.sub(lambda place: values.get(place[1], _NOT_GIVEN), self.model.text(key, self.locale))
        return _ASIDE.sub("", text).replace(_NOT_GIVEN, "…")


def scaled(value: int, feature: Feature) -> str:
    """Return a number of a feature as people write it: 15 with one digit is ``1.5``."""
    if feature.digits == 0:
        return str(value)
    whole, part = divmod(abs(value), 10**feature.digits)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{feature.digits}d}"
