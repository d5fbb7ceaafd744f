"""The best schedule of a window CP-SAT finds, from the one it was given. Only the process in ``solver.py`` runs this.

Three passes, each keeping what the one before reached: seconds late, set-ups, the sum of the pieces' ends.

Source: docs/algorithms/sequence.md, rules W-3, W-4 and W-8.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from production.sequencing.judging import Worth, worth
from production.sequencing.narrowing import narrowed, neighbours, widened
from production.sequencing.stating import Stated
from production.sequencing.window import Schedule, Window

SHARES = (0.6, 0.6, 1.0)
"""Of the time that is left, how much each pass may take."""
MOST_TASKS = 150
"""Of a window searched as a whole."""
SMALL_S = 1.5
"""What the search of one small window may take."""
SEED = 1


@dataclass(frozen=True, slots=True)
class Solved:
    """The best schedule found; ``proven`` goals, the first ones, are proven best (3: no schedule is better at all)."""

    schedule: Schedule
    proven: int

    @property
    def is_proven(self) -> bool:
        """Whether no schedule of the window is better."""
        return self.proven == len(Worth._fields)


def solved(
    window: Window, *, time_s: float, workers: int = 1, found: Callable[[Schedule], None] = lambda schedule: None
) -> Solved:
    """Return the best schedule found in so many seconds of the clock; the given one where none is better.

    A small window is searched as a whole, until that is proven best. Of a large one small ones are, again and again (W-8).

    Args:
        window: Its given schedule must keep to all its rules.
        time_s: Seconds on the wall, all passes together.
        workers: Threads of the solver.
        found: Told of every better schedule as it is found.
    """
    if len(window.tasks) <= MOST_TASKS:
        return _searched(window, time_s, workers, found)
    dice = random.Random(SEED)
    best, ends_at_s = window.given, time.monotonic() + time_s
    while (left_s := ends_at_s - time.monotonic()) > 0:
        small, positions = narrowed(window, best, neighbours(window, best, dice))
        if not small.tasks:
            continue
        better = _searched(small, min(left_s, SMALL_S), workers, lambda schedule: None).schedule
        if worth(small, better) < worth(small, small.given):
            best = widened(best, positions, better)
            found(best)
    return Solved(best, 0)


def _searched(window: Window, time_s: float, workers: int, found: Callable[[Schedule], None]) -> Solved:
    from ortools.sat.python import cp_model

    stated = Stated(window)
    best, proven, left_s = window.given, 0, time_s
    for rank, (goal, share) in enumerate(zip(stated.goals(), SHARES, strict=True)):
        if isinstance(goal, int):  # nothing can be late, or nothing is made ready
            proven += proven == rank
            continue
        solver = cp_model.CpSolver()
        _lean(solver.parameters, max(0.05, left_s * share), workers)
        stated.hint(best)
        stated.model.minimize(goal)
        status = solver.solve(stated.model, _watcher(stated, found))
        left_s -= solver.wall_time
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            best = stated.schedule(solver.value)
        value = worth(window, best)[rank]
        stated.model.add(goal <= value)
        if status == cp_model.OPTIMAL:
            stated.model.add(goal >= value)
            proven += proven == rank  # a later goal is best only among those best by the earlier ones
    return Solved(best, proven)


def _watcher(stated: Stated, found: Callable[[Schedule], None]) -> Any:
    from ortools.sat.python import cp_model

    class Watcher(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            found(stated.schedule(self.value))

    return Watcher()


def _lean(parameters: Any, time_s: float, workers: int) -> None:
    """What pays for scheduling from a complete hint; the rest of the preparations takes longer than it saves."""
    parameters.num_workers = workers
    parameters.random_seed = 1
    parameters.max_time_in_seconds = time_s
    parameters.symmetry_level = 0
    parameters.cp_model_probing_level = 0
    parameters.use_sat_inprocessing = False
    parameters.linearization_level = 0
