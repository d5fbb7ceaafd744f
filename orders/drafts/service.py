"""Use cases of a draft: open, choose, repair, undo, limit, complete, hand over.

Each reads and decides on a snapshot and then saves in a write transaction of its own, guarded by the draft's
version: no solver runs while a lock is held (docs/decisions/).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from configurator.configurator import Configurator
from configurator.errors import NoCompletion
from configurator.model import Answer, Change, Chosen, Conflict, Goal, Repair, Selection
from configurator.model import Refused as NotChosen
from kernel.database import Database, DatabaseBusy
from kernel.errors import NotFound
from kernel.ids import CustomerId, DraftId, IdMaker, ProfileId
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases
from orders.companies import repository as companies
from orders.customers import repository as customers
from orders.customers.model import MeasurementProfile, ProfileNotFound, Purpose
from orders.customers.service import current_profile
from orders.drafts import repository
from orders.drafts.configurators import Configurators
from orders.drafts.deadlines import Deadline
from orders.drafts.easing import eases_of, is_of_limits
from orders.drafts.fitting import fit_view
from orders.drafts.following import chosen_with_followers, state_with_followers
from orders.drafts.goals import Aim, reached, reopened
from orders.drafts.limits import deadline_for, limits_for
from orders.drafts.model import (
    Beyond,
    Draft,
    DraftNotYours,
    DraftView,
    Ease,
    NothingToUndo,
    Refused,
    Standing,
)
from orders.drafts.panels import with_panels
from orders.drafts.presets import require_unlocked, unlocked_repairs, within_locks
from orders.drafts.promising import inquired_promise
from orders.drafts.settling import settled_choice, settled_completion, settled_state
from orders.drafts.wishing import refused_wish, unmet_limits
from orders.wishes.model import Wish
from orders.wishes.service import record_wishes
from production.promise import service as promises


class AnswerNotValid(NotFound):
    """The line has no such feature or option."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: a visitor or user by ``id``.

    ``also`` is the visitor the person was before signing in: what they began then stays theirs. ``is_staff`` says that
    they serve customers and may open and change anybody's draft, quote and order; ``sees_orders`` that they may look at
    any order, as the floor, the planner and finance do. ``customer_id`` is the customer whose account it is: what was
    made in their name is theirs too.
    """

    id: str
    also: str = ""
    is_staff: bool = False
    sees_orders: bool = False
    customer_id: CustomerId | None = None

    def may_open(self, owner: str, customer_id: CustomerId | None = None) -> bool:
        """Return whether something of this owner, made in this customer's name, is theirs to see and to change."""
        is_own = owner in (self.id, self.also) or (customer_id is not None and customer_id == self.customer_id)
        return self.is_staff or is_own

    def may_look_at_order(self, owner: str, customer_id: CustomerId | None = None) -> bool:
        """Return whether an order of this owner, or in this customer's name, is theirs to look at."""
        return self.sees_orders or self.may_open(owner, customer_id)


def open_draft(
    database: Database,
    configurators: Configurators,
    line: str,
    *,
    owner: str,
    new_id: IdMaker,
    now: datetime,
    customer_id: CustomerId | None = None,
    empty: bool = False,
    starting: Selection | None = None,
) -> DraftId:
    """Return a new draft of the line's current release, complete and valid from defaults unless ``empty``.

    A draft in a customer's name is made to their newest current measures. ``starting`` is what it begins with instead.

    Raises:
        ReleaseNotFound: the line has no release in force.
    """
    with database.read() as db:
        release = releases.current_release(db, line, now=now)
        configurator = configurators.of(db, release)
        profile = current_profile(db, customer_id, now=now) if customer_id else None
    selection = Selection() if empty else configurator.defaults() if starting is None else starting
    selection = with_panels(configurator, selection, profile)
    draft = Draft(
        id=DraftId(new_id()),
        line=line,
        release=release,
        owner=owner,
        selection=selection,
        opened_at=now,
        changed_at=now,
        customer_id=customer_id,
        profile_id=profile.id if profile else None,
    )
    with database.write() as db:
        repository.add_draft(db, draft)
    return draft.id


def view_draft(
    db: Session, configurators: Configurators, draft_id: DraftId, reader: Reader, *, now: datetime
) -> DraftView:
    """Return a draft as it stands, with what the latest change of choices changed.

    Raises:
        DraftNotFound: there is no such draft.
        DraftNotYours: it belongs to somebody else.
    """
    draft = _readable(repository.get_draft(db, draft_id), reader)
    return _view(db, configurators, draft, now=now, before=repository.selection_before(db, draft))


