"""Ways a mail leaves the shop: as a file in a folder, or through a mail server."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from kernel.canonical import content_hash
from orders.messages.model import MailNotValid, MessageInDoubt, MessageNotTaken, MessageRefused

TIMEOUT_S = 30.0


class Transport(Protocol):
    """Something that takes a mail."""

    def send(self, mail: EmailMessage) -> None:
        """Hand the mail over.

        Raises:
            MessageNotTaken: it was not taken and may be tried again.
            MessageRefused: it is refused for good.
            MessageInDoubt: nobody knows.
        """


@dataclass(frozen=True, slots=True)
class FileOutbox:
    """A folder of ``.eml`` files, one a mail, readable by its owner only; the same mail again is the same file."""

    folder: Path

    def send(self, mail: EmailMessage) -> None:
        """Write the mail, whole or not at all."""
        content = mail.as_bytes()
        name = content_hash(str(mail["Message-ID"] or content).encode())[:32]
        self.folder.mkdir(parents=True, exist_ok=True)
        half = self.folder / f".{name}.tmp"
        half.write_bytes(content)
        half.chmod(0o600)
        half.rename(self.folder / f"{name}.eml")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server. ``tls``: from the first byte; else STARTTLS is used where the server offers it."""

    host: str
    port: int = 587
    username: str = ""
    password: str = ""
    tls: bool = False

    def send(self, mail: EmailMessage) -> None:
        """Hand the mail to the server."""
        asyncio.run(self._send(mail))

    async def _send(self, mail: EmailMessage) -> None:
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username or None,
            password=self.password or None,
            use_tls=self.tls,
            timeout=TIMEOUT_S,
        )
        try:
            await self._hand_over(client, mail)
        finally:
            client.close()
            await asyncio.sleep(0)  # lets the connection close before the loop does

    async def _hand_over(self, client: aiosmtplib.SMTP, mail: EmailMessage) -> None:
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MessageNotTaken(reason=type(error).__name__) from None
        try:
            await client.send_message(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            statuses = [each.code for each in error.recipients]
            raise _judged(min(statuses, default=500)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _judged(error.code) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MessageInDoubt(reason=type(error).__name__) from None
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()  # the mail was taken; how the server says good-bye does not matter


def _judged(status: int) -> MessageNotTaken | MessageRefused:
    return MessageNotTaken(status=status) if 400 <= status < 500 else MessageRefused(status=status)


def smtp_server(url: str) -> SmtpServer:
    """Return the server of ``smtp://user:password@host:587`` or ``smtps://…:465``.

    Raises:
        MailNotValid: it is no such address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise MailNotValid(field="smtp_url") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise MailNotValid(field="smtp_url")
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host=parts.hostname,
        port=port or (465 if tls else 587),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
    )
