"""What a draft can be brought close to: the usual, another draft, a company's preset, an order, a shared copy.

Only what the reader may see is offered or found. A release that is older, or newer, than the draft's may know other
answers: those the draft's own release has not are left out and named. See docs/algorithms/configuring.md, C-17.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from configurator.configurator import Configurator
from configurator.model import Answer, Change, Selection
from kernel.errors import NotFound
from kernel.ids import CustomerId, DraftId
from modules_catalog.model import ConfigurationModel
from orders.companies import repository as companies
from orders.drafts import repository as drafts
from orders.drafts.again import possible_answers, remembered_answers
from orders.drafts.configurators import Configurators
from orders.drafts.model import Draft, DraftNotYours
from orders.drafts.own_words import own_words
from orders.drafts.service import Reader
from orders.drafts.sharing import shared_draft
from orders.lifecycle import repository as orders
from orders.lifecycle.model import OrderNotYours

MOST_OF_A_KIND, MOST_LOOKED_AT = 5, 20
"""How many drafts, and how many orders, are offered: the latest; and how many of each are looked at for it."""


class IdealNotFound(NotFound):
    """There is nothing of this name to come close to, or it is of another line."""


class IdealKind(StrEnum):
    """Where the choices come from."""

    USUAL = "usual"
    DRAFT = "draft"
    PRESET = "preset"
    ORDER = "order"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Ideal:
    """Something to come close to. ``key`` is a draft's or preset's id, an order's number or a shared copy's token.

    ``name`` is a preset's; ``at`` says when a draft was last changed.
    """

    kind: IdealKind
    key: str = ""
    name: str = ""
    at: datetime | None = None

    @property
    def code(self) -> str:
        """How it is asked for: ``usual``, ``draft:…``, ``preset:…``, ``order:…`` or ``shared:…``."""
        return f"{self.kind}:{self.key}" if self.key else self.kind.value


@dataclass(frozen=True, slots=True)
class KnownIdeal:
    """An ideal with its choices.

    ``possible`` are those the draft's release has, ``gone`` the others; ``model`` is the catalog they were made on.
    ``target`` is what to come close to: where the ideal says nothing, and something must be, what stands.
    """

    ideal: Ideal
    possible: Selection
    gone: Mapping[str, Answer]
    model: ConfigurationModel
    target: Selection

    def unlike(self, selection: Selection) -> tuple[Change, ...]:
        """Return the answers of the ideal that a selection has not, from what was wanted to what is."""
        return tuple(
            Change(code, answer, selection.answers.get(code))
            for code, answer in self.possible.answers.items()
            if selection.answers.get(code) != answer
        )


def ideals_of(
    db: Session, configurators: Configurators, draft: Draft, reader: Reader, *, now: datetime
) -> tuple[Ideal, ...]:
    """Return what the reader may bring the draft close to: the usual, presets, what was ordered, other drafts."""
    customer_id = _whose(draft, reader)
    found = []
    if customer_id and _usual(db, configurators.of(db, draft.release), customer_id, draft.line, now=now).answers:
        found.append(Ideal(IdealKind.USUAL))
    member = companies.find_member(db, reader.id)
    if member is not None:
        presets = [one for one in companies.presets_of(db, member.customer_id) if one.line == draft.line]
        found.extend(Ideal(IdealKind.PRESET, one.id, one.name) for one in presets)
    owners = [] if reader.is_staff else [owner for owner in (reader.id, reader.also) if owner]
    line, most = draft.line, MOST_LOOKED_AT
    ordered = dict(each for owner in owners for each in orders.latest_choices(db, line, owner=owner, limit=most))
    begun = {one.id: one for owner in owners for one in drafts.drafts_of(db, owner, line=line, limit=most)}
    if customer_id:
        ordered |= dict(orders.latest_choices(db, line, customer_id=customer_id, limit=most))
        begun |= {one.id: one for one in drafts.drafts_of_customer(db, customer_id, line=line, limit=most)}
    numbers = [number for number in ordered if number != draft.changes_order]
    numbers = [*filter(None, [draft.changes_order]), *numbers][:MOST_OF_A_KIND]
    found.extend(Ideal(IdealKind.ORDER, number) for number in numbers)
    said = [choices.answers for choices in ordered.values()]  # a draft that was ordered is offered as its order
    others = [one for one in begun.values() if one.id != draft.id and not one.changes_order]
    others = [one for one in others if one.selection.answers not in said]
    others = sorted(others, key=lambda one: one.changed_at, reverse=True)[:MOST_OF_A_KIND]
    found.extend(Ideal(IdealKind.DRAFT, one.id, at=one.changed_at) for one in others)
    return tuple(found)


def find_ideal(
    db: Session, configurators: Configurators, draft: Draft, reader: Reader, code: str, *, now: datetime
) -> KnownIdeal:
    """Return an ideal of the draft by its code.

    Raises:
        IdealNotFound: there is none of this code, or it is of another line.
        DraftNotFound, DraftNotYours: there is no such draft, or it belongs to somebody else.
        OrderNotFound, OrderNotYours: there is no such order, or it belongs to somebody else.
        PresetNotFound: the reader's company has no such preset.
        SharedDraftNotFound: there is no such shared copy, or it is too old.
    """
    configurator = configurators.of(db, draft.release)
    kind, _colon, key = code.partition(":")
    release = draft.release
    match kind:
        case IdealKind.USUAL if not key:
            customer_id = _whose(draft, reader)
            wanted = Selection() if customer_id is None else _usual(db, configurator, customer_id, draft.line, now=now)
            if not wanted.answers:
                raise IdealNotFound(ideal=code)
            ideal, line = Ideal(IdealKind.USUAL), draft.line
        case IdealKind.DRAFT:
            other = drafts.get_draft(db, DraftId(key))
            if not reader.may_open(other.owner, other.customer_id):
                raise DraftNotYours(draft_id=key)
            ideal, line, release = Ideal(IdealKind.DRAFT, key, at=other.changed_at), other.line, other.release
            wanted = _told(other.selection, configurator, is_own=_is_of_the_same(draft, other.owner, other.customer_id))
        case IdealKind.ORDER:
            order = orders.get_order_by_number(db, key)
            if not reader.may_open(order.owner, order.customer_id):
                raise OrderNotYours(number=key)
            ideal, line, release = Ideal(IdealKind.ORDER, key), order.line, order.release
            wanted = _told(order.selection, configurator, is_own=_is_of_the_same(draft, order.owner, order.customer_id))
        case IdealKind.PRESET:
            member = companies.find_member(db, reader.id)
            if member is None:
                raise IdealNotFound(ideal=code)
            preset = companies.get_preset(db, member.customer_id, key)
            ideal, line = Ideal(IdealKind.PRESET, key, preset.name), preset.line
            wanted = Selection(dict(preset.answers))
        case IdealKind.SHARED:
            copy = shared_draft(db, key, now=now)
            ideal, line, wanted, release = Ideal(IdealKind.SHARED, key), copy.line, copy.selection, copy.release
        case _:
            raise IdealNotFound(ideal=code)
    if line != draft.line:
        raise IdealNotFound(ideal=code, line=line)
    possible = possible_answers(configurator, wanted)
    gone = _gone(wanted, possible)
    model = configurators.of(db, release).model if gone else configurator.model
    is_whole = ideal.kind not in (IdealKind.USUAL, IdealKind.PRESET)
    return KnownIdeal(ideal, possible, gone, model, _target(configurator, draft, possible, is_whole=is_whole))


def _whose(draft: Draft, reader: Reader) -> CustomerId | None:
    """Return whose usual it would be: the reader's own, or that of the customer a clerk serves."""
    return draft.customer_id if reader.is_staff else reader.customer_id


