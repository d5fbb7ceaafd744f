"""The front: fly, button, front pockets with the coin pocket, rivets."""

from modules_catalog.pictures.geometry import Line, above, below, curve, d, mirrored, offset, x_at
from modules_catalog.pictures.jeans.cloth import SHADE, Cloth, soft, weave
from modules_catalog.pictures.jeans.metal import button, rivet
from modules_catalog.pictures.jeans.silhouette import BAND, CROTCH_Y, Silhouette
from modules_catalog.pictures.jeans.stitching import Needle
from modules_catalog.pictures.spec import Look
from modules_catalog.pictures.svg import Sheet, darker


def inside_of_waist(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle) -> None:
    """Add the inside of the back waistband, seen through the waist's opening, with the neck label."""
    front = shape.edge(0)
    back = [(x, shape.top - 11 * (1 - (x / shape.waist) ** 2)) for x, _ in front]
    data = d(back, list(reversed([(x, y + 6) for x, y in front])), closed=True)
    sheet.open(clip_path=sheet.clip("opening", data))
    sheet.path(data, fill=darker(cloth.reverse, 0.28))
    weave(sheet, data, fill_opacity=0.5)
    soft(sheet, [(x, y - 4) for x, y in front], SHADE, 22, 0.7)
    sheet.close()
    needle.single([(x, y + 3.4) for x, y in back])
    sheet.path(d(back), fill="none", stroke=darker(cloth.colour, 0.4), stroke_width=1.4)
    if sheet.is_plain:
        return
    sheet.add(
        "rect", x=-21, y=shape.top - 7, width=42, height=17, rx=1.5, fill="#efe7d8", stroke=SHADE, stroke_opacity=0.3
    )
    sheet.words(
        "LOT ONE",
        x=0,
        y=shape.top + 4.6,
        fill="#27407a",
        font_family="Arial, sans-serif",
        font_size=7.4,
        font_weight="bold",
        text_anchor="middle",
        letter_spacing=0.6,
    )


def pocket_mouth(shape: Silhouette, kind: str) -> Line:
    """Return the edge of the right front pocket, from the waistband to the side seam."""
    top = shape.top + BAND
    start_y = top + shape.dip * 0.72
    low = top + 88
    side = shape.side_x(low)
    if kind == "slant":
        return curve([(58, start_y), (58 + (side - 58) * 0.5, top + 48), (side, top + 108)], 10)
    if kind == "square":
        corner = shape.side_x(top) * 0.48
        return [
            *curve([(corner, start_y), (corner + 3, top + 30), (corner + 10, top + 52)], 8),
            *curve([(corner + 16, top + 57), (corner + 40, top + 61), (side - 4, top + 64)], 8),
        ]
    if kind == "welt":
        return curve([(86, start_y - 4), (94, top + 50), (104, top + 112)], 8)
    return curve([(50, start_y), (57, top + 36), (80, top + 66), (112, top + 82), (side, low)], 8)


def pockets(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, look: Look, *, has_rivets: bool) -> None:
    """Add both front pockets; the coin pocket sits in the wearer's right one."""
    kind = str(look["shape"])
    for side in (-1, 1):
        mouth = pocket_mouth(shape, kind)
        if kind == "welt":
            _welt(sheet, cloth, needle, mouth if side > 0 else mirrored(mouth), side)
            continue
        end_y = mouth[-1][1]
        edge = list(reversed(above(below(shape.outer, shape.top + BAND), end_y)))
        opening = [*mouth, *edge]
        clip = sheet.clip(
            f"pocket{'r' if side > 0 else 'l'}", d(opening if side > 0 else mirrored(opening), closed=True)
        )
        line = mouth if side > 0 else mirrored(mouth)
        sheet.open(clip_path=clip)
        if side < 0 and look["coin"]:
            _coin(sheet, shape, cloth, needle, kind, has_rivets=has_rivets)
        soft(sheet, offset(line, -4 * side), SHADE, 20, 0.75 * cloth.depth)
        sheet.close()
        needle.seam(line, ridge=side)
        soft(sheet, offset(line, 4 * side), cloth.faded, 8, 0.1 + cloth.contrast * 0.6)
        needle.twin(offset(line, 6.5 * side))
        x0, y0 = line[0]
        x1, y1 = line[-1]
        ends = ((x0 - side * 7, y0 + 10), (x1 - side * 9, y1 + (9 if kind == "square" else 7)))
        for x, y in ends:
            if has_rivets:
                rivet(sheet, x, y)
            else:
                needle.bar(x, y, 10, 3.2, 20 * side)


