"""A PC as chosen: the case from its side, everything inside in true proportion."""

from collections.abc import Mapping
from typing import Any

from modules_catalog.pictures.pc import parts
from modules_catalog.pictures.pc.build import Build, read_build
from modules_catalog.pictures.spec import PictureSpec
from modules_catalog.pictures.svg import Sheet, darker, lighter, luminance, mix

WIDTH, HEIGHT = 900, 820
ROOM_X, ROOM_Y = 820.0, 730.0
LEAN = 0.42
"""How much of the width shows at the front (oblique view)."""
RISE = 0.22
BEZEL, SHROUD = 14.0, 96.0


def draw_pc(
    spec: PictureSpec, selection: Mapping[str, Any], attributes: Mapping[str, Any], *, is_plain: bool = False
) -> str:
    """Return the picture.

    Args:
        spec: Fall-backs for what the attributes do not say.
        selection: {feature: option or {option: count}}.
        attributes: {feature: {option: {column: value}}}.
        is_plain: Without shadows and reflections, for paper.
    """
    build = read_build(spec, selection, attributes)
    sheet = Sheet(is_plain=is_plain)
    _define(sheet, build)
    front, top = build.width_mm * LEAN, build.width_mm * RISE
    scale = min(ROOM_X / (build.depth_mm + front), ROOM_Y / (build.height_mm + top), 1.62)
    left = (WIDTH - (build.depth_mm + front) * scale) / 2
    upper = HEIGHT - 52 - build.height_mm * scale
    if not is_plain:
        for i in range(8):
            sheet.add(
                "ellipse",
                cx=WIDTH / 2,
                cy=HEIGHT - 44,
                rx=(build.depth_mm + front) * scale * (0.56 - i * 0.012),
                ry=26 - i * 3,
                fill="#0b0e18",
                fill_opacity=0.05,
            )
    sheet.open(transform=f"translate({left:.1f} {upper:.1f}) scale({scale:.4f})")
    _outside(sheet, build, front, top)
    _inside(sheet, build)
    _glass(sheet, build)
    sheet.close()
    return sheet.text(WIDTH, HEIGHT, spec.title)


def _define(sheet: Sheet, build: Build) -> None:
    body = build.colour
    down: dict[str, Any] = {"x1": 0, "y1": 0, "x2": 0, "y2": 1}
    across: dict[str, Any] = {"x1": 0, "y1": 0, "x2": 1, "y2": 0}
    sheet.gradient("side", [(0, lighter(body, 0.10), 1), (1, darker(body, 0.18), 1)], **down)
    sheet.gradient("front", [(0, darker(body, 0.10), 1), (1, darker(body, 0.42), 1)], **across)
    sheet.gradient("top", [(0, lighter(body, 0.22), 1), (1, lighter(body, 0.04), 1)], **across)
    room = mix(body, "#0c0e14", 0.72 if luminance(body) < 0.5 else 0.25)
    sheet.gradient("room", [(0, lighter(room, 0.10), 1), (0.6, room, 1), (1, darker(room, 0.35), 1)], **down)
    sheet.gradient("shroud", [(0, lighter(body, 0.12), 1), (0.12, body, 1), (1, darker(body, 0.4), 1)], **down)
    sheet.gradient("sink", [(0, "#5b616d", 1), (0.5, "#383d47", 1), (1, "#252932", 1)], x1=0, y1=0, x2=1, y2=1)
    sheet.gradient("lid", [(0, "#f2f3f5", 1), (0.5, "#c6c9cf", 1), (1, "#9ea2aa", 1)], x1=0, y1=0, x2=1, y2=1)
    sheet.gradient("glass", [(0, "#ffffff", 0.20), (0.5, "#ffffff", 0.05), (1, "#ffffff", 0.0)], x1=0, y1=0, x2=1, y2=1)
    sheet.pattern(
        "fins",
        5,
        3,
        '<path d="M0 1H5" stroke="#e3e6ea" stroke-width="1.1"/><path d="M0 2.4H5" stroke="#30343d" stroke-width="1.2"/>',
    )
    hole = darker(body, 0.55)
    sheet.pattern(
        "mesh", 5, 5, f'<circle cx="1.2" cy="1.2" r="1" fill="{hole}"/><circle cx="3.7" cy="3.7" r="1" fill="{hole}"/>'
    )


