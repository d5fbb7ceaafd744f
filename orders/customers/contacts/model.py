"""One contact with a customer: when, over which channel, what was said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from kernel.errors import NotValid

ContactEventId = NewType("ContactEventId", str)
LONGEST_NOTE = 2000


class NoteNotValid(NotValid):
    """A note is empty or too long."""


class Channel(StrEnum):
    """How a contact came about."""

    STORE = "store"
    PHONE = "phone"
    MAIL = "mail"
    WEB = "web"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """One contact. ``by`` is the pseudonym of whoever wrote it down; ``about`` names an order or nothing.

    Raises:
        NoteNotValid: there is nothing in it, or too much.
    """

    id: ContactEventId
    at: datetime
    channel: Channel
    note: str
    by: str
    about: str = ""

    def __post_init__(self) -> None:
        if not 0 < len(self.note.strip()) <= LONGEST_NOTE:
            raise NoteNotValid(field="note", longest=LONGEST_NOTE)