def _usual(db: Session, configurator: Configurator, customer_id: CustomerId, line: str, *, now: datetime) -> Selection:
    return remembered_answers(db, configurator.model, customer_id, line, now=now)


def _is_of_the_same(draft: Draft, owner: str, customer_id: CustomerId | None) -> bool:
    """Return whether something is the same person's as the draft, so that its texts may come along."""
    if draft.customer_id is not None or customer_id is not None:
        return draft.customer_id == customer_id
    return draft.owner == owner


def _told(selection: Selection, configurator: Configurator, *, is_own: bool) -> Selection:
    texts = frozenset() if is_own else own_words(configurator.model)
    return Selection({code: answer for code, answer in selection.answers.items() if code not in texts})


def _gone(wanted: Selection, possible: Selection) -> dict[str, Answer]:
    """Return what of the wanted answers is not possible: whole answers, and single options of several."""
    found: dict[str, Answer] = {}
    for code, answer in wanted.answers.items():
        left = possible.answers.get(code)
        if left is None:
            found[code] = answer
        elif isinstance(answer, Mapping) and isinstance(left, Mapping) and answer.keys() - left.keys():
            found[code] = {option: count for option, count in answer.items() if option not in left}
    return found


def _target(configurator: Configurator, draft: Draft, possible: Selection, *, is_whole: bool) -> Selection:
    """Return what to come close to: the ideal, and what stands where it says nothing and something must be."""
    standing = {
        code: answer
        for code, answer in draft.selection.answers.items()
        if not is_whole or configurator.model.feature(code).required
    }
    return Selection({**standing, **possible.answers})
