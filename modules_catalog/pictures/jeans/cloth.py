"""Cloth and wash: colour, weave, uneven yarn, fading, creases and the light on it."""

import random
from dataclasses import dataclass

from modules_catalog.pictures.geometry import Line, curve, d, mirrored, offset, tapered
from modules_catalog.pictures.jeans.silhouette import CROTCH_Y, HEM_Y, KNEE_Y, Silhouette
from modules_catalog.pictures.spec import Look
from modules_catalog.pictures.svg import Sheet, darker, lighter, luminance, mix

SHADE = "#070a16"
WEAVES = ("broken", "plain", "corduroy", "twill")


@dataclass(frozen=True, slots=True)
class Cloth:
    """The cloth after its wash.

    Attributes:
        colour: As seen in even light.
        faded: Where it is worn most.
        reverse: Its wrong side, seen on cuffs and inside the waist.
        fringe: The weft yarn, seen where a hem frays.
        depth: How strong shadows are drawn: less on light cloth.
    """

    colour: str
    faded: str
    reverse: str
    fringe: str
    depth: float
    weave: str
    slub: float
    has_selvedge: bool
    contrast: float
    whiskers: float
    mottle: float


def washed(cloth: Look, wash: Look) -> Cloth:
    """Return a cloth after its wash."""
    base = str(cloth["colour"])
    pale = _pale(base)
    colour = mix(base, pale, float(wash["fade"]))
    colour = mix(colour, str(wash["tint"]), float(wash["tinting"]))
    light = luminance(colour)
    contrast = float(wash["contrast"]) * (0.35 if light > 0.7 else 1.0)
    return Cloth(
        colour=colour,
        faded=mix(mix(colour, pale, 0.72), str(wash["tint"]), float(wash["tinting"]) * 0.6),
        reverse=mix(mix(colour, str(cloth["weft_colour"]), 0.62), "#ffffff", 0.05),
        fringe=mix(str(cloth["weft_colour"]), "#ffffff", 0.25),
        depth=1.0 if light < 0.45 else 0.62 if light < 0.75 else 0.42,
        weave=next((name for name in WEAVES if name in str(cloth["weave"])), "twill"),
        slub=float(cloth["slub"]),
        has_selvedge=bool(cloth["selvedge"]),
        contrast=contrast,
        whiskers=float(wash["whiskers"]),
        mottle=float(wash["mottle"]),
    )


def _pale(base: str) -> str:
    """Return the colour a cloth fades to: indigo goes to sky blue, others to a tint of themselves."""
    red, blue = int(base[1:3], 16), int(base[5:7], 16)
    if blue - red > 14:
        return mix(lighter(base, 0.62), "#a9c8ea", 0.62)
    return lighter(base, 0.68 if luminance(base) < 0.75 else 0.6)


