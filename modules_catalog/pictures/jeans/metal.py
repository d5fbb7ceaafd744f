"""Buttons and rivets."""

from modules_catalog.pictures.jeans.cloth import SHADE
from modules_catalog.pictures.svg import Sheet, darker, lighter


def define_metal(sheet: Sheet, colour: str) -> None:
    """Define how the metal shines."""
    sheet.gradient(
        "metal",
        [
            (0, lighter(colour, 0.72), 1),
            (0.35, lighter(colour, 0.2), 1),
            (0.75, colour, 1),
            (1, darker(colour, 0.5), 1),
        ],
        radial=True,
        cx=0.36,
        cy=0.3,
        r=0.75,
    )
    sheet.gradient("rim", [(0, darker(colour, 0.4), 1), (1, lighter(colour, 0.5), 1)], x1=0, y1=0, x2=1, y2=1)


def rivet(sheet: Sheet, x: float, y: float, size: float = 4.2) -> None:
    """Add a rivet: a cap with a nipple."""
    sheet.add("circle", cx=x + 0.6, cy=y + 1.4, r=size + 0.8, fill=SHADE, fill_opacity=0.4)
    sheet.add("circle", cx=x, cy=y, r=size, fill="url(#metal)")
    sheet.add("circle", cx=x, cy=y, r=size * 0.42, fill="url(#rim)")


def button(sheet: Sheet, x: float, y: float, size: float = 10.5) -> None:
    """Add a shank button with its ring and dots."""
    sheet.add("circle", cx=x + 1, cy=y + 2.6, r=size + 1.2, fill=SHADE, fill_opacity=0.35)
    sheet.add("circle", cx=x, cy=y, r=size, fill="url(#rim)")
    sheet.add("circle", cx=x, cy=y, r=size * 0.9, fill="url(#metal)")
    sheet.add("circle", cx=x, cy=y, r=size * 0.62, fill="none", stroke="url(#rim)", stroke_width=size * 0.11)
    sheet.add("circle", cx=x, cy=y, r=size * 0.26, fill="url(#rim)")