def draft_and_model(
    db: Session, configurators: Configurators, draft_id: DraftId, reader: Reader
) -> tuple[Draft, ConfigurationModel]:
    """Return a draft and the catalog it is made on, without solving anything.

    Raises:
        DraftNotFound: there is no such draft.
        DraftNotYours: it belongs to somebody else.
    """
    draft = _readable(repository.get_draft(db, draft_id), reader)
    return draft, configurators.of(db, draft.release).model


def latest_draft(db: Session, reader: Reader, line: str) -> Draft | None:
    """Return the reader's latest draft of a line, or ``None``."""
    owners = [owner for owner in (reader.id, reader.also) if owner]
    own = [draft for owner in owners for draft in repository.drafts_of(db, owner, line=line, limit=1)]
    return max(own, key=lambda each: each.changed_at, default=None)


def preview(
    db: Session, configurators: Configurators, line: str, *, now: datetime, selection: Selection | None = None
) -> DraftView:
    """Return how a new draft of the line's current release would stand, from defaults or as told; nothing is stored.

    Raises:
        ReleaseNotFound: the line has no release in force.
    """
    release = releases.current_release(db, line, now=now)
    begun = configurators.of(db, release).defaults() if selection is None else selection
    return _view(db, configurators, Draft(DraftId(""), line, release, "", begun, now, now), now=now)


def choose_option(
    database: Database,
    configurators: Configurators,
    draft_id: DraftId,
    reader: Reader,
    feature: str,
    answer: Answer,
    *,
    now: datetime,
) -> DraftView | Refused:
    """Answer a feature. A ruled-out answer changes nothing and comes back with its conflict and repairs."""

    def decide(db: Session, draft: Draft, configurator: Configurator) -> Draft | Refused:
        outcome = _choice(db, configurator, draft, feature, answer, now=now)
        if isinstance(outcome, Chosen):
            return draft.changed(now, selection=outcome.selection)
        view = _view(db, configurators, draft, now=now)
        pressed = _pressed_code(answer, draft.selection.answers.get(feature))
        eases = _eases_of_press(db, configurators, draft, outcome.conflict, (feature, answer), now=now)
        return Refused(view, feature, pressed, outcome.conflict, outcome.repairs, eases)

    return _change(database, configurators, draft_id, reader, decide, now=now)


def explain_option(
    db: Session,
    configurators: Configurators,
    draft_id: DraftId,
    reader: Reader,
    feature: str,
    answer: Answer,
    *,
    now: datetime,
) -> tuple[Conflict | None, tuple[Repair, ...], tuple[Ease, ...]]:
    """Return why an answer cannot be had, the ways out, and wider limits that would let it through; nothing when it can.

    Raises:
        DraftNotFound, DraftNotYours: there is no such draft, or it belongs to somebody else.
    """
    draft = _readable(repository.get_draft(db, draft_id), reader)
    configurator = configurators.of(db, draft.release)
    outcome = _choice(db, configurator, draft, feature, answer, now=now)
    if not isinstance(outcome, NotChosen):
        return None, (), ()
    eases = _eases_of_press(db, configurators, draft, outcome.conflict, (feature, answer), now=now)
    return outcome.conflict, unlocked_repairs(outcome.repairs, companies.locked_in(db, draft_id)), eases


def accept_repair(
    database: Database,
    configurators: Configurators,
    draft_id: DraftId,
    reader: Reader,
    feature: str,
    answer: Answer,
    *,
    repair: int,
    now: datetime,
) -> DraftView | Refused:
    """Choose a ruled-out answer together with the changes of one of its repairs, counted from 0.

    Raises:
        AnswerNotValid: there is no such repair any more.
    """

    def decide(db: Session, draft: Draft, configurator: Configurator) -> Draft | Refused:
        outcome = _choice(db, configurator, draft, feature, answer, now=now)
        repairs = outcome.repairs if isinstance(outcome, NotChosen) else ()
        repairs = unlocked_repairs(repairs, companies.locked_in(db, draft_id))
        if not 0 <= repair < len(repairs):
            raise AnswerNotValid(feature=feature, repair=repair)
        return draft.changed(now, selection=repairs[repair].selection)

    return _change(database, configurators, draft_id, reader, decide, now=now)


def unchoose(
    database: Database, configurators: Configurators, draft_id: DraftId, reader: Reader, feature: str, *, now: datetime
) -> DraftView | Refused:
    """Leave a feature open again."""

    def decide(db: Session, draft: Draft, configurator: Configurator) -> Draft | Refused:
        return draft.changed(now, selection=draft.selection.without(feature))

    return _change(database, configurators, draft_id, reader, decide, now=now)


