"""What is shown before choices of another day are taken: today's choices, price and date, and what differs."""

from dataclasses import dataclass
from datetime import date

from configurator.model import Answer
from orders.drafts.again import Again
from orders.pricing.model import Price
from web.views.quoting import ShownChoices, shown_choices
from web.views.words import Words


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that is another one today; empty is none."""

    question: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class AgainPage:
    """Everything the page shows."""

    line_name: str
    choices: tuple[ShownChoices, ...]
    differences: tuple[Difference, ...]
    total_minor: int
    currency: str
    ready: date | None
    then_minor: int | None


def again_page(found: Again, locale: str, *, then: Price | None = None) -> AgainPage:
    """Return what the page shows; ``then`` is the price of one order before."""
    model = found.view.model
    words = Words(model, locale)

    def said(code: str, answer: Answer | None) -> str:
        if answer is None:
            return ""
        feature = model.feature(code)
        known = {option.code for option in feature.options}
        if isinstance(answer, str) and feature.options and answer not in known:
            return answer  # an option the catalog no longer has: its code is all that is left of it
        return words.answer(feature, answer)

    return AgainPage(
        line_name=words.line(),
        choices=shown_choices(found.selection, model, words),
        differences=tuple(
            Difference(words.feature(each.feature), said(each.feature, each.before), said(each.feature, each.after))
            for each in found.changes
            if each.before is not None
        ),
        total_minor=found.view.state.total_minor or 0,
        currency=model.currency,
        ready=found.view.promise.date if found.view.promise else None,
        then_minor=then.total_minor if then else None,
    )
