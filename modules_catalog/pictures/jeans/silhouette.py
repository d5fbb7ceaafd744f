"""The outline of one view, lying flat: x = 0 is the middle of the garment, y points down to the hem."""

from dataclasses import dataclass

from modules_catalog.pictures.geometry import Line, above, below, curve, d, mirrored
from modules_catalog.pictures.spec import Look

CROTCH_Y = 262.0
KNEE_Y = 486.0
CALF_Y = 630.0
HEM_Y = 772.0
BAND = 30.0


@dataclass(frozen=True, slots=True)
class Silhouette:
    """The lines everything else hangs on; the left side mirrors the right.

    Attributes:
        top: y of the waist's upper edge at the side.
        waist: Half the width at the waist.
        dip: How far the upper edge sinks (front) or rises (back, negative) at the middle.
        outer: Right side seam, from the waist down to the hem.
        inner: Right inseam, from the crotch down to the hem.
    """

    top: float
    waist: float
    dip: float
    outer: Line
    inner: Line

    def edge(self, depth: float) -> Line:
        """Return a line across the body from left to right, ``depth`` below the waist's upper edge."""
        y = self.top + depth
        side = self.side_x(y)
        return curve([(side * t, y + self.dip * (1 - t * t)) for t in (-1, -0.6, -0.2, 0.2, 0.6, 1)], 6)

    def side_x(self, y: float) -> float:
        """Return how far the right side seam is from the middle at one height."""
        return next((x0 + (x1 - x0) * (y - y0) / (y1 - y0 or 1) for (x0, y0), (x1, y1) in self._pieces() if y <= y1), 0)

    def _pieces(self) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        return list(zip(self.outer, self.outer[1:], strict=False))

    @property
    def hem(self) -> Line:
        """The right hem, from the inseam to the side seam."""
        (x0, y0), (x1, y1) = self.inner[-1], self.outer[-1]
        middle = ((x0 + x1) / 2, max(y0, y1) + 4)
        return curve(
            [(x0, y0), ((x0 + middle[0]) / 2, middle[1] - 1), middle, ((x1 + middle[0]) / 2, middle[1] - 1), (x1, y1)],
            4,
        )

    def outline(self) -> str:
        """Return the whole garment as path data."""
        right = [*self.outer, *reversed(self.hem), *reversed(self.inner)]
        left = [*mirrored(self.inner), *mirrored(self.hem), *reversed(mirrored(self.outer))]
        return d(self.edge(0)[1:-1], right, left, closed=True)

    def body(self) -> str:
        """Return the garment below the waistband as path data."""
        outer = below(self.outer, self.top + BAND)
        right = [*outer, *reversed(self.hem), *reversed(self.inner)]
        left = [*mirrored(self.inner), *mirrored(self.hem), *reversed(mirrored(outer))]
        return d(self.edge(BAND)[1:-1], right, left, closed=True)

    def leg(self, side: int) -> str:
        """Return one leg below the crotch as path data; ``side`` is 1 for the right, -1 for the left."""
        outer = below(self.outer, CROTCH_Y - 60)
        shape = [(0.0, CROTCH_Y - 60), *outer, *reversed(self.hem), *reversed(self.inner)]
        return d(shape if side > 0 else mirrored(shape), closed=True)

    def band(self) -> str:
        """Return the waistband as path data."""
        return d(
            self.edge(0),
            above(below(self.outer, self.top), self.top + BAND),
            list(reversed(self.edge(BAND))),
            closed=True,
        )


def silhouette(fit: Look, rise: Look, *, is_back: bool) -> Silhouette:
    """Return the outline for a fit block and a rise; the back is cut a little wider at the seat."""
    top = float(rise["top"]) - (5 if is_back else 0)
    seat = 4.0 if is_back else 0.0
    waist = float(fit["waist"])
    hip_y = top + (CROTCH_Y - top) * 0.62
    outer = curve(
        [
            (waist, top),
            (waist + (fit["hip"] - waist) * 0.42, top + (hip_y - top) * 0.38),
            (fit["hip"] + seat - 2, hip_y - 14),
            (fit["hip"] + seat, hip_y + 18),
            (fit["thigh"] + seat * 0.5, CROTCH_Y + 46),
            ((fit["thigh"] + fit["knee"]) / 2, (CROTCH_Y + KNEE_Y) / 2 + 26),
            (fit["knee"], KNEE_Y),
            (fit["calf"], CALF_Y),
            (fit["hem"], HEM_Y),
        ]
    )
    inner = curve(
        [
            (0, CROTCH_Y),
            (5, CROTCH_Y + 26),
            (fit["inner_knee"] * 0.66, CROTCH_Y + 104),
            (fit["inner_knee"], KNEE_Y),
            (fit["inner_calf"], CALF_Y),
            (fit["inner_hem"], HEM_Y - 2),
        ]
    )
    return Silhouette(top=top, waist=waist, dip=-7.0 if is_back else 13.0, outer=outer, inner=inner)
