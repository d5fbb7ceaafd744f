"""What a scanner reads at a work centre beside the sheets: cards that say what to do, and where one stands.

A card for an action, ``L1:DO:PAUSE``, is scanned before the step it is for. A card for a place, ``L1:AT:JEANS:CUTTING``,
hangs at the work centre and opens its screen. Both are printed from the floor's pages.
"""

import io
import re
from dataclasses import dataclass

import segno

from production.floor.model import Action

_ACTION = re.compile(r"L1:DO:([A-Z_]+)", re.ASCII)
_PLACE = re.compile(r"L1:AT:([A-Z][A-Z0-9_-]*):([A-Z][A-Z0-9_-]*)", re.ASCII)
CARD_ACTIONS = (Action.PAUSE, Action.FAIL, Action.REWORK, Action.SCRAP, Action.HOLD, Action.CONTINUE, Action.SHIP)
"""What has a card; starting and finishing need none."""


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


def action_card(action: Action) -> str:
    """Return what the card of an action says."""
    return f"L1:DO:{action.value.upper()}"


def read_card(scanned: str) -> Action | Place | None:
    """Return what a card stands for, or ``None`` when the text is no card."""
    text = scanned.strip().upper()
    asked = _ACTION.fullmatch(text)
    if asked and asked[1].lower() in {action.value for action in CARD_ACTIONS}:
        return Action(asked[1].lower())
    place = _PLACE.fullmatch(text)
    return Place(place[1].lower(), place[2].lower()) if place else None


def card_svg(code: str) -> str:
    """Return a card's QR code, to be shown in a page."""
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=4, border=4, light="#fff", omitsize=True
    )
    return drawn.getvalue().decode()