def undo(
    database: Database, configurators: Configurators, draft_id: DraftId, reader: Reader, *, now: datetime
) -> DraftView:
    """Take back the latest change of the choices.

    Raises:
        NothingToUndo: there was none.
    """
    with database.write() as db:
        draft = _readable(repository.get_draft(db, draft_id), reader)
        before = repository.take_last_step(db, draft_id)
        if before is None:
            raise NothingToUndo(draft_id=draft_id)
        undone = draft.changed(now, selection=before)
        repository.save_draft(db, undone, before=draft, can_be_undone=False)
    with database.read() as db:
        view = _view(db, configurators, undone, now=now, before=draft.selection)
        return replace(view, is_undone=True, can_undo=repository.has_steps(db, draft_id))


def complete(
    database: Database,
    configurators: Configurators,
    draft_id: DraftId,
    reader: Reader,
    *,
    goal: Goal,
    closest_to: Selection | None = None,
    weights: Mapping[str, int] | None = None,
    reopen: Collection[str] = (),
    now: datetime,
) -> DraftView | Refused:
    """Answer all open features, by the goal; choices already made are kept, but for the ``reopen``-ed ones.

    ``weights`` say, for the closest, how much each feature matters (1 where nothing is said); close to what stands, unless
    ``closest_to`` says to what. The view's ``is_best`` says whether nothing better is possible.

    Raises:
        NoCompletion: what is kept cannot be completed under the limits.
    """
    proven: list[bool] = []

    def decide(db: Session, draft: Draft, configurator: Configurator) -> Draft | Refused:
        profile = _profile(db, draft)
        limits = limits_for(configurator, draft, profile)
        open_draft = reopened(draft, frozenset(reopen) - companies.locked_in(db, draft_id))

        def deadline_by(day: date) -> Deadline | None:
            return _deadline(db, configurator, replace(open_draft, need_by=day), profile, now=now)

        def day_of(selection: Selection) -> date | None:
            fit = fit_view(configurator.model, selection.answers, profile, configurator.model.components)
            whole = replace(draft, selection=selection)
            promise = inquired_promise(db, configurator, whole, fit, limits, now=now)
            return None if promise is None else promise.date

        aim = Aim(goal, draft.selection, closest_to, weights)
        found = reached(configurator, open_draft, aim, limits, deadline_by, day_of, today=now.date())
        proven.append(found.proven)
        return draft.changed(now, selection=found.selection)

    outcome = _change(database, configurators, draft_id, reader, decide, now=now)
    return replace(outcome, is_best=proven[-1]) if isinstance(outcome, DraftView) else outcome


def set_limits(
    database: Database,
    configurators: Configurators,
    draft_id: DraftId,
    reader: Reader,
    *,
    need_by: date | None,
    budget_minor: int | None,
    quantity: int,
    now: datetime,
) -> DraftView | Refused:
    """Set what bounds the answer: need-by date, budget for one piece, number of pieces.

    Raises:
        LimitNotValid: budget or quantity is not positive.
    """

    def decide(db: Session, draft: Draft, configurator: Configurator) -> Draft | Refused:
        return draft.changed(now, need_by=need_by, budget_minor=budget_minor, quantity=quantity)

    return _change(database, configurators, draft_id, reader, decide, now=now)


def confirm_unknown(
    database: Database, configurators: Configurators, draft_id: DraftId, reader: Reader, rule: str, *, now: datetime
) -> DraftView | Refused:
    """Record that a member of staff has checked what a rule does not know.

    Raises:
        DraftNotYours: the reader is not staff.
    """
    if not reader.is_staff:
        raise DraftNotYours(draft_id=draft_id)

    def decide(db: Session, draft: Draft, configurator: Configurator) -> Draft | Refused:
        return draft.changed(now, confirmed=draft.confirmed | {rule})

    return _change(database, configurators, draft_id, reader, decide, now=now)


def assign_customer(
    db: Session,
    draft_id: DraftId,
    reader: Reader,
    *,
    customer_id: CustomerId,
    profile_id: ProfileId | None = None,
    now: datetime,
) -> None:
    """Say whose draft it is, and which of their measures it is made to.

    Raises:
        CustomerNotFound: there is no such customer.
        ProfileNotFound: the profile is not the customer's.
    """
    draft = _readable(repository.get_draft(db, draft_id), reader)
    customers.get_customer(db, customer_id, purpose=Purpose.SALE)
    if profile_id is not None:
        profile = customers.get_profile(db, profile_id, purpose=Purpose.FIT)
        if profile.customer_id != customer_id:
            raise ProfileNotFound(profile_id=profile_id)
    repository.save_draft(
        db, draft.changed(now, customer_id=customer_id, profile_id=profile_id or draft.profile_id), before=draft
    )


