"""What a sheet draws itself instead of asking the renderer for boxes: QR codes, ruled fields, the product's picture.

They are images to WeasyPrint: given through its image cache under addresses that nothing could fetch, laid out by the stylesheet
as any image, and drawn as a few PDF operators.
"""

from functools import lru_cache
from typing import Any, Protocol

import segno

from production.build_sheet.pictures import Drawing, Opacity, State

QR_QUIET = 4
"""Modules of quiet zone around a code."""
_OVERLAP = 0.02
"""By how much of a module dark rows reach into the next, so that no viewer shows a seam between them."""
_PX_OF_MM = 96 / 25.4
BOX_LINE_MM = 0.35
RULE_MM, GREY = 0.2, "0.6"
"""How wide a hairline is, and how grey."""


class PdfStream(Protocol):
    """As much of WeasyPrint's page stream as is used here."""

    stream: list[Any]

    def push_state(self) -> None:
        """Put the graphics state by."""

    def pop_state(self) -> None:
        """Take it up again."""

    def transform(self, a: float = 1, b: float = 0, c: float = 0, d: float = 1, e: float = 0, f: float = 0) -> None:
        """Place what follows by a matrix."""

    def set_alpha(self, alpha: float, stroke: bool = False, fill: bool | None = None) -> None:
        """Set how opaque what follows is."""


class QrMark:
    """A QR code with its quiet zone, as one path."""

    def __init__(self, scan: str) -> None:
        self._modules, self._path = _qr_path(scan)

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Return width, height and their ratio."""
        return self._modules, self._modules, 1

    def draw(self, stream: PdfStream, width: float, height: float, _style: object) -> None:
        """Draw the dark modules."""
        stream.push_state()
        stream.transform(a=width / self._modules, d=height / self._modules)
        stream.set_alpha(1)
        stream.stream.append(self._path)
        stream.pop_state()


class Mark(Protocol):
    """What is drawn in a slot."""

    def draw(self, stream: PdfStream, width: float, height: float, _style: object, /) -> None:
        """Draw it."""


class SlotMark:
    """A place for a code in a layout that many sheets share; ``mark`` is what is drawn there now.

    The lines of the row it stands in belong to the slot.
    """

    def __init__(self, row: "RuledMark | None" = None) -> None:
        self.mark: Mark | None = None
        self._row = row

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Return width, height and their ratio."""
        return 1, 1, 1

    def draw(self, stream: PdfStream, width: float, height: float, style: object) -> None:
        """Draw the row's lines, and what is in the slot."""
        if self._row is not None:
            self._row.draw(stream, width, height, style)
        if self.mark is not None:
            self.mark.draw(stream, width, height, style)


class RuledMark:
    """A hairline above the whole row, and fields to write in; it takes the place of their cells.

    Args:
        before_mm: How far the row begins to the left of it.
        above_mm: How far the row begins above it.
        width_mm: How far the row reaches, from the left of the mark.
        fields_mm: Where the fields' upright lines stand, from the left of the mark.
    """

    def __init__(self, before_mm: float, above_mm: float, width_mm: float, fields_mm: tuple[float, ...]) -> None:
        self._before, self._above = before_mm * _PX_OF_MM, above_mm * _PX_OF_MM
        self._width = width_mm * _PX_OF_MM
        self._fields = tuple(at * _PX_OF_MM for at in fields_mm)

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, None]:
        """Return its width; its height is the stylesheet's."""
        return self._width, 1, None

    def draw(self, stream: PdfStream, width: float, height: float, _style: object) -> None:
        """Draw the lines."""
        top = f"{-self._before:.2f} {-self._above:.2f} m {self._width:.2f} {-self._above:.2f} l"
        fields = [f"{at:.2f} {-self._above:.2f} m {at:.2f} {height + self._above:.2f} l" for at in self._fields]
        stream.push_state()
        stream.set_alpha(1, stroke=True)
        stream.stream.append(f"{GREY} G {RULE_MM * _PX_OF_MM:.2f} w {' '.join((top, *fields))} S".encode("ascii"))
        stream.pop_state()


class BoxMark:
    """A box to tick."""

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Return width, height and their ratio."""
        return 1, 1, 1

    def draw(self, stream: PdfStream, width: float, height: float, _style: object) -> None:
        """Draw the box."""
        line = BOX_LINE_MM * _PX_OF_MM
        stream.push_state()
        stream.set_alpha(1, stroke=True)
        sides = f"{line / 2:.2f} {line / 2:.2f} {width - line:.2f} {height - line:.2f} re"
        stream.stream.append(f"0 G {line:.2f} w {sides} S".encode("ascii"))
        stream.pop_state()


class PictureMark:
    """The shapes of a plain picture of ours; its texts lie over it as an image of their own."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Return width, height and their ratio."""
        drawing = self._drawing
        return drawing.width, drawing.height, drawing.width / drawing.height

    def draw(self, stream: PdfStream, width: float, height: float, _style: object) -> None:
        """Draw the shapes."""
        drawing = self._drawing
        stream.push_state()
        stream.transform(a=width / drawing.width, d=height / drawing.height)
        stream.transform(e=-drawing.x, f=-drawing.y)
        for step in drawing.steps:
            match step:
                case Opacity(fill, stroke):
                    stream.set_alpha(fill)
                    stream.set_alpha(stroke, stroke=True)
                case State.SAVE:
                    stream.push_state()
                case State.RESTORE:
                    stream.pop_state()
                case _:
                    stream.stream.append(step)
        stream.pop_state()


STEP_ROW = RuledMark(95, 0.6, 91, (21, 37.5, 54, 72.5, 90.9))
"""A step's row around its code: the line above it, and fields for time, operator, start and end."""


@lru_cache(maxsize=4096)
def _qr_path(scan: str) -> tuple[int, bytes]:
    """Return how many modules wide a code is with its quiet zone, and its dark modules as one filled path.

    The mask is fixed: trying all eight takes four times as long and changes nothing for so short a text.
    """
    code = segno.make(scan, error="m", mask=2, micro=False)
    rows = [bytes(row) for row in code.matrix]
    rectangles = []
    open_runs: dict[tuple[int, int], int] = {}
    for y, row in enumerate([*rows, bytes(len(rows))]):
        runs = _dark_runs(row)
        for run in [each for each in open_runs if each not in runs]:
            top = open_runs.pop(run)
            rectangles.append(f"{run[0] + QR_QUIET} {top + QR_QUIET} {run[1]} {y - top + _OVERLAP} re")
        for run in sorted(runs):
            open_runs.setdefault(run, y)
    path = " ".join(("0 g", *rectangles, "f")).encode("ascii")
    return len(rows) + 2 * QR_QUIET, path


def _dark_runs(row: bytes) -> set[tuple[int, int]]:
    """Return the runs of dark modules of a row: (first, length)."""
    runs, start = set(), -1
    for x, module in enumerate(row + b"\0"):
        if module and start < 0:
            start = x
        elif not module and start >= 0:
            runs.add((start, x - start))
            start = -1
    return runs