def _welt(sheet: Sheet, cloth: Cloth, needle: Needle, line: Line, side: int) -> None:
    soft(sheet, line, SHADE, 9, 0.6 * cloth.depth)
    needle.seam(line, ridge=side)
    needle.single(offset(line, 5 * side))
    for x, y in (line[1], line[-1]):
        needle.bar(x - side * 3, y - 3, 12)


def _coin(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, kind: str, *, has_rivets: bool) -> None:
    top = shape.top + BAND
    y = top + (30 if kind == "scoop" else 26)
    left, right = -x_at(shape.outer, y) + 9, -62.0
    box = [(left, y), (right, y + 2), (right, y + 92), (left - 12, y + 92)]
    sheet.path(d(box, closed=True), fill=cloth.colour)
    weave(sheet, d(box, closed=True))
    edge = [(left - 4, y), (right, y + 2)]
    soft(sheet, [(x, py - 2) for x, py in edge], SHADE, 6, 0.5 * cloth.depth)
    soft(sheet, [(x, py + 3) for x, py in edge], cloth.faded, 6, 0.15 + cloth.contrast * 0.5)
    needle.seam(edge)
    needle.twin([(x, py + 6.5) for x, py in edge], 4.2)
    needle.seam([(right, y), (right - 1, y + 92)])
    needle.single([(right - 4, y + 3), (right - 5, y + 92)])
    for x in (left + 5, right - 7):
        if has_rivets:
            rivet(sheet, x, y + 6.5, 3.4)
        else:
            needle.bar(x, y + 6.5, 9, 3)


def fly(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, look: Look) -> None:
    """Add the centre seam, the fly with its curved stitching, and the buttons of a button fly."""
    top = shape.top + BAND + shape.dip
    end = top + (CROTCH_Y - top) * 0.74
    edge = curve([(-3, top), (-3.5, (top + end) / 2), (-1, end)], 8)
    soft(sheet, [(x - 3, y) for x, y in edge], SHADE, 11, 0.5 * cloth.depth)
    needle.seam(edge, ridge=-1)
    soft(sheet, [(x + 5, y) for x, y in edge], cloth.faded, 7, 0.1 + cloth.contrast * 0.5)
    needle.single([(x + 3.2, y) for x, y in edge])
    j_line = curve(
        [(31, top), (31.5, top + (end - top) * 0.55), (27, top + (end - top) * 0.82), (13, end - 4), (1, end + 5)], 9
    )
    soft(sheet, offset(j_line, -4), SHADE, 7, 0.25 * cloth.depth)
    needle.twin(j_line)
    needle.bar(2, end + 6, 12, 3.4, 62)
    needle.bar(16, end - 9, 10, 3.2, -38)
    centre = curve([(-0.5, end), (-1, (end + CROTCH_Y) / 2), (0, CROTCH_Y + 2)], 6)
    needle.seam(centre)
    needle.twin([(x + 5, y) for x, y in centre], 4.4)
    count = int(look["buttons"])
    for i in range(count):
        y = top + 20 + (end - top - 34) * i / max(1, count - 1)
        sheet.path(
            d([(-5, y), (11, y)]),
            stroke=darker(needle.thread, 0.2),
            stroke_width=3.4,
            stroke_opacity=0.75,
            stroke_linecap="round",
        )
        button(sheet, -4, y, 6.4)


def waist_button(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle) -> None:
    """Add the overlap of the waistband, its buttonhole and the button."""
    y = shape.top + shape.dip + BAND / 2
    edge = [(-14, shape.top + shape.dip), (-14, shape.top + shape.dip + BAND)]
    soft(sheet, [(x - 3, py) for x, py in edge], SHADE, 9, 0.5 * cloth.depth)
    sheet.path(d(edge), stroke=darker(cloth.colour, 0.65), stroke_width=1.6)
    needle.single([(x + 4, py + (3 if i == 0 else -3)) for i, (x, py) in enumerate(edge)])
    sheet.path(d([(-1, y), (17, y)]), stroke=needle.thread, stroke_width=4.6, stroke_linecap="round")
    sheet.path(d([(0, y), (16, y)]), stroke=darker(cloth.colour, 0.6), stroke_width=1.8, stroke_linecap="round")
    button(sheet, 1, y)