def _outside(sheet: Sheet, build: Build, front: float, top: float) -> None:
    """Add the case: feet, top, front with its fans behind the mesh, side frame."""
    depth, height, body = build.depth_mm, build.height_mm, build.colour
    edge = lighter(body, 0.3) if luminance(body) < 0.5 else darker(body, 0.25)
    for x in (24.0, depth - 64):
        sheet.add("rect", x=x, y=height - 2, width=40, height=12, rx=3, fill=darker(body, 0.5))
    sheet.path(
        f"M0 0L{front * 0.96:.1f} {-top:.1f}H{depth + front:.1f}L{depth} 0Z",
        fill="url(#top)",
        stroke=edge,
        stroke_width=1,
    )
    sheet.path(
        f"M{depth * 0.2 + front * 0.3:.1f} {-top * 0.28:.1f}l{front * 0.42:.1f} {-top * 0.44:.1f}h{depth * 0.52:.1f}l{-front * 0.42:.1f} {top * 0.44:.1f}Z",
        fill="url(#mesh)",
    )
    sheet.path(
        f"M{depth} 0L{depth + front:.1f} {-top:.1f}V{height - top:.1f}L{depth} {height}Z",
        fill="url(#front)",
        stroke=edge,
        stroke_width=1,
    )
    sheet.open(transform=f"matrix({front / build.width_mm:.4f} {-top / build.width_mm:.4f} 0 1 {depth} 0)")
    width = build.width_mm
    behind = min(build.fans, 3)
    size = min((height - 90) / max(behind, 1), width - 40, 140)
    for i in range(behind):
        y = 46 + size / 2 + i * (size + 6)
        parts.fan_face(sheet, width / 2, y, size / 2 - 3, darker(body, 0.15), glows=build.fans_glow)
    sheet.add(
        "rect",
        x=14,
        y=26,
        width=width - 28,
        height=height - 60,
        rx=6,
        fill="url(#mesh)",
        fill_opacity=0.85,
        stroke=edge,
        stroke_width=0.8,
        stroke_opacity=0.7,
    )
    sheet.add("circle", cx=width * 0.5, cy=13, r=4.4, fill=darker(body, 0.4), stroke=parts.GLOW, stroke_width=1.2)
    sheet.close()
    sheet.add("rect", x=0, y=0, width=depth, height=height, rx=5, fill="url(#side)", stroke=edge, stroke_width=1.2)


def _inside(sheet: Sheet, build: Build) -> None:
    """Add the room behind the side panel and what is in it, cut off at its frame."""
    x, y, width, height = BEZEL, BEZEL, build.depth_mm - 2 * BEZEL, build.height_mm - 2 * BEZEL
    sheet.open(clip_path=sheet.clip("room-clip", f"M{x} {y}h{width:.1f}v{height:.1f}h{-width:.1f}Z"))
    sheet.add("rect", x=x, y=y, width=width, height=height, fill="url(#room)")
    shroud = SHROUD if build.height_mm > 340 else 74.0
    floor = build.height_mm - BEZEL - shroud
    radiator = build.cooler.radiator_mm if build.cooler and build.cooler.kind == "liquid" else 0
    head = 60.0 if radiator else 26.0
    board_x = BEZEL + 26
    board_y = min(BEZEL + head, max(BEZEL + 4, floor - build.board_height_mm - 4))
    if build.board_width_mm:
        sheet.open(transform=f"translate({board_x:.1f} {board_y:.1f})")
        parts.board(sheet, build)
        parts.memory(sheet, build)
        if build.cooler:
            parts.cooler(sheet, build.cooler)
        sheet.close()
    _rear_and_front_fans(sheet, build, floor)
    if radiator:
        _radiator(sheet, build, radiator, board_x, board_y)
    _small_drives(sheet, build, board_x, floor)
    slot = 168.0 if build.board_height_mm > 200 else min(build.board_height_mm, 170) - 12
    for i, card in enumerate(build.cards[:2]):
        sheet.open(transform=f"translate({board_x:.1f} {board_y:.1f})")
        parts.card(sheet, card, slot + i * (card.slots * 20.3 + 16))
        sheet.close()
    _shroud(sheet, build, floor, shroud)
    sheet.close()


def _rear_and_front_fans(sheet: Sheet, build: Build, floor: float) -> None:
    colour = darker(build.colour, 0.2)
    size = min(120.0, (floor - BEZEL) / 3.1)
    for i in range(min(build.fans, 3)):
        y = BEZEL + 8 + i * (size + 6)
        if y + size < floor:
            parts.fan_edge(sheet, build.depth_mm - BEZEL - 29, y, 26, size, colour, glows=build.fans_glow)
    if build.fans > 3:
        parts.fan_edge(sheet, BEZEL + 1, BEZEL + 30, 23, size, colour, glows=build.fans_glow)


