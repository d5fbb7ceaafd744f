"""The usual, and the same again: choices of another day, as near as today's catalog allows, the differences shown.

Offered, never imposed: nothing is stored before the customer takes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from configurator.configurator import Configurator
from configurator.model import Answer, Change, Goal, Selection
from kernel.ids import CustomerId
from modules_catalog.model import ConfigurationModel, FeatureKind
from modules_catalog.releases import service as releases
from orders.customers import repository as customers
from orders.customers.memory import remembered_counts, usual_answers
from orders.customers.model import Purpose
from orders.drafts.configurators import Configurators
from orders.drafts.model import DraftView
from orders.drafts.service import changes_between, preview


@dataclass(frozen=True, slots=True)
class Again:
    """What was wanted, how it stands today, and what differs; ``gone`` are features today's catalog no longer has."""

    wanted: Selection
    view: DraftView
    changes: tuple[Change, ...]
    gone: tuple[str, ...]

    @property
    def selection(self) -> Selection:
        """The choices a draft would begin with."""
        return self.view.draft.selection


def again(db: Session, configurators: Configurators, line: str, wanted: Selection, *, now: datetime) -> Again:
    """Return the complete selection of today's catalog that is closest to other choices; nothing is stored.

    Raises:
        ReleaseNotFound: the line has no release in force.
        NoCompletion: today's catalog allows no complete selection at all.
    """
    configurator = configurators.of(db, releases.current_release(db, line, now=now))
    model = configurator.model
    found = configurator.complete(Selection(), Goal.CLOSEST, to=possible_answers(configurator, wanted))
    told = Selection({code: answer for code, answer in wanted.answers.items() if model.has_feature(code)})
    return Again(
        wanted,
        preview(db, configurators, line, now=now, selection=found),
        changes_between(told, found),
        tuple(code for code in wanted.answers if not model.has_feature(code)),
    )


def usual_of(
    db: Session, configurators: Configurators, customer_id: CustomerId, line: str, *, now: datetime
) -> Selection:
    """Return what a customer usually chooses of a line, as far as we remember; empty when we do not.

    Raises:
        ReleaseNotFound: the line has no release in force.
    """
    model = configurators.of(db, releases.current_release(db, line, now=now)).model
    return remembered_answers(db, model, customer_id, line, now=now)


def remembered_answers(
    db: Session, model: ConfigurationModel, customer_id: CustomerId, line: str, *, now: datetime
) -> Selection:
    """Return what we remember of a customer's choices of a line, as one of its releases takes it."""
    facts = customers.known_facts(db, customer_id, purpose=Purpose.SALE)
    told = usual_answers(facts, line, now=now).items()
    found = {code: _answer(model, code, text) for code, text in told}
    return Selection({code: answer for code, answer in found.items() if answer != {}})


def _answer(model: ConfigurationModel, code: str, text: str) -> Answer:
    """Return a remembered answer as the feature takes it: a size is a number, of drives there are several."""
    if model.has_feature(code) and model.feature(code).kind is FeatureKind.OPTIONS:
        return remembered_counts(text)
    is_number = model.has_feature(code) and model.feature(code).kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL)
    return int(text) if is_number and text.lstrip("-").isdecimal() else text


def possible_answers(configurator: Configurator, wanted: Selection) -> Selection:
    """Return the answers that a release has, whatever its rules say of them; of several options those that are left."""
    found: dict[str, Answer] = {}
    for code, answer in wanted.answers.items():
        left = answer
        if isinstance(answer, Mapping):
            left = {option: count for option, count in answer.items() if configurator.knows(code, {option: count})}
        if left and configurator.knows(code, left):
            found[code] = left
    return Selection(found)
