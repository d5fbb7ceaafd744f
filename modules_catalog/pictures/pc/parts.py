"""The parts inside, drawn in millimetres from the board's upper left corner."""

from math import cos, pi, sin

from modules_catalog.pictures.pc.build import Build, Card, Cooler
from modules_catalog.pictures.svg import Sheet, darker, lighter, luminance

COPPER, GLOW = "#c98a4b", "#8fb4ff"


def board(sheet: Sheet, build: Build) -> None:
    """Add the board with its ports, heat sinks, slots and traces."""
    width, height, colour = build.board_width_mm, build.board_height_mm, build.board_colour
    line = lighter(colour, 0.16) if luminance(colour) < 0.5 else darker(colour, 0.16)
    sheet.add("rect", x=3, y=5, width=width, height=height, rx=3, fill="#000000", fill_opacity=0.35)
    sheet.add("rect", x=0, y=0, width=width, height=height, rx=3, fill=colour, stroke=line, stroke_width=0.8)
    if not sheet.is_plain:
        for i in range(14):
            y = 14 + i * (height - 28) / 13
            reach = 30 + (i * 37) % 90
            sheet.path(
                f"M{width - 12:.1f} {y:.1f}h{-reach}l-8 8v{8 + (i * 13) % 22}",
                fill="none",
                stroke=line,
                stroke_width=0.8,
                stroke_opacity=0.55,
            )
    sink = lighter(colour, 0.12) if luminance(colour) < 0.5 else darker(colour, 0.1)
    for x, y, w, h in ((22, 8, 30, 118 if height > 200 else 96), (58, 8, 84, 22)):
        sheet.add("rect", x=x, y=y, width=w, height=h, rx=3, fill="url(#sink)", stroke=line, stroke_width=0.6)
        for i in range(int(max(w, h) / 7)):
            data = f"M{x + 3} {y + 6 + i * 7}h{w - 6}" if h > w else f"M{x + 6 + i * 7} {y + 3}v{h - 6}"
            sheet.path(data, stroke="#000000", stroke_opacity=0.22, stroke_width=1.4)
    sheet.add("rect", x=-4, y=6, width=22, height=min(150, height - 20), rx=2, fill=darker(sink, 0.25))
    for i in range(6):
        sheet.add("rect", x=-2, y=12 + i * 22, width=12, height=14, rx=1.5, fill="#9aa0aa", fill_opacity=0.75)
    sheet.add("rect", x=74, y=48, width=52, height=60, rx=3, fill="#b9bcc2", stroke="#555b66", stroke_width=1)
    if build.has_cpu:
        sheet.add("rect", x=80, y=56, width=40, height=44, rx=3, fill="url(#lid)", stroke="#8b8f96", stroke_width=0.8)
    slots_y = [y for y in (176, 216, 256, 286) if y < height - 8] or [int(height) - 14]
    for y in slots_y:
        sheet.add(
            "rect",
            x=26,
            y=y,
            width=min(90, width - 60),
            height=7,
            rx=2,
            fill="#3a3f4a",
            stroke="#777d88",
            stroke_width=0.6,
        )
    if height > 230:
        sheet.add(
            "rect",
            x=width - 86,
            y=height - 96,
            width=58,
            height=62,
            rx=6,
            fill="url(#sink)",
            stroke=line,
            stroke_width=0.6,
        )
        sheet.path(
            f"M{width - 70} {height - 50}v-30l6 -6", fill="none", stroke=GLOW, stroke_width=2, stroke_opacity=0.8
        )
    for i in range(min(build.m2_drives, 3)):
        y = (slots_y[min(i, len(slots_y) - 1)]) + 12 if height > 200 else 128 + 12 * i
        sheet.add(
            "rect",
            x=34,
            y=min(y, height - 26),
            width=80,
            height=20,
            rx=2,
            fill="#10131a",
            stroke="#5f6b7d",
            stroke_width=0.8,
        )
        for j in range(3):
            sheet.add("rect", x=42 + j * 22, y=min(y, height - 26) + 4, width=16, height=12, rx=1, fill="#2c333f")