def define_cloth(sheet: Sheet, cloth: Cloth) -> None:
    """Define the weave and the soft spots that both views use."""
    if sheet.is_plain:
        return
    is_light = luminance(cloth.colour) > 0.6
    thread = darker(cloth.colour, 0.35) if is_light else lighter(cloth.colour, 0.5)
    groove = darker(cloth.colour, 0.5)
    tiles = {
        "twill": (
            3.2,
            3.2,
            f'<path d="M-1 4.2L4.2 -1M-1 1L1 -1M2.2 4.2L4.2 2.2" stroke="{thread}" stroke-width="0.7" stroke-opacity="0.26"/>'
            f'<path d="M-1 2.6L2.6 -1M0.6 4.2L4.2 0.6" stroke="{groove}" stroke-width="0.6" stroke-opacity="0.3"/>',
        ),
        "broken": (
            8,
            4,
            f'<path d="M0 4L4 0M-1 1L1 -1M4 0L8 4M7 -1L9 1" stroke="{thread}" stroke-width="0.8" stroke-opacity="0.26"/>',
        ),
        "plain": (
            3,
            3,
            f'<path d="M0 0.7H1.5M1.5 2.2H3" stroke="{thread}" stroke-width="0.9" stroke-opacity="0.32"/>'
            f'<path d="M0.7 1.5V3M2.2 0V1.5" stroke="{groove}" stroke-width="0.9" stroke-opacity="0.2"/>',
        ),
        "corduroy": (
            5,
            5,
            f'<path d="M1 0V5" stroke="{groove}" stroke-width="1.5" stroke-opacity="0.5"/>'
            f'<path d="M3.2 0V5" stroke="{thread}" stroke-width="1.1" stroke-opacity="0.3"/>',
        ),
    }
    width, height, content = tiles.get(cloth.weave, tiles["twill"])
    sheet.pattern("weave", width, height, content)
    sheet.gradient("worn", [(0, cloth.faded, 1), (0.55, cloth.faded, 0.5), (1, cloth.faded, 0)], radial=True)
    sheet.gradient("cloud", [(0, cloth.faded, 0.9), (0.6, cloth.faded, 0.35), (1, cloth.faded, 0)], radial=True)
    shine = lighter(cloth.colour, 0.7)
    sheet.gradient("shine", [(0, shine, 0.2), (0.5, shine, 0.1), (1, shine, 0)], radial=True)
    sheet.gradient("fall", [(0, SHADE, 0.0), (0.55, SHADE, 0.04), (1, SHADE, 0.2)], x1=0, y1=0, x2=0, y2=1)


def weave(sheet: Sheet, data: str, fill_opacity: float = 1.0) -> None:
    """Lay the weave over a shape."""
    if not sheet.is_plain:
        sheet.path(data, fill="url(#weave)", fill_opacity=fill_opacity)


def soft(sheet: Sheet, line: Line, colour: str, width: float, strength: float) -> None:
    """Add a stroke with soft edges: several strokes, each narrower and as faint."""
    if sheet.is_plain:
        return
    sheet.strokes(
        d(line),
        [{"stroke_width": width * share} for share in (1.0, 0.78, 0.58, 0.4, 0.24)],
        stroke=colour,
        stroke_opacity=strength / 5,
        stroke_linecap="round",
        stroke_linejoin="round",
    )


