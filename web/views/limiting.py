"""A draft's budget, need-by date and number of pieces as shown: what is in force, what lies beyond it, what would ease it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from orders.drafts.model import Draft, DraftView, Ease
from web import formats
from web.views.words import Words


@dataclass(frozen=True, slots=True)
class LimitWay:
    """A press that sets other limits: ``fields`` are what its form sends."""

    label: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BeyondBox:
    """Choices that keep the rules and not the limits: what they come to, and the ways out."""

    title: str
    text: str
    ways: tuple[LimitWay, ...]
    has_other: bool


def limit_fields(draft: Draft, *, need_by: date | None, budget_minor: int | None, quantity: int = 0) -> dict[str, str]:
    """Return what the form of the limits sends for these limits; without ``quantity`` the draft's own."""
    return {
        "need_by": need_by.isoformat() if need_by else "",
        "budget": amount_text(budget_minor) if budget_minor else "",
        "quantity": str(quantity or draft.quantity),
    }


def amount_text(amount_minor: int) -> str:
    """Return an amount as it is typed: ``160.50``, and ``160`` for whole ones."""
    whole, part = divmod(amount_minor, 100)
    return f"{whole}.{part:02d}" if part else str(whole)


def limits_in_force(draft: Draft, words: Words) -> tuple[LimitWay, ...]:
    """Return each limit in force, with what lifts it."""
    say = words.translations.gettext
    found = []
    if draft.need_by:
        fields = limit_fields(draft, need_by=None, budget_minor=draft.budget_minor)
        found.append(LimitWay(say("Needed by %(date)s") % {"date": _day(draft.need_by, words)}, fields))
    if draft.budget_minor:
        fields = limit_fields(draft, need_by=draft.need_by, budget_minor=None)
        found.append(LimitWay(say("Budget %(amount)s") % {"amount": _money(draft.budget_minor, words)}, fields))
    if draft.quantity > 1 and not draft.changes_order:
        fields = limit_fields(draft, need_by=draft.need_by, budget_minor=draft.budget_minor, quantity=1)
        found.append(
            LimitWay(
                words.translations.ngettext("%(num)s piece", "%(num)s pieces", draft.quantity)
                % {"num": draft.quantity},
                fields,
            )
        )
    return tuple(found)


def ease_ways(draft: Draft, eases: tuple[Ease, ...], words: Words) -> tuple[LimitWay, ...]:
    """Return the wider limits offered, in words."""
    return tuple(
        LimitWay(
            _ease_label(draft, ease, words), limit_fields(draft, need_by=ease.need_by, budget_minor=ease.budget_minor)
        )
        for ease in eases
    )


def beyond_box(view: DraftView, words: Words) -> BeyondBox | None:
    """Return what is told of choices beyond the limits; ``None`` for choices within."""
    beyond, draft = view.beyond, view.draft
    if beyond is None:
        return None
    say = words.translations.gettext
    total_minor = beyond.aside.state.total_minor or 0
    day = beyond.aside.promise.date if beyond.aside.promise else None
    texts, titles = [], []
    if draft.budget_minor is not None and total_minor > draft.budget_minor:
        titles.append(say("Over your budget"))
        texts.append(
            say("What you chose costs %(total)s; your budget is %(budget)s.")
            % {"total": _money(total_minor, words), "budget": _money(draft.budget_minor, words)}
        )
    if draft.need_by is not None and (day is None or day > draft.need_by):
        titles.append(say("Later than you need it"))
        texts.append(
            say("What you chose is ready on %(date)s; you need it by %(need_by)s.")
            % {"date": _day(day, words), "need_by": _day(draft.need_by, words)}
            if day
            else say("No plant can promise a day for this now, so it cannot be ordered yet.")
        )
        if beyond.aside.promise:
            texts.append(words.binding(beyond.aside.promise.binding))
    if beyond.least_minor is not None:
        texts.append(say("The least one can cost is %(amount)s.") % {"amount": _money(beyond.least_minor, words)})
    elif not beyond.has_other:
        texts.append(say("Nothing else keeps your limits either."))
    title = titles[0] if len(titles) == 1 else say("Beyond your limits")
    return BeyondBox(title, " ".join(texts), ease_ways(draft, beyond.eases, words), beyond.has_other)


def _ease_label(draft: Draft, ease: Ease, words: Words) -> str:
    say = words.translations.gettext
    amount = _money(ease.budget_minor, words) if ease.budget_minor else ""
    day = _day(ease.need_by, words) if ease.need_by else ""
    dearer, later = ease.budget_minor != draft.budget_minor, ease.need_by != draft.need_by
    if dearer and later and day:
        return say("Raise the budget to %(amount)s and need it by %(date)s") % {"amount": amount, "date": day}
    if later:
        return say("Need it by %(date)s instead") % {"date": day} if day else say("Do without the date")
    return say("Raise the budget to %(amount)s") % {"amount": amount}


def _money(amount_minor: int, words: Words) -> str:
    return formats.money(amount_minor, words.model.currency, locale=words.locale)


def _day(day: date, words: Words) -> str:
    return formats.date(day, locale=words.locale)