def settle_panels(
    database: Database, configurators: Configurators, draft_id: DraftId, reader: Reader, *, now: datetime
) -> None:
    """Give a draft that has got its measures panels of its own where the shelf has none; listed, and undone, like a press."""
    with database.read() as db:
        draft = _readable(repository.get_draft(db, draft_id), reader)
        configurator = configurators.of(db, draft.release)
        settled = with_panels(configurator, draft.selection, _profile(db, draft))
    if settled != draft.selection:
        with database.write() as db:
            repository.save_draft(db, draft.changed(now, selection=settled), before=draft)


def _change(
    database: Database,
    configurators: Configurators,
    draft_id: DraftId,
    reader: Reader,
    decide: Callable[[Session, Draft, Configurator], Draft | Refused],
    *,
    now: datetime,
) -> DraftView | Refused:
    """Read, decide, save: refuse when the draft changed in between, and show what came of it."""
    with database.read() as db:
        draft = _readable(repository.get_draft(db, draft_id), reader)
        decision = decide(db, draft, configurators.of(db, draft.release))
        locked = companies.locked_in(db, draft_id)
        if not isinstance(decision, Refused):
            require_unlocked(draft.selection, decision.selection, locked)
            view = _view(db, configurators, decision, now=now, before=draft.selection)
    if isinstance(decision, Refused):
        _note_refusal(database, decision, now=now)
        return within_locks(decision, locked)
    with database.write() as db:
        repository.save_draft(db, decision, before=draft)
        _note_wishes(db, view, unmet_limits(view), now=now)
    return view


def _note_refusal(database: Database, refused: Refused, *, now: datetime) -> None:
    """Count what could not be had. Nobody waits for it: a busy database counts one less."""
    with suppress(DatabaseBusy), database.write() as db:
        _note_wishes(db, refused.view, (refused_wish(refused),), now=now)


def _note_wishes(db: Session, view: DraftView, wishes: Iterable[Wish], *, now: datetime) -> None:
    draft = view.draft
    record_wishes(db, wishes, draft=draft.id, line=draft.line, release=draft.release, day=now.date())


def _pressed_code(answer: Answer, before: Answer | None) -> str:
    """Return what was pressed: of several options the first that was counted up, else the answer itself."""
    if not isinstance(answer, Mapping):
        return str(answer)
    had = before if isinstance(before, Mapping) else {}
    return next((code for code, count in answer.items() if count > had.get(code, 0)), next(iter(answer), ""))


def _readable(draft: Draft, reader: Reader) -> Draft:
    if not reader.may_open(draft.owner, draft.customer_id):
        raise DraftNotYours(draft_id=draft.id)
    return draft


def _view(
    db: Session, configurators: Configurators, draft: Draft, *, now: datetime, before: Selection | None = None
) -> DraftView:
    configurator = configurators.of(db, draft.release)
    profile = _profile(db, draft)
    limits = limits_for(configurator, draft, profile)
    deadline = _deadline(db, configurator, draft, profile, now=now)
    is_proven = True
    if deadline is None:
        state = state_with_followers(configurator, draft.selection, limits)
    else:
        state, is_proven = settled_state(deadline, draft.selection)
    fit = fit_view(configurator.model, draft.selection.answers, profile, configurator.model.components)
    promise = inquired_promise(db, configurator, draft, fit, limits, now=now)
    beyond = None
    is_late = promise is not None and draft.need_by is not None and promise.date > draft.need_by
    if is_late or (not state.valid and (draft.budget_minor is not None or draft.need_by is not None)):
        beyond = _beyond(db, configurators, draft, deadline, now=now)
    limits = limits if deadline is None else deadline.limits
    return DraftView(
        draft=draft,
        model=configurator.model,
        state=state,
        promise=promise,
        fit=fit,
        limits=limits,
        locked=companies.locked_in(db, draft.id),
        cost_centres=companies.cost_centres_of(db, draft.customer_id),
        dates_proven=is_proven,
        plant=promises.plant_of(db, draft.line) if promise or (beyond and beyond.aside.promise) else None,
        beyond=beyond,
        changes=() if before is None else changes_between(before, draft.selection),
    )


