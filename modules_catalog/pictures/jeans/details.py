"""What both views have: waistband, loops, seams of the leg, hems, the customer's own text."""

import random
import unicodedata

from modules_catalog.pictures.geometry import Line, above, below, curve, d, mirrored, offset
from modules_catalog.pictures.jeans.cloth import SHADE, Cloth, soft, weave
from modules_catalog.pictures.jeans.silhouette import BAND, CROTCH_Y, HEM_Y, Silhouette
from modules_catalog.pictures.jeans.stitching import Needle
from modules_catalog.pictures.spec import Look
from modules_catalog.pictures.svg import Sheet, darker, lighter

LETTERS = "Georgia, 'Noto Serif', 'DejaVu Serif', 'Noto Serif CJK TC', 'Noto Serif CJK SC', serif"


def waistband(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle) -> None:
    """Add the band with its two rows of thread."""
    clip = sheet.clip(f"band{'b' if shape.dip < 0 else 'f'}", shape.band())
    lower = shape.edge(BAND)
    sheet.open(clip_path=clip)
    sheet.path(shape.band(), fill=cloth.colour)
    soft(sheet, shape.edge(BAND / 2 - 2), cloth.faded, 16, cloth.contrast * 0.55)
    weave(sheet, shape.band())
    soft(sheet, shape.edge(1.5), lighter(cloth.colour, 0.6), 5, 0.28)
    soft(sheet, lower, SHADE, 9, 0.45 * cloth.depth)
    for side in (-1, 1):
        soft(
            sheet,
            [(side * shape.waist, shape.top - 8), (side * (shape.waist + 6), shape.top + BAND + 6)],
            SHADE,
            46,
            0.45 * cloth.depth,
        )
    sheet.close()
    needle.single(shape.edge(4.5))
    needle.single(shape.edge(BAND - 4.2))
    sheet.path(d(lower), fill="none", stroke=darker(cloth.colour, 0.6), stroke_width=1.2, stroke_opacity=0.8)


def loop(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, x: float) -> None:
    """Add one belt loop."""
    share = x / shape.waist
    top = shape.top + shape.dip * (1 - share * share) - 4
    height, lean = BAND + 13, x * 0.035
    box = [(x - 6, top), (x + 6, top), (x + 6 + lean, top + height), (x - 6 + lean, top + height)]
    sheet.path(d([(px + 2.2, py + 3) for px, py in box], closed=True), fill=SHADE, fill_opacity=0.32 * cloth.depth)
    sheet.path(d(box, closed=True), fill=cloth.colour, stroke=darker(cloth.colour, 0.5), stroke_width=0.8)
    weave(sheet, d(box, closed=True))
    soft(
        sheet,
        [(x - 1 + lean * 0.2, top + 8), (x - 1 + lean * 0.8, top + height - 8)],
        cloth.faded,
        6,
        0.2 + cloth.contrast * 0.5,
    )
    for dx in (-3.6, 3.6):
        needle.single([(x + dx, top + 2), (x + dx + lean, top + height - 2)], 3.6, 1.6, 1.2)
    needle.bar(x, top + 3, 11, 3)
    needle.bar(x + lean, top + height - 3, 11, 3)


def leg_seams(shape: Silhouette, needle: Needle, *, is_back: bool) -> None:
    """Add the side seams and the felled inseams."""
    for side in (-1, 1):
        inner = offset(shape.inner, -3)
        line = inner if side > 0 else mirrored(inner)
        needle.seam(line, ridge=side)
        if not is_back:
            needle.twin(offset(line, side * -4.2), 4.4)
        upper = above(below(shape.outer, shape.top + BAND), CROTCH_Y - 40)
        edge = offset(upper, 5.5)
        if not is_back:
            needle.single(edge if side > 0 else mirrored(edge))


def hem(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, look: Look) -> None:
    """Add both hems."""
    for side in (-1, 1):
        line = shape.hem if side > 0 else mirrored(shape.hem)
        {"cuffed": _cuff, "raw": _fringe, "chain": _chain, "blind": _blind}.get(str(look["kind"]), _plain)(
            sheet, shape, cloth, needle, line, side
        )


def _plain(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, line: Line, side: int) -> None:
    _hem_ridge(sheet, cloth, line, roped=False, side=side)
    needle.single([(x, y - 13) for x, y in line])


def _blind(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, line: Line, side: int) -> None:
    soft(sheet, [(x, y - 2) for x, y in line], SHADE, 6, 0.4 * cloth.depth)


def _chain(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, line: Line, side: int) -> None:
    _hem_ridge(sheet, cloth, line, roped=True, side=side)
    row = [(x, y - 13) for x, y in line]
    needle.single(row, 6.2, 1.1, 2.2)
    needle.sheet.path(
        d(row),
        fill="none",
        stroke=lighter(needle.thread, 0.4),
        stroke_width=0.7,
        stroke_dasharray="2.4 4.9",
        stroke_opacity=0.9,
    )


