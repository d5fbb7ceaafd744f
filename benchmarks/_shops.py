"""Published job shops and flexible job shops, as windows for our solver and as models for PyJobShop.

FT06, FT10: H. Fisher, G. L. Thompson, in Muth and Thompson (eds.), Industrial Scheduling, 1963. LA01: S. Lawrence, 1984.
Kacem 4x5: I. Kacem, S. Hammadi, P. Borne, 2002. Mk01: P. Brandimarte, Annals of Operations Research 41, 1993.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from production.sequencing.window import Piece, Place, Slot, Task, Window

Choices = tuple[tuple[int, int], ...]
"""(machine, time) of one step."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Jobs of steps, and the least makespan known for them, which is also proven best."""

    name: str
    best: int
    jobs: tuple[tuple[Choices, ...], ...]

    @property
    def machines(self) -> int:
        """How many machines there are."""
        return 1 + max(machine for job in self.jobs for choices in job for machine, _ in choices)

    def window(self) -> Window:
        """Return all of it as one piece due at once: seconds late are the makespan. Given is job after job."""
        tasks: list[Task] = []
        given: list[Slot] = []
        free = [0] * self.machines
        for job in self.jobs:
            done_s = 0
            for step, choices in enumerate(job):
                end_s, start_s, machine = min(
                    (max(done_s, free[at]) + time, max(done_s, free[at]), at) for at, time in choices
                )
                tasks.append(Task(0, choices, (len(tasks) - 1,) if step else ()))
                given.append(Slot(machine, start_s, end_s))
                free[machine] = done_s = end_s
        return Window((Piece(0),), (Place(),) * self.machines, tuple(tasks), tuple(given))


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """What PyJobShop found."""

    makespan: int
    is_proven: bool
    seconds: float


def peer(shop: Shop, *, time_s: float) -> PeerAnswer:
    """Return what PyJobShop finds with one thread."""
    import pyjobshop

    model = pyjobshop.Model()
    machines = [model.add_machine() for _ in range(shop.machines)]
    for steps in shop.jobs:
        job = model.add_job()
        before = None
        for choices in steps:
            task = model.add_task(job=job)
            for machine, time in choices:
                model.add_mode(task, [machines[machine]], time)
            if before is not None:
                model.add_end_before_start(before, task)
            before = task
    result = model.solve(time_limit=time_s, display=False, num_workers=1)
    is_proven = result.status == pyjobshop.SolveStatus.OPTIMAL
    return PeerAnswer(int(result.objective), is_proven, result.runtime)


def _job_shop(name: str, best: int, text: str) -> Shop:
    """Return a shop written as machine and time of each step, from machine 0."""
    jobs = []
    for line in text.strip().splitlines():
        numbers = [int(word) for word in line.split()]
        jobs.append(tuple(((machine, time),) for machine, time in zip(numbers[::2], numbers[1::2], strict=True)))
    return Shop(name, best, tuple(jobs))


def _tabled(name: str, best: int, jobs: Sequence[Sequence[Sequence[int]]]) -> Shop:
    """Return a shop whose every step can be done on every machine, in the time of its column."""
    return Shop(name, best, tuple(tuple(tuple(enumerate(times)) for times in job) for job in jobs))


def _flexible(name: str, best: int, text: str) -> Shop:
    """Return a shop written as: steps, then for each how many machines, and machine (from 1) and time of each."""
    jobs = []
    for line in text.strip().splitlines():
        numbers = iter([int(word) for word in line.split()])
        steps = next(numbers)
        jobs.append(
            tuple(tuple((next(numbers) - 1, next(numbers)) for _ in range(next(numbers))) for _ in range(steps))
        )
    return Shop(name, best, tuple(jobs))


