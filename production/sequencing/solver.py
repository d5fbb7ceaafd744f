"""The process that improves a window: ``python -m production.sequencing.solver MEMORY_MB CPU_S``.

Reads ``{"window": …, "time_s": …, "workers": …}`` from standard input and writes a line of JSON for every better schedule,
at most twice a second, and for the last one: ``{"slots": [[place, from, to], …], "proven": goals}``. What it wrote before it
was ended counts. It lives under limits of memory and processor time; only here is the solver loaded.
"""

import json
import resource
import sys
import time

from production.sequencing.solving import solved
from production.sequencing.window import Schedule, Window

EVERY_S = 0.5


def main(memory_mb: int, cpu_s: int) -> None:
    """Improve one window."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, resource.RLIM_INFINITY))
    asked = json.load(sys.stdin)
    written_at = 0.0

    def found(schedule: Schedule) -> None:
        nonlocal written_at
        if time.monotonic() - written_at >= EVERY_S:
            _write(schedule, 0)
            written_at = time.monotonic()

    best = solved(Window.from_json(asked["window"]), time_s=asked["time_s"], workers=asked["workers"], found=found)
    _write(best.schedule, best.proven)


def _write(schedule: Schedule, proven: int) -> None:
    slots = [(slot.place, slot.start_s, slot.end_s) for slot in schedule]
    sys.stdout.write(json.dumps({"slots": slots, "proven": proven}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
