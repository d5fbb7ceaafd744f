"""Sealing what must stay private at rest: a master key wraps the keys of people, and each key seals what is theirs.

AES-256 in GCM mode, with a random nonce before each sealed value and its place (which row of whom) bound to it, so
that a sealed value moved to another row does not open. The master key lives outside the database: in a file or in a
setting (``docs/decisions/0023-sealed-by-keys-of-their-own.md``).
"""

import secrets
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import Session

from kernel.errors import NotAvailable

KEY_BYTES = 32
_NONCE_BYTES = 12


class MasterKeyMissing(NotAvailable):
    """This process was given no master key, and something is to be sealed or opened."""


class SealBroken(NotAvailable):
    """What was sealed does not open: another master key, or a changed row; facts: ``place``."""


class Vault:
    """The master key and what it wraps. Safe to share between threads.

    Args:
        load: Returns the 32 bytes of the master key; called when something is first sealed or opened.
    """

    def __init__(self, load: Callable[[], bytes]) -> None:
        self._load = load
        self._master: bytes | None = None

    def new_key(self, place: str) -> bytes:
        """Return a new key, wrapped for this place; who erases it makes unreadable all that it seals."""
        return self.wrap(AESGCM.generate_key(256), place)

    def wrap(self, content: bytes, place: str) -> bytes:
        """Return the bytes sealed by the master key itself, for keys and other secrets of the installation."""
        return _sealed(self._master_key(), content, place)

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """Return what was wrapped for this place.

        Raises:
            SealBroken: another master key wrapped it, or it was wrapped for another place.
        """
        return _opened(self._master_key(), wrapped, place)

    def seal(self, wrapped_key: bytes, key_place: str, content: bytes, place: str) -> bytes:
        """Return the bytes sealed by a wrapped key, for one place."""
        return _sealed(self.unwrap(wrapped_key, key_place), content, place)

    def open(self, wrapped_key: bytes, key_place: str, sealed: bytes, place: str) -> bytes:
        """Return what a wrapped key sealed for this place.

        Raises:
            SealBroken: another key sealed it, or it was sealed for another place.
        """
        return _opened(self.unwrap(wrapped_key, key_place), sealed, place)

    def _master_key(self) -> bytes:
        if self._master is None:
            self._master = self._load()
        return self._master


def no_vault() -> Vault:
    """Return a vault for a process that seals nothing: asked to, it says that the master key is missing."""

    def load() -> bytes:
        raise MasterKeyMissing

    return Vault(load)


def vault_of(db: Session) -> Vault:
    """Return the vault of the unit of work's database."""
    vault: Vault = db.info["vault"]
    return vault


def _sealed(key: bytes, content: bytes, place: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def _opened(key: bytes, sealed: bytes, place: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
    except InvalidTag:
        raise SealBroken(place=place) from None
