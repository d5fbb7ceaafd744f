"""Mails about accounts, and forgetting what lies in the outbox."""

import secrets
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

from kernel.errors import NotValid


class MailNotValid(NotValid):
    """A header of a mail would break out of its line."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person."""

    to: str
    subject: str
    text: str

    def __post_init__(self) -> None:
        for part in (self.to, self.subject):
            if not part or not part.isprintable():
                raise MailNotValid


def as_message(mail: Mail, *, sender: str) -> EmailMessage:
    """Return the mail as a transport takes it."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2].rstrip('>')}>"
    message.set_content(mail.text)
    return message


def forget_mails(folder: Path, address: str) -> int:
    """Delete the mails to an address and return how many there were."""
    found = [path for path in folder.glob("*.eml") if _addressed_to(path) == address.lower()]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _addressed_to(path: Path) -> str:
    mail = message_from_bytes(path.read_bytes(), policy=default)
    return mail["To"].addresses[0].addr_spec.lower() if mail["To"] and mail["To"].addresses else ""
