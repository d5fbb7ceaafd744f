"""The values of a change's review, and of what an order said before."""

from dataclasses import dataclass
from datetime import date, datetime

from configurator.model import Answer, Change
from kernel.errors import LotOneError
from modules_catalog.model import ConfigurationModel
from orders.drafts.service import changes_between
from orders.lifecycle.changing import Proposal
from orders.lifecycle.model import Order, Revision
from production.promise.document import promise_from_json
from web import formats
from web.views.quoting import ShownPrice, shown_price
from web.views.words import Words


def _(message: str) -> str:
    return message


#: Why an order cannot be changed, {obstacle: message}.
OBSTACLES = {
    "state": _("It is too far for a change."),
    "last_revision": _("It has been changed as often as it can be. Please talk to us."),
    "stale": _("The order was changed in the meantime. Begin once more from how it stands now."),
    "quantity": _("A change keeps the number of pieces. More pieces are a new order."),
    "same": _("Nothing is different yet. Go back and change something."),
}
#: What is missing before a change can be agreed, {reason: message}.
LACKS = {
    "unanswered": _("Some questions are still open."),
    "measures": _("Measures are missing."),
    "fit": _("We cannot make this to these measures."),
    "unconfirmed": _("Staff must confirm something first."),
    "contradiction": _("These choices do not go together."),
}


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """One feature that is answered otherwise; empty where it is not answered."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Everything the review of a change shows. Without price and date ``obstacle`` says why it cannot be."""

    number: str
    draft_id: str
    line_name: str
    changes: tuple[ChangedAnswer, ...]
    obstacle: str
    price: ShownPrice | None
    total_before_minor: int
    price_delta_minor: int
    ready_before: date
    ready: date | None
    days_delta: int
    binding: str

    @property
    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """The changes as a table: choice, as ordered, as changed."""
        return tuple((one.name, one.before or "–", one.after or "–") for one in self.changes)


@dataclass(frozen=True, slots=True)
class EarlierRevision:
    """What an order said before a change, and what that change changed."""

    letter: str
    until: datetime
    total_minor: int
    ready: date
    changes: tuple[ChangedAnswer, ...]


def change_page(proposal: Proposal, locale: str) -> ChangePage:
    """Return the review of a change."""
    view, order = proposal.view, proposal.order
    words = Words(view.model, locale, view.plant)
    promise = proposal.promise
    return ChangePage(
        number=order.number,
        draft_id=view.draft.id,
        line_name=words.line(),
        changes=changed_answers(proposal.changes, view.model, words),
        obstacle=obstacle_text(proposal.obstacle, words) if proposal.obstacle else "",
        price=shown_price(proposal.price, words) if proposal.price else None,
        total_before_minor=order.price.total_minor,
        price_delta_minor=proposal.price_delta_minor or 0,
        ready_before=promise_from_json(order.promise).date,
        ready=promise.date if promise else None,
        days_delta=proposal.days_delta or 0,
        binding=words.binding(promise.binding) if promise else "",
    )


def earlier_revisions(order: Order, revisions: list[Revision], words: Words) -> tuple[EarlierRevision, ...]:
    """Return what an order said before, newest first, each with what was changed after it."""
    said = [*(revision.selection for revision in revisions), order.selection]
    shown = [
        EarlierRevision(
            letter=revision.letter,
            until=revision.until,
            total_minor=revision.price.total_minor,
            ready=promise_from_json(revision.promise).date,
            changes=changed_answers(changes_between(revision.selection, after), words.model, words),
        )
        for revision, after in zip(revisions, said[1:], strict=True)
    ]
    return tuple(reversed(shown))


def changed_answers(changes: tuple[Change, ...], model: ConfigurationModel, words: Words) -> tuple[ChangedAnswer, ...]:
    """Return changes as people read them."""

    def said(feature: str, answer: Answer | None) -> str:
        return "" if answer is None else words.answer(model.feature(feature), answer)

    return tuple(
        ChangedAnswer(words.feature(one.feature), said(one.feature, one.before), said(one.feature, one.after))
        for one in changes
    )


def obstacle_text(error: LotOneError, words: Words) -> str:
    """Return why an order cannot be changed: the step that has begun, or what is missing."""
    say, facts = words.translations.gettext, error.facts
    match error.code:
        case "CutOffPassed":
            moment = datetime.fromisoformat(str(facts["started_at"]))
            return say("“%(step)s” was started on %(moment)s. After that nothing can be changed.") % {
                "step": words.model.text(f"operation.{facts['code']}", words.locale),
                "moment": formats.moment(moment, locale=words.locale),
            }
        case "ChangeNotPossible":
            return say(OBSTACLES[str(facts["reason"])])
        case "DraftNotQuotable":
            return say(LACKS.get(str(facts["reason"]), LACKS["contradiction"]))
        case "ApprovalNeeded":
            return say("This is below what the line must earn: it has been put to the people in charge.")
        case _:
            return say("There is no date for it just now. Choose something else, or try again later.")
