"""A window improved in a process of its own, which is ended when its time is up. Whatever it says is judged before it counts.

Source: docs/algorithms/sequence.md, rules W-2 to W-4 and W-7.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Sequence as Several
from dataclasses import dataclass
from pathlib import Path

from production.plants.model import Plant
from production.sequencing.judging import Worth, flaws, worth
from production.sequencing.model import Sequence, Work
from production.sequencing.window import Schedule, Slot, Window
from production.sequencing.windowing import MOST_PIECES, cut_out, windows_of

ROOT = Path(__file__).parents[2]
MEMORY_MB = 3072
START_S = 30.0
"""What a process may take beside the solver's own time: to start, to state the window, to answer."""
PROGRAM = (sys.executable, "-m", "production.sequencing.solver")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Improved:
    """What became of a window. ``proven`` counts the goals proven best, the first ones; ``trouble`` is "" when all went well.

    The schedule is never worth less than the one given, and keeps to all rules.
    """

    schedule: Schedule
    before: Worth
    after: Worth
    proven: int = 0
    trouble: str = ""

    @property
    def is_proven(self) -> bool:
        """Whether no schedule of the window is better."""
        return self.proven == len(Worth._fields)


def improved(
    window: Window, *, time_s: float, workers: int = 1, program: Several[str] = PROGRAM, start_s: float = START_S
) -> Improved:
    """Return the best schedule a process found for a window before it ended or was ended; else the given one.

    Args:
        window: Its given schedule must keep to all its rules.
        time_s: Seconds the solver may take.
        workers: Threads of the solver.
        program: What is started.
        start_s: Seconds it may take beside; then it is killed.
    """
    before = worth(window, window.given)
    if wrong := flaws(window, window.given):
        return _kept(window, before, f"not a sequence to begin with: {wrong[0]}")
    request = json.dumps({"window": window.to_json(), "time_s": time_s, "workers": workers})
    cpu_s = int((time_s + start_s) * workers) + 1
    with subprocess.Popen(  # noqa: S603 - our own program, with numbers of our own
        [*program, str(MEMORY_MB), str(cpu_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"},
        text=True,
    ) as process:
        try:
            answer, _ = process.communicate(request, timeout=time_s + start_s)
            trouble = f"the process ended ({process.returncode})" if process.returncode else ""
        except subprocess.TimeoutExpired:
            process.kill()
            answer, _ = process.communicate()
            trouble = "the process took too long and was ended"
    return _judged(window, before, answer, trouble)


def improved_sequence(
    plant: Plant, works: Several[Work], sequence: Sequence, now_s: int, *, time_s: float, most: int = MOST_PIECES
) -> tuple[Sequence, tuple[Improved, ...]]:
    """Return a sequence improved window by window, and what became of each; the time is shared among them.

    The near-term windows come first. What could not be improved stays as it was.
    """
    found: list[Improved] = []
    windows = list(windows_of(sequence, most=most))
    for pieces in windows:
        cut = cut_out(plant, works, sequence, now_s, pieces)
        if not cut.steps:
            continue
        better = improved(cut.window, time_s=time_s / len(windows))
        found.append(better)
        sequence = cut.put_back(sequence, better.schedule)
    return sequence, tuple(found)


def _judged(window: Window, before: Worth, answer: str, trouble: str) -> Improved:
    """Return the last whole answer if it holds and is better, else the given schedule."""
    for line in reversed(answer.splitlines()):
        try:
            said = json.loads(line)
            schedule = tuple(Slot(*slot) for slot in said["slots"])
            proven = int(said["proven"])
        except (ValueError, TypeError, KeyError):
            continue  # cut off while it was written
        if wrong := flaws(window, schedule):
            return _kept(window, before, f"the answer does not hold: {wrong[0]}")
        after = worth(window, schedule)
        if after > before:
            return _kept(window, before, "the answer is worse")
        if trouble:
            _log.warning("a window of %d pieces: %s; what it had found is kept", len(window.pieces), trouble)
        return Improved(schedule, before, after, proven, trouble)
    return _kept(window, before, trouble or "no answer")


def _kept(window: Window, before: Worth, trouble: str) -> Improved:
    _log.warning("a window of %d pieces stays as it was: %s", len(window.pieces), trouble)
    return Improved(window.given, before, before, 0, trouble)
