"""The coverage curve as SVG: components against coverage, by sex, beside its peers."""

from collections.abc import Sequence

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 36, 56

Line = tuple[str, str, str, Sequence[tuple[float, float]]]


def curve_svg(lines: Sequence[Line], *, title: str, across: str, up: str, most: float) -> str:
    """Return a chart of lines (name, colour, dash pattern, points with y in 0 … 1)."""

    def x(value: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * value / most, 1)

    def y(share: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="13" role="img" aria-label="{title}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" font-size="15" font-weight="bold">{title}</text>',
    ]
    for percent in range(0, 101, 20):
        level = y(percent / 100)
        parts.append(f'<path d="M{LEFT} {level}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{level + 4}" text-anchor="end" fill="#444">{percent} %</text>')
    for number in range(0, int(most) + 1, 50):
        parts.append(
            f'<text x="{x(number)}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#444">{number}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{across}</text>')
    parts.append(f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{up}</text>')
    for place, (name, colour, dash, points) in enumerate(lines):
        path = "L".join(f"{x(a)} {y(b)}" for a, b in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>')
        parts += [f'<circle cx="{x(a)}" cy="{y(b)}" r="3" fill="{colour}"/>' for a, b in points]
        level = TOP + 10 + 22 * place
        start = WIDTH - RIGHT + 14
        parts.append(
            f'<path d="M{start} {level}h24" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
            f'<text x="{start + 30}" y="{level + 4}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
