"""Mails as files in a folder: each one message as RFC 5322 has it, written whole or not at all."""

import secrets
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from kernel.errors import NotValid

SENDER = "Lot One <shop@lotone.example>"


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


def write_mail(folder: Path, mail: Mail) -> Path:
    """Write the mail into the folder and return its file."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = SENDER, mail.to, mail.subject
    message.set_content(mail.text)
    folder.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(8)
    half = folder / f".{name}.tmp"
    half.write_bytes(message.as_bytes())
    half.chmod(0o600)
    return half.rename(folder / f"{name}.eml")


def forget_mails(folder: Path, address: str) -> int:
    """Delete the mails to an address and return how many there were."""
    found = [each for each in folder.glob("*.eml") if f"To: {address}".encode() in each.read_bytes()]
    for each in found:
        each.unlink(missing_ok=True)
    return len(found)
