"""Showing a draft to somebody else, and handing it to a clerk.

A shared copy holds choices and nothing of the person: no texts, no measures, no owner. It does not change with the draft,
and whoever opens it may begin a draft of their own with it. A handover is a short code the customer shows in the store;
it lets staff find the draft for half an hour.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from sqlmodel import Session

from configurator.model import Selection
from kernel.errors import NotFound
from kernel.ids import DraftId
from modules_catalog.model import ConfigurationModel
from orders.audit.model import Actor
from orders.audit.service import record
from orders.drafts import repository
from orders.drafts.model import Draft
from orders.drafts.own_words import own_words

ShareToken = NewType("ShareToken", str)
SHARED_FOR = timedelta(days=365)
HANDED_OVER_WITHIN = timedelta(minutes=30)
#: Letters nobody confuses when reading them out.
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 6


class SharedDraftNotFound(NotFound):
    """There is no such shared copy, or it was shared too long ago."""


class HandoverNotFound(NotFound):
    """No draft is being handed over under this code; the customer may show a new one."""


@dataclass(frozen=True, slots=True)
class SharedDraft:
    """A copy of the choices of a draft at the moment it was shared."""

    token: ShareToken
    line: str
    release: str
    selection: Selection
    shared_at: datetime


def share(db: Session, draft: Draft, model: ConfigurationModel, *, now: datetime) -> SharedDraft:
    """Return a copy of a draft's choices for others, without the texts the customer wrote."""
    texts = own_words(model)
    choices = Selection({code: answer for code, answer in draft.selection.answers.items() if code not in texts})
    shared = SharedDraft(ShareToken(secrets.token_urlsafe(16)), draft.line, draft.release, choices, now)
    repository.add_shared(db, shared.token, shared.line, shared.release, choices, now=now)
    return shared


def shared_draft(db: Session, token: str, *, now: datetime) -> SharedDraft:
    """Return a shared copy.

    Raises:
        SharedDraftNotFound: there is none under this token, or it is too old.
    """
    found = repository.find_shared(db, token, since=now - SHARED_FOR)
    if found is None:
        raise SharedDraftNotFound
    return SharedDraft(ShareToken(token), *found)


def hand_over(db: Session, draft: Draft, *, now: datetime) -> str:
    """Return a code under which staff find the draft; an earlier one of the draft ends."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    repository.add_handover(db, _hash(code), draft.id, expires_at=now + HANDED_OVER_WITHIN, now=now)
    return code


def take_over(db: Session, code: str, *, actor: Actor, now: datetime) -> DraftId:
    """Return the draft a customer shows the code of; the code is used up, the draft stays theirs.

    Raises:
        HandoverNotFound: no draft is being handed over under this code.
    """
    typed = "".join(code.upper().split()).replace("-", "")
    draft_id = repository.use_handover(db, _hash(typed), now=now)
    if draft_id is None:
        raise HandoverNotFound
    record(db, f"draft:{draft_id}", "taken_over", actor=actor, now=now)
    return draft_id


def _hash(code: str) -> str:
    return hashlib.sha256(f"handover:{code}".encode()).hexdigest()