def memory(sheet: Sheet, build: Build) -> None:
    """Add the memory slots and the sticks in them."""
    slots = min(build.memory_slots, 8)
    first = 138 if build.board_width_mm < 200 else 152
    order = [1, 3, 0, 2] if slots == 4 else list(range(slots))
    filled = set(order[: build.memory_sticks])
    for slot in range(slots):
        x = first + slot * 9.6
        sheet.add("rect", x=x, y=34, width=6, height=130, rx=1.5, fill="#3a3f4a", stroke="#676d79", stroke_width=0.5)
        if slot in filled:
            colour = build.memory_colour
            sheet.add(
                "rect",
                x=x - 1.2,
                y=32,
                width=8.4,
                height=134,
                rx=1.6,
                fill=colour,
                stroke=lighter(colour, 0.3),
                stroke_width=0.6,
            )
            bar = GLOW if build.memory_glows else lighter(colour, 0.22)
            sheet.add("rect", x=x + 1, y=36, width=4, height=126, rx=1.6, fill=bar, fill_opacity=0.9)


def fan_face(sheet: Sheet, x: float, y: float, radius: float, colour: str, *, glows: bool = False) -> None:
    """Add a fan seen from the front."""
    rim = lighter(colour, 0.25) if luminance(colour) < 0.5 else darker(colour, 0.2)
    sheet.add(
        "circle",
        cx=x,
        cy=y,
        r=radius,
        fill=darker(colour, 0.35),
        stroke=GLOW if glows else rim,
        stroke_width=max(1.2, radius * 0.07),
    )
    for i in range(9):
        a, b = 2 * pi * i / 9, 2 * pi * (i + 0.72) / 9
        inner, outer = radius * 0.3, radius * 0.9
        data = (
            f"M{x + inner * cos(a):.1f} {y + inner * sin(a):.1f}"
            f"Q{x + outer * 0.72 * cos(a + 0.14):.1f} {y + outer * 0.72 * sin(a + 0.14):.1f} {x + outer * cos(b):.1f} {y + outer * sin(b):.1f}"
            f"L{x + outer * cos(b - 0.36):.1f} {y + outer * sin(b - 0.36):.1f}"
            f"Q{x + outer * 0.5 * cos(a - 0.2):.1f} {y + outer * 0.5 * sin(a - 0.2):.1f} {x + inner * cos(a - 0.3):.1f} {y + inner * sin(a - 0.3):.1f}Z"
        )
        sheet.path(data, fill=lighter(colour, 0.13), stroke=darker(colour, 0.4), stroke_width=0.4)
    sheet.add("circle", cx=x, cy=y, r=radius * 0.3, fill=lighter(colour, 0.08), stroke=rim, stroke_width=0.8)


def cooler(sheet: Sheet, cooler_: Cooler) -> None:
    """Add the air cooler, or the pump of a liquid one, over the processor."""
    x, y = 100.0, 78.0
    if cooler_.kind == "liquid":
        sheet.add("circle", cx=x + 2, cy=y + 4, r=34, fill="#000000", fill_opacity=0.4)
        sheet.add("circle", cx=x, cy=y, r=33, fill=cooler_.colour, stroke=lighter(cooler_.colour, 0.3), stroke_width=1)
        sheet.add("circle", cx=x, cy=y, r=25, fill="#0d1018", stroke=GLOW, stroke_width=2.4)
        sheet.path(
            f"M{x - 4} {y - 7}l6 -5v22",
            fill="none",
            stroke="#e9eefc",
            stroke_width=3.4,
            stroke_linecap="round",
            stroke_linejoin="round",
        )
        return
    if cooler_.kind == "low":
        size = 47.0
        sheet.add(
            "rect", x=x - size, y=y - size, width=size * 2, height=size * 2, rx=8, fill="#000000", fill_opacity=0.35
        )
        sheet.add(
            "rect",
            x=x - size,
            y=y - size - 2,
            width=size * 2,
            height=size * 2,
            rx=8,
            fill="url(#sink)",
            stroke="#8c929c",
            stroke_width=0.8,
        )
        fan_face(sheet, x, y - 2, size * 0.88, cooler_.colour)
        return
    half = min(cooler_.fan_mm, 140) / 2 + 3
    left, right = x - 26, x + 32
    sheet.add(
        "rect",
        x=left - 26,
        y=y - half + 5,
        width=right - left + 30,
        height=half * 2,
        rx=4,
        fill="#000000",
        fill_opacity=0.4,
    )
    sheet.add(
        "rect",
        x=left,
        y=y - half,
        width=right - left,
        height=half * 2,
        rx=3,
        fill="url(#fins)",
        stroke="#777d88",
        stroke_width=0.8,
    )
    sheet.add(
        "rect", x=left, y=y - half, width=right - left, height=half * 2, rx=3, fill=cooler_.colour, fill_opacity=0.72
    )
    for i in range(4):
        for px in (left + 14, right - 14):
            sheet.add(
                "circle",
                cx=px,
                cy=y - half * 0.62 + i * half * 0.41,
                r=4.4,
                fill=COPPER,
                stroke=darker(COPPER, 0.4),
                stroke_width=0.8,
            )
    sheet.path(
        f"M{(left + right) / 2 - 3:.1f} {y - 7}l6 -5v24",
        fill="none",
        stroke=lighter(cooler_.colour, 0.6),
        stroke_width=2.6,
        stroke_linecap="round",
    )
    fan_edge(sheet, left - 27, y - half + 2, 26, half * 2 - 4, cooler_.colour)


