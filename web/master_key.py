"""The master key: from a setting, or from a file that is made, for its owner only, when it is first needed."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from kernel.vault import KEY_BYTES, MasterKeyMissing


def is_master_key(text: str) -> bool:
    """Return whether the text is 32 bytes as base64."""
    try:
        return len(_decoded(text)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def read_or_make(given: str, path: Path) -> bytes:
    """Return the key that was given, else the file's; where there is no file one is written.

    Of several processes at once that find none, one writes it and all read the same.

    Raises:
        MasterKeyMissing: The file holds something else.
    """
    if given:
        return _decoded(given)
    if not path.exists():
        _make(path)
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not is_master_key(text):
        raise MasterKeyMissing(file=str(path))
    return _decoded(text)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        path.hardlink_to(fresh)  # Refused where another process was quicker, unlike a rename.
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.strip(), altchars=b"-_" if set(text) & {"-", "_"} else None, validate=True)
