"""Curves for the pictures: sampled lines that can be offset, cut and mirrored. Picture units, one decimal out."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot, pi, sin

Point = tuple[float, float]
Line = list[Point]


def curve(through: Sequence[Point], steps: int = 8) -> Line:
    """Return a smooth line through all points (Catmull-Rom), ``steps`` pieces between two of them."""
    if len(through) < 3:
        return list(through)
    padded = [through[0], *through, through[-1]]
    line: Line = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        line.extend(_between(a, b, c, d, step / steps) for step in range(steps))
    line.append(through[-1])
    return line


def _between(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    x, y = (
        0.5
        * (
            2 * b[i]
            + (c[i] - a[i]) * t
            + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t * t
            + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3
        )
        for i in (0, 1)
    )
    return (x, y)


def offset(line: Sequence[Point], distance: float) -> Line:
    """Return the line moved sideways: to the right of its direction for a positive distance (y points down: left)."""
    moved: Line = []
    for i, (x, y) in enumerate(line):
        before, after = line[max(i - 1, 0)], line[min(i + 1, len(line) - 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        size = hypot(dx, dy) or 1.0
        moved.append((x - dy / size * distance, y + dx / size * distance))
    return moved


def mirrored(line: Sequence[Point]) -> Line:
    """Return the line on the other side of x = 0."""
    return [(-x, y) for x, y in line]


def moved(line: Sequence[Point], dx: float, dy: float) -> Line:
    """Return the line moved by a vector."""
    return [(x + dx, y + dy) for x, y in line]


def x_at(line: Sequence[Point], y: float) -> float:
    """Return the x of a line that runs downwards, at one height; its nearest end outside."""
    for (x0, y0), (x1, y1) in pairwise(line):
        if min(y0, y1) <= y <= max(y0, y1):
            return x0 if y1 == y0 else x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    return line[0][0] if y < line[0][1] else line[-1][0]


def below(line: Sequence[Point], y: float) -> Line:
    """Return the part of a line that lies below one height, beginning on it."""
    return [(x_at(line, y), y), *(point for point in line if point[1] > y)]


def above(line: Sequence[Point], y: float) -> Line:
    """Return the part of a line that lies above one height, ending on it."""
    return [*(point for point in line if point[1] < y), (x_at(line, y), y)]


def tapered(line: Sequence[Point], widths: Sequence[float]) -> list[Line]:
    """Return the outline of one stroke for each width: that wide in its middle, running out to a point at both ends."""
    last = len(line) - 1
    beside = offset(line, 1.0)
    across = [
        (rx - x, ry - y, sin(pi * i / last) / 2) for i, ((x, y), (rx, ry)) in enumerate(zip(line, beside, strict=True))
    ]
    outlines = []
    for width in widths:
        one = [(x + dx * h * width, y + dy * h * width) for (x, y), (dx, dy, h) in zip(line, across, strict=True)]
        other = [(x - dx * h * width, y - dy * h * width) for (x, y), (dx, dy, h) in zip(line, across, strict=True)]
        outlines.append([*one, *reversed(other[1:-1])])
    return outlines


def thinned(line: Sequence[Point], tolerance: float = 0.12) -> Line:
    """Return the line without points that lie within ``tolerance`` of the way from the last kept one to the next."""
    if len(line) < 3:
        return list(line)
    kept = [line[0]]
    for (x, y), (x1, y1) in pairwise(line[1:]):
        x0, y0 = kept[-1]
        dx, dy = x1 - x0, y1 - y0
        gap = abs(dx * (y - y0) - dy * (x - x0))
        if gap > tolerance * (abs(dx) + abs(dy)):
            kept.append((x, y))
    kept.append(line[-1])
    return kept


def d(*lines: Sequence[Point], closed: bool = False) -> str:
    """Return the SVG path data of lines joined end to end, to a tenth of a unit."""
    points = thinned([point for line in lines for point in line])
    text = "M" + " ".join([f"{round(x * 10) / 10:g} {round(y * 10) / 10:g}" for x, y in points])
    return text + "Z" if closed else text
