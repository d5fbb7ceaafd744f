"""Seams and the thread in them."""

from modules_catalog.pictures.geometry import Line, d, offset
from modules_catalog.pictures.jeans.cloth import SHADE, Cloth
from modules_catalog.pictures.svg import Sheet, darker, lighter


class Needle:
    """Sews with one thread colour on one cloth."""

    def __init__(self, sheet: Sheet, cloth: Cloth, thread: str) -> None:
        self.sheet = sheet
        self.cloth = cloth
        self.thread = thread
        self._under = darker(thread, 0.55)

    def single(self, line: Line, length: float = 4.6, gap: float = 1.9, width: float = 1.55) -> None:
        """Sew one row: a groove, the thread's shadow, the thread and the light on it."""
        dash = f"{length} {gap}"
        if self.sheet.is_plain:
            self.sheet.path(d(line), fill="none", stroke=self.thread, stroke_width=width, stroke_dasharray=dash)
            return
        self.sheet.strokes(
            d(line),
            [
                {"stroke": SHADE, "stroke_width": width + 1.5, "stroke_opacity": 0.22 * self.cloth.depth},
                {"stroke": self._under, "stroke_width": width + 0.7, "stroke_dasharray": dash, "stroke_opacity": 0.6},
                {"stroke": self.thread, "stroke_width": width, "stroke_dasharray": dash},
            ],
        )

    def twin(self, line: Line, apart: float = 5.6) -> None:
        """Sew two rows beside each other, as a twin needle does."""
        self.single(offset(line, -apart / 2))
        self.single(offset(line, apart / 2))

    def seam(self, line: Line, *, ridge: float = 1.0) -> None:
        """Join two panels: a dark line with a lit ridge beside it."""
        if self.sheet.is_plain:
            self.sheet.path(d(line), fill="none", stroke=darker(self.cloth.colour, 0.62), stroke_width=1.5)
            return
        self.sheet.strokes(
            d(line),
            [
                {"stroke": SHADE, "stroke_width": 3.4, "stroke_opacity": 0.28 * self.cloth.depth},
                {"stroke": darker(self.cloth.colour, 0.62), "stroke_width": 1.5, "stroke_opacity": 0.85},
            ],
        )
        self.sheet.path(
            d(offset(line, 1.7 * ridge)),
            fill="none",
            stroke=lighter(self.cloth.colour, 0.5),
            stroke_width=0.9,
            stroke_opacity=0.35,
        )

    def bar(self, x: float, y: float, width: float = 12, height: float = 3.6, turn: float = 0) -> None:
        """Sew a bar tack: a block of dense zigzag, ``turn`` degrees from level."""
        teeth = max(3, round(width / 2))
        step = width / teeth
        data = f"M{-width / 2:.1f} {height / 2:.1f}" + "".join(
            f"l{step / 2:.2f} {-height:.1f}l{step / 2:.2f} {height:.1f}" for _ in range(teeth)
        )
        where = f"translate({x:.1f} {y:.1f}) rotate({turn:g})"
        self.sheet.path(data, transform=where, fill="none", stroke=self._under, stroke_width=2.0, stroke_opacity=0.7)
        self.sheet.path(
            data, transform=where, fill="none", stroke=self.thread, stroke_width=1.3, stroke_linejoin="round"
        )
