"""A message to a customer: what it is about, how it stands, and the addresses it goes between."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from kernel.errors import NotAvailable, NotFound, NotPossible, NotValid
from kernel.ids import CustomerId, OrderId

MessageId = NewType("MessageId", str)
TOKEN = re.compile(r"\+([0-9a-f]{32})@")
"""How the token of a reply address looks: 128 random bits, so that nobody guesses another's."""
LONGEST_REPLY = 2000
GIVEN_UP = ":given-up"
ON_ITS_WAY = timedelta(minutes=10)
"""How long a message may be handed over before it counts as one nobody knows of."""


class MessageNotTaken(NotAvailable):
    """The mail server did not take the message; nothing was sent, and it is tried again."""


class MessageRefused(NotPossible):
    """The mail server refuses the message for good; facts: ``status``."""


class MessageInDoubt(NotPossible):
    """The connection broke after the message was handed over: it is not sent again, so that nobody gets it twice."""


class ReplyNotOurs(NotFound):
    """A mail carries no token of a message we sent."""


class MessageNotFound(NotFound):
    """The order has no such message."""


class MessageSent(NotPossible):
    """The message went out, or may be going out this moment; facts: ``state``."""


class MailNotValid(NotValid):
    """A header would break out of its line, or a mail cannot be read; facts: ``field``."""


class MessageKind(StrEnum):
    """What a message is about."""

    QUOTE = "quote"
    ORDER = "order"
    CHANGE = "change"
    PROMISE = "promise"
    DATE_OFFER = "date_offer"
    READY = "ready"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class MessageState(StrEnum):
    """How far a message came."""

    SENDING = "sending"  # claimed by a worker; found so by another, nobody knows whether it went out
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SentMessage:
    """That a message was written: to whom by id, about what, and under which token replies come back.

    Neither address nor text is kept: the text is made from what it tells of.
    """

    id: MessageId
    kind: MessageKind
    customer_id: CustomerId
    about: str
    token: str
    at: datetime
    order_id: OrderId | None = None
    state: MessageState = MessageState.SENDING
    occasion: str = ""

    @property
    def is_given_up(self) -> bool:
        """Whether it was written once more instead."""
        return self.occasion.endswith(GIVEN_UP)

    def may_be_sent_again(self, now: datetime) -> bool:
        """Return whether it surely did not go out, or nobody will ever know."""
        if self.is_given_up:
            return False
        is_in_doubt = self.state is MessageState.SENDING and now - self.at >= ON_ITS_WAY
        return is_in_doubt or self.state is MessageState.REFUSED


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class QuotePaper:
    """A quote as PDF, and the link by which whoever has it can order."""

    link: str
    pdf: bytes


@dataclass(frozen=True, slots=True)
class MailAddresses:
    """From whom messages come, and to where replies go.

    Raises:
        MailNotValid: one of them is no address.
    """

    sender: str = "Lot One <shop@lotone.example>"
    reply_to: str = "orders@lotone.example"

    def __post_init__(self) -> None:
        for field in ("sender", "reply_to"):
            address = getattr(self, field)
            if not address.isprintable() or address.count("@") != 1 or not address.isascii():
                raise MailNotValid(field=field)

    def reply_address(self, token: str) -> str:
        """Return the address under which a reply finds its message: ``orders+<token>@…``."""
        name, _at, domain = self.reply_to.partition("@")
        return f"{name}+{token}@{domain}"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says, in the customer's language, before it is a mail.

    ``facts`` are name and value; ``link`` is label and address.
    """

    locale: str
    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    link: tuple[str, str] | None
    closing: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()
