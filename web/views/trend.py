"""How a customer's measures changed: one small line a measure, drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orders.customers.model import COUNTER_MEASURES, MeasurementProfile
from web.views.measuring import NAMES

WIDTH, HEIGHT, MARGIN = 240, 56, 8
#: Smaller changes than this are drawn as small: a careful reading may be off by as much.
LEAST_SPAN_MM = 40


@dataclass(frozen=True, slots=True)
class Point:
    """One set of measures on the line."""

    x: int
    y: int
    value_mm: int
    taken_on: date


@dataclass(frozen=True, slots=True)
class Trend:
    """One measure over time, oldest first; ``path`` is the SVG polyline's points."""

    name: str
    label: str
    points: tuple[Point, ...]
    path: str
    change_mm: int


def trends(profiles: Sequence[MeasurementProfile]) -> tuple[Trend, ...]:
    """Return the lines of all measures; corrections alone make no point, for nothing was measured."""
    taken = {each.taken_at: each for each in sorted(profiles, key=lambda each: (each.taken_at, each.id))}
    return tuple(_trend(name, list(taken.values())) for name in COUNTER_MEASURES) if taken else ()


def _trend(name: str, profiles: Sequence[MeasurementProfile]) -> Trend:
    values = [each.measure_mm(name) for each in profiles]
    begin, end = profiles[0].taken_at, profiles[-1].taken_at
    whole_s = max(1.0, (end - begin).total_seconds())
    middle, span = (max(values) + min(values)) / 2, max(LEAST_SPAN_MM, max(values) - min(values))
    points = tuple(
        Point(
            x=round(MARGIN + (WIDTH - 2 * MARGIN) * (each.taken_at - begin).total_seconds() / whole_s),
            y=round(HEIGHT / 2 - (HEIGHT - 2 * MARGIN) * (value - middle) / span),
            value_mm=value,
            taken_on=each.taken_at.date(),
        )
        for each, value in zip(profiles, values, strict=True)
    )
    path = " ".join(f"{point.x},{point.y}" for point in points)
    return Trend(name, NAMES[name], points, path, values[-1] - values[0])
