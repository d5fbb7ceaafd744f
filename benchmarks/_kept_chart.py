"""Promises kept against the lead quoted, as SVG: one panel a line."""

import math
from typing import Any

WIDTH, HEIGHT = 860, 380
TOP, BOTTOM, LEFT, GAP = 58, 52, 70, 60
PANEL = (WIDTH - LEFT - GAP - 20) // 2
COLOURS = {"plant": "#000", "bucket": "#2c7a3f", "spare": "#1f5fa8", "reserve": "#b3401f", "resync": "#777"}
WORDS = {
    "plant": "as the plant is",
    "bucket": "minutes a bucket",
    "spare": "spare buckets",
    "reserve": "reserve, %",
    "resync": "ledger never follows",
}
NINES = (0.0, 0.9, 0.99, 0.999, 1.0)
#: A share is drawn by its nines; all kept stands above the highest share that could be told from it.
MOST_NINES = 4.0


def kept_svg(result: dict[str, Any]) -> str:
    """Return the measured frontier of every line in a result with ``frontier``."""
    panels = result.get("frontier", {})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12" role="img" aria-label="Promises kept against quoted lead">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="bold">Promises kept against quoted lead, noisy times, '
        "highest load</text>",
    ]
    for number, (line, rows) in enumerate(panels.items()):
        parts += _panel(line, rows, LEFT + number * (PANEL + GAP))
    for number, (name, colour) in enumerate(COLOURS.items()):
        words = WORDS[name]
        x = LEFT + number * 150
        parts.append(f'<circle cx="{x + 5}" cy="40" r="5" fill="{colour}"/><text x="{x + 15}" y="44">{words}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(line: str, rows: list[dict[str, Any]], left: int) -> list[str]:
    quoted = [row["quoted_over_actual"] for row in rows]
    least, most = float(min(quoted)) - 0.05, float(max(quoted)) + 0.05

    def x(value: float) -> float:
        return round(left + PANEL * (value - least) / (most - least), 1)

    def y(share: float) -> float:
        nines = min(MOST_NINES, -math.log10(1 - share)) if share < 1 else MOST_NINES
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * nines / MOST_NINES, 1)

    parts = [f'<text x="{left}" y="{HEIGHT - 8}">{line}: mean quoted lead over mean actual lead</text>']
    for share in NINES:
        words = "all" if share == 1 else f"{100 * share:g} %"
        parts.append(f'<path d="M{left} {y(share)}h{PANEL}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y(share) + 4}" text-anchor="end" fill="#444">{words}</text>')
    for tenth in range(math.ceil(10 * least), math.floor(10 * most) + 1, 2):
        parts.append(f'<text x="{x(tenth / 10)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tenth / 10}</text>')
    for row in rows:
        kind, label = _varied(row)
        at_x, at_y = x(row["quoted_over_actual"]), y(row["kept"])
        parts.append(f'<circle cx="{at_x}" cy="{at_y}" r="4" fill="{COLOURS[kind]}"/>')
        parts.append(f'<text x="{at_x + 6}" y="{at_y - 4}" fill="{COLOURS[kind]}">{label}</text>')
    return parts


def _varied(row: dict[str, Any]) -> tuple[str, str]:
    if not row["resyncs"]:
        return "resync", ""
    for kind in ("bucket_min", "spare_buckets", "reserve_percent"):
        if row[kind] is not None:
            return kind.partition("_")[0], str(row[kind])
    return "plant", ""
