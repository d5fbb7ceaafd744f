"""Milliseconds against sizes as SVG, both logarithmic."""

from collections.abc import Sequence
from math import log10

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 210, 40, 56

Line = tuple[str, str, str, Sequence[tuple[float, float]]]
"""Name, colour, dash pattern, points."""


def log_chart_svg(
    lines: Sequence[Line], *, title: str, across: str, up: str, widths: Sequence[int], least: float, most: float
) -> str:
    """Return a chart of lines; ``widths`` are marked on the x axis, powers of ten from ``least`` to ``most`` on the y axis."""

    def x(value: float) -> float:
        low, high = log10(min(widths)), log10(max(widths))
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (log10(value) - low) / max(high - low, 1e-9), 1)

    def y(value: float) -> float:
        low, high = log10(least), log10(most)
        inside = min(max(log10(max(value, least)), low), high)
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (inside - low) / (high - low), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="13" role="img" aria-label="{title}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="bold">{title}</text>',
    ]
    level = least
    while level <= most * 1.001:
        parts.append(f'<path d="M{LEFT} {y(level)}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(level) + 4}" text-anchor="end" fill="#444">{level:g}</text>')
        level *= 10
    for width in widths:
        parts.append(
            f'<text x="{x(width)}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#444">{width:,}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{across}</text>')
    parts.append(f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{up}</text>')
    for place, (name, colour, dash, points) in enumerate(lines):
        path = "L".join(f"{x(a)} {y(b)}" for a, b in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>')
        parts += [f'<circle cx="{x(a)}" cy="{y(b)}" r="3" fill="{colour}"/>' for a, b in points]
        at, start = TOP + 10 + 22 * place, WIDTH - RIGHT + 14
        parts.append(
            f'<path d="M{start} {at}h24" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
            f'<text x="{start + 30}" y="{at + 4}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
