"""What a QR code on the floor says: ``L1:<order>:<revision>:<operation>``. Pure.

Upper-case letters, digits, ``-`` and ``:`` only, so that a QR code stays small and a keyboard-wedge scanner types it
whatever its layout. ``<operation>`` is the operation's number, or ``S`` for the sheet as a whole.
Source: docs/algorithms/build-sheet.md, rule S-3.
"""

import re
from dataclasses import dataclass

from kernel.errors import NotValid

SHEET = "S"
_CODE = re.compile(r"L1:([A-Z0-9][A-Z0-9-]{0,39}):([A-Z]):(S|[1-9]\d{0,4})", re.ASCII)


class ScanNotUnderstood(NotValid):
    """The scanned text is no code of ours; facts: ``scanned``."""


@dataclass(frozen=True, slots=True)
class ScanCode:
    """What was scanned; ``operation`` is None for the sheet as a whole."""

    order: str
    revision: str
    operation: int | None = None

    def __str__(self) -> str:
        return f"L1:{self.order}:{self.revision}:{SHEET if self.operation is None else self.operation}"


def read_scan(scanned: str) -> ScanCode:
    """Return what a scanner read; lower case and blanks around it are forgiven.

    Raises:
        ScanNotUnderstood: it is no code of ours.
    """
    match = _CODE.fullmatch(scanned.strip().upper())
    if match is None:
        raise ScanNotUnderstood(scanned=scanned[:80])
    order, revision, operation = match.groups()
    return ScanCode(order, revision, None if operation == SHEET else int(operation))
