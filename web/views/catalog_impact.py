"""What a candidate would do to drafts, quotes and orders, in the words of one reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from configurator.model import ConflictChoice
from modules_catalog.model import ConfigurationModel
from orders.publishing.model import Case, CaseKind, Effect, ImpactReport, Trial
from web import formats
from web.views.words import Words


def _(message: str) -> str:
    return message


KINDS = {
    CaseKind.ORDER: _("Running orders"),
    CaseKind.QUOTE: _("Open quotes"),
    CaseKind.DRAFT: _("Saved drafts"),
}
#: What becomes of them when the candidate is published.
KEPT = {
    CaseKind.ORDER: _("Running orders are built as they were ordered, at the price and for the day agreed."),
    CaseKind.QUOTE: _("Open quotes can be accepted as they were offered until they expire."),
    CaseKind.DRAFT: _(
        "Saved drafts go on with the catalog they were made on; new ones, and what is ordered again, begin with the new one."
    ),
}
SHOWN_REFERENCES = 6


@dataclass(frozen=True, slots=True)
class ImpactRow:
    """How many of one kind would be affected how; ``kept`` says what becomes of them all the same."""

    kind: str
    broken: int
    changed: int
    unchanged: int
    kept: str


@dataclass(frozen=True, slots=True)
class ImpactLine:
    """What would become of choices, and of which drafts, quotes and orders they are."""

    effect: str
    cases: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImpactView:
    """The report as shown; ``more`` counts the lines that are not."""

    rows: tuple[ImpactRow, ...]
    lines: tuple[ImpactLine, ...]
    more: int
    looked_at: int
    left_out: int


def impact_view(
    report: ImpactReport, before: ConfigurationModel | None, after: ConfigurationModel, locale: str, *, most: int = 100
) -> ImpactView:
    """Return the report in words.

    Args:
        report: What was found.
        before: The release in force, for the names of what is gone.
        after: The candidate.
        locale: The reader's language.
        most: So many lines are shown, the worst first.
    """
    words = Words(after, locale)
    was = Words(before or after, locale)
    say = words.translations.gettext
    rows = tuple(
        ImpactRow(
            say(name),
            report.count(Effect.BROKEN, kind),
            report.count(Effect.CHANGED, kind),
            report.count(Effect.UNCHANGED, kind),
            say(KEPT[kind]),
        )
        for kind, name in KINDS.items()
    )
    alike: dict[tuple[str, tuple[str, ...]], list[Case]] = {}
    for impact in report.impacts:
        if impact.trial.effect is not Effect.UNCHANGED:
            told = (impact.trial.effect.value, tuple(trial_texts(impact.trial, was, words)))
            alike.setdefault(told, []).extend(impact.cases)
    lines = tuple(ImpactLine(effect, _cases(cases, words), texts) for (effect, texts), cases in alike.items())
    return ImpactView(rows, lines[:most], max(0, len(lines) - most), report.looked_at, report.left_out)


def trial_texts(trial: Trial, was: Words, words: Words) -> Iterator[str]:
    """Yield what would become of the choices, one sentence each."""
    say = words.translations.gettext
    if trial.effect is Effect.BROKEN:
        yield from _broken(trial, words)
    for feature, answer in trial.gone:
        yield say(_("%(option)s (%(feature)s) is gone; something else has to be chosen.")) % {
            "option": was.option(feature, answer) if was.model.has_feature(feature) else answer,
            "feature": was.feature(feature),
        }
    for feature in trial.asked:
        yield say(_("“%(feature)s” would have to be answered.")) % {"feature": words.feature(feature)}
    for rule in trial.confirm:
        yield say(_("Staff would have to confirm: %(reason)s")) % {
            "reason": words.maybe(f"rule.{rule}.missing") or words.maybe(f"rule.{rule}") or rule
        }
    if trial.price_delta_minor and trial.price_after_minor is not None:
        yield say(_("The price of one would be %(price)s (%(delta)s).")) % {
            "price": formats.money(trial.price_after_minor, words.model.currency, locale=words.locale),
            "delta": formats.money_delta(trial.price_delta_minor, words.model.currency, locale=words.locale),
        }
    if trial.days_delta and trial.day_after is not None:
        yield say(_("It would be ready on %(date)s (%(delta)s).")) % {
            "date": formats.date(trial.day_after, locale=words.locale),
            "delta": formats.days_delta(trial.days_delta, translations=words.translations),
        }
    elif trial.day_before is not None and trial.day_after is None:
        yield say(_("There would be no date for it within the plant's horizon."))


def _broken(trial: Trial, words: Words) -> Iterator[str]:
    say = words.translations.gettext
    if trial.conflict is None:
        yield say(_("It could not be cut to the measures any more."))
        return
    choices = ", ".join(_choice(words, choice) for choice in trial.conflict.choices)
    reasons = " ".join(words.reason(rule) for rule in trial.conflict.rules)
    yield say(_("%(choices)s could not be had together: %(reasons)s")) % {"choices": choices, "reasons": reasons}


def _choice(words: Words, choice: ConflictChoice) -> str:
    listed = words.model.feature(choice.feature).options
    return words.option(choice.feature, choice.option) if listed else words.feature(choice.feature)


def _cases(cases: Sequence[Case], words: Words) -> str:
    """Return the numbers of orders and quotes, the first few by name, and how many drafts."""
    named = [case.reference for case in cases if case.kind is not CaseKind.DRAFT]
    drafts = len(cases) - len(named)
    shown = named[:SHOWN_REFERENCES]
    if len(named) > len(shown):
        shown.append(
            words.translations.ngettext("%(num)d more", "%(num)d more", len(named) - len(shown))
            % {"num": len(named) - SHOWN_REFERENCES}
        )
    if drafts:
        shown.append(words.translations.ngettext("%(num)d draft", "%(num)d drafts", drafts) % {"num": drafts})
    return ", ".join(shown)