def fan_edge(
    sheet: Sheet, x: float, y: float, width: float, height: float, colour: str, *, glows: bool = False
) -> None:
    """Add a fan seen from its edge."""
    sheet.add(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        rx=3,
        fill=lighter(colour, 0.05),
        stroke=lighter(colour, 0.28),
        stroke_width=0.8,
    )
    along = height > width
    length, across = (height, width) if along else (width, height)
    for i in range(1, 8):
        at = length * i / 8
        data = (
            f"M{x + 4:.1f} {y + at + 5:.1f}l{across - 8:.1f} -10"
            if along
            else f"M{x + at - 5:.1f} {y + 4:.1f}l10 {across - 8:.1f}"
        )
        sheet.path(data, stroke=darker(colour, 0.5), stroke_width=2.4, stroke_opacity=0.7)
    if glows:
        data = (
            f"M{x + width / 2:.1f} {y + 5:.1f}v{height - 10:.1f}"
            if along
            else f"M{x + 5:.1f} {y + height / 2:.1f}h{width - 10:.1f}"
        )
        sheet.path(data, stroke=GLOW, stroke_width=2.6, stroke_opacity=0.95, stroke_linecap="round")


def card(sheet: Sheet, card_: Card, y: float) -> None:
    """Add a graphics card, seen from its edge, its fans below."""
    height, length, colour = card_.slots * 20.3, card_.length_mm, card_.colour
    edge = lighter(colour, 0.3) if luminance(colour) < 0.5 else darker(colour, 0.25)
    sheet.add("rect", x=6, y=y + 8, width=length, height=height, rx=6, fill="#000000", fill_opacity=0.45)
    sheet.add("rect", x=-6, y=y - 4, width=7, height=height + 8, fill="#b9bdc4")
    shroud = sheet.gradient(
        f"card{round(y)}",
        [(0, lighter(colour, 0.2), 1), (0.3, colour, 1), (1, darker(colour, 0.4), 1)],
        x1=0,
        y1=0,
        x2=0,
        y2=1,
    )
    sheet.path(
        f"M1 {y}H{length - 14:.1f}L{length:.1f} {y + 12}V{y + height:.1f}H18L1 {y + height - 12:.1f}Z",
        fill=shroud,
        stroke=edge,
        stroke_width=1,
    )
    sheet.add("rect", x=1, y=y, width=length - 14, height=5, fill=edge, fill_opacity=0.5)
    sheet.path(
        f"M{length * 0.5:.1f} {y + height * 0.5:.1f}H{length - 26:.1f}",
        stroke=GLOW,
        stroke_width=3,
        stroke_linecap="round",
        stroke_opacity=0.9,
    )
    for i in range(card_.fans):
        middle = length * (i + 0.5) / card_.fans
        sheet.add(
            "rect",
            x=middle - length / card_.fans * 0.42,
            y=y + height - 3,
            width=length / card_.fans * 0.84,
            height=6,
            rx=3,
            fill=darker(colour, 0.55),
            stroke=edge,
            stroke_width=0.6,
        )
    for i in range(9):
        sheet.path(
            f"M{24 + i * 9:.1f} {y + 12:.1f}v{height - 22:.1f}", stroke="#000000", stroke_opacity=0.28, stroke_width=3
        )
    sheet.path(
        f"M{length * 0.72:.1f} {y:.1f}c0 -26 40 -30 70 -20",
        fill="none",
        stroke="#0a0c11",
        stroke_width=9,
        stroke_linecap="round",
    )
    sheet.path(
        f"M{length * 0.72:.1f} {y:.1f}c0 -26 40 -30 70 -20",
        fill="none",
        stroke="#2f333c",
        stroke_width=5.5,
        stroke_dasharray="1.6 1.2",
    )
