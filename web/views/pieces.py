"""The pieces of an order as the floor and the planner see them: remakes, lots, copies of their sheets."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from orders.lifecycle.model import Order
from production.build_sheet import service as sheets
from production.build_sheet.model import CopyReason
from production.build_sheet.scan_codes import ScanCode
from production.floor import service as floor
from production.lots import service as lots
from web.security.repository import display_names
from web.views.floor import STATE_NAMES, sheet_href
from web.views.words import Words


def _(message: str) -> str:
    return message


COPY_REASONS = {
    CopyReason.DAMAGED: _("it is damaged"),
    CopyReason.UNREADABLE: _("a code cannot be read"),
    CopyReason.LOST: _("it is lost"),
}
PIECE_STATES = {**STATE_NAMES, "released": _("To be made"), "in_production": _("In the making")}


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot a piece is made of."""

    material: str
    name: str
    lot: str
    href: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One more copy of a sheet that was printed."""

    revision: str
    reason: CopyReason
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PieceLine:
    """One piece: what it is now, what it is made instead of and what instead of it (0: nothing)."""

    number: int
    state: str
    due: datetime
    remake_of: int
    remade_as: int
    waits_for_remake: bool
    scan: str
    sheet_href: str
    lots: tuple[LotLine, ...]
    copies: tuple[CopyLine, ...]

    @property
    def stands(self) -> bool:
        """Whether the order consists of it now."""
        return not self.remade_as


def piece_lines(db: Session, order: Order, words: Words) -> tuple[PieceLine, ...]:
    """Return the pieces of an order that are on the floor, ascending."""
    there = floor.pieces_now(db, order.number)
    remade = {one.remake_of: one.number for one in there if one.remake_of}
    issued = {
        sheet.piece for sheet in sheets.issued_sheets(db, order.number) if sheet.revision == order.revision_letter
    }
    recorded = lots.lots_of(db, order.number)
    copies = sheets.copies(db, order.number)
    by = {one.by for one in copies} | {one.by for one in recorded}
    people = display_names(db, by) if by else {}
    lines = []
    for one in there:
        work, _status = floor.work_order(db, order.number, one.number)
        lines.append(
            PieceLine(
                number=one.number,
                state=one.state.value,
                due=work.due_at,
                remake_of=one.remake_of,
                remade_as=remade.get(one.number, 0),
                waits_for_remake=one.waits_for_remake,
                scan=str(ScanCode(order.number, work.revision, None, one.number)),
                sheet_href=sheet_href(order.number, one.number) if one.number in issued else "",
                lots=tuple(
                    LotLine(
                        each.material,
                        words.material(each.material),
                        each.lot,
                        f"/lots/{order.line}?lot={each.lot}",
                        each.at,
                        people.get(each.by, each.by),
                    )
                    for each in recorded
                    if each.piece == one.number
                ),
                copies=tuple(
                    CopyLine(each.revision, each.reason, each.at, people.get(each.by, each.by))
                    for each in copies
                    if each.piece == one.number
                ),
            )
        )
    return tuple(lines)
