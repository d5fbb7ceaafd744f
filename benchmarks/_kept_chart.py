"""Quoted over actual lead of each variant of the rule, and the share of promises it kept, as SVG: one panel a line."""

import math
from typing import Any

LEFT, PANEL, TOP, ROW, RIGHT = 190, 300, 62, 22, 70
COLOURS = {"plant": "#000", "bucket": "#2c7a3f", "spare": "#1f5fa8", "reserve": "#b3401f", "resync": "#777"}
WORDS = {
    "plant": "as the plant is",
    "bucket": "buckets of {} min",
    "spare": "{} spare buckets",
    "reserve": "reserve {} %",
    "resync": "ledger never follows the floor",
}


def kept_svg(result: dict[str, Any]) -> str:
    """Return the measured frontier of every line in a result with ``frontier``."""
    panels = result.get("frontier", {})
    rows_most = max((len(rows) for rows in panels.values()), default=0)
    width = 20 + len(panels) * (LEFT + PANEL + RIGHT)
    height = TOP + ROW * rows_most + 48
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="12" role="img" aria-label="Promises kept against quoted lead">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        '<text x="16" y="24" font-size="15" font-weight="bold">Mean quoted over mean actual lead, and promises kept; '
        "noisy times, highest load</text>",
    ]
    every = [float(row["quoted_over_actual"]) for rows in panels.values() for row in rows]
    for number, (line, rows) in enumerate(panels.items()):
        parts += _panel(line, rows, number * (LEFT + PANEL + RIGHT) + LEFT, max(every, default=2.0))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(line: str, rows: list[dict[str, Any]], left: int, most: float) -> list[str]:
    end = TOP + ROW * len(rows)

    def x(value: float) -> float:
        return round(left + PANEL * (value - 1) / (most - 1), 1)

    parts = [f'<text x="{left}" y="{TOP - 16}" font-weight="bold">{line}</text>']
    parts.append(f'<text x="{left + PANEL + 8}" y="{TOP - 16}">kept</text>')
    for tenth in range(10, math.floor(10 * most) + 1, 2):
        at = x(tenth / 10)
        parts.append(f'<path d="M{at} {TOP - 8}V{end}" stroke="#ddd"/>')
        parts.append(f'<text x="{at}" y="{end + 18}" text-anchor="middle" fill="#444">{tenth / 10}</text>')
    for number, row in enumerate(sorted(rows, key=lambda one: float(one["quoted_over_actual"]))):
        kind, value = _varied(row)
        y = TOP + ROW * number + 8
        words = WORDS[kind].format(value)
        weight = ' font-weight="bold"' if kind == "plant" else ""
        parts.append(f'<text x="{left - 10}" y="{y + 4}" text-anchor="end"{weight}>{words}</text>')
        parts.append(f'<circle cx="{x(row["quoted_over_actual"])}" cy="{y}" r="5" fill="{COLOURS[kind]}"/>')
        parts.append(f'<text x="{left + PANEL + 8}" y="{y + 4}">{100 * row["kept"]:.2f} %</text>')
    return parts


def _varied(row: dict[str, Any]) -> tuple[str, str]:
    if not row["resyncs"]:
        return "resync", ""
    for kind in ("bucket_min", "spare_buckets", "reserve_percent"):
        if row[kind] is not None:
            return kind.partition("_")[0], str(row[kind])
    return "plant", ""
