"""One run of a plant: orders arrive and are promised, the floor works through them, every night the ledger follows. Pure.

Source: docs/algorithms/simulation.md.
"""

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from production.model import OperationLoad
from production.plants.model import MINUTES_A_DAY, Plant, WorkCentre, WorkCentreKind
from production.promise.calendar import local_date, wall_clock_s
from production.promise.walking import Placement
from production.sequencing.booking import Booking
from production.sequencing.resyncing import OpenWork, resync
from production.simulating.model import EXACT, PLANT_RULE, Arrival, Fate, Noise, Rule, Simulated
from production.simulating.places import Place, places_of

ARRIVES, ENDS, LOOKS, NIGHT = range(4)  # what happens; ties at one moment in this order
LOOK_BEYOND_DAYS = 60
NIGHT_MIN = 2 * 60


@dataclass(slots=True)
class _Job:
    """One order on the floor."""

    number: int
    placed_s: int
    loads: tuple[OperationLoad, ...]
    placements: list[Placement]
    ranks: list[int]  # per operation: the start reserved for it, the earlier the sooner its turn
    promised_s: int
    waits: list[int]  # per operation: how many it still waits for
    started: list[bool]
    ends: list[int]  # per operation: when it ended, or will with the standard time; 0 before
    left: int
    finished_s: int = 0
    is_warned: bool = False


@dataclass(slots=True)
class _Centre:
    """One work centre at work."""

    centre: WorkCentre
    places: list[Place]
    ready: list[tuple[int, int, int, int]] = field(default_factory=list)  # rank, promise, job, operation
    looks_at_s: int = 0
    busy_s: int = 0


def play(
    plant: Plant,
    arrivals: Sequence[Arrival],
    *,
    noise: Noise = EXACT,
    rule: Rule = PLANT_RULE,
    seed: int = 1,
    warm_up: int = 0,
) -> Simulated:
    """Return what becomes of orders, each promised as it arrives and made as the floor goes on.

    Args:
        plant: Where they are made; material is always there.
        arrivals: The orders, ascending in time.
        noise: How times differ from the routing.
        rule: The promise rule, and whether the ledger follows the floor.
        seed: Of the noise.
        warm_up: How many of the first orders are not counted.
    """
    run = _Run(plant, arrivals, noise, rule, seed)
    run.play(len(arrivals))
    return run.result(warm_up)


