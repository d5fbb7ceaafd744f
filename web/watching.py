"""What a monitoring program reads: counts and figures as Prometheus writes them. Nothing in it says anything of a person."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from modules_catalog.releases import service as releases
from orders.lifecycle import repository as orders
from orders.lifecycle.agreements import figures_of_line
from orders.lifecycle.risks import promises_at_risk
from production.metrics import service as metrics
from production.metrics.model import Figures, Share
from production.metrics.repository import FloorCounts
from production.overview import service as overview
from production.promise import service as promises
from web.shop import Shop

WINDOW_DAYS = 28
KEPT_FOR = timedelta(minutes=5)
"""How old figures may be: they are of weeks, and counting them takes a moment."""


class Watched:
    """The figures of all lines as they were counted last in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._figures: Mapping[str, Figures] = {}
        self._counted_at: datetime | None = None

    def figures(self, shop: Shop) -> Mapping[str, Figures]:
        """Return the figures of the last four weeks by line, at most five minutes old."""
        now = shop.now()
        with self._lock:
            if self._counted_at is None or not timedelta(0) <= now - self._counted_at < KEPT_FOR:
                self._figures, self._counted_at = _figures(shop, now), now
            return self._figures


def exposition(shop: Shop, watched: Watched) -> bytes:
    """Return all metrics in Prometheus' text form."""
    now = shop.now()
    figures = watched.figures(shop)
    with shop.database.read() as db:
        counts = metrics.floor_counts(db)
        states = orders.count_by_state(db)
        at_risk = {line: len(promises_at_risk(db, line)) for line in releases.current_lines(db, now=now)}
    registry = CollectorRegistry(auto_describe=False)
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(_Told([*_of_floor(counts), *_of_orders(states, at_risk), *_of_figures(figures)]))
    return generate_latest(registry)


def _figures(shop: Shop, now: datetime) -> Mapping[str, Figures]:
    found = {}
    with shop.database.read() as db:
        for line in releases.current_lines(db, now=now):
            today = overview.today(promises.plant_of(db, line), now)
            first = today - timedelta(days=WINDOW_DAYS - 1)
            found[line] = figures_of_line(db, line, first, today, now=now)
    return found


class _Told(Collector):
    """Hands families over as they are."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterator[Metric]:
        """Yield them."""
        yield from self._families


def _of_floor(counts: FloorCounts) -> Iterator[Metric]:
    pieces = GaugeMetricFamily("lotone_pieces", "Pieces on the floor and built, by state.", labels=["line", "state"])
    for (line, state), count in counts.pieces.items():
        pieces.add_metric([line, state], count)
    events = CounterMetricFamily("lotone_floor_events", "Events of the floor, by kind.", labels=["line", "kind"])
    for (line, kind), count in counts.events.items():
        events.add_metric([line, kind], count)
    yield from (pieces, events)


def _of_orders(states: Mapping[tuple[str, str], int], at_risk: Mapping[str, int]) -> Iterator[Metric]:
    found = GaugeMetricFamily("lotone_orders", "Orders, by state.", labels=["line", "state"])
    for (line, state), count in states.items():
        found.add_metric([line, state], count)
    alarms = GaugeMetricFamily("lotone_promises_at_risk", "Promises at risk.", labels=["line"])
    for line, count in at_risk.items():
        alarms.add_metric([line], count)
    yield from (found, alarms)


def _of_figures(figures: Mapping[str, Figures]) -> Iterator[Metric]:
    """Yield the last four weeks: parts and wholes apart, so that shares of several plants can be made of them."""
    judged = GaugeMetricFamily(
        "lotone_promise_pieces",
        "Pieces built in four weeks, kept and in all, by what they are held to.",
        labels=["line", "against", "count"],
    )
    tries = GaugeMetricFamily(
        "lotone_first_tries",
        "First tries of operations in four weeks, right and in all.",
        labels=["line", "operation", "count"],
    )
    starts = GaugeMetricFamily(
        "lotone_starts",
        "Operations begun in four weeks ahead of, within and behind their time.",
        labels=["line", "work_centre", "when"],
    )
    worked = GaugeMetricFamily(
        "lotone_work_centre_seconds",
        "Seconds worked in four weeks, and that could have been.",
        labels=["line", "work_centre", "count"],
    )
    lead = GaugeMetricFamily(
        "lotone_lead_seconds",
        "Seconds from order to last operation of the pieces built in four weeks, by what went on.",
        labels=["line", "part"],
    )
    on_floor = GaugeMetricFamily(
        "lotone_wip_piece_seconds", "Seconds pieces spent on the floor in four weeks.", labels=["line"]
    )
    for line, of in figures.items():
        for against, share in (("promise", of.kept), ("first_promise", of.kept_first), ("request", of.requested)):
            _share(judged, [line, against], share, "kept")
        for operation, passes in of.operations.items():
            _share(tries, [line, operation], passes.share, "right")
        for centre, adherence in of.adherence.items():
            for when in ("ahead", "within", "behind"):
                starts.add_metric([line, centre, when], getattr(adherence, when))
        for centre in sorted({code for code, _ in of.uses}):
            use = of.use_of(centre)
            worked.add_metric([line, centre, "worked"], use.worked_s)
            worked.add_metric([line, centre, "capacity"], use.capacity_s)
        for part in ("office", "first_wait", "between", "work", "stopped"):
            lead.add_metric([line, part], getattr(of.lead, f"{part}_s"))
        on_floor.add_metric([line], of.wip_s)
    yield from (judged, tries, starts, worked, lead, on_floor)


def _share(family: GaugeMetricFamily, labels: list[str], share: Share, part: str) -> None:
    family.add_metric([*labels, part], share.part)
    family.add_metric([*labels, "all"], share.whole)
