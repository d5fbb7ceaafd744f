"""The back: yoke, seat seam, back pockets, the patch on the waistband."""

from math import cos, pi, sin

from modules_catalog.pictures.geometry import Line, curve, d, moved, offset
from modules_catalog.pictures.jeans.cloth import SHADE, Cloth, soft, weave
from modules_catalog.pictures.jeans.silhouette import BAND, CROTCH_Y, Silhouette
from modules_catalog.pictures.jeans.stitching import Needle
from modules_catalog.pictures.spec import Look
from modules_catalog.pictures.svg import Sheet, darker, lighter, luminance

POCKET_X = 78.0
POCKET_DEPTH = 118.0


def yoke_and_seat(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle) -> None:
    """Add the yoke, which makes the seat round, and the seam between the halves."""
    side_y, middle_y = shape.top + 62, shape.top + 92
    half = curve([(0, middle_y), (60, middle_y - 12), (shape.side_x(side_y), side_y)], 10)
    whole = [*[(-x, y) for x, y in reversed(half)], *half[1:]]
    soft(sheet, [(x, y + 4) for x, y in whole], SHADE, 9, 0.32 * cloth.depth)
    needle.seam(whole)
    needle.twin([(x, y - 6) for x, y in whole])
    seat = curve(
        [(0, shape.top + BAND + shape.dip), (0, middle_y), (0.5, (middle_y + CROTCH_Y) / 2), (0, CROTCH_Y + 3)], 8
    )
    soft(sheet, [(x - 3, y) for x, y in seat], SHADE, 9, 0.35 * cloth.depth)
    needle.seam(seat)
    needle.twin([(x + 6, y) for x, y in seat])


def pockets(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, look: Look, text_x: float) -> None:
    """Add both back pockets; the one with the customer's text (``text_x`` on its side) carries no sign of ours."""
    kind = str(look["shape"])
    if kind == "none":
        return
    y = shape.top + POCKET_DEPTH
    for side in (-1, 1):
        x = side * POCKET_X
        if kind == "welt":
            _welt(sheet, cloth, needle, x, y)
            continue
        outline = _tilted(_pocket(kind), side)
        _patch_pocket(sheet, cloth, needle, moved(outline, x, y))
        if look["flap"]:
            _flap(sheet, cloth, needle, x, y, side)
        elif look["arc"] and side * text_x <= 0:
            _arc(needle, x, y, side)
        top_left, top_right = (outline[0][0] + x, outline[0][1] + y), (outline[-1][0] + x, outline[-1][1] + y)
        for px, py in (top_left, top_right):
            inward = 6 if px < x else -6
            needle.bar(px + inward, py + 4, 10, 3.2)


def _pocket(kind: str) -> Line:
    """Return a pocket's edge from its top left corner round to its top right, x = 0 its middle, y = 0 its mouth."""
    if kind == "round":
        return [
            (-50, 0),
            (-48, 62),
            *curve([(-46, 78), (-38, 94), (-20, 104), (0, 106), (20, 104), (38, 94), (46, 78)], 4),
            (48, 62),
            (50, 0),
        ]
    if kind == "square":
        return [(-50, 0), (-48, 96), (-40, 104), (40, 104), (48, 96), (50, 0)]
    if kind == "spade":
        return [
            (-51, 0),
            (-46, 76),
            *curve([(-46, 80), (-26, 100), (0, 118), (26, 100), (46, 80)], 5),
            (46, 76),
            (51, 0),
        ]
    return [(-51, 0), (-46, 86), (0, 111), (46, 86), (51, 0)]


def _tilted(line: Line, side: int) -> Line:
    """Return the pocket as it sits: the outer corner a little higher, the foot a little outwards."""
    return [(x + side * y * 0.035, y - side * x * 0.055) for x, y in line]


def _patch_pocket(sheet: Sheet, cloth: Cloth, needle: Needle, edge: Line) -> None:
    data = d(edge, closed=True)
    for width in () if sheet.is_plain else (13, 8, 4):
        sheet.path(
            data,
            transform="translate(1.5 3)",
            fill="none",
            stroke=SHADE,
            stroke_width=width,
            stroke_opacity=0.10 * cloth.depth,
        )
    sheet.path(data, fill=cloth.colour)
    middle_x = sum(x for x, _ in edge) / len(edge)
    middle_y = (edge[0][1] + max(y for _, y in edge)) / 2
    if cloth.contrast and not sheet.is_plain:
        sheet.add(
            "ellipse", cx=middle_x, cy=middle_y, rx=48, ry=54, fill="url(#worn)", opacity=min(1.0, cloth.contrast * 0.9)
        )
    weave(sheet, data)
    for width in () if sheet.is_plain else (16, 8):
        sheet.path(data, fill="none", stroke=SHADE, stroke_width=width, stroke_opacity=0.045 * cloth.depth)
    inner = _inside(edge, 3.6)
    soft(sheet, _inside(edge, 5), cloth.faded, 6, cloth.contrast * 0.5)
    sheet.path(data, fill="none", stroke=darker(cloth.colour, 0.62), stroke_width=1.5)
    needle.single(inner)
    needle.single(_inside(edge, 9.2))
    mouth = [edge[0], edge[-1]]
    soft(sheet, [(x, y - 2) for x, y in mouth], SHADE, 6, 0.4 * cloth.depth)
    soft(sheet, [(x, y + 4) for x, y in mouth], lighter(cloth.colour, 0.6), 5, 0.25)
    for depth in (13.0, 18.0):
        needle.single([(mouth[0][0] + 5, mouth[0][1] + depth), (mouth[1][0] - 5, mouth[1][1] + depth)])