def _beyond(
    db: Session, configurators: Configurators, draft: Draft, deadline: Deadline | None, *, now: datetime
) -> Beyond | None:
    """Return how choices stand that keep the rules but not the limits; ``None`` where the limits are not what they break."""
    aside = _standing(db, configurators, replace(draft, budget_minor=None, need_by=None), now=now)
    if aside is None:
        return None
    configurator = configurators.of(db, draft.release)
    locked = companies.locked_in(db, draft.id)
    kept = Selection({code: answer for code, answer in draft.selection.answers.items() if code in locked})
    limits = limits_for(configurator, draft, _profile(db, draft))
    least_minor = None
    try:
        if deadline is None:
            configurator.complete(kept, Goal.CHEAPEST, limits)
        else:
            settled_completion(deadline, kept, Goal.CHEAPEST, None)
        has_other = True
    except NoCompletion:
        has_other = False
        with suppress(NoCompletion):
            cheapest = configurator.complete(kept, Goal.CHEAPEST, replace(limits, budget_minor=None))
            price = configurator.state(cheapest).total_minor
            is_short = price is not None and draft.budget_minor is not None and price > draft.budget_minor
            least_minor = price if is_short else None
    return Beyond(aside, _eases(db, configurators, draft, now=now), has_other, least_minor)


def _eases_of_press(
    db: Session,
    configurators: Configurators,
    draft: Draft,
    conflict: Conflict,
    pressed: tuple[str, Answer],
    *,
    now: datetime,
) -> tuple[Ease, ...]:
    """Return the limits under which a refused answer can be had; none where no limit takes part in its conflict."""
    return _eases(db, configurators, draft, now=now, pressed=pressed) if is_of_limits(conflict) else ()


def _eases(
    db: Session,
    configurators: Configurators,
    draft: Draft,
    *,
    now: datetime,
    pressed: tuple[str, Answer] | None = None,
) -> tuple[Ease, ...]:
    """Return the limits under which the choices can be had, with a pressed answer if one is given."""
    configurator = configurators.of(db, draft.release)

    def standing_of(eased: Draft) -> Standing | None:
        if pressed is not None:
            outcome = _choice(db, configurator, eased, *pressed, now=now)
            if not isinstance(outcome, Chosen):
                return None
            eased = replace(eased, selection=outcome.selection)
        return _standing(db, configurators, eased, now=now)

    return eases_of(draft, standing_of)


def _standing(db: Session, configurators: Configurators, draft: Draft, *, now: datetime) -> Standing | None:
    configurator = configurators.of(db, draft.release)
    profile = _profile(db, draft)
    limits = limits_for(configurator, draft, profile)
    deadline = _deadline(db, configurator, draft, profile, now=now)
    if deadline is None:
        state = configurator.state(draft.selection, limits)
    else:
        state, _is_proven = settled_state(deadline, draft.selection)
    if not state.valid:
        return None
    fit = fit_view(configurator.model, draft.selection.answers, profile, configurator.model.components)
    promise = inquired_promise(db, configurator, draft, fit, limits, now=now)
    is_late = promise is not None and draft.need_by is not None and promise.date > draft.need_by
    return None if is_late else Standing(state, promise)


def _choice(
    db: Session, configurator: Configurator, draft: Draft, feature: str, answer: Answer, *, now: datetime
) -> Chosen | NotChosen:
    profile = _profile(db, draft)
    deadline = _deadline(db, configurator, draft, profile, now=now)
    if deadline is None:
        limits = limits_for(configurator, draft, profile)
        return chosen_with_followers(configurator, draft.selection, feature, answer, limits)
    return settled_choice(deadline, draft.selection, feature, answer)[0]


def _deadline(
    db: Session, configurator: Configurator, draft: Draft, profile: MeasurementProfile | None, *, now: datetime
) -> Deadline | None:
    """Return what a need-by date means for a draft; one reading of the database learns it once."""
    known: dict[object, Deadline | None] = db.info.setdefault("deadlines", {})
    key = (draft.release, draft.need_by, draft.budget_minor, draft.quantity, draft.customer_id, draft.profile_id, now)
    if key not in known:
        known[key] = deadline_for(db, configurator, draft, profile, now=now)
    return known[key]


def _profile(db: Session, draft: Draft) -> MeasurementProfile | None:
    return None if draft.profile_id is None else customers.get_profile(db, draft.profile_id, purpose=Purpose.FIT)


def changes_between(before: Selection, after: Selection) -> tuple[Change, ...]:
    """Return what differs between two selections, in the order of the later one, dropped answers last."""
    changed = [
        Change(feature, before.answers.get(feature), answer)
        for feature, answer in after.answers.items()
        if before.answers.get(feature) != answer
    ]
    dropped = [
        Change(feature, answer, None) for feature, answer in before.answers.items() if feature not in after.answers
    ]
    return tuple(changed + dropped)
