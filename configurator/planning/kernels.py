"""The inner loops: joining two messages, keeping a front, sweeping a feature's classes. Compiled by numba.

``array_kernels`` has the same functions in numpy for installations without numba; both give the same fronts up to
dominated states that are kept.
"""

import numpy as np

try:
    from numba import njit

    COMPILED = True
except ImportError:  # pragma: no cover - the numpy path is tested by name
    COMPILED = False


def compiled(function):  # type: ignore[no-untyped-def]
    """Return the function compiled when first called, from its cache where one can be kept; as it is without numba."""
    if not COMPILED:
        return function
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither beside the sources nor in the user's cache directory can anything be written
        return njit(nogil=True)(function)


CHAIN, HARD, MATRIX = 0, 1, 2


@compiled
def _mixed(number, value):  # type: ignore[no-untyped-def]
    number = (number ^ np.uint64(np.uint32(value))) * np.uint64(0xD6E8FEB86659FD93)
    return number ^ (number >> np.uint64(29))


@compiled
def sorted_by(cost):  # type: ignore[no-untyped-def]
    """Return the order of rising cost, equal ones as they stand. Numba takes seconds to compile ``argsort``."""
    count = len(cost)
    order = np.empty(count, dtype=np.int64)
    other = np.empty(count, dtype=np.int64)
    run = 16
    for start in range(0, count, run):
        for at in range(start, min(start + run, count)):
            value = cost[at]
            place = at
            while place > start and cost[order[place - 1]] > value:
                order[place] = order[place - 1]
                place -= 1
            order[place] = at
    while run < count:
        for start in range(0, count, 2 * run):
            middle = min(start + run, count)
            end = min(start + 2 * run, count)
            left, right = start, middle
            for at in range(start, end):
                if left < middle and (right >= end or cost[order[left]] <= cost[order[right]]):
                    other[at] = order[left]
                    left += 1
                else:
                    other[at] = order[right]
                    right += 1
        order, other = other, order
        run *= 2
    return order


@compiled
def front(cost, ids, columns, better, cap):  # type: ignore[no-untyped-def]
    """Return the indices of states that no cheaper state dominates, by rising cost, and the tests it took.

    Args:
        cost: Costs of the states.
        ids: Their residual ids, one column a rule.
        columns: Per column kind (CHAIN, HARD, MATRIX), offset and size of its matrix in ``better``.
        better: All matrices, flat.
        cap: Each state is compared with at most this many kept ones of its group; below 0 with all.
    """
    count, width = ids.shape
    order = sorted_by(cost)
    kept = np.empty(count, dtype=np.int64)
    following = np.empty(count, dtype=np.int64)
    soft = np.empty(width, dtype=np.int64)
    hard = np.empty(width, dtype=np.int64)
    softs, hards = 0, 0
    for column in range(width):
        if columns[column, 0] == HARD:
            hard[hards] = column
            hards += 1
        else:
            soft[softs] = column
            softs += 1
    slots = 16
    while hards > 0 and slots < 2 * count:
        slots *= 2
    head = np.full(slots, -1, dtype=np.int64)
    tail = np.full(slots, -1, dtype=np.int64)
    mask = np.uint64(slots - 1)
    zeros = np.empty(count if hards > 0 else 0, dtype=np.int64)  # kept states that accept everything in hard columns
    all_zero = 0
    size = 0
    tests = 0
    for place in range(count):
        state = order[place]
        number = np.uint64(0x9E3779B97F4A7C15)
        for at in range(hards):
            number = _mixed(number, ids[state, hard[at]])
        slot = np.int64(number & mask)
        while hards > 0 and head[slot] >= 0:
            same = True
            other = kept[head[slot]]
            for at in range(hards):
                if ids[other, hard[at]] != ids[state, hard[at]]:
                    same = False
                    break
            if same:
                break
            slot = np.int64((np.uint64(slot) + np.uint64(1)) & mask)
        look = head[slot]
        seen = 0
        dominated = False
        while look >= 0 and seen != cap:
            other = kept[look]
            seen += 1
            holds = True
            for at in range(softs):
                column = soft[at]
                one, two = ids[other, column], ids[state, column]
                if one == two:
                    continue
                if columns[column, 0] == CHAIN:
                    if one > two:
                        holds = False
                        break
                elif better[columns[column, 1] + np.int64(one) * columns[column, 2] + two] == 0:
                    holds = False
                    break
            if holds:
                dominated = True
                break
            look = following[look]
        tests += seen
        zero = hards > 0
        for at in range(hards):
            zero = zero and ids[state, hard[at]] == 0
        seen = 0
        while not dominated and not zero and seen < all_zero and seen != cap:
            other = zeros[seen]
            seen += 1
            dominated = True
            for at in range(softs):
                column = soft[at]
                one, two = ids[other, column], ids[state, column]
                if one == two or (columns[column, 0] == CHAIN and one < two):
                    continue
                if columns[column, 0] == CHAIN or (
                    better[columns[column, 1] + np.int64(one) * columns[column, 2] + two] == 0
                ):
                    dominated = False
                    break
        tests += seen
        if dominated:
            continue
        if zero:
            zeros[all_zero] = state
            all_zero += 1
        kept[size] = state
        following[size] = -1
        if head[slot] < 0:
            head[slot] = size
        else:
            following[tail[slot]] = size
        tail[slot] = size
        size += 1
    return kept[:size], tests


