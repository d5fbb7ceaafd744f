"""Charts drawn here, as SVG: colours come from the stylesheet, every mark is a link with its words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

LABEL_W, HEAD_H, CELL_W, CELL_H, GAP = 132, 34, 62, 40, 3
FEWEST_CELLS = 10
"""For how many cells a map is at least wide, so that few are not drawn large."""
STEPS = (1, 25, 50, 75, 90, 101)
"""Percent from which each step of the heat scale begins; the last is more than there is."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell: what it says, how hot it is (percent), where it leads."""

    percent: int
    text: str
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a Gantt chart, in seconds from the chart's beginning."""

    lane: int
    from_s: int
    to_s: int
    text: str
    title: str
    href: str
    kind: str  # waiting | running | paused | failed | finished | late


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time axis; ``is_day`` begins a day."""

    at_s: int
    text: str
    is_day: bool


def heat_map(label: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[HeatCell]]]) -> Markup:
    """Return a table of cells, hotter the fuller."""
    width = LABEL_W + max(FEWEST_CELLS, len(columns)) * (CELL_W + GAP)
    height = HEAD_H + len(rows) * (CELL_H + GAP)
    parts = [_open("heat", width, height, label)]
    for number, column in enumerate(columns):
        x = LABEL_W + number * (CELL_W + GAP) + CELL_W // 2
        parts.append(Markup('<text class="chart__label chart__label--mid" x="{}" y="20">{}</text>').format(x, column))
    for row, (name, cells) in enumerate(rows):
        y = HEAD_H + row * (CELL_H + GAP)
        parts.append(Markup('<text class="chart__label" x="0" y="{}">{}</text>').format(y + CELL_H // 2 + 5, name))
        for number, cell in enumerate(cells):
            x = LABEL_W + number * (CELL_W + GAP)
            parts.append(_heat_cell(cell, x, y))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _heat_cell(cell: HeatCell, x: int, y: int) -> Markup:
    step = sum(cell.percent >= limit for limit in STEPS)
    drawn = Markup(
        '<rect class="heat heat--{}" x="{}" y="{}" width="{}" height="{}" rx="4"/>'
        '<text class="heat__text heat__text--{}" x="{}" y="{}">{}</text>'
    ).format(step, x, y, CELL_W, CELL_H, step, x + CELL_W // 2, y + CELL_H // 2 + 5, cell.text)
    return Markup('<a href="{}" aria-label="{}"><title>{}</title>{}</a>').format(
        cell.href, cell.title, cell.title, drawn
    )


def gantt(
    label: str, lanes: Sequence[str], bars: Iterable[Bar], ticks: Sequence[Tick], *, to_s: int, now_s: int | None
) -> Markup:
    """Return bars along the time, one row a lane; bars of one lane that overlap in time share its height."""
    per_lane: dict[int, list[Bar]] = {}
    for bar in bars:
        per_lane.setdefault(bar.lane, []).append(bar)
    packed = [_packed(per_lane.get(lane, [])) for lane in range(len(lanes))]
    heights = [max(1, len(rows)) * 18 + 10 for rows in packed]
    width, height = 1120, HEAD_H + sum(heights)
    scale = (width - LABEL_W) / to_s if to_s else 0.0

    def x_of(second: int) -> float:
        return round(LABEL_W + second * scale, 1)

    parts = [_open("gantt", width, height, label)]
    for tick in ticks:
        x = x_of(tick.at_s)
        parts.append(
            Markup('<line class="chart__grid{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
                " chart__grid--day" if tick.is_day else "", x, HEAD_H - 8, x, height
            )
        )
        parts.append(Markup('<text class="chart__label" x="{}" y="18">{}</text>').format(x + 3, tick.text))
    y = HEAD_H
    for name, rows, high in zip(lanes, packed, heights, strict=True):
        parts.append(Markup('<text class="chart__label" x="0" y="{}">{}</text>').format(y + 18, name))
        parts.append(Markup('<line class="chart__grid" x1="0" y1="{}" x2="{}" y2="{}"/>').format(y, width, y))
        for row, line in enumerate(rows):
            parts.extend(_bar(bar, x_of(bar.from_s), x_of(bar.to_s), y + 5 + 18 * row) for bar in line)
        y += high
    if now_s is not None and 0 <= now_s <= to_s:
        x = x_of(now_s)
        parts.append(Markup('<line class="gantt__now" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(x, 22, x, height))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _bar(bar: Bar, x: float, x_end: float, y: int) -> Markup:
    width = round(max(3.0, x_end - x - 1), 1)
    text = bar.text if width > 7 * len(bar.text) else ""
    return Markup(
        '<a href="{}" aria-label="{}"><title>{}</title>'
        '<rect class="gantt__bar gantt__bar--{}" x="{}" y="{}" width="{}" height="15" rx="3"/>'
        '<text class="gantt__text" x="{}" y="{}">{}</text></a>'
    ).format(bar.href, bar.title, bar.title, bar.kind, x, y, width, x + 4, y + 12, text)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart: how high, what stands under it, its words; ``kind`` colours it."""

    value: int
    text: str
    title: str
    kind: str = "plain"  # plain | fits | cant


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole: how much of it, its words; ``kind`` colours it."""

    value: int
    title: str
    kind: str


COLUMN_H, COLUMN_GAP, LONGEST_COLUMN = 116, 4, 52


def columns(label: str, shown: Sequence[Column], *, width: int = 720) -> Markup:
    """Return columns side by side, each with its value above and its text below; texts that would touch are left out."""
    step = min(LONGEST_COLUMN + COLUMN_GAP, width // max(1, len(shown)))
    wide = max(2, step - COLUMN_GAP)
    most = max((column.value for column in shown), default=0)
    every = max(1, -(-44 // step))
    says_value = max((len(str(column.value)) for column in shown), default=1) * 8 <= step
    parts = [_open("columns", max(width, step * len(shown)), COLUMN_H + 44, label)]
    floor = COLUMN_H + 18
    for number, column in enumerate(shown):
        x, high = number * step, round(COLUMN_H * column.value / most) if most else 0
        middle = x + wide // 2
        parts.append(
            Markup('<g role="img" aria-label="{}"><title>{}</title>').format(column.title, column.title)
            + Markup('<rect class="column column--{}" x="{}" y="{}" width="{}" height="{}" rx="2"/></g>').format(
                column.kind, x, floor - high, wide, high
            )
        )
        if column.value and says_value:
            parts.append(
                Markup('<text class="chart__label chart__label--mid" x="{}" y="{}">{}</text>').format(
                    middle, floor - high - 5, column.value
                )
            )
        if number % every == 0:
            parts.append(
                Markup('<text class="chart__label chart__label--mid" x="{}" y="{}">{}</text>').format(
                    max(middle, 16), floor + 18, column.text
                )
            )
    base = Markup('<line class="chart__grid chart__grid--day" x1="0" y1="{}" x2="{}" y2="{}"/>')
    parts.append(base.format(floor, max(width, step * len(shown)), floor))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def split(label: str, shown: Sequence[Part], *, width: int = 720) -> Markup:
    """Return the parts of a whole as one bar."""
    whole = sum(part.value for part in shown)
    parts, x = [_open("split", width, 32, label)], 0.0
    for part in shown:
        wide = width * part.value / whole if whole else 0.0
        parts.append(
            Markup(
                '<g role="img" aria-label="{}"><title>{}</title>'
                '<rect class="split split--{}" x="{}" y="0" width="{}" height="32"/></g>'
            ).format(part.title, part.title, part.kind, round(x, 1), round(wide, 1))
        )
        x += wide
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _packed(bars: list[Bar]) -> list[list[Bar]]:
    """Return the bars in as few rows as it goes, none overlapping in its row."""
    rows: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda each: (each.from_s, each.to_s)):
        row = next((each for each in rows if each[-1].to_s <= bar.from_s), None)
        if row is None:
            rows.append([bar])
        else:
            row.append(bar)
    return rows


def _open(kind: str, width: int, height: int, label: str) -> Markup:
    return Markup('<svg class="chart chart--{}" viewBox="0 0 {} {}" role="group" aria-label="{}">').format(
        kind, width, height, escape(label)
    )
