"""What goes with the sheets of a day: a label for each kit, and one ticket for all that is cut of a cloth. Pure.

Both are made from sheets as they were issued, so they say what the sheets say.
Source: docs/algorithms/build-sheet.md, rules P-1 to P-3.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from production.build_sheet.model import PartLine, SheetData, StepLine

CLOTH = "cloth."
"""How the stock code of a cloth begins: it is an option of the feature ``cloth``."""


@dataclass(frozen=True, slots=True)
class CutLine:
    """One piece of a cut ticket: how much of the cloth it takes, what else is on the cutting table, and its cutting step."""

    sheet: SheetData
    part: PartLine
    panels: tuple[PartLine, ...]
    step: StepLine | None


@dataclass(frozen=True, slots=True)
class CutTicket:
    """All that is cut of one cloth; ``total_mm`` is what to take from the roll."""

    locale: str
    cloth: PartLine
    lines: tuple[CutLine, ...]

    @property
    def total_mm(self) -> int:
        """Return the sum of the lengths."""
        return sum(line.part.quantity for line in self.lines)


def bins_of(sheet: SheetData) -> tuple[str, ...]:
    """Return the bins of a piece's parts in the order they are walked, each once (P-1)."""
    return tuple(dict.fromkeys(part.bin for part in sheet.parts if part.bin))


def cut_tickets(sheets: Iterable[SheetData]) -> tuple[CutTicket, ...]:
    """Return a ticket for each cloth, by its bin; within it what is due first comes first (P-2)."""
    lines: dict[str, list[CutLine]] = {}
    for sheet in sorted(sheets, key=lambda one: (one.order.due, one.order.number, one.order.piece)):
        step = next((one for one in sheet.steps if one.is_cut_off), None)
        for part in sheet.parts:
            if part.code.startswith(CLOTH):
                panels = tuple(one for one in sheet.parts if one.code.startswith(("front-", "back-", "yoke-")))
                lines.setdefault(part.code, []).append(CutLine(sheet, part, panels, step))
    found = [CutTicket(each[0].sheet.locale, each[0].part, tuple(each)) for each in lines.values()]
    return tuple(sorted(found, key=lambda one: (one.cloth.bin, one.cloth.code)))