@compiled
def _matches(b_ids, column, bools, start, memo, row):  # type: ignore[no-untyped-def]
    """Write as bits which states of the second message one residual of the first goes with."""
    count = b_ids.shape[0]
    for word in range(memo.shape[1]):
        found = np.uint64(0)
        base = word * 64
        for bit in range(min(64, count - base)):
            if bools[start + b_ids[base + bit, column]] != 0:
                found |= np.uint64(1) << np.uint64(bit)
        memo[row, word] = found


@compiled
def join(a_cost, a_ids, b_cost, b_ids, closing, meeting, a_kept, b_kept, bools, nexts, most_states, most_pairs):  # type: ignore[no-untyped-def]
    """Return all states of two messages together, equal ones once at their least cost.

    Args:
        a_cost: Costs of the first message; ``a_ids`` its residuals; ``b_cost`` and ``b_ids`` alike.
        a_ids: See ``a_cost``.
        b_cost: See ``a_cost``.
        b_ids: See ``a_cost``.
        closing: Rules that close, a row each: column of a, column of b, offset into ``bools``, row length, rows.
        meeting: Rules that stay open and are in both: columns, offset into ``nexts``, row length.
        a_kept: Columns only the first has; ``b_kept`` alike.
        b_kept: See ``a_kept``.
        bools: Tables of the closing rules.
        nexts: Tables of the meeting rules.
        most_states: Give up beyond.
        most_pairs: Give up beyond.

    Returns:
        Whether it fitted, cost, ids (meeting, kept of a, kept of b), the two states each is made of, and the work done.
    """
    a_count, b_count = len(a_cost), len(b_cost)
    width = len(meeting) + len(a_kept) + len(b_kept)
    slots = 16
    while slots < 2 * a_count * b_count and slots < 1024:
        slots *= 2
    room = slots // 2
    cost = np.empty(room, dtype=np.int64)
    ids = np.empty((room, width), dtype=np.int32)
    from_a = np.empty(room, dtype=np.int32)
    from_b = np.empty(room, dtype=np.int32)
    numbers = np.empty(room, dtype=np.uint64)
    table = np.full(slots, -1, dtype=np.int32)
    mask = np.uint64(slots - 1)
    words = (b_count + 63) // 64
    rows = 0
    for rule in range(len(closing)):
        rows += closing[rule, 4]
    memo = np.empty((rows, words), dtype=np.uint64)
    known = np.zeros(rows, dtype=np.uint8)
    left = np.empty(words, dtype=np.uint64)
    entry = np.empty(width, dtype=np.int32)
    size = 0
    joined = 0
    work = 0
    fits = True
    for a in range(a_count):
        for word in range(words):
            left[word] = np.uint64(0xFFFFFFFFFFFFFFFF)
        if b_count & 63:
            left[words - 1] = (np.uint64(1) << np.uint64(b_count & 63)) - np.uint64(1)
        base = 0
        for rule in range(len(closing)):
            own = a_ids[a, closing[rule, 0]]
            at = base + own
            if known[at] == 0:
                known[at] = 1
                work += b_count
                _matches(b_ids, closing[rule, 1], bools, closing[rule, 2] + np.int64(own) * closing[rule, 3], memo, at)
            for word in range(words):
                left[word] &= memo[at, word]
            base += closing[rule, 4]
        work += words * (len(closing) + 1)
        for word in range(words):
            bits = left[word]
            while bits != np.uint64(0):
                low = bits & (~bits + np.uint64(1))
                bits ^= low
                b = word * 64
                probe = low
                if probe >= np.uint64(1 << 32):
                    b += 32
                    probe >>= np.uint64(32)
                if probe >= np.uint64(1 << 16):
                    b += 16
                    probe >>= np.uint64(16)
                if probe >= np.uint64(1 << 8):
                    b += 8
                    probe >>= np.uint64(8)
                if probe >= np.uint64(16):
                    b += 4
                    probe >>= np.uint64(4)
                if probe >= np.uint64(4):
                    b += 2
                    probe >>= np.uint64(2)
                if probe >= np.uint64(2):
                    b += 1
                joined += 1
                alive = True
                number = np.uint64(0x9E3779B97F4A7C15)
                at = 0
                for rule in range(len(meeting)):
                    value = nexts[
                        meeting[rule, 2]
                        + np.int64(a_ids[a, meeting[rule, 0]]) * meeting[rule, 3]
                        + b_ids[b, meeting[rule, 1]]
                    ]
                    if value < 0:
                        alive = False
                        break
                    entry[at] = value
                    number = _mixed(number, value)
                    at += 1
                if not alive:
                    continue
                for kept in range(len(a_kept)):
                    entry[at] = a_ids[a, a_kept[kept]]
                    number = _mixed(number, entry[at])
                    at += 1
                for kept in range(len(b_kept)):
                    entry[at] = b_ids[b, b_kept[kept]]
                    number = _mixed(number, entry[at])
                    at += 1
                total = a_cost[a] + b_cost[b]
                slot = np.int64(number & mask)
                found = False
                while table[slot] >= 0:
                    other = table[slot]
                    if numbers[other] == number:
                        found = True
                        for column in range(width):
                            if ids[other, column] != entry[column]:
                                found = False
                                break
                        if found:
                            if total < cost[other]:
                                cost[other] = total
                                from_a[other] = a
                                from_b[other] = b
                            break
                    slot = np.int64((np.uint64(slot) + np.uint64(1)) & mask)
                if found:
                    continue
                if size == room:
                    if size >= most_states:
                        fits = False
                        break
                    room *= 2
                    more_cost = np.empty(room, dtype=np.int64)
                    more_ids = np.empty((room, width), dtype=np.int32)
                    more_a = np.empty(room, dtype=np.int32)
                    more_b = np.empty(room, dtype=np.int32)
                    more_numbers = np.empty(room, dtype=np.uint64)
                    for other in range(size):
                        more_cost[other] = cost[other]
                        more_a[other] = from_a[other]
                        more_b[other] = from_b[other]
                        more_numbers[other] = numbers[other]
                        for column in range(width):
                            more_ids[other, column] = ids[other, column]
                    cost, ids, from_a, from_b, numbers = more_cost, more_ids, more_a, more_b, more_numbers
                    slots *= 2
                    table = np.full(slots, -1, dtype=np.int32)
                    mask = np.uint64(slots - 1)
                    for other in range(size):
                        spot = np.int64(numbers[other] & mask)
                        while table[spot] >= 0:
                            spot = np.int64((np.uint64(spot) + np.uint64(1)) & mask)
                        table[spot] = other
                    slot = np.int64(number & mask)
                    while table[slot] >= 0:
                        slot = np.int64((np.uint64(slot) + np.uint64(1)) & mask)
                table[slot] = size
                numbers[size] = number
                cost[size] = total
                for column in range(width):
                    ids[size, column] = entry[column]
                from_a[size] = a
                from_b[size] = b
                size += 1
            if not fits:
                break
        if joined > most_pairs:
            fits = False
        if not fits:
            break
    return fits, cost[:size], ids[:size], from_a[:size], from_b[:size], work + 4 * joined + 8 * size


