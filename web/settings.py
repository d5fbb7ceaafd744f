"""Settings: read once from ``LOTONE_*`` environment variables, then passed on. Nothing else reads the environment."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from os import environ
from typing import Any

from kernel.errors import NotValid
from web.master_key import is_master_key

PREFIX = "LOTONE_"
_log = logging.getLogger(__name__)


class SettingNotValid(NotValid):
    """A ``LOTONE_*`` variable has a value that cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one installation decides. Each field is the variable ``LOTONE_<FIELD>``.

    Attributes:
        database_url: ``sqlite:///path/to/file.db`` or ``postgresql://user@host/name``.
        blob_url: Where files are kept: a folder, or ``s3://bucket/prefix``.
        cache_dir: A folder for what can be made again: compiled catalogs, the build sheet's font list.
        host: Address the web server listens on.
        port: Port the web server listens on.
        public_url: The address people use; it is printed into QR codes. Empty: ``http://host:port``.
        secret_key: Signs cookies and share links, at least 32 characters. Empty: made at start, so that log-ins
            end with the process.
        master_key: Seals measures and second factors: 32 bytes as base64. Empty: the file below.
        master_key_file: Where the master key lies when it is not set; made, readable by its owner only, when first
            needed. Without it nothing sealed can be read again: keep a copy apart from the database's.
        staff_second_factor: ``offered``, or ``required``: then staff who have none can do nothing but enrol.
        api_per_minute: Requests a key of the API may send a minute, and an address five times as many; 0: no limit.
        outbox_dir: A folder into which mails are written as files.
        smtp_url: The mail server: ``smtp://user:password@host:587``, ``smtps://…`` for TLS from the start. Empty: mails
            are written as files.
        mail_sender: From whom mails come.
        mail_reply_to: Where answers go; a token is put before the ``@``.
        mail_inbox: A maildir into which a mail server delivers answers. Empty: none is read.
        seller_file: Who invoices: a file like ``orders/invoicing/seller.yaml``. Empty: that one, the demo's.
        webhook_hosts: Hosts of one's own network that webhooks may go to, also without TLS, with commas between. All others
            must be public and speak TLS.
        metrics_token: What a monitoring program sends as bearer token to read ``/metrics``, at least 32 characters. Empty:
            only signed-in planners and admins read it.
        worker_slots: How many job workers may run at once on one database.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
    """

    database_url: str = "sqlite:///var/lotone.db"
    blob_url: str = "var/blobs"
    cache_dir: str = "var/cache"
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    secret_key: str = ""
    master_key: str = ""
    master_key_file: str = "var/master.key"
    staff_second_factor: str = "offered"
    api_per_minute: int = 1200
    outbox_dir: str = "var/outbox"
    smtp_url: str = ""
    mail_sender: str = "Lot One <shop@lotone.example>"
    mail_reply_to: str = "orders@lotone.example"
    mail_inbox: str = ""
    seller_file: str = ""
    webhook_hosts: str = ""
    metrics_token: str = ""
    worker_slots: int = 2
    log_level: str = "info"

    def __post_init__(self) -> None:
        _require("port", self.port, 0 <= self.port <= 65_535)
        _require("worker_slots", self.worker_slots, 1 <= self.worker_slots <= 64)
        _require("staff_second_factor", self.staff_second_factor, self.staff_second_factor in ("offered", "required"))
        _require("api_per_minute", self.api_per_minute, 0 <= self.api_per_minute <= 1_000_000)
        _require("log_level", self.log_level, self.log_level in ("debug", "info", "warning", "error"))
        if self.secret_key and len(self.secret_key) < 32:
            raise SettingNotValid(setting=f"{PREFIX}SECRET_KEY", reason="shorter than 32 characters")
        if self.metrics_token and len(self.metrics_token) < 32:
            raise SettingNotValid(setting=f"{PREFIX}METRICS_TOKEN", reason="shorter than 32 characters")
        if self.master_key and not is_master_key(self.master_key):
            raise SettingNotValid(setting=f"{PREFIX}MASTER_KEY", reason="not 32 bytes as base64")

    @property
    def origin(self) -> str:
        """The address people use, without a slash at the end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


def environment_with(**variables: str) -> dict[str, str]:
    """Return the environment with some variables added, for a process of ours."""
    return {**environ, **variables}


def read_settings(environment: Mapping[str, str] = environ) -> Settings:
    """Return the settings of this process.

    Raises:
        SettingNotValid: The value of a ``LOTONE_*`` variable cannot be used.
    """
    known: dict[str, Any] = {field.name: field.type for field in fields(Settings)}
    given: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable in _FOR_OTHERS:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            _log.warning("%s is no setting of this version; it is ignored", variable)
            continue
        given[name] = _integer(variable, text) if known[name] is int else text
    return Settings(**given)


# Read by the tests (the folder of real data) and by ./dev, not by the program.
_FOR_OTHERS = frozenset({"LOTONE_REAL_DATA", "LOTONE_CHECKOUT"})


def _integer(variable: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SettingNotValid(setting=variable, value=text, reason="not a whole number") from None


def _require(name: str, value: object, holds: bool) -> None:
    if not holds:
        raise SettingNotValid(setting=PREFIX + name.upper(), value=value, reason="out of range")
