"""Quote times against open orders as SVG: both axes logarithmic, p50 solid, p95 dashed."""

import math
from collections.abc import Mapping
from typing import Any

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 250, 40, 56
LINES = (
    ("SQLite, one client", "sqlite", ("one_client",), "#1f6f8b"),
    ("SQLite, eight", "sqlite", ("8_clients",), "#7fb7be"),
    ("PostgreSQL, one client", "postgresql", ("one_client",), "#8b3a1f"),
    ("PostgreSQL, eight", "postgresql", ("8_clients",), "#d08c60"),
    ("textbook, one client", "postgresql", ("textbook", "one_client"), "#555"),
    ("textbook, eight", "postgresql", ("textbook", "8_clients"), "#aaa"),
)


def latency_svg(rows: Mapping[str, Any]) -> str:
    """Return the chart of ``{open orders: {database: figures}}``."""
    orders = sorted(int(each) for each in rows)
    low, high = math.log10(orders[0]), math.log10(orders[-1])

    def x(count: int) -> float:
        share = (math.log10(count) - low) / ((high - low) or 1)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)

    def y(value_ms: float) -> float:
        share = min(1.0, max(0.0, math.log10(max(value_ms, 1)) / 4))  # 1 ms … 10 s
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)

    title = "Quote and reserve: milliseconds against open orders"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="13" role="img" aria-label="{title}"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="bold">{title}</text>',
    ]
    for value_ms in (1, 10, 20, 100, 1000, 10_000):
        parts.append(f'<path d="M{LEFT} {y(value_ms)}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value_ms) + 4}" text-anchor="end" fill="#444">{value_ms:,}</text>')
    for count in orders:
        parts.append(f'<text x="{x(count)}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{count:,}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 12}">open orders; solid p50, dashed p95</text>')
    place = 0
    for name, database, path, colour in LINES:
        points = {count: _figures(rows[str(count)], database, path) for count in orders}
        if not all(points.values()):
            continue
        for figure, dash in (("p50_ms", "0"), ("p95_ms", "5 4")):
            drawn = "L".join(f"{x(count)} {y(points[count][figure])}" for count in orders)
            parts.append(
                f'<path d="M{drawn}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
            )
        level = TOP + 12 + 22 * place
        place += 1
        parts.append(f'<path d="M{WIDTH - RIGHT + 16} {level}h24" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 46}" y="{level + 4}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _figures(row: Mapping[str, Any], database: str, path: tuple[str, ...]) -> Mapping[str, float]:
    found: Any = row.get(database, {})
    for part in path:
        found = found.get(part, {})
    return dict(found)