@compiled
def merged(  # type: ignore[no-untyped-def]
    a_cost,
    a_ids,
    b_cost,
    b_ids,
    closing,
    meeting,
    a_kept,
    b_kept,
    bools,
    nexts,
    columns,
    better,
    cap,
    most_states,
    most_pairs,
):
    """Return the front of two messages together: ``join``, then ``front``; ``cap`` 0 keeps all states, sorted by cost."""
    fits, cost, ids, from_a, from_b, work = join(
        a_cost, a_ids, b_cost, b_ids, closing, meeting, a_kept, b_kept, bools, nexts, 8 * most_states, most_pairs
    )
    if cap == 0:
        kept = sorted_by(cost)
    else:
        kept, tests = front(cost, ids, columns, better, cap)
        work += 3 * tests
    size = len(kept)
    out_cost = np.empty(size, dtype=np.int64)
    out = np.empty((size, ids.shape[1]), dtype=np.int32)
    out_a = np.empty(size, dtype=np.int32)
    out_b = np.empty(size, dtype=np.int32)
    for at in range(size):
        state = kept[at]
        out_cost[at] = cost[state]
        out_a[at] = from_a[state]
        out_b[at] = from_b[state]
        for column in range(ids.shape[1]):
            out[at, column] = ids[state, column]
    return fits and size <= most_states, out_cost, out, out_a, out_b, work


