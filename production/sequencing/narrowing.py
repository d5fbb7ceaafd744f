"""Small windows out of a large one, which can be searched well in a moment each. Pure, but for the dice given to it.

Source: docs/algorithms/sequence.md, rule W-8.
"""

import random
from collections.abc import Iterator
from dataclasses import replace

from production.sequencing.spans import merged
from production.sequencing.window import Piece, Place, Schedule, Slot, Window

FEW_PIECES = 10
"""Of a small window: about as many as CP-SAT searches through within a second."""


def narrowed(window: Window, schedule: Schedule, pieces: frozenset[int]) -> tuple[Window, tuple[int, ...]]:
    """Return the window of some pieces, all else standing fast as scheduled, and its tasks' positions in the large one.

    Loads with other pieces in them stand fast, and steps that follow their like among others. Any gain in the small window
    is the same gain in the large one.
    """
    free = {index for index, task in enumerate(window.tasks) if task.piece in pieces}
    for group in _hanging_together(window, schedule):
        if not free.issuperset(group):
            free.difference_update(group)
    order = sorted(free)
    positions = {index: position for position, index in enumerate(order)}
    kept = sorted(pieces)
    numbers = {piece: number for number, piece in enumerate(kept)}
    ends = {piece: window.pieces[piece].fixed_end_s for piece in kept}
    taken: dict[int, list[tuple[int, int]]] = {}
    until: dict[int, int] = {}
    for index, (task, slot) in enumerate(zip(window.tasks, schedule, strict=True)):
        if index in free:
            continue
        taken.setdefault(slot.place, []).append((slot.start_s, slot.end_s))
        if task.piece in ends:
            ends[task.piece] = max(ends[task.piece], slot.end_s)
        for before in task.after:
            until[before] = min(until.get(before, slot.start_s), slot.start_s)
    tasks = []
    for index in order:
        task = window.tasks[index]
        fixed = [schedule[before].end_s for before in task.after if before not in free]
        limits = [one for one in (task.until_s, until.get(index)) if one is not None]
        tasks.append(
            replace(
                task,
                piece=numbers[task.piece],
                after=tuple(positions[before] for before in task.after if before in free),
                ready_s=max(task.ready_s, *fixed) if fixed else task.ready_s,
                until_s=min(limits, default=None),
            )
        )
    small = Window(
        pieces=tuple(Piece(window.pieces[piece].due_s, ends[piece]) for piece in kept),
        places=tuple(_with_taken(place, taken.get(number, [])) for number, place in enumerate(window.places)),
        tasks=tuple(tasks),
        given=tuple(schedule[index] for index in order),
    )
    return small, tuple(order)


def widened(schedule: Schedule, positions: tuple[int, ...], small: Schedule) -> Schedule:
    """Return a large schedule with the slots of a small one."""
    slots: list[Slot] = list(schedule)
    for index, slot in zip(positions, small, strict=True):
        slots[index] = slot
    return tuple(slots)


def neighbours(window: Window, schedule: Schedule, dice: random.Random, few: int = FEW_PIECES) -> frozenset[int]:
    """Return a few pieces that are worth looking at together: neighbours in time, often of one recipe.

    Half of the time pieces begun one after the other; else pieces that share a recipe, and those between them.
    """
    order = list(dict.fromkeys(window.tasks[index].piece for index in _by_start(schedule)))
    if dice.random() < 0.5:
        first = dice.randrange(max(1, len(order) - few + 1))
        return frozenset(order[first : first + few])
    recipes = sorted({task.recipe for task in window.tasks if task.recipe})
    if not recipes:
        return frozenset(dice.sample(order, min(few, len(order))))
    recipe = dice.choice(recipes)
    alike = [index for index in _by_start(schedule) if window.tasks[index].recipe == recipe]
    first = dice.randrange(max(1, len(alike) - few // 2 + 1))
    found = list(dict.fromkeys(window.tasks[index].piece for index in alike[first : first + few // 2]))
    from_s, to_s = schedule[alike[first]].start_s, schedule[alike[min(len(alike), first + few // 2) - 1]].end_s
    among = [
        window.tasks[index].piece
        for index, slot in enumerate(schedule)
        if slot.start_s >= from_s and slot.end_s <= to_s and window.tasks[index].recipe
    ]
    others = sorted({piece for piece in among if piece not in found})
    return frozenset(found + dice.sample(others, min(few - len(found), len(others))))


def _by_start(schedule: Schedule) -> list[int]:
    return sorted(range(len(schedule)), key=lambda index: (schedule[index].start_s, schedule[index].place))


def _with_taken(place: Place, taken: list[tuple[int, int]]) -> Place:
    return replace(place, closed=tuple(merged([*place.closed, *taken])))


def _hanging_together(window: Window, schedule: Schedule) -> Iterator[list[int]]:
    """Yield what stands or moves together: loads, and steps that follow their like."""
    group: list[int] = []
    for index in sorted(_by_start(schedule), key=lambda one: schedule[one].place):
        if group and not _hangs_on(window, schedule, group[-1], index):
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def _hangs_on(window: Window, schedule: Schedule, before: int, index: int) -> bool:
    first, second = schedule[before], schedule[index]
    if first.place != second.place:
        return False
    if window.places[first.place].load_pieces:
        return first.start_s == second.start_s
    seconds = window.tasks[index].seconds_at(second.place)
    return first.end_s == second.start_s and seconds != second.end_s - second.start_s
