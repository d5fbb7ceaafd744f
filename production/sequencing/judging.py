"""What a schedule of a window is worth, and whether it can be worked at all: the judge of whoever made it. Pure.

Source: docs/algorithms/sequence.md, rules W-2 and W-3.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from production.sequencing.window import Schedule, Slot, Task, Window


class Worth(NamedTuple):
    """What counts, the first before the second: seconds late in all, set-ups made, and the sum of the pieces' ends."""

    late_s: int
    setups: int
    ends_s: int


def worth(window: Window, schedule: Schedule) -> Worth:
    """Return what a workable schedule is worth; less is better."""
    ends = window.ends(schedule)
    late_s = sum(max(0, end_s - piece.due_s) for piece, end_s in zip(window.pieces, ends, strict=True))
    return Worth(late_s, setups_made(window, schedule), sum(ends))


def setups_made(window: Window, schedule: Schedule) -> int:
    """Return how often work is made ready for a recipe: steps that do not follow their like, and loads."""
    loads = {
        (slot.place, slot.start_s)
        for task, slot in zip(window.tasks, schedule, strict=True)
        if task.recipe and window.places[slot.place].load_pieces
    }
    steps = sum(
        1
        for index, task in enumerate(window.tasks)
        if task.setup_s
        and task.recipe
        and not window.places[schedule[index].place].load_pieces
        and schedule[index].end_s - schedule[index].start_s == task.seconds_at(schedule[index].place)
    )
    return len(loads) + steps


def flaws(window: Window, schedule: Schedule) -> list[str]:
    """Return what is wrong with a schedule: nothing when it can be worked and nobody pays for it (W-2)."""
    if len(schedule) != len(window.tasks):
        return [f"{len(schedule)} slots for {len(window.tasks)} tasks"]
    return [*_alone(window, schedule), *_together(window, schedule), *_paid_for(window, schedule)]


def _alone(window: Window, schedule: Schedule) -> Iterator[str]:
    for index, (task, slot) in enumerate(zip(window.tasks, schedule, strict=True)):
        if task.seconds_at(slot.place) is None:
            yield f"task {index} cannot be done at place {slot.place}"
            continue
        place = window.places[slot.place]
        if slot.start_s < task.ready_s or (task.until_s is not None and slot.end_s > task.until_s):
            yield f"task {index} outside its time"
        if any(schedule[before].end_s > slot.start_s for before in task.after):
            yield f"task {index} before what it waits for"
        if any(from_s < slot.end_s and slot.start_s < to_s for from_s, to_s in place.closed):
            yield f"task {index} in closed time"
        if place.begins is not None and not any(from_s <= slot.start_s < to_s for from_s, to_s in place.begins):
            yield f"task {index} begun out of hours"


def _together(window: Window, schedule: Schedule) -> Iterator[str]:
    at_place: dict[int, list[int]] = {}
    for index, slot in enumerate(schedule):
        if 0 <= slot.place < len(window.places):
            at_place.setdefault(slot.place, []).append(index)
    for place, indexes in at_place.items():
        indexes.sort(key=lambda index: (schedule[index].start_s, schedule[index].end_s))
        yield from (
            _loads(window, schedule, indexes) if window.places[place].load_pieces else _line(window, schedule, indexes)
        )


def _line(window: Window, schedule: Schedule, indexes: list[int]) -> Iterator[str]:
    before: tuple[Task, Slot] | None = None
    for index in indexes:
        task, slot = window.tasks[index], schedule[index]
        if before is not None and before[1].end_s > slot.start_s:
            yield f"task {index} while another is done there"
        saved_s = (task.seconds_at(slot.place) or 0) - (slot.end_s - slot.start_s)
        follows = before is not None and before[0].recipe == task.recipe != "" and before[1].end_s == slot.start_s
        if saved_s != 0 and not (follows and saved_s == task.setup_s):
            yield f"task {index} in other than its time"
        before = (task, slot)


def _loads(window: Window, schedule: Schedule, indexes: list[int]) -> Iterator[str]:
    loads: dict[tuple[int, int], list[int]] = {}
    for index in indexes:
        slot = schedule[index]
        if window.tasks[index].seconds_at(slot.place) != slot.end_s - slot.start_s:
            yield f"task {index} in other than its time"
        loads.setdefault((slot.start_s, slot.end_s), []).append(index)
    for (_, end_s), (start_s, _) in pairwise(sorted(loads)):
        if end_s > start_s:
            yield f"a load at {start_s} while another is done there"
    for (start_s, _), members in loads.items():
        full = window.places[schedule[members[0]].place].load_pieces
        if len(members) > full or len({window.tasks[index].recipe for index in members}) > 1:
            yield f"load at {start_s} of {len(members)} pieces"


def _paid_for(window: Window, schedule: Schedule) -> Iterator[str]:
    given, ends = window.ends(window.given), window.ends(schedule)
    for number, piece in enumerate(window.pieces):
        if ends[number] > max(piece.due_s, given[number]):
            yield f"piece {number} later than it is due and was"
