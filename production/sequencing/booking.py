"""A plant's ledger held in memory: what simulation and re-sync place work in, by the same walk as promises. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from production.model import Demand, OperationLoad
from production.plants.model import Plant
from production.promise.calendar import span_buckets
from production.promise.timeline import FreeBucket, OpenLoad, Timeline, timeline_of
from production.promise.walking import JoinedLoad, Placement, Plan, Take, spare_end_s, walk


class Booking:
    """Room per work centre and bucket, less what is taken of it.

    Args:
        plant: Whose work centres.
        first: First day of the ledger.
        days: How many calendar days it covers.
    """

    def __init__(self, plant: Plant, first: date, days: int) -> None:
        self.plant = plant
        self.ledger: dict[str, Timeline] = {}
        self.empty: dict[str, Timeline] = {}
        self._pieces: dict[tuple[str, int, str, int], int] = {}  # in each load
        self._load_takes: dict[tuple[str, int, str, int], tuple[Take, ...]] = {}
        for centre in plant.work_centres:
            buckets = [
                FreeBucket(one.start_s, one.end_s, one.capacity_s, one.is_attended)
                for one in span_buckets(plant, centre, first, first + timedelta(days=days - 1))
            ]
            for room in (self.ledger, self.empty):
                room[centre.code] = timeline_of(plant, centre)
                room[centre.code].learn(buckets)

    def place(self, loads: Sequence[OperationLoad], earliest_s: int) -> Plan:
        """Return the earliest placement of one piece; nothing is taken.

        Raises:
            BeyondHorizon: the ledger ends first.
        """
        return walk(Demand(tuple(loads)), self.ledger, earliest_s)

    def promised_s(self, plan: Plan, spare_buckets: int) -> int:
        """Return the end of the spare buckets after a plan (P-6)."""
        return spare_end_s(self.empty[plan.last.work_centre], plan.finish_s, spare_buckets)

    def take(self, placements: Iterable[Placement]) -> None:
        """Take what placements say."""
        for placement in placements:
            for one in placement.takes:
                self._change(one, -one.seconds)
            if placement.load is not None:
                self._join(placement, placement.load)

    def give_back(self, placement: Placement) -> None:
        """Give back one placement; a load that then holds no piece gives back the machine's seconds too."""
        load = placement.load
        if load is None:
            for one in placement.takes:
                self._change(one, one.seconds)
            return
        key = _key(load)
        self._pieces[key] -= 1
        self._set_free(load, self._pieces[key])
        if self._pieces[key] == 0:
            for one in self._load_takes.pop(key):
                self._change(one, one.seconds)
            del self._pieces[key]
            timeline = self.ledger[load.work_centre]
            timeline.loads = [other for other in timeline.loads if (load.work_centre, *_name(other)) != key]

    def forget_before(self, at_s: int) -> None:
        """Drop loads that start before a moment: nobody joins them any more."""
        for timeline in self.ledger.values():
            timeline.loads = [load for load in timeline.loads if load.start_s >= at_s]

    def _change(self, take: Take, seconds: int) -> None:
        self.ledger[take.work_centre].take(take.start_s, -seconds)

    def _join(self, placement: Placement, load: JoinedLoad) -> None:
        key = _key(load)
        if key not in self._pieces:
            self._pieces[key] = 0
            self._load_takes[key] = placement.takes
            timeline = self.ledger[load.work_centre]
            fresh = OpenLoad(load.start_s, load.end_s, load.recipe, load.number, timeline.load_pieces)
            timeline.loads = sorted([*timeline.loads, fresh], key=lambda one: (one.start_s, one.recipe, one.number))
        self._pieces[key] += 1
        self._set_free(load, self._pieces[key])

    def _set_free(self, load: JoinedLoad, pieces: int) -> None:
        timeline = self.ledger[load.work_centre]
        free = timeline.load_pieces - pieces
        timeline.loads = [
            replace(other, free_pieces=free) if (load.work_centre, *_name(other)) == _key(load) else other
            for other in timeline.loads
        ]


def _key(load: JoinedLoad) -> tuple[str, int, str, int]:
    return load.work_centre, load.start_s, load.recipe, load.number


def _name(load: OpenLoad) -> tuple[int, str, int]:
    return load.start_s, load.recipe, load.number
