"""Remove and replace: improve a full draft piece by piece (F-24).

Every round takes one piece out and puts another in: the same one changed a little, or one drawn for a person
nobody serves. It stays when no more people are lost than the patience allows, which shrinks to none. Now and
then the inseam of a whole length class is shifted instead.
"""

import numpy as np

from production.stocking.compiling import compiled
from production.stocking.coverage import count_piece
from production.stocking.greedy import EMPTY, uncovered_person
from production.stocking.model import Draft, Integers, Population, Progress, Shorts, no_progress
from production.stocking.pieces import change, class_for, draw, draw_between, piece_for

#: Rounds between two reports of progress; the patience changes with them.
ROUNDS_PER_STEP = 1_000

#: People a round may lose at first, in measured persons (each stands for its copies, too).
PATIENCE_AT_FIRST = 4

#: Of 1,000 rounds, how many draw a new piece, and how many shift a length class.
REPLACED_PERMILLE = 250
SHIFTED_PERMILLE = 4
SHIFT_AT_MOST_MM = 8


def remove_and_replace(
    draft: Draft,
    population: Population,
    counts: Shorts,
    state: Integers,
    *,
    rounds: int,
    copies: int,
    progress: Progress = no_progress,
) -> Draft:
    """Return the best draft met in ``rounds`` rounds; never worse than the one given.

    Args:
        draft: A full draft; left unchanged.
        population: Whom to serve.
        counts: Pairs of the draft that cover each person; left unchanged.
        state: The generator of ``pieces.dice``; advanced.
        rounds: How many pieces are tried.
        copies: Jittered copies per person in the population.
        progress: Told after every thousand rounds.
    """
    now, best, counts = draft.copy(), draft.copy(), counts.copy()
    most = int(np.count_nonzero(counts))
    scratch = np.zeros_like(counts)
    steps = max(1, rounds // ROUNDS_PER_STEP)
    for step in range(steps):
        patience = PATIENCE_AT_FIRST * (copies + 1) * (steps - 1 - step) ** 2 // max(1, steps - 1) ** 2
        best_fronts, best_backs, best_inseam = best.fronts, best.backs, best.class_inseam
        most = replace_rounds(
            now.fronts,
            now.backs,
            now.class_sex,
            now.class_inseam,
            now.yokes,
            population.targets,
            population.columns,
            population.bounds,
            counts,
            scratch,
            state,
            min(rounds, ROUNDS_PER_STEP),
            patience,
            best_fronts,
            best_backs,
            best_inseam,
            most,
        )
        progress((step + 1) / steps, most / max(1, len(counts)))
    return best


@compiled
def gain_of(counts: Shorts, scratch: Shorts, start: int, end: int) -> int:
    """Return how many more people are covered when ``scratch`` is added to ``counts``."""
    gain = 0
    for person in range(start, end):
        gain += int(counts[person] + scratch[person] > 0) - int(counts[person] > 0)
    return gain


@compiled
def is_tolerable(state: Integers, gain: int, patience: int) -> bool:
    """Say whether a round that changes coverage by ``gain`` stays; small losses are likelier to than great ones."""
    return bool(gain >= 0 or -gain <= draw(state, patience + 1) * draw(state, patience + 1) // (patience + 1))


@compiled
def replace_rounds(
    fronts: Integers,
    backs: Integers,
    class_sex: Integers,
    class_inseam: Integers,
    yokes: Integers,
    targets: Integers,
    columns: Shorts,
    bounds: Integers,
    counts: Shorts,
    scratch: Shorts,
    state: Integers,
    rounds: int,
    patience: int,
    best_fronts: Integers,
    best_backs: Integers,
    best_inseam: Integers,
    most: int,
) -> int:
    """Run some rounds on arrays changed in place; return the most people covered so far."""
    covered = int(np.count_nonzero(counts))
    for _ in range(rounds):
        kind = draw(state, 1000)
        if kind < SHIFTED_PERMILLE:
            shifted = draw(state, len(class_sex))
            start, end = bounds[class_sex[shifted]], bounds[class_sex[shifted] + 1]
            before = class_inseam[shifted]
            after = before + draw_between(state, -SHIFT_AT_MOST_MM, SHIFT_AT_MOST_MM)
            scratch[start:end] = 0
            for front in fronts:
                if front[4] == shifted:
                    class_inseam[shifted] = before
                    count_piece(front, True, backs, class_sex, class_inseam, yokes, columns, bounds, scratch, -1)
                    class_inseam[shifted] = after
                    count_piece(front, True, backs, class_sex, class_inseam, yokes, columns, bounds, scratch, 1)
            class_inseam[shifted] = after
            gain = gain_of(counts, scratch, start, end)
            if is_tolerable(state, gain, patience):
                counts[start:end] += scratch[start:end]
                covered += gain
            else:
                class_inseam[shifted] = before
        else:
            place = draw(state, len(fronts) + len(backs))
            is_front = place < len(fronts)
            own, others = (fronts, backs) if is_front else (backs, fronts)
            if not is_front:
                place -= len(fronts)
            new = own[place].copy()
            if kind < SHIFTED_PERMILLE + REPLACED_PERMILLE or new[4] == EMPTY:
                person = uncovered_person(counts, state)
                sex = 0 if person < bounds[1] else 1
                length_class = class_for(state, sex, targets[person, 3], class_sex, class_inseam)
                other = others[draw(state, len(others))]
                for _ in range(50):
                    if other[4] == length_class:
                        break
                    other = others[draw(state, len(others))]
                if length_class < 0 or other[4] != length_class:
                    continue
                if not piece_for(state, targets[person], length_class, other, yokes, new):
                    continue
            elif not change(state, new):
                continue
            old = own[place]
            if old[4] == EMPTY:
                old_sex = class_sex[new[4]]
            else:
                old_sex = class_sex[old[4]]
            start = min(bounds[old_sex], bounds[class_sex[new[4]]])
            end = max(bounds[old_sex + 1], bounds[class_sex[new[4]] + 1])
            scratch[start:end] = 0
            if old[4] != EMPTY:
                count_piece(old, is_front, others, class_sex, class_inseam, yokes, columns, bounds, scratch, -1)
            count_piece(new, is_front, others, class_sex, class_inseam, yokes, columns, bounds, scratch, 1)
            gain = gain_of(counts, scratch, start, end)
            if is_tolerable(state, gain, patience):
                own[place] = new
                counts[start:end] += scratch[start:end]
                covered += gain
        if covered > most:
            most = covered
            best_fronts[:] = fronts
            best_backs[:] = backs
            best_inseam[:] = class_inseam
    return int(most)