def _radiator(sheet: Sheet, build: Build, radiator: float, board_x: float, board_y: float) -> None:
    assert build.cooler is not None  # noqa: S101 - only called with one
    room = build.depth_mm - 2 * BEZEL - 30
    length = min(radiator + 34, room)
    x, y = max(BEZEL + 8, build.depth_mm - BEZEL - 34 - length), BEZEL + 3
    fan = 140 if radiator in (140, 280, 420) else 120
    colour = build.cooler.colour
    sheet.add(
        "rect", x=x, y=y, width=length, height=27, rx=4, fill=colour, stroke=lighter(colour, 0.3), stroke_width=0.8
    )
    sheet.add("rect", x=x + 14, y=y + 3, width=length - 28, height=21, fill="url(#fins)", fill_opacity=0.55)
    count = max(1, int(radiator // fan))
    for i in range(count):
        size = (length - 34) / count
        parts.fan_edge(sheet, x + 17 + i * size + 1, y + 28, size - 2, 24, colour, glows=build.fans_glow)
    for i, shift in enumerate((0, 13)):
        start_x, start_y = board_x + 124 + shift * 0.4, board_y + 68 + shift * 1.2
        end_x = x + length - 16
        bend = 34 + 16 * i
        data = f"M{start_x:.1f} {start_y:.1f}C{start_x + 62:.1f} {start_y + 4:.1f} {end_x + bend * 0.2:.1f} {start_y + bend:.1f} {end_x - 7 * i:.1f} {y + 26:.1f}"
        sheet.path(data, fill="none", stroke="#000000", stroke_width=12, stroke_opacity=0.4, transform="translate(2 4)")
        sheet.path(
            data,
            fill="none",
            stroke="#14161c" if luminance(colour) < 0.5 else "#c9c9c6",
            stroke_width=10.5,
            stroke_linecap="round",
        )
        sheet.path(data, fill="none", stroke="#ffffff", stroke_width=2, stroke_opacity=0.22)


def _small_drives(sheet: Sheet, build: Build, board_x: float, floor: float) -> None:
    x = board_x + max(build.board_width_mm, 170) + 16
    for i in range(min(build.drives_25, 3)):
        y = floor - 86 - i * 78
        if x + 70 < build.depth_mm - BEZEL and y > BEZEL:
            sheet.add(
                "rect", x=x, y=y, width=70, height=70, rx=4, fill="url(#sink)", stroke="#8b919b", stroke_width=0.8
            )
            sheet.add("rect", x=x + 10, y=y + 14, width=50, height=24, rx=2, fill="#d9dce1", fill_opacity=0.8)


def _shroud(sheet: Sheet, build: Build, floor: float, height: float) -> None:
    """Add the cover over power supply and large drives, with windows to both."""
    body = build.colour
    sheet.add("rect", x=BEZEL, y=floor - 3, width=build.depth_mm, height=8, fill="#000000", fill_opacity=0.35)
    sheet.add("rect", x=BEZEL, y=floor, width=build.depth_mm, height=height, fill="url(#shroud)")
    if build.psu_length_mm:
        length = min(build.psu_length_mm, build.depth_mm * 0.5)
        sheet.add(
            "rect",
            x=BEZEL + 10,
            y=floor + 12,
            width=length,
            height=height - 22,
            rx=4,
            fill="#14161b",
            stroke=lighter(body, 0.25),
            stroke_width=1,
        )
        sheet.add("rect", x=BEZEL + 20, y=floor + 20, width=length - 20, height=height - 38, rx=3, fill="#e9e4d8")
        words = f"{build.psu_watts} W" if build.psu_watts else "PSU"
        sheet.words(
            words,
            x=BEZEL + 10 + length / 2,
            y=floor + height / 2 + 9,
            font_size=24,
            font_family="Arial, 'Liberation Sans', sans-serif",
            font_weight="bold",
            fill="#27407a",
            text_anchor="middle",
        )
    for i in range(min(build.drives_35, 4)):
        x = build.depth_mm - BEZEL - 112
        y = floor + height - 22 - i * 19
        sheet.add("rect", x=x, y=y, width=102, height=16, rx=2, fill="#8f959f", stroke="#2a2d35", stroke_width=0.8)
        sheet.add("circle", cx=x + 92, cy=y + 8, r=2.6, fill="#55d38a")


def _glass(sheet: Sheet, build: Build) -> None:
    """Add the side panel: glass with its reflection, or the frame of a panel taken off."""
    x, y, width, height = BEZEL, BEZEL, build.depth_mm - 2 * BEZEL, build.height_mm - 2 * BEZEL
    if not build.has_glass:
        sheet.add(
            "rect",
            x=x,
            y=y,
            width=width,
            height=height,
            rx=3,
            fill="none",
            stroke=lighter(build.colour, 0.5),
            stroke_width=2,
            stroke_dasharray="9 6",
        )
        return
    if not sheet.is_plain:
        sheet.path(f"M{x} {y}h{width * 0.42:.1f}L{x + width * 0.12:.1f} {y + height:.1f}H{x}Z", fill="url(#glass)")
        sheet.path(
            f"M{x + width * 0.5:.1f} {y}h{width * 0.09:.1f}L{x + width * 0.29:.1f} {y + height:.1f}h{-width * 0.09:.1f}Z",
            fill="url(#glass)",
            fill_opacity=0.7,
        )
    sheet.add(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        rx=3,
        fill="none",
        stroke="#ffffff",
        stroke_opacity=0.22,
        stroke_width=1.4,
    )
    for cx, cy in (
        (x - 6, y + 14),
        (x - 6, y + height - 14),
        (x + width + 6, y + 14),
        (x + width + 6, y + height - 14),
    ):
        sheet.add("circle", cx=cx, cy=cy, r=4, fill="url(#lid)", stroke="#000000", stroke_opacity=0.4, stroke_width=0.8)
