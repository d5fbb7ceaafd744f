"""Orders a second by database and clients, as SVG."""

from typing import Any

LEFT, WIDTH, TOP, ROW = 230, 420, 58, 26
COLOURS = {"sqlite": "#1f5fa8", "postgresql": "#2c7a3f"}
ROWS = {"one_client": "one client", "processes": "8 processes", "killed": "8 processes, 2 killed"}


def orders_svg(result: dict[str, Any]) -> str:
    """Return a bar for each database and way of ordering in a result."""
    bars = [
        (f"{base}, {words}", float(result[base][key]["orders_per_s"]), COLOURS[base])
        for base in COLOURS
        if base in result
        for key, words in ROWS.items()
    ]
    most = max((value for _words, value, _colour in bars), default=1.0)
    height = TOP + ROW * len(bars) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 70} {height}" font-family="sans-serif" '
        'font-size="12" role="img" aria-label="Orders a second">',
        f'<rect width="{LEFT + WIDTH + 70}" height="{height}" fill="#fff"/>',
        '<text x="16" y="24" font-size="15" font-weight="bold">Orders a second: quote with reservation, order, audit, '
        "job</text>",
        f'<text x="16" y="42" fill="#444">{result.get("machine", "")}</text>',
    ]
    for number, (words, value, colour) in enumerate(bars):
        y = TOP + ROW * number
        long = round(WIDTH * value / most, 1)
        parts.append(f'<text x="{LEFT - 10}" y="{y + 15}" text-anchor="end">{words}</text>')
        parts.append(f'<rect x="{LEFT}" y="{y + 3}" width="{long}" height="16" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + long + 6}" y="{y + 15}">{value:g}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