@compiled
def swept(cost, ids, offsets, bits, classes, nothing):  # type: ignore[no-untyped-def]
    """Return for each class of a feature the least cost of a state that accepts it.

    Args:
        cost: Costs of all that is not this feature, rising.
        ids: Residuals, one column a rule.
        offsets: Per column the first row in ``bits``; row ``offset + residual`` marks the classes it accepts.
        bits: Rows of 64-bit words.
        classes: Number of classes.
        nothing: The value of classes that no state accepts.
    """
    values = np.full(classes, nothing, dtype=np.int64)
    words = bits.shape[1]
    left = np.full(words, np.uint64(0xFFFFFFFFFFFFFFFF), dtype=np.uint64)
    if classes & 63:
        left[words - 1] = (np.uint64(1) << np.uint64(classes & 63)) - np.uint64(1)
    first = 0
    for state in range(len(cost)):
        while first < words and left[first] == np.uint64(0):
            first += 1
        if first == words:
            break
        for word in range(first, words):
            new = left[word]
            if new == np.uint64(0):
                continue
            for column in range(len(offsets)):
                new &= bits[offsets[column] + ids[state, column], word]
                if new == np.uint64(0):
                    break
            if new == np.uint64(0):
                continue
            left[word] &= ~new
            base = word * 64
            while new != np.uint64(0):
                low = new & (~new + np.uint64(1))
                new ^= low
                at = base
                probe = low
                if probe >= np.uint64(1 << 32):
                    at += 32
                    probe >>= np.uint64(32)
                if probe >= np.uint64(1 << 16):
                    at += 16
                    probe >>= np.uint64(16)
                if probe >= np.uint64(1 << 8):
                    at += 8
                    probe >>= np.uint64(8)
                if probe >= np.uint64(16):
                    at += 4
                    probe >>= np.uint64(4)
                if probe >= np.uint64(4):
                    at += 2
                    probe >>= np.uint64(2)
                if probe >= np.uint64(2):
                    at += 1
                values[at] = cost[state]
    return values


@compiled
def spread(classes, class_of, cost, alive, added, nothing, most):  # type: ignore[no-untyped-def]
    """Return for each choice the value of its class, its own cost and what is added; ``nothing`` where it may not be.

    Args:
        classes: Values of the classes.
        class_of: The class of each choice.
        cost: The cost of each choice.
        alive: Whether each choice may be taken.
        added: The cost of everything else.
        nothing: Stands for no way.
        most: Values above are no way.
    """
    values = np.empty(len(class_of), dtype=np.int64)
    for choice in range(len(class_of)):
        value = classes[class_of[choice]]
        if value < nothing and alive[choice]:
            value += cost[choice] + added
            values[choice] = value if value <= most else nothing
        else:
            values[choice] = nothing
    return values


@compiled
def shifted(cost, ids, start_cost, start_ids):  # type: ignore[no-untyped-def]
    """Return whether two lists of states differ by a constant cost only, and by how much."""
    count = len(cost)
    if count == 0 or count != len(start_cost):
        return False, 0
    shift = cost[0] - start_cost[0]
    for state in range(count):
        if cost[state] - start_cost[state] != shift:
            return False, 0
        for column in range(ids.shape[1]):
            if ids[state, column] != start_ids[state, column]:
                return False, 0
    return True, shift


def warm_up() -> None:
    """Compile or load the kernels of this file; ``pass_kernels.warm_up`` does all of them."""
    numbers, ids = np.zeros(1, dtype=np.int64), np.zeros((1, 1), dtype=np.int32)
    none, columns = np.zeros(0, dtype=np.int64), np.zeros((1, 3), dtype=np.int64)
    marks, table = np.ones(1, dtype=np.uint8), np.zeros(1, dtype=np.int32)
    closing, meeting = np.zeros((0, 5), dtype=np.int64), np.zeros((1, 4), dtype=np.int64)
    front(numbers, ids, columns, marks, -1)
    merged(numbers, ids, numbers, ids, closing, meeting, none, none, marks, table, columns, marks, 64, 8, 8)
    swept(numbers, ids, numbers, np.ones((1, 1), dtype=np.uint64), 1, 9)
    spread(numbers, numbers, numbers, np.ones(1, dtype=np.bool_), 0, 9, 9)
    shifted(numbers, ids, numbers, ids)
