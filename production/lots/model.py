"""Lots of material: those in stock, and those a piece was made of."""

from dataclasses import dataclass
from datetime import datetime

from kernel.errors import NotFound, NotValid

LONGEST_LOT = 80


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as it was received; ``left`` is what of it no piece was made of yet, in the material's unit."""

    material: str
    lot: str
    received_at: datetime
    quantity: int
    left: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class PieceLot:
    """That a piece was made of a lot, or of some of it; ``quantity`` is what one piece takes of the material."""

    order_number: str
    piece: int
    material: str
    lot: str
    quantity: int
    by: str
    at: datetime


class LotNotKnown(NotFound):
    """No such lot was received, of a material this piece is made of; facts: ``order``, ``piece``, ``lot``, ``materials``."""


class LotNotClear(NotValid):
    """Lots of this name were received of several materials of the piece: say which; facts: ``lot``, ``materials``."""