def _inside(edge: Line, distance: float) -> Line:
    """Return the open edge moved inwards."""
    return offset(edge, -distance)


def _arc(needle: Needle, x: float, y: float, side: int) -> None:
    """Sew our sign: two quarter circles round the inner upper corner, like the rings of one cut."""
    for reach in (52.0, 58.5):
        ring = [(-46 + reach * 1.28 * cos(t * pi / 16), 21 + reach * sin(t * pi / 16)) for t in range(9)]
        needle.single(moved([(-side * px, py - px * 0.055) for px, py in ring], x, y), 3.8, 1.6, 1.35)


def _flap(sheet: Sheet, cloth: Cloth, needle: Needle, x: float, y: float, side: int) -> None:
    edge = moved(_tilted([(-53, -6), (-52, 22), (0, 44), (52, 22), (53, -6)], side), x, y)
    _small_panel(sheet, cloth, edge)
    needle.single(_inside(edge, 3.6))
    needle.single(_inside(edge, 9))
    from_metal = [(x, y + 31)]
    for px, py in from_metal:
        sheet.add("circle", cx=px + 0.8, cy=py + 1.6, r=6.4, fill=SHADE, fill_opacity=0.4)
        sheet.add("circle", cx=px, cy=py, r=5.8, fill="url(#metal)")
        sheet.add("circle", cx=px, cy=py, r=2.4, fill="url(#rim)")


def _small_panel(sheet: Sheet, cloth: Cloth, edge: Line) -> None:
    data = d(edge, closed=True)
    for width in () if sheet.is_plain else (12, 7, 3):
        sheet.path(
            data,
            transform="translate(1 4)",
            fill="none",
            stroke=SHADE,
            stroke_width=width,
            stroke_opacity=0.12 * cloth.depth,
        )
    sheet.path(data, fill=cloth.colour)
    weave(sheet, data)
    soft(sheet, _inside(edge, 5), cloth.faded, 6, 0.1 + cloth.contrast * 0.4)
    sheet.path(data, fill="none", stroke=darker(cloth.colour, 0.62), stroke_width=1.4)


def _welt(sheet: Sheet, cloth: Cloth, needle: Needle, x: float, y: float) -> None:
    box = [(x - 46, y + 12), (x + 46, y + 12), (x + 46, y + 24), (x - 46, y + 24)]
    _small_panel(sheet, cloth, box)
    sheet.path(d([(x - 44, y + 18), (x + 44, y + 18)]), stroke=SHADE, stroke_width=1.6, stroke_opacity=0.7)
    needle.single([(x - 48, y + 8), (x + 48, y + 8)])
    needle.single([(x - 48, y + 28), (x + 48, y + 28)])


def patch(sheet: Sheet, shape: Silhouette, look: Look) -> None:
    """Add the patch on the waistband, branded into it: the mark, the name, the edition."""
    if not look["shown"]:
        return
    colour = str(look["colour"])
    ink = darker(colour, 0.55) if luminance(colour) > 0.25 else lighter(colour, 0.45)
    x, y, width, height = 40.0, shape.top - 3.5, 68.0, 46.0
    sheet.open(transform=f"rotate(1.6 {x:g} {y:g})")
    sheet.add("rect", x=x + 1.4, y=y + 2.6, width=width, height=height, rx=2.5, fill=SHADE, fill_opacity=0.4)
    shine = sheet.gradient(
        "leather",
        [(0, lighter(colour, 0.22), 1), (0.5, colour, 1), (1, darker(colour, 0.22), 1)],
        x1=0,
        y1=0,
        x2=1,
        y2=1,
    )
    sheet.add("rect", x=x, y=y, width=width, height=height, rx=2.5, fill=shine)
    sheet.add(
        "rect",
        x=x + 0.5,
        y=y + 0.5,
        width=width - 1,
        height=height - 1,
        rx=2.2,
        fill="none",
        stroke=darker(colour, 0.45),
        stroke_opacity=0.6,
    )
    sheet.add(
        "rect",
        x=x + 3.4,
        y=y + 3.4,
        width=width - 6.8,
        height=height - 6.8,
        rx=1.2,
        fill="none",
        stroke="#e8d9bd",
        stroke_width=1.1,
        stroke_dasharray="3 1.8",
        stroke_opacity=0.9,
    )
    if sheet.is_plain:
        sheet.close()
        return
    words: dict[str, str | float] = {
        "fill": ink,
        "text_anchor": "middle",
        "font_family": "Arial, 'Liberation Sans', sans-serif",
        "font_weight": "bold",
    }
    sheet.words("1", x=x + width / 2, y=y + 20.5, font_size=14.5, **words)
    sheet.add("circle", cx=x + width / 2, cy=y + 15.5, r=8.6, fill="none", stroke=ink, stroke_width=1.2)
    sheet.words("LOT ONE", x=x + width / 2, y=y + 33, font_size=8.6, letter_spacing=1.4, **words)
    sheet.words("EDITION 1 OF 1", x=x + width / 2, y=y + 39.6, font_size=4.2, letter_spacing=0.7, **words)
    sheet.close()
