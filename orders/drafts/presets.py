"""Drafts of people who buy for a company: begun from a preset, with what the company has settled kept settled."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from configurator.model import Goal, Repair, Selection
from kernel.database import Database
from kernel.errors import NotPossible
from kernel.ids import CustomerId, DraftId, IdMaker
from modules_catalog.releases import service as releases
from orders.companies import repository as companies
from orders.companies.model import FeatureLocked, Member, MemberRole, NotForBuyers, Preset
from orders.drafts import repository
from orders.drafts.configurators import Configurators
from orders.drafts.model import Draft, DraftNotYours, Refused


class PresetOutdated(NotPossible):
    """What the preset settles can no longer be combined on the line's current release."""


def open_preset(
    database: Database,
    configurators: Configurators,
    member: Member,
    preset_id: str,
    *,
    new_id: IdMaker,
    now: datetime,
) -> DraftId:
    """Return a new draft in the company's name with a preset's answers, the rest as close to the line's defaults as it goes.

    Raises:
        PresetNotFound: the company has no such preset.
        PresetOutdated: what it settles can no longer be had together.
    """
    with database.read() as db:
        preset = companies.get_preset(db, member.customer_id, preset_id)
        release = releases.current_release(db, preset.line, now=now)
        configurator = configurators.of(db, release)
    known = {feature.code for feature in configurator.model.features}
    settled = Selection({code: answer for code, answer in preset.answers.items() if code in preset.locked & known})
    if preset.locked - known or not configurator.can_be_completed(settled):
        raise PresetOutdated(preset=preset.name, line=preset.line)
    wanted = configurator.defaults()
    for code, answer in preset.answers.items():
        wanted = wanted.with_answer(code, answer) if code in known else wanted
    selection = configurator.complete(settled, Goal.CLOSEST, to=wanted)
    draft = Draft(
        id=DraftId(new_id()),
        line=preset.line,
        release=release,
        owner=member.user_id,
        selection=selection,
        opened_at=now,
        changed_at=now,
        customer_id=member.customer_id,
    )
    with database.write() as db:
        repository.add_draft(db, draft)
        companies.lock_draft(db, draft.id, preset)
    return draft.id


def keep_as_preset(
    db: Session, member: Member, draft_id: DraftId, *, name: str, locked: frozenset[str], new_id: IdMaker
) -> Preset:
    """Keep a draft's choices as a preset of the company: those of ``locked`` features settled, the others suggested.

    Raises:
        NotForBuyers: only who approves for the company keeps presets.
        DraftNotYours: the draft is somebody else's.
        CompanyNotValid: the name is empty, or a locked feature is not answered.
    """
    if member.role is not MemberRole.APPROVER:
        raise NotForBuyers(user=member.user_id)
    draft = repository.get_draft(db, draft_id)
    if draft.owner != member.user_id:
        raise DraftNotYours(draft_id=draft_id)
    preset = Preset(new_id(), member.customer_id, draft.line, name.strip(), dict(draft.selection.answers), locked)
    companies.save_preset(db, preset)
    return preset


def buy_for_company(db: Session, draft_id: DraftId, user_id: str, *, now: datetime) -> CustomerId | None:
    """Put the draft of somebody who buys for a company into its name; return the company, ``None`` for other people."""
    member = companies.find_member(db, user_id)
    if member is None:
        return None
    draft = repository.get_draft(db, draft_id)
    if draft.owner == user_id and draft.customer_id is None:
        repository.save_draft(db, draft.changed(now, customer_id=member.customer_id), before=draft)
    return member.customer_id


def require_unlocked(before: Selection, after: Selection, locked: frozenset[str]) -> None:
    """Refuse a change of an answer the company has settled.

    Raises:
        FeatureLocked: the facts name the features.
    """
    changed = sorted(code for code in locked if before.answers.get(code) != after.answers.get(code))
    if changed:
        raise FeatureLocked(features=changed)


def within_locks(refused: Refused, locked: frozenset[str]) -> Refused:
    """Return the refusal with those ways out that leave what is settled alone."""
    if not locked:
        return refused
    return replace(refused, repairs=unlocked_repairs(refused.repairs, locked))


def unlocked_repairs(repairs: tuple[Repair, ...], locked: frozenset[str]) -> tuple[Repair, ...]:
    """Return the repairs that change nothing the company has settled."""
    return tuple(repair for repair in repairs if not any(change.feature in locked for change in repair.changes))