FT06 = _job_shop(
    "FT06",
    55,
    """
    2 1 0 3 1 6 3 7 5 3 4 6
    1 8 2 5 4 10 5 10 0 10 3 4
    2 5 3 4 5 8 0 9 1 1 4 7
    1 5 0 5 2 5 3 3 4 8 5 9
    2 9 1 3 4 5 5 4 0 3 3 1
    1 3 3 3 5 9 0 10 4 4 2 1
    """,
)
FT10 = _job_shop(
    "FT10",
    930,
    """
    0 29 1 78 2 9 3 36 4 49 5 11 6 62 7 56 8 44 9 21
    0 43 2 90 4 75 9 11 3 69 1 28 6 46 5 46 7 72 8 30
    1 91 0 85 3 39 2 74 8 90 5 10 7 12 6 89 9 45 4 33
    1 81 2 95 0 71 4 99 6 9 8 52 7 85 3 98 9 22 5 43
    2 14 0 6 1 22 5 61 3 26 4 69 8 21 7 49 9 72 6 53
    2 84 1 2 5 52 3 95 8 48 9 72 0 47 6 65 4 6 7 25
    1 46 0 37 3 61 2 13 6 32 5 21 9 32 8 89 7 30 4 55
    2 31 0 86 1 46 5 74 4 32 6 88 8 19 9 48 7 36 3 79
    0 76 1 69 3 76 5 51 2 85 9 11 6 40 7 89 4 26 8 74
    1 85 0 13 2 61 6 7 8 64 9 76 5 47 3 52 4 90 7 45
    """,
)
LA01 = _job_shop(
    "LA01",
    666,
    """
    1 21 0 53 4 95 3 55 2 34
    0 21 3 52 4 16 2 26 1 71
    3 39 4 98 1 42 2 31 0 12
    1 77 0 55 4 79 2 66 3 77
    0 83 3 34 2 64 1 19 4 37
    1 54 2 43 4 79 0 92 3 62
    3 69 4 77 1 87 2 87 0 93
    2 38 0 60 1 41 3 24 4 83
    3 17 1 49 4 25 0 44 2 98
    4 77 3 79 2 43 1 75 0 96
    """,
)
KACEM_4X5 = _tabled(
    "Kacem 4x5",
    11,
    [
        [[2, 5, 4, 1, 2], [5, 4, 5, 7, 5], [4, 5, 5, 4, 5]],
        [[2, 5, 4, 7, 8], [5, 6, 9, 8, 5], [4, 5, 4, 54, 5]],
        [[9, 8, 6, 7, 9], [6, 1, 2, 5, 4], [2, 5, 4, 2, 4], [4, 5, 2, 1, 5]],
        [[1, 5, 2, 4, 12], [5, 1, 2, 1, 2]],
    ],
)
MK01 = _flexible(
    "Mk01",
    40,
    """
    6 2 1 5 3 4 3 5 3 3 5 2 1 2 3 4 6 2 3 6 5 2 6 1 1 1 3 1 3 6 6 3 6 4 3
    5 1 2 6 1 3 1 1 1 2 2 2 6 4 6 3 6 5 2 6 1 1
    5 1 2 6 2 3 4 6 2 3 6 5 2 6 1 1 3 3 4 2 6 6 6 2 1 1 5 5
    5 3 6 5 2 6 1 1 1 2 6 1 3 1 3 5 3 3 5 2 1 2 3 4 6 2
    6 3 5 3 3 5 2 1 3 6 5 2 6 1 1 1 2 6 2 1 5 3 4 2 2 6 4 6 3 3 4 2 6 6 6
    6 2 3 4 6 2 1 1 2 3 3 4 2 6 6 6 1 2 6 3 6 5 2 6 1 1 2 1 3 4 2
    5 1 6 1 2 1 3 4 2 3 3 4 2 6 6 6 3 2 6 5 1 1 6 1 3 1
    5 2 3 4 6 2 3 3 4 2 6 6 6 3 6 5 2 6 1 1 1 2 6 2 2 6 4 6
    6 1 6 1 2 1 1 5 5 3 6 6 3 6 4 3 1 1 2 3 3 4 2 6 6 6 2 2 6 4 6
    6 2 3 4 6 2 3 3 4 2 6 6 6 3 5 3 3 5 2 1 1 6 1 2 2 6 4 6 2 1 3 4 2
    """,
)
SMALL = (FT06, LA01, KACEM_4X5)
LARGER = (FT10, MK01)
