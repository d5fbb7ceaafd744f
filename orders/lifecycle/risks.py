"""Promises at risk, whatever says so: the ledger, when less is there than was reserved, or the floor, when it is behind.

Source: docs/algorithms/sequence.md, rule S-7.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from kernel.ids import OrderId, QuoteId
from orders.lifecycle import repository
from orders.quotes import repository as quotes
from production.promise import adjusting
from production.promise import service as promises
from production.promise.adjusting import AtRisk
from production.promise.calendar import epoch_s, local_date
from production.promise.document import promise_from_json
from production.sequencing import service as sequencing
from production.sequencing.alarming import Alarm, WayOut, WayOutKind


@dataclass(frozen=True, slots=True)
class Lack:
    """What is not there: seconds of a work centre on a day, or an amount of a material; with a day, it comes only then."""

    missing: int
    work_centre: str = ""
    day: date | None = None
    material: str = ""


@dataclass(frozen=True, slots=True)
class PromiseAtRisk:
    """One promise: what it lacks, what is behind, and what could be done, the least trouble first.

    ``number`` is the order's, or the quote's while it is not ordered. ``expected`` is the day the floor would come to; None
    where only the ledger is short. ``waits_at`` is the work centre it waits for, "" where the rest simply takes too long.
    """

    number: str
    is_order: bool
    promised: date
    lacks: tuple[Lack, ...] = ()
    expected: date | None = None
    waits_at: str = ""
    pieces: tuple[int, ...] = ()
    ways_out: tuple[WayOut, ...] = ()


def promises_at_risk(db: Session, line: str) -> tuple[PromiseAtRisk, ...]:
    """Return the promises of a line that are not sure any more, the one that comes first before others.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    return judged(db, line, adjusting.at_risk(db, line), sequencing.alarms(db, line))


def judged(db: Session, line: str, short: Iterable[AtRisk], behind: Iterable[Alarm] = ()) -> tuple[PromiseAtRisk, ...]:
    """Return what some shortages and alarms put at risk, one entry a promise."""
    timezone = promises.plant_of(db, line).timezone
    lacking: dict[str, dict[tuple[str, date | None, str], int]] = {}
    for one in short:
        what = (one.work_centre, local_date(epoch_s(one.at), timezone) if one.at else None, one.material)
        of_key = lacking.setdefault(one.key, {})
        of_key[what] = of_key.get(what, 0) + one.missing
    names = numbers_of_keys(db, lacking)
    lacks: dict[str, list[Lack]] = {}
    for key, found in lacking.items():
        lacks.setdefault(names.get(key, key), []).extend(
            Lack(missing, centre, day, material) for (centre, day, material), missing in sorted(found.items(), key=str)
        )
    alarms: dict[str, list[Alarm]] = {}
    for alarm in behind:
        alarms.setdefault(alarm.order_number, []).append(alarm)
    numbers = {*lacks, *alarms}
    promised = {each.number: promise_from_json(each.promise).date for each in repository.agreed_dates(db, numbers)}
    quoted = {names.get(key, key): promises.reservation(db, key).promise.date for key in lacking}
    entries = [
        _entry(
            number,
            number in promised,
            promised.get(number) or quoted[number],
            lacks.get(number, []),
            alarms.get(number, []),
            timezone,
        )
        for number in sorted(numbers)
        if number in promised or number in quoted
    ]
    return tuple(sorted(entries, key=lambda one: (one.promised, one.number)))


def numbers_of_keys(db: Session, keys: Iterable[str]) -> Mapping[str, str]:
    """Return whose reservations some keys are, by key: the order's number, or the quote's that is none yet."""
    found: dict[str, str] = {}
    parts = {key: key.split(":") for key in keys}
    of_quotes = [QuoteId(part[1]) for part in parts.values() if part[0] == "quote" and len(part) == 2]
    of_orders = [OrderId(part[1]) for part in parts.values() if part[0] in ("order", "remake") and len(part) == 3]
    quote_numbers = quotes.numbers_of(db, of_quotes) | repository.numbers_of_quotes(db, of_quotes)
    order_numbers = repository.numbers_of(db, of_orders)
    for key, part in parts.items():
        number = (
            quote_numbers.get(QuoteId(part[1]))
            if part[0] == "quote" and len(part) == 2
            else order_numbers.get(OrderId(part[1]))
            if len(part) == 3
            else None
        )
        if number is not None:
            found[key] = number
    return found


def _entry(
    number: str, is_order: bool, promised: date, lacks: list[Lack], alarms: list[Alarm], timezone: str
) -> PromiseAtRisk:
    latest = max(alarms, key=lambda one: one.expected_at, default=None)
    ways: list[WayOut] = []
    for alarm in alarms:
        ways += [one for one in alarm.ways_out if one.kind is not WayOutKind.TALK]
    ways += [WayOut(WayOutKind.OVERTIME, one.work_centre, one.day) for one in lacks if one.work_centre]
    if is_order:
        ways.append(WayOut(WayOutKind.TALK))
    return PromiseAtRisk(
        number=number,
        is_order=is_order,
        promised=promised,
        lacks=tuple(lacks),
        expected=local_date(epoch_s(latest.expected_at), timezone) if latest else None,
        waits_at=latest.work_centre if latest else "",
        pieces=tuple(sorted(one.piece for one in alarms)),
        ways_out=tuple(dict.fromkeys(ways)),
    )