def crease(sheet: Sheet, line: Line, colour: str, width: float, strength: float, layers: int = 5) -> None:
    """Add a fold's shadow or light: soft, and running out to nothing at both ends."""
    if sheet.is_plain:
        return
    few = [*line[: -1 : max(1, len(line) // 8)], line[-1]]
    sheet.open(fill=colour, fill_opacity=strength / layers)
    for outline in tapered(few, [width * (1 - layer / (layers + 0.6)) for layer in range(layers)]):
        sheet.path(d(outline, closed=True))
    sheet.close()


def lay_cloth(sheet: Sheet, shape: Silhouette, cloth: Cloth, *, is_back: bool) -> None:
    """Add the body: colour, weave, yarn, wash, creases and shadow. Expects to be inside the body's clip."""
    body = shape.body()
    sheet.path(body, fill=cloth.colour)
    if sheet.is_plain:
        sheet.path(body, fill="none", stroke=darker(cloth.colour, 0.6), stroke_width=3)
        return
    _yarn(sheet, cloth, seed=11 if is_back else 7)
    _wear(sheet, shape, cloth, is_back=is_back)
    if cloth.mottle:
        _clouds(sheet, cloth, seed=5 if is_back else 3)
    if cloth.whiskers:
        _whiskers(sheet, shape, cloth, is_back=is_back)
    weave(sheet, body)
    _folds(sheet, shape, cloth, is_back=is_back)
    _round_off(sheet, shape, cloth)
    sheet.path(body, fill="url(#fall)")


def _yarn(sheet: Sheet, cloth: Cloth, seed: int) -> None:
    """Add the long vertical streaks of uneven yarn."""
    chance = random.Random(seed)
    strength = 0.05 + 0.10 * cloth.slub
    for colour, count in ((lighter(cloth.colour, 0.6), 46), (darker(cloth.colour, 0.6), 46)):
        for _ in range(round(count * (0.35 + cloth.slub))):
            x, y = chance.uniform(-200, 200), chance.uniform(40, 700)
            sheet.path(
                f"M{x:.1f} {y:.1f}v{chance.uniform(40, 240):.0f}",
                stroke=colour,
                stroke_width=round(chance.uniform(0.6, 1.6), 1),
                stroke_opacity=strength * chance.uniform(0.5, 1),
                fill="none",
            )


def _wear(sheet: Sheet, shape: Silhouette, cloth: Cloth, *, is_back: bool) -> None:
    """Add the places that fade first: thighs and knees in front, seat and calves behind, the seams' ridges."""
    strength = cloth.contrast
    if strength <= 0:
        return
    for side in (-1, 1):
        thigh = side * (shape.side_x(CROTCH_Y + 70) + 8) / 2
        knee = side * (shape.side_x(KNEE_Y) + 22) / 2
        spots = (
            [
                (side * 78, CROTCH_Y - 62, 74, 70, 0.75),
                (thigh, CROTCH_Y + 90, 56, 130, 0.5),
                (knee, KNEE_Y + 110, 44, 120, 0.55),
            ]
            if is_back
            else [
                (thigh, CROTCH_Y + 60, 58, 170, 0.85),
                (knee, KNEE_Y + 8, 50, 82, 0.75),
                (knee, KNEE_Y + 130, 38, 130, 0.4),
            ]
        )
        for x, y, rx, ry, share in spots:
            sheet.add("ellipse", cx=x, cy=y, rx=rx, ry=ry, fill="url(#worn)", opacity=strength * share)
        outer = shape.outer if side > 0 else mirrored(shape.outer)
        soft(sheet, offset(outer, 5 * side), cloth.faded, 7, strength * 0.7)
        _dabs(sheet, outer, cloth, side)


def _dabs(sheet: Sheet, seam: Line, cloth: Cloth, side: int) -> None:
    """Add the light and dark ticks that wash puckers into a seam."""
    chance = random.Random(23 + side)
    for x, y in seam[5::2]:
        length, slope = chance.uniform(7, 15), chance.uniform(2, 7)
        line = [(x - side * 3, y), (x - side * (3 + length / 2), y + slope * 0.6), (x - side * (3 + length), y + slope)]
        is_light = chance.random() < 0.6
        colour = cloth.faded if is_light else darker(cloth.colour, 0.5)
        crease(sheet, line, colour, chance.uniform(4, 8), cloth.contrast * (0.8 if is_light else 0.55), 2)


def _clouds(sheet: Sheet, cloth: Cloth, seed: int) -> None:
    """Add the clouding of an acid wash: pale blots with dark veins between."""
    chance = random.Random(seed)
    for _ in range(260):
        x, y = chance.uniform(-200, 200), chance.uniform(60, HEM_Y)
        size = chance.uniform(6, 34)
        sheet.add(
            "ellipse",
            cx=round(x, 1),
            cy=round(y, 1),
            rx=round(size, 1),
            ry=round(size * chance.uniform(0.5, 1.1), 1),
            fill="url(#cloud)",
            opacity=cloth.mottle * chance.uniform(0.3, 0.85),
        )


def _whiskers(sheet: Sheet, shape: Silhouette, cloth: Cloth, *, is_back: bool) -> None:
    """Add the worn creases: rays at the hip in front, a honeycomb behind the knee."""
    strength = cloth.whiskers
    for side in (-1, 1):
        if is_back:
            middle = (shape.side_x(KNEE_Y) + 20) / 2
            for row in range(4):
                y = KNEE_Y - 34 + row * 25
                reach = 46 - row * 3
                waves = curve(
                    [(middle - reach, y + 4), (middle - reach * 0.4, y + 12), (middle + 6, y), (middle + reach, y + 9)]
                )
                crease(sheet, [(side * x, py) for x, py in waves], cloth.faded, 14, strength * 0.65)
            continue
        for ray in range(6):
            height = shape.top + 112 + ray * 23
            width = shape.side_x(height) - 12
            line = curve(
                [
                    (side * width, height),
                    (side * width * 0.68, height + 17 + ray),
                    (side * width * 0.30, height + 22 + ray * 3),
                ]
            )
            crease(sheet, line, cloth.faded, 15 - ray * 0.7, strength * (0.75 - ray * 0.07))
            crease(sheet, [(x, py + 7) for x, py in line], SHADE, 8, strength * 0.32)


def _folds(sheet: Sheet, shape: Silhouette, cloth: Cloth, *, is_back: bool) -> None:
    """Add the soft folds a worn pair keeps: drag lines at the crotch, breaks at the knee and above the hem."""
    chance = random.Random(41 if is_back else 37)
    dark, light = 0.62 * cloth.depth, 0.4
    for side in (-1, 1):
        for points, width, share in _fold_lines(shape, is_back=is_back):
            shift = chance.uniform(-9, 9)
            line = curve([(side * x, y + shift + chance.uniform(-2, 2)) for x, y in points], 7)
            crease(sheet, line, SHADE, width, dark * share)
            lit = [(x, y - width * 0.6) for x, y in line]
            crease(sheet, lit, lighter(cloth.colour, 0.6), width * 0.9, light * share)


def _fold_lines(shape: Silhouette, *, is_back: bool) -> list[tuple[Line, float, float]]:
    """Return (line, width, strength) of the folds on the right leg."""
    knee, inner = shape.side_x(KNEE_Y), 24.0
    hem_outer, hem_inner = shape.outer[-1][0], shape.inner[-1][0]
    folds: list[tuple[Line, float, float]] = [
        ([(3, CROTCH_Y + 8), (36, CROTCH_Y - 6), (96, CROTCH_Y - 44)], 15, 0.75),
        ([(6, CROTCH_Y + 34), (46, CROTCH_Y + 26), (104, CROTCH_Y + 2)], 14, 0.55),
        ([(knee, KNEE_Y - 36), (knee - 36, KNEE_Y - 14), (knee - 82, KNEE_Y - 18)], 17, 0.5),
        ([(inner - 4, KNEE_Y + 30), (inner + 34, KNEE_Y + 14), (inner + 78, KNEE_Y + 24)], 15, 0.45),
        ([(knee - 8, KNEE_Y + 70), (knee - 36, KNEE_Y + 78), (knee - 66, KNEE_Y + 66)], 12, 0.3),
        ([(hem_outer, HEM_Y - 96), (hem_outer - 34, HEM_Y - 74), (hem_outer - 74, HEM_Y - 84)], 15, 0.45),
        ([(hem_inner, HEM_Y - 58), (hem_inner + 32, HEM_Y - 48), (hem_inner + 70, HEM_Y - 62)], 14, 0.45),
    ]
    if is_back:
        folds.append(([(22, CROTCH_Y + 2), (70, CROTCH_Y + 14), (130, CROTCH_Y - 6)], 20, 0.7))
        folds.append(([(inner, KNEE_Y - 22), (inner + 46, KNEE_Y - 8), (knee - 10, KNEE_Y - 24)], 16, 0.45))
    return folds


def _round_off(sheet: Sheet, shape: Silhouette, cloth: Cloth) -> None:
    """Let the garment turn away at its edges: shadow along the seams, a shine on the lit side of each leg."""
    for side in (-1, 1):
        for line, widest in ((shape.outer, 76), (shape.inner, 58)):
            edge = line if side > 0 else mirrored(line)
            sheet.strokes(
                d(edge),
                [{"stroke_width": widest * (1 - step / 7.5)} for step in range(7)],
                stroke=SHADE,
                stroke_opacity=0.042 * cloth.depth,
                stroke_linecap="round",
            )
        y = (CROTCH_Y + HEM_Y) / 2 - 10
        x = side * (shape.side_x(y) * 0.54 + 10) - 9
        sheet.add("ellipse", cx=x, cy=y, rx=46, ry=330, fill="url(#shine)")
