"""Plant folders read into plants: ``plant.yaml`` and ``stock.csv``, with ``file:line: message`` for every mistake."""

import csv
import io
import re
from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import holidays

from modules_catalog.loading.problems import CatalogNotValid, Mistake, Problems
from modules_catalog.loading.yaml_nodes import Entry, root
from modules_catalog.model import Source
from production.errors import PlantNotFound, PlantNotValid
from production.plants.model import (
    BUCKET_MIN,
    MINUTES_A_DAY,
    Hours,
    KeptShare,
    Plant,
    StockRow,
    WorkCentre,
    WorkCentreKind,
)

PLANTS = Path(__file__).parent
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOCALES = ("en", "zh_Hant", "zh_Hans")
STOCK_COLUMNS = ("code", "on_hand", "lead_time_days", "reorder_at")
_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_PLANT_KEYS = frozenset(
    [
        "plant",
        "line",
        "timezone",
        "country",
        "subdivision",
        "floor_locale",
        "spare_buckets",
        "bucket_min",
        "horizon_days",
        "default_lead_days",
        "closed",
        "bins",
        "substitutes",
        "shifts",
        "work_centres",
        "texts",
    ]
)
_CENTRE_KEYS = frozenset(
    [
        "kind",
        "places",
        "load",
        "reserve_percent",
        "shifts",
        "names",
        "kept_for",
        "labour_minor_per_hour",
        "place_minor_per_hour",
    ]
)

_RATES = ("labour_minor_per_hour", "place_minor_per_hour")


def load_plant(line: str) -> Plant:
    """Return the plant that comes with the program for a line.

    Raises:
        PlantNotFound: there is none.
        PlantNotValid: its files have mistakes.
    """
    folder = PLANTS / line
    if not re.fullmatch(r"[a-z][a-z0-9_]*", line) or not (folder / "plant.yaml").is_file():
        raise PlantNotFound(line=line)
    return load_plant_folder(folder)


def load_plant_folder(folder: Path) -> Plant:
    """Return the plant described by a folder.

    Raises:
        PlantNotValid: with all mistakes found.
    """
    problems = Problems()
    plant: Plant | None = None
    stock = _stock(folder / "stock.csv", f"{folder.name}/stock.csv", problems)
    with problems.collected():
        entry = root((folder / "plant.yaml").read_bytes(), f"{folder.name}/plant.yaml")
        plant = _plant(entry, stock, problems)
    try:
        problems.raise_any()
    except CatalogNotValid as wrong:
        raise PlantNotValid(findings=wrong.facts["findings"]) from None
    assert plant is not None  # noqa: S101 - what ends the reading is collected above
    return plant


def _plant(entry: Entry, stock: tuple[StockRow, ...], problems: Problems) -> Plant:
    fields = entry.mapping(_PLANT_KEYS)
    for name in ("plant", "line", "timezone", "country", "work_centres", "shifts"):
        if name not in fields:
            raise entry.mistake(f"`{name}` is missing")
    zone = fields["timezone"].word()
    if zone not in _zones():
        raise fields["timezone"].mistake(f"`{zone}` is no time zone")
    country = fields["country"].word()
    subdivision = fields["subdivision"].word() if "subdivision" in fields else None
    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        where = fields.get("subdivision", fields["country"])
        raise where.mistake(f"no holidays are known for {country} {subdivision or ''}".rstrip()) from None
    shifts = {name: _hours(one) for name, one in fields["shifts"].mapping().items()}
    centres: list[WorkCentre] = []
    for code, one in fields["work_centres"].mapping().items():
        with problems.collected():
            centres.append(_centre(code, one, shifts))
    numbers = {
        name: fields[name].integer(least=least)
        for name, least in (("spare_buckets", 0), ("bucket_min", 1), ("horizon_days", 1), ("default_lead_days", 0))
        if name in fields
    }
    if MINUTES_A_DAY % numbers.get("bucket_min", BUCKET_MIN):
        raise fields["bucket_min"].mistake("a day is a whole number of buckets: 15, 20, 30, 45, 60, 90 …")
    return Plant(
        code=fields["plant"].word(),
        line=fields["line"].word(),
        timezone=zone,
        country=country,
        subdivision=subdivision,
        floor_locale=fields["floor_locale"].choice(LOCALES) if "floor_locale" in fields else "en",
        work_centres=tuple(centres),
        closed=frozenset(_day(one) for one in fields["closed"].items()) if "closed" in fields else frozenset(),
        bins=tuple(one.word() for one in fields["bins"].items()) if "bins" in fields else (),
        stock=stock,
        substitutes=_substitutes(fields["substitutes"]) if "substitutes" in fields else {},
        texts=_texts(fields["texts"]) if "texts" in fields else {},
        **numbers,
    )


def _substitutes(entry: Entry) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, one in entry.mapping().items():
        others = tuple(each.word() for each in one.items())
        if code in others or len(set(others)) < len(others):
            raise one.mistake(f"what may stand for `{code}` is another material, each named once")
        found[code] = others
    return found