class _Run:
    def __init__(self, plant: Plant, arrivals: Sequence[Arrival], noise: Noise, rule: Rule, seed: int) -> None:
        rng = random.Random(seed)
        self.plant = _with_rule(plant, rule)
        self.spare = self.plant.spare_buckets
        self.first = local_date(arrivals[0].at_s, plant.timezone)
        days = (local_date(arrivals[-1].at_s, plant.timezone) - self.first).days + LOOK_BEYOND_DAYS
        self.days = days
        self.booking = Booking(self.plant, self.first, days)
        self.noise, self.rule, self.rng = noise, rule, rng
        self.centres = {
            centre.code: _Centre(centre, places_of(plant, centre, self.first, days, noise, rng))
            for centre in plant.work_centres
        }
        self.jobs: list[_Job] = []
        self.open: dict[int, _Job] = {}
        self.events: list[tuple[int, int, int, tuple[object, ...]]] = []
        self._sequence = 0
        self.warned = 0
        self.last_s = arrivals[-1].at_s
        for arrival in arrivals:
            self._add(arrival.at_s, ARRIVES, (arrival,))
        for number in range(1, days if rule.resyncs else 0):
            at_s = wall_clock_s(self.first + timedelta(days=number), NIGHT_MIN, plant.timezone)
            self._add(at_s, NIGHT, ())

    def _add(self, at_s: int, kind: int, what: tuple[object, ...]) -> None:
        self._sequence += 1
        heapq.heappush(self.events, (at_s, kind, self._sequence, what))

    def play(self, arrivals: int) -> None:
        while self.events and (len(self.jobs) < arrivals or self.open):
            at_s, kind, _, what = heapq.heappop(self.events)
            if kind == ARRIVES:
                self._arrive(at_s, *what)  # type: ignore[arg-type]
            elif kind == ENDS:
                self._end(at_s, *what)  # type: ignore[arg-type]
            elif kind == LOOKS:
                self._look(at_s, *what)  # type: ignore[arg-type]
            else:
                self._follow(at_s)

    def _arrive(self, at_s: int, arrival: Arrival) -> None:
        plan = self.booking.place(arrival.loads, at_s)
        self.booking.take(plan.placements)
        number = len(self.jobs)
        count = len(arrival.loads)
        job = _Job(
            number=number,
            placed_s=at_s,
            loads=arrival.loads,
            placements=list(plan.placements),
            ranks=[placement.start_s for placement in plan.placements],
            promised_s=self.booking.promised_s(plan, self.spare),
            waits=[len(load.after) for load in arrival.loads],
            started=[False] * count,
            ends=[0] * count,
            left=count,
        )
        self.jobs.append(job)
        self.open[number] = job
        for position, load in enumerate(arrival.loads):
            if not load.after:
                self._make_ready(at_s, job, position)

    def _make_ready(self, at_s: int, job: _Job, position: int) -> None:
        centre = self.centres[job.loads[position].work_centre]
        heapq.heappush(centre.ready, (job.ranks[position], job.promised_s, job.number, position))
        self._look(at_s, centre)

    def _look(self, at_s: int, centre: _Centre) -> None:
        """Let every free place of a work centre take the next work that can be begun."""
        kind = centre.centre.kind
        for place in centre.places:
            if not centre.ready:
                return
            if place.can_start(at_s):
                if kind is WorkCentreKind.BATCH:
                    self._start_load(at_s, centre, place)
                else:
                    _, _, number, position = heapq.heappop(centre.ready)
                    self._start(at_s, centre, place, [(self.jobs[number], position)])
        if centre.ready:
            self._look_again(at_s, centre)

    def _look_again(self, at_s: int, centre: _Centre) -> None:
        """Look again when a place that is free has its next shift, or a load's time has come."""
        moments = [
            moment
            for place in centre.places
            if place.is_free and (moment := place.starts.next_s(at_s + max(1, place.starts.left_s(at_s)))) is not None
        ]
        if centre.centre.kind is WorkCentreKind.BATCH:
            moments += [rank for rank, *_ in centre.ready if rank > at_s]
        if not moments:
            return
        next_s = min(moments)
        if not at_s < centre.looks_at_s <= next_s:
            centre.looks_at_s = next_s
            self._add(next_s, LOOKS, (centre,))

    def _start_load(self, at_s: int, centre: _Centre, place: Place) -> None:
        """A load starts when it is full, or when the start reserved for one of its pieces has come."""
        recipes: dict[str, list[tuple[int, int, int, int]]] = {}
        for entry in sorted(centre.ready):
            recipes.setdefault(self.jobs[entry[2]].loads[entry[3]].batch_recipe, []).append(entry)
        for entries in sorted(recipes.values()):
            load = entries[: centre.centre.load_pieces]
            if load[0][0] > at_s and len(load) < centre.centre.load_pieces:
                continue
            seconds = self.jobs[load[0][2]].loads[load[0][3]].seconds
            if place.shift.left_s(at_s) < seconds:
                continue
            gone = set(load)
            centre.ready = [entry for entry in centre.ready if entry not in gone]
            heapq.heapify(centre.ready)
            self._start(at_s, centre, place, [(self.jobs[entry[2]], entry[3]) for entry in load])
            return

    def _start(self, at_s: int, centre: _Centre, place: Place, work: list[tuple[_Job, int]]) -> None:
        first, position = work[0]
        seconds = first.loads[position].seconds
        ends_s = place.ends_s(at_s, self._actual_s(seconds, centre.centre.kind))
        place.is_free = False
        if at_s < self.last_s:
            centre.busy_s += place.time.worked_s(ends_s) - place.time.worked_s(at_s)
        for job, where in work:
            job.started[where] = True
            job.ends[where] = place.ends_s(at_s, seconds)
        self._add(ends_s, ENDS, (centre, place, work))

    def _actual_s(self, seconds: int, kind: WorkCentreKind) -> int:
        cv = self.noise.cv if kind is WorkCentreKind.FLOW else self.noise.programme_cv
        if cv <= 0:
            return seconds
        spread = math.log(1 + cv**2)
        return max(1, round(seconds * self.rng.lognormvariate(-spread / 2, math.sqrt(spread))))

    def _end(self, at_s: int, centre: _Centre, place: Place, work: list[tuple[_Job, int]]) -> None:
        place.is_free = True
        for job, position in work:
            job.ends[position] = at_s
            job.left -= 1
            if self.rule.resyncs:
                self.booking.give_back(job.placements[position])
            if job.left == 0:
                job.finished_s = at_s
                del self.open[job.number]
            for later, load in enumerate(job.loads):
                if position in load.after:
                    job.waits[later] -= 1
                    if job.waits[later] == 0:
                        self._make_ready(at_s, job, later)
        self._look(at_s, centre)

    def _follow(self, at_s: int) -> None:
        """The nightly re-sync: what is left moves up to where there is room."""
        works = [self._work_of(job) for job in self.open.values()]
        for moved in resync(self.booking, works, at_s):
            job = self.jobs[int(moved.key)]
            left = [position for position in range(len(job.loads)) if not job.started[position]]
            for position, placement in zip(left, moved.plan.placements, strict=True):
                job.placements[position] = replace(placement, position=position)
                job.ranks[position] = min(job.ranks[position], placement.start_s)
            if moved.is_at_risk and not job.is_warned:
                job.is_warned = True
                self.warned += 1
        self.booking.forget_before(at_s)
        for centre in self.centres.values():
            centre.ready = [
                (self.jobs[number].ranks[position], promised_s, number, position)
                for _, promised_s, number, position in centre.ready
            ]
            heapq.heapify(centre.ready)

    def _work_of(self, job: _Job) -> OpenWork:
        left = [position for position in range(len(job.loads)) if not job.started[position]]
        places = {position: place for place, position in enumerate(left)}
        ends = [end_s for position, end_s in enumerate(job.ends) if job.started[position]]
        return OpenWork(
            key=str(job.number),
            promised_s=job.promised_s,
            earliest_s=max([job.placed_s, *ends]),
            loads=tuple(
                replace(
                    job.loads[position], after=tuple(places[one] for one in job.loads[position].after if one in places)
                )
                for position in left
            ),
            placements=tuple(job.placements[position] for position in left),
        )

    def result(self, warm_up: int) -> Simulated:
        """Return what was measured of all orders but the first ones."""
        zone = self.plant.timezone
        counted = self.jobs[warm_up:]
        from_s, to_s = self.jobs[0].placed_s, self.last_s
        fates = [
            Fate(
                job.placed_s,
                job.promised_s,
                wall_clock_s(local_date(job.promised_s - 1, zone), MINUTES_A_DAY, zone),
                job.finished_s,
            )
            for job in counted
        ]
        return Simulated(
            fates=tuple(fates),
            busy_s={code: centre.busy_s for code, centre in self.centres.items()},
            open_s={
                code: sum(place.runs.worked_s(to_s) - place.runs.worked_s(from_s) for place in centre.places)
                for code, centre in self.centres.items()
            },
            warned=self.warned,
            late_unwarned=sum(not job.is_warned and job.finished_s > job.promised_s for job in counted),
        )


def _with_rule(plant: Plant, rule: Rule) -> Plant:
    centres = plant.work_centres
    if rule.reserve_percent is not None:
        centres = tuple(replace(centre, reserve_percent=rule.reserve_percent) for centre in centres)
    spare = plant.spare_buckets if rule.spare_buckets is None else rule.spare_buckets
    bucket_min = plant.bucket_min if rule.bucket_min is None else rule.bucket_min
    return replace(plant, work_centres=centres, spare_buckets=spare, bucket_min=bucket_min)