def _hem_ridge(sheet: Sheet, cloth: Cloth, line: Line, *, roped: bool, side: int) -> None:
    """Add the folded edge; a chain stitch pulls it into a rope of light and dark."""
    soft(sheet, [(x, y - 15.5) for x, y in line], SHADE, 5, 0.35 * cloth.depth)
    soft(sheet, [(x, y - 7) for x, y in line], cloth.faded, 8, 0.15 + cloth.contrast * 0.5)
    soft(sheet, [(x, y - 1) for x, y in line], SHADE, 6, 0.4 * cloth.depth)
    left, right = min(line[0][0], line[-1][0]), max(line[0][0], line[-1][0])
    bottom = max(y for _, y in line)
    marks = 0 if sheet.is_plain else int((right - left) / (9 if roped else 16))
    for i in range(marks):
        x = left + 6 + (right - left - 12) * i / max(1, marks - 1)
        sheet.path(
            f"M{x:.1f} {bottom - 14:.1f}l{side * 5:.1f} 11",
            stroke=cloth.faded if i % 2 == 0 else darker(cloth.colour, 0.5),
            stroke_width=4 if roped else 2.4,
            stroke_opacity=(0.5 if roped else 0.16) * (0.5 + cloth.contrast * 0.6),
            stroke_linecap="round",
            fill="none",
        )


def _cuff(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, line: Line, side: int) -> None:
    height = 46.0
    (x0, y0), (x1, y1) = line[0], line[-1]
    top = [(x0 - side * 2.5, y0 - height), ((x0 + x1) / 2, (y0 + y1) / 2 - height + 4), (x1 + side * 2.5, y1 - height)]
    bottom = curve([(x0 - side * 2, y0 + 1), ((x0 + x1) / 2, max(y0, y1) + 6), (x1 + side * 2, y1 + 1)], 6)
    top = curve(top, 6)
    data = d(top, list(reversed(bottom)), closed=True)
    sheet.path(d([(x + 1, y - 4) for x, y in top], list(reversed(top)), closed=True), fill=SHADE, fill_opacity=0.35)
    sheet.open(clip_path=sheet.clip(f"cuff{'b' if shape.dip < 0 else 'f'}{side + 1}", data))
    sheet.path(data, fill=cloth.reverse)
    weave(sheet, data, fill_opacity=0.6)
    fold = [(x, y + (height + 2) / 2) for x, y in top]
    soft(sheet, fold, SHADE, 6, 0.34)
    soft(sheet, [(x, y + 4) for x, y in fold], "#ffffff", 5, 0.3)
    middle = (x0 + x1) / 2 + side * 24
    seam = [(middle, y0 - height + 2), (middle + side, y0 + 4)]
    if cloth.has_selvedge:
        sheet.path(d(seam), stroke="#f6f3ec", stroke_width=11, fill="none")
        sheet.path(d([(x - 2.4, y) for x, y in seam]), stroke="#b4322c", stroke_width=1.8, fill="none")
    sheet.path(d(seam), stroke=SHADE, stroke_width=1.6, stroke_opacity=0.5, fill="none")
    soft(sheet, bottom, SHADE, 8, 0.35)
    for edge in ([top[0], bottom[0]], [top[-1], bottom[-1]]):
        soft(sheet, edge, SHADE, 16, 0.3)
    sheet.close()
    sheet.path(data, fill="none", stroke=darker(cloth.reverse, 0.45), stroke_width=0.9, stroke_opacity=0.7)


def _fringe(sheet: Sheet, shape: Silhouette, cloth: Cloth, needle: Needle, line: Line, side: int) -> None:
    chance = random.Random(31 + side)
    left, right = min(line[0][0], line[-1][0]), max(line[0][0], line[-1][0])
    bottom = max(y for _, y in line) - 1
    soft(sheet, [(x, y - 3) for x, y in line], cloth.fringe, 7, 0.5)
    for i in range(int((right - left) / 1.5)):
        x = left + 1 + i * 1.5
        sheet.path(
            f"M{x:.1f} {bottom - 5:.1f}q{chance.uniform(-2, 2):.1f} 6 {chance.uniform(-3, 3):.1f} {chance.uniform(7, 17):.1f}",
            stroke=cloth.fringe if chance.random() < 0.75 else cloth.colour,
            stroke_width=0.9,
            stroke_opacity=round(chance.uniform(0.55, 1), 2),
            fill="none",
        )


def own_text(sheet: Sheet, text: str, shape: Silhouette, look: Look, thread: str) -> None:
    """Add the customer's text, embroidered: never wider than its place."""
    ems = sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.6 for char in text) or 1.0
    size = min(float(look["size"]), float(look["width"]) / ems)
    x, y = float(look["x"]), shape.top + float(look["y"]) + size * 0.35
    shared: dict[str, str | float] = {
        "font_family": LETTERS,
        "font_size": size,
        "font_weight": "bold",
        "font_style": "italic",
        "text_anchor": "middle",
    }
    if not sheet.is_plain:
        sheet.words(text, x=x + 0.8, y=y + 1.1, fill=SHADE, fill_opacity=0.55, **shared)
    sheet.words(text, x=x, y=y, fill=thread, stroke=thread, stroke_width=size * 0.045, **shared)


def drop_shadow(sheet: Sheet, shape: Silhouette) -> None:
    """Add the shadow the pair throws on the table."""
    if sheet.is_plain:
        return
    data = shape.outline()
    for step in range(9):
        sheet.path(
            data,
            transform="translate(5 9)",
            fill="#0b0e18",
            fill_opacity=0.025,
            stroke="#0b0e18",
            stroke_width=26 - 3 * step,
            stroke_opacity=0.025,
            stroke_linejoin="round",
        )


BOTTOM = HEM_Y
