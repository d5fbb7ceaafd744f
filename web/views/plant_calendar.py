"""The values of the plant's calendar and of the promises at risk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from production.plants.model import Adjustment, Plant
from production.promise.adjusting import AtRisk
from web.views.planning import minutes
from web.views.words import Words


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


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One promise at risk: why, and where more would help."""

    number: str
    is_order: bool
    due: date
    centre: str
    day: date | None
    missing: str
    material: str
    overtime_href: str


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


def risk_rows(
    found: Iterable[AtRisk], plant: Plant, numbers: Mapping[str, str], due: Mapping[str, date], words: Words
) -> list[RiskRow]:
    """Return promises at risk, the earliest first, one line for each day and work centre or material it lacks."""
    zone = ZoneInfo(plant.timezone)
    missing: dict[tuple[str, str, date | None, str], int] = {}
    for one in found:
        day = one.at.astimezone(zone).date() if one.at else None
        what = (one.key, one.work_centre, day, one.material)
        missing[what] = missing.get(what, 0) + one.missing
    rows = []
    for (key, work_centre, day, material), amount in missing.items():
        number = numbers.get(key, key)
        overtime = f"/planning/{plant.line}/calendar?work_centre={work_centre}&day={day}&kind=overtime" if day else ""
        rows.append(
            RiskRow(
                number=number,
                is_order=not number.startswith("Q-"),
                due=due[key],
                centre=words.work_centre(work_centre) if work_centre else "",
                day=day,
                missing=minutes(amount) if work_centre else str(amount),
                material=words.material(material) if material else "",
                overtime_href=overtime,
            )
        )
    return sorted(rows, key=lambda row: (row.due, row.number))


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
