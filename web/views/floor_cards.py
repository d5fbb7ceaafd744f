"""What a scanner reads at a work centre beside the sheets: cards that say what to do, and where one stands.

A card for an action, ``L1:DO:PAUSE``, or with the reason for it, ``L1:DO:PAUSE:MATERIAL``, is scanned before the step it is
for; ``L1:DO:PRINT`` before the sheet that is wanted once more. A card for a place, ``L1:AT:JEANS:CUTTING``, hangs at the work
centre and opens its screen. All are printed from the floor's pages.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

import segno

from production.floor.model import Action

_ACTION = re.compile(r"L1:DO:([A-Z_]+)(?::([A-Z_]+))?", re.ASCII)
_PLACE = re.compile(r"L1:AT:([A-Z][A-Z0-9_-]*):([A-Z][A-Z0-9_-]*)", re.ASCII)
CARD_ACTIONS = (
    Action.KIT,
    Action.PAUSE,
    Action.FAIL,
    Action.REWORK,
    Action.SCRAP,
    Action.HOLD,
    Action.CONTINUE,
    Action.SHIP,
)
"""What has a card; starting and finishing need none."""


REASONS: Mapping[Action, tuple[str, ...]] = {
    Action.PAUSE: ("material", "machine", "question", "break"),
    Action.SCRAP: ("material", "work", "machine", "damage"),
}
"""Why something is done; each has a card too."""
PRINT = "print"
"""What a screen is armed with when a sheet is to be printed once more."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a card asks for, written ``pause`` or ``pause:material``; without an action: print the sheet once more."""

    action: Action | None
    reason: str = ""

    def __str__(self) -> str:
        name = PRINT if self.action is None else self.action.value
        return f"{name}:{self.reason}" if self.reason else name

    @property
    def card(self) -> str:
        """What its card says."""
        return f"L1:DO:{self}".upper()


COMMANDS = (
    *(Command(action, reason) for action in CARD_ACTIONS for reason in ("", *REASONS.get(action, ()))),
    Command(None),
)
"""Everything that has a card, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """One work centre of one line."""

    line: str
    work_centre: str

    @property
    def href(self) -> str:
        """Where its screen is."""
        return f"/floor/{self.line}/{self.work_centre}"

    @property
    def card(self) -> str:
        """What its card says."""
        return f"L1:AT:{self.line}:{self.work_centre}".upper()


def read_command(text: str) -> Command | None:
    """Return the command written ``pause`` or ``pause:material``, or ``None`` when it is none."""
    return next((one for one in COMMANDS if str(one) == text.lower()), None)


def read_card(scanned: str) -> Command | Place | None:
    """Return what a card stands for, or ``None`` when the text is no card."""
    text = scanned.strip().upper()
    asked = _ACTION.fullmatch(text)
    if asked:
        return read_command(":".join(part for part in asked.groups() if part))
    place = _PLACE.fullmatch(text)
    return Place(place[1].lower(), place[2].lower()) if place else None


def card_svg(code: str) -> str:
    """Return a card's QR code, to be shown in a page."""
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=4, border=4, light="#fff", omitsize=True
    )
    return drawn.getvalue().decode()