def _centre(code: str, entry: Entry, shifts: dict[str, tuple[Hours, ...]]) -> WorkCentre:
    fields = entry.mapping(_CENTRE_KEYS)
    for name in ("kind", "places", "shifts"):
        if name not in fields:
            raise entry.mistake(f"`{name}` is missing for work centre `{code}`")
    kind = WorkCentreKind(fields["kind"].choice([one.value for one in WorkCentreKind]))
    if (kind is WorkCentreKind.BATCH) != ("load" in fields):
        raise entry.mistake("`load` (pieces sharing a batch) belongs to batch work centres, and to each of them")
    hours = [span for one in fields["shifts"].items() for span in shifts[one.choice(list(shifts))]]
    percent = fields["reserve_percent"].integer(least=0) if "reserve_percent" in fields else 0
    if percent >= 100:
        raise fields["reserve_percent"].mistake("nothing would be left to promise")
    rates = {name: fields[name].integer(least=0) for name in _RATES if name in fields}
    centre = WorkCentre(
        code=code,
        kind=kind,
        places=fields["places"].integer(least=1),
        hours=tuple(hours),
        reserve_percent=percent,
        load_pieces=fields["load"].integer(least=1) if "load" in fields else 1,
        names=_names(fields["names"]) if "names" in fields else {},
        labour_minor_per_hour=rates.get("labour_minor_per_hour", 0),
        place_minor_per_hour=rates.get("place_minor_per_hour", 0),
        kept=_kept(fields["kept_for"]) if "kept_for" in fields else None,
    )
    if centre.kept is not None and not centre.leaves_a_place(centre.kept.percent):
        raise fields["kept_for"].mistake("no whole place would be left for the others: keep less, or have more places")
    return centre


def _kept(entry: Entry) -> KeptShare:
    fields = entry.mapping({"group", "percent", "until_days"})
    if set(fields) != {"group", "percent", "until_days"}:
        raise entry.mistake("a kept share has `group`, `percent` and `until_days`")
    percent = fields["percent"].integer(least=1)
    if percent >= 100:
        raise fields["percent"].mistake("nothing would be left for the others")
    return KeptShare(fields["group"].word(), percent, fields["until_days"].integer(least=0))


def _hours(entry: Entry) -> tuple[Hours, ...]:
    fields = entry.mapping({"days", "hours"})
    if set(fields) != {"days", "hours"}:
        raise entry.mistake("a shift has `days` and `hours`")
    days = frozenset(WEEKDAYS.index(one.choice(WEEKDAYS)) for one in fields["days"].items())
    spans = []
    for one in fields["hours"].items():
        match = _SPAN.fullmatch(one.text())
        if match is None:
            raise one.mistake(f"`{one.text()[:20]}` is no span of hours like 06:00-14:30")
        from_hour, from_minute, to_hour, to_minute = (int(part) for part in match.groups())
        from_min, to_min = 60 * from_hour + from_minute, 60 * to_hour + to_minute
        if not from_min < to_min <= 24 * 60:
            raise one.mistake("a span ends after it begins, at 24:00 at the latest")
        spans.append(Hours(days, from_min, to_min))
    return tuple(spans)


def _day(entry: Entry) -> date:
    try:
        return date.fromisoformat(entry.text())
    except ValueError:
        raise entry.mistake(f"`{entry.text()[:20]}` is no day like 2026-12-24") from None


def _names(entry: Entry) -> dict[str, str]:
    return {locale: one.word() for locale, one in entry.mapping(LOCALES).items()}


def _texts(entry: Entry) -> dict[str, dict[str, str]]:
    return {
        locale: {key: text.text() for key, text in one.mapping().items()}
        for locale, one in entry.mapping(LOCALES).items()
    }


def _stock(path: Path, file: str, problems: Problems) -> tuple[StockRow, ...]:
    if not path.is_file():
        return ()
    reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
    if tuple(reader.fieldnames or ()) != STOCK_COLUMNS:
        problems.add(Source(file, 1), f"the columns are {','.join(STOCK_COLUMNS)}")
        return ()
    rows: dict[str, StockRow] = {}
    for row in reader:
        with problems.collected():
            source = Source(file, reader.line_num)
            code = row["code"] or ""
            if not code or code in rows:
                raise Mistake(source, f"`{code}` stands here twice" if code else "a code is wanted here")
            on_hand = _count(row["on_hand"], source)
            lead = row["lead_time_days"]
            rows[code] = StockRow(
                code, on_hand, _count(lead, source) if lead else None, _count(row["reorder_at"] or "0", source)
            )
    return tuple(rows.values())


def _count(text: str | None, source: Source) -> int:
    if text is None or not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise Mistake(source, f"a whole number is wanted here, not `{(text or '')[:20]}`")
    return int(text)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() | {ZoneInfo("UTC").key})
