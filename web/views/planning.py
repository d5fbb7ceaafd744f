"""The values of the planner's pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from production.floor.model import OperationState
from production.overview.model import DayLoad, LoadMap, PlannedOperation, Take
from production.overview.service import day_span
from production.plants.model import Plant
from web.formats import date as shown_date
from web.formats import moment, short_date
from web.translations import translations_for
from web.views.charts import Bar, HeatCell, Tick, gantt, heat_map

Say = Callable[[str], str]
MOST_PERCENT = 1000
"""From here on a cell says the hours that lack their place."""


@dataclass(frozen=True, slots=True)
class TakeRow:
    """What one order or quote takes of a work centre on a day."""

    start: str
    operation: str
    minutes: str
    number: str
    href: str
    is_quote: bool


@dataclass(frozen=True, slots=True)
class CentreDay:
    """One work centre on one day, in words."""

    name: str
    percent: int
    taken: str
    capacity: str
    short: str
    is_closed: bool


def minutes(seconds: int) -> str:
    """Return seconds as hours and minutes: ``7:30``."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


def load_chart(load: LoadMap, plant: Plant, locale: str) -> Markup:
    """Return the heat map; each cell says percent and hours and leads to what fills it."""
    say = translations_for(locale).gettext
    columns = [short_date(day, locale=locale) for day in load.days]
    rows = []
    for code in load.work_centres:
        name = plant.work_centre(code).name(locale)
        cells = [_heat_cell(load.at(code, day), name, code, day, plant.line, locale, say) for day in load.days]
        rows.append((name, cells))
    return heat_map(say("Load by work centre and day"), columns, rows)


def _heat_cell(cell: DayLoad, name: str, code: str, day: date, line: str, locale: str, say: Say) -> HeatCell:
    facts = {
        "centre": name,
        "day": shown_date(day, locale=locale),
        "percent": cell.percent,
        "taken": minutes(cell.taken_s),
        "capacity": minutes(cell.capacity_s),
        "short": minutes(cell.short_s),
    }
    if cell.is_closed:
        words = (
            say("%(centre)s, %(day)s: closed, %(short)s h of promised work lack their place") if cell.taken_s else ""
        )
        words = (words or say("%(centre)s, %(day)s: closed")) % facts
        text = f"+{minutes(cell.short_s)}" if cell.taken_s else "–"
    else:
        words = say("%(centre)s, %(day)s: %(percent)s %%, %(taken)s of %(capacity)s h") % facts
        text = f"{cell.percent} %" if cell.percent < MOST_PERCENT else f"+{minutes(cell.short_s)}"
    return HeatCell(cell.percent, text, words, f"/planning/{line}/{code}/{day.isoformat()}")


def centre_day(cell: DayLoad, name: str) -> CentreDay:
    """Return one cell in words."""
    return CentreDay(
        name=name,
        percent=cell.percent,
        taken=minutes(cell.taken_s),
        capacity=minutes(cell.capacity_s),
        short=minutes(cell.short_s) if cell.short_s else "",
        is_closed=cell.is_closed,
    )


def take_rows(
    takes: Sequence[Take], plant: Plant, orders: Mapping[str, str], operation_name: Callable[[str], str]
) -> list[TakeRow]:
    """Return what fills a day; ``orders`` maps a reservation's key to the order's or quote's number."""
    zone = ZoneInfo(plant.timezone)
    rows = []
    for take in takes:
        number = orders.get(take.key, "")
        rows.append(
            TakeRow(
                start=take.start_at.astimezone(zone).strftime("%H:%M"),
                operation=operation_name(take.operation),
                minutes=minutes(take.seconds) if take.seconds else "",
                number=number,
                href="" if take.is_quote or not number else f"/orders/{number}",
                is_quote=take.is_quote,
            )
        )
    return rows


def gantt_chart(
    operations: Sequence[PlannedOperation],
    plant: Plant,
    first: date,
    days: Sequence[date],
    operation_name: Callable[[str], str],
    locale: str,
    *,
    now: datetime,
) -> Markup:
    """Return the planned operations of some days as bars, one lane a work centre; nights without work are cut out."""
    say = translations_for(locale).gettext
    axis = _Axis(plant, days)
    bars = []
    lanes = [centre.code for centre in plant.work_centres]
    for each in operations:
        from_s = axis.at(int(each.start_at.timestamp()))
        to_s = max(from_s + 300, axis.at(int(each.start_at.timestamp()) + each.seconds))
        is_late = each.state is OperationState.WAITING and each.start_at < now - timedelta(hours=3)
        words = say("%(order)s: %(operation)s, planned %(moment)s, due %(due)s") % {
            "order": each.order_number + (f"/{each.piece}" if each.piece > 1 else ""),
            "operation": operation_name(each.code),
            "moment": moment(each.start_at.astimezone(axis.zone), locale=locale),
            "due": shown_date(each.due_at.astimezone(axis.zone).date(), locale=locale),
        }
        bars.append(
            Bar(
                lane=lanes.index(each.work_centre),
                from_s=from_s,
                to_s=to_s,
                text=each.order_number[-6:].lstrip("0"),
                title=words,
                href=f"/planning/orders/{each.order_number}",
                kind="late" if is_late else each.state.value,
            )
        )
    names = [centre.name(locale) for centre in plant.work_centres]
    now_s = axis.at(int(now.timestamp())) if axis.holds(int(now.timestamp())) else None
    return gantt(say("What is planned"), names, bars, axis.ticks(locale), to_s=axis.length_s, now_s=now_s)


class _Axis:
    """Working hours of some days laid end to end: from the first to the last staffed minute of the week."""

    def __init__(self, plant: Plant, days: Sequence[date]) -> None:
        self.zone = ZoneInfo(plant.timezone)
        hours = [each for centre in plant.work_centres for each in centre.hours]
        self.from_min = min((each.from_min for each in hours), default=0)
        self.to_min = max((each.to_min for each in hours), default=1440)
        self.days = list(days)
        self.starts = [day_span(plant, day)[0] + 60 * self.from_min for day in days]
        self.day_s = 60 * (self.to_min - self.from_min)

    @property
    def length_s(self) -> int:
        """Seconds from the beginning to the end of the axis."""
        return self.day_s * len(self.days)

    def holds(self, second: int) -> bool:
        """Return whether a UTC second lies within the shown hours."""
        return any(start <= second < start + self.day_s for start in self.starts)

    def at(self, second: int) -> int:
        """Return where on the axis a UTC second lies; one outside the shown hours at the nearest edge before it."""
        place = 0
        for number, start in enumerate(self.starts):
            if second >= start:
                place = number * self.day_s + min(second - start, self.day_s)
        return place

    def ticks(self, locale: str) -> list[Tick]:
        """Return a mark for each day and each second hour."""
        marks = []
        for number, day in enumerate(self.days):
            marks.append(Tick(number * self.day_s, shown_date(day, locale=locale), True))
            first = -(-self.from_min // 60)
            for hour in range(first + 4, self.to_min // 60, 2):  # the day's name stands over the first hours
                marks.append(Tick(number * self.day_s + 60 * (60 * hour - self.from_min), f"{hour}:00", False))
        return marks
