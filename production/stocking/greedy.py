"""Greedy cover: fill an empty draft with the piece that serves most people not yet served (F-23)."""

import numpy as np

from production.stocking.compiling import compiled
from production.stocking.coverage import count_piece
from production.stocking.model import Draft, Integers, Population, Shorts, StockSettings
from production.stocking.pieces import class_for, draw, half_for, piece_for

#: Pieces drawn for each place, of which the best is taken.
DRAWS_PER_PLACE = 24

#: Length class of a place that holds no piece yet.
EMPTY = -1

#: Share of people at each end whose inseam no length class is laid out for, in thousandths.
INSEAM_TAIL_PERMILLE = 4


def empty_draft(population: Population, settings: StockSettings) -> Draft:
    """Return a draft without fronts and backs: its yokes, and length classes spread over the inseams of each sex."""
    yokes = [
        (take, height + wedge, height) for height in settings.yoke_heights_mm for wedge in (0, 25) for take in (0, 25)
    ]
    sexes, inseams = [], []
    for sex, classes in enumerate(settings.length_classes):
        of_sex = population.targets[population.bounds[sex] : population.bounds[sex + 1], 3]
        if not len(of_sex):
            continue
        tail = INSEAM_TAIL_PERMILLE / 10
        least, greatest = (int(p) for p in np.percentile(of_sex, (tail, 100 - tail)))
        for number in range(classes):
            sexes.append(sex)
            inseams.append(least + (greatest - least) * (number + 1) // classes)
    places = settings.components - len(yokes)
    nothing = np.zeros((places // 2, 5), dtype=np.int64)
    nothing[:, 4] = EMPTY
    more = np.zeros((places - places // 2, 5), dtype=np.int64)
    more[:, 4] = EMPTY
    return Draft(
        fronts=nothing,
        backs=more,
        class_sex=np.array(sexes, dtype=np.int64),
        class_inseam=np.array(inseams, dtype=np.int64),
        yokes=np.array(yokes, dtype=np.int64),
    )


def greedy_cover(draft: Draft, population: Population, state: Integers) -> Shorts:
    """Fill the empty places of a draft, one after the other; return how many pairs cover each person.

    Args:
        draft: Changed in place.
        population: Whom to serve.
        state: The generator of ``pieces.dice``.
    """
    counts = np.zeros(len(population), dtype=np.int16)
    fill_places(
        draft.fronts,
        draft.backs,
        draft.class_sex,
        draft.class_inseam,
        draft.yokes,
        population.targets,
        population.columns,
        population.bounds,
        counts,
        np.zeros_like(counts),
        state,
    )
    return counts


@compiled
def uncovered_person(counts: Shorts, state: Integers) -> int:
    """Return a random person no pair covers, or any person when fifty draws find none."""
    person = draw(state, len(counts))
    for _ in range(50):
        if counts[person] == 0:
            break
        person = draw(state, len(counts))
    return int(person)


@compiled
def fill_places(
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
) -> None:
    """Fill the places; see ``greedy_cover``. The gain of a new pair counts half, as it takes two places."""
    front_count, back_count = 0, 0
    front, back = np.zeros(5, np.int64), np.zeros(5, np.int64)
    best_front, best_back = front.copy(), back.copy()
    while front_count < len(fronts) or back_count < len(backs):
        best_gain, best_way = -1, 0
        for attempt in range(DRAWS_PER_PLACE * 20):
            if attempt >= DRAWS_PER_PLACE and best_gain >= 0:
                break
            person = uncovered_person(counts, state)
            sex = 0 if person < bounds[1] else 1
            length_class = class_for(state, sex, targets[person, 3], class_sex, class_inseam)
            if length_class < 0:
                continue
            way = draw(state, 3)
            if way == 0:
                if front_count == len(fronts) or back_count == 0:
                    continue
                other = backs[draw(state, back_count)]
                if other[4] != length_class or not piece_for(state, targets[person], length_class, other, yokes, front):
                    continue
            elif way == 1:
                if back_count == len(backs) or front_count == 0:
                    continue
                other = fronts[draw(state, front_count)]
                if other[4] != length_class or not piece_for(state, targets[person], length_class, other, yokes, back):
                    continue
            else:
                if front_count == len(fronts) or back_count == len(backs):
                    continue
                if not half_for(state, targets[person], length_class, yokes, back):
                    continue
                if not piece_for(state, targets[person], length_class, back, yokes, front):
                    continue
            start, end = bounds[sex], bounds[sex + 1]
            scratch[start:end] = 0
            if way == 2:
                backs[back_count] = back
            if way != 1:
                used = back_count + (way == 2)
                count_piece(front, True, backs[:used], class_sex, class_inseam, yokes, columns, bounds, scratch, 1)
            if way != 0:
                count_piece(
                    back, False, fronts[:front_count], class_sex, class_inseam, yokes, columns, bounds, scratch, 1
                )
            gain = 0
            for p in range(start, end):
                if scratch[p] > 0 and counts[p] == 0:
                    gain += 1
            if way != 2:
                gain *= 2
            if gain > best_gain:
                best_gain, best_way = gain, way
                best_front[:] = front
                best_back[:] = back
        if best_gain < 0:
            return
        if best_way != 1:
            fronts[front_count] = best_front
            front_count += 1
            count_piece(
                best_front, True, backs[:back_count], class_sex, class_inseam, yokes, columns, bounds, counts, 1
            )
        if best_way != 0:
            backs[back_count] = best_back
            back_count += 1
            count_piece(
                best_back, False, fronts[:front_count], class_sex, class_inseam, yokes, columns, bounds, counts, 1
            )
