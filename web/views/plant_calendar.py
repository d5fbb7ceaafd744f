"""The values of the plant's calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from production.plants.model import Adjustment, Plant


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """One adjustment as a line of a list."""

    id: int
    day: date
    centre: str
    kind: str
    span: str
    places: int
    note: str


def adjustment_rows(kept: Mapping[int, Adjustment], plant: Plant, locale: str) -> list[AdjustmentRow]:
    """Return adjustments by day."""
    return [
        AdjustmentRow(
            id=adjustment_id,
            day=each.day,
            centre=plant.work_centre(each.work_centre).name(locale),
            kind=each.kind.value,
            span=f"{_clock(each.from_min)}–{_clock(each.to_min)}",
            places=each.places,
            note=each.note,
        )
        for adjustment_id, each in kept.items()
    ]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
