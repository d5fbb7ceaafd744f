"""Files by their content: a blob's name is the SHA-256 of its bytes, so it is never changed, only added or erased."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import NewType

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.exceptions import NotFoundError as NotInStore
from obstore.store import LocalStore, S3Store, from_url

from kernel.canonical import content_hash
from kernel.errors import NotAvailable, NotFound, NotValid

BlobName = NewType("BlobName", str)
"""64 lower-case hex digits: the SHA-256 of the content."""


class BlobNotFound(NotFound):
    """There is no blob of this name."""


class BlobDamaged(NotAvailable):
    """What the store holds under this name has another hash."""


class BlobUrlNotValid(NotValid):
    """The URL names neither a folder nor an S3 bucket."""


class BlobNameNotValid(NotValid):
    """The name is not a SHA-256 in lower-case hex."""


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of one file and what it is."""

    content: bytes
    media_type: str


class BlobStore:
    """Blobs in a folder or in an S3 bucket. Safe to share between threads and processes.

    A blob is two objects, ``ab/cd…`` with its bytes and ``ab/cd….json`` with its media type: not every store
    keeps attributes. The bytes come last, so a blob that is there is whole.

    Args:
        url: A folder (``var/blobs``, ``file:///srv/blobs``) or ``s3://bucket/prefix``; S3 takes its key, region
            and endpoint from the usual ``AWS_*`` variables.
    """

    def __init__(self, url: str) -> None:
        self._store = _open_store(url)

    def put(self, content: bytes, media_type: str) -> BlobName:
        """Store the bytes and return their name; storing them again changes nothing."""
        name = BlobName(content_hash(content))
        self._add(f"{_path(name)}.json", json.dumps({"media_type": media_type}).encode())
        self._add(_path(name), content)
        return name

    def get(self, name: BlobName) -> Blob:
        """Return the blob; what comes back has the hash that was asked for.

        Raises:
            BlobNotFound: There is none of this name.
            BlobDamaged: The store holds other bytes under this name.
        """
        path = _path(name)
        try:
            content = bytes(obstore.get(self._store, path).bytes())
            about = json.loads(bytes(obstore.get(self._store, f"{path}.json").bytes()))
        except (NotInStore, FileNotFoundError):
            raise BlobNotFound(name=name) from None
        if content_hash(content) != name:
            raise BlobDamaged(name=name)
        return Blob(content=content, media_type=about["media_type"])

    def exists(self, name: BlobName) -> bool:
        """Return whether there is a blob of this name; its bytes are not read."""
        try:
            obstore.head(self._store, _path(name))
        except (NotInStore, FileNotFoundError):
            return False
        return True

    def delete(self, name: BlobName) -> None:
        """Erase the blob; that it is gone already is no error."""
        path = _path(name)
        for each in (path, f"{path}.json"):
            try:
                obstore.delete(self._store, each)
            except (NotInStore, FileNotFoundError):
                continue

    def _add(self, path: str, content: bytes) -> None:
        """Write an object whole or not at all: a local store writes beside it and renames."""
        try:
            obstore.put(self._store, path, content, mode="create")
        except AlreadyExistsError:
            return


def _open_store(url: str) -> LocalStore | S3Store:
    if url.startswith("s3://"):
        store = from_url(url)
        assert isinstance(store, S3Store)  # noqa: S101
        return store
    if "://" in url and not url.startswith("file://"):
        raise BlobUrlNotValid(url=url)
    return LocalStore(prefix=Path(url.removeprefix("file://")).absolute(), mkdir=True)


def _path(name: BlobName) -> str:
    if len(name) != 64 or set(name) - set("0123456789abcdef"):
        raise BlobNameNotValid(name=name)
    return f"{name[:2]}/{name[2:]}"
