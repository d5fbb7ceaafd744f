"""What a QR code on the floor says: ``L1:<order>:<revision>:<operation>``. Pure.

Upper-case letters, digits, ``-``, ``.`` and ``:`` only, so that a QR code stays small and is typed by any scanner.
``<order>`` is the order's number, with ``.2`` behind it for the second of several pieces. ``<operation>`` is the operation's number, or ``S`` for the sheet as a whole.
Source: docs/algorithms/build-sheet.md, rule S-3.
"""

import re
from dataclasses import dataclass

from kernel.errors import NotValid

SHEET = "S"
_CODE = re.compile(r"L1:([A-Z0-9][A-Z0-9-]{0,39})(?:\.([1-9]\d{0,2}))?:([A-Z]):(S|[1-9]\d{0,4})", re.ASCII)


class ScanNotUnderstood(NotValid):
    """The scanned text is no code of ours; facts: ``scanned``."""


@dataclass(frozen=True, slots=True)
class ScanCode:
    """What was scanned; ``operation`` is None for the sheet as a whole."""

    order: str
    revision: str
    operation: int | None = None
    piece: int = 1

    def __str__(self) -> str:
        order = self.order if self.piece == 1 else f"{self.order}.{self.piece}"
        return f"L1:{order}:{self.revision}:{SHEET if self.operation is None else self.operation}"


def read_scan(scanned: str) -> ScanCode:
    """Return what a scanner read; lower case and blanks around it are forgiven.

    Raises:
        ScanNotUnderstood: it is no code of ours.
    """
    match = _CODE.fullmatch(scanned.strip().upper())
    if match is None:
        raise ScanNotUnderstood(scanned=scanned[:80])
    order, piece, revision, operation = match.groups()
    return ScanCode(order, revision, None if operation == SHEET else int(operation), int(piece or 1))
