"""A whole pass over a component, and what it says of all choices, each in one call. Compiled by numba.

Most merges of a click take a few microseconds, less than it takes to call a compiled function from Python; so the calls
are made here. ``whole_passes`` lays a component out for them. Without numba ``passes`` does the same merge by merge.
"""

import numpy as np

from configurator.planning import kernels
from configurator.planning.kernels import compiled, merged, shifted, spread, swept

HAS, SHIFTED, SHIFT, STATE, STATES, PLACE, WIDTH, CONTENT, WORK = range(9)
"""What is told of a node: whether there is a message of its own; whether it is its start message with ``SHIFT`` added to
the costs; where its states begin, how many there are, where their residuals begin, and how many each has; a number that no
message of another content has; and the work it took."""

NODE = 9


@compiled
def _cost_of(nodes, node, cost, starts, start_cost):  # type: ignore[no-untyped-def]
    if nodes[node, HAS] == 1:
        return cost[nodes[node, STATE] : nodes[node, STATE] + nodes[node, STATES]]
    own = start_cost[starts[node, STATE] : starts[node, STATE] + starts[node, STATES]]
    return own if nodes[node, SHIFT] == 0 else own + nodes[node, SHIFT]


@compiled
def _ids_of(nodes, node, ids, starts, start_ids):  # type: ignore[no-untyped-def]
    width = starts[node, WIDTH]
    if nodes[node, HAS] == 1:
        place, states = nodes[node, PLACE], nodes[node, STATES]
        return ids[place : place + states * width].reshape(states, width)
    place, states = starts[node, PLACE], starts[node, STATES]
    return start_ids[place : place + states * width].reshape(states, width)


@compiled
def _roomy(values, size, more):  # type: ignore[no-untyped-def]
    """Return the values, or where they have no room left for so many more, a larger copy."""
    if size + more <= len(values):
        return values
    wider = np.empty(2 * (size + more), dtype=values.dtype)
    wider[:size] = values[:size]
    return wider


@compiled
def _listed(numbers, spec, at, width):  # type: ignore[no-untyped-def]
    """Return one of the lists of a merge, ``width`` numbers an entry."""
    count = spec[at + 1]
    return numbers[spec[at] : spec[at] + count * width].reshape(count, width)


@compiled
def _together(  # type: ignore[no-untyped-def]
    a_cost, a_ids, b_cost, b_ids, spec, numbers, bools, nexts, better, cap, most_states, most_pairs
):
    """Return the front of two messages; ``spec`` says where in ``numbers`` its lists are."""
    if len(a_cost) == 1 and len(b_cost) == 1 and not a_ids.any() and not b_ids.any():
        # Id 0 accepts everything and absorbs whatever is added: mostly rules that do not act.
        one = np.zeros(1, dtype=np.int32)
        return True, a_cost + b_cost, np.zeros((1, spec[9]), dtype=np.int32), one, one, 1
    first_kept = numbers[spec[4] : spec[4] + spec[5]]
    second_kept = numbers[spec[6] : spec[6] + spec[7]]
    columns = numbers[spec[8] : spec[8] + 3 * spec[9]].reshape(spec[9], 3)
    return merged(
        a_cost, a_ids, b_cost, b_ids, _listed(numbers, spec, 0, 5), _listed(numbers, spec, 2, 4), first_kept,
        second_kept, bools, nexts, columns, better, cap, most_states, most_pairs,
    )  # fmt: skip


@compiled
def _same(nodes, others, node):  # type: ignore[no-untyped-def]
    """Return whether a node has the same message in two passes."""
    if nodes[node, HAS] != others[node, HAS]:
        return False
    at = CONTENT if nodes[node, HAS] == 1 else SHIFT
    return nodes[node, at] == others[node, at]


@compiled
def passed_up(  # type: ignore[no-untyped-def]
    nodes, cost, ids, old, old_cost, old_ids, old_first, old_second, number_of, steps, specs, numbers,
    starts, start_cost, start_ids, bools, nexts, better, cap, most_states, most_pairs,
):  # fmt: skip
    """Make the messages of all steps.

    Args:
        nodes: A row a node, those of leaves told; the others are written here.
        cost: Costs of the leaves' own messages, one behind the other.
        ids: Their residuals, flat.
        old: The nodes of a pass before, whose messages are taken over where they are made of the same; or no row.
        old_cost: Of all messages of the pass before.
        old_ids: See ``old_cost``.
        old_first: See ``old_cost``.
        old_second: See ``old_cost``.
        number_of: From here on numbers are free for ``CONTENT``, one a node.
        steps: Left, right, and the row of ``specs`` that merges them.
        specs: Per merge: where its lists begin in ``numbers``, and their lengths.
        numbers: The lists of all merges.
        starts: A row a node: its start message in ``start_cost`` and ``start_ids``.
        start_cost: See ``starts``.
        start_ids: See ``starts``.
        bools: Tables of closing rules.
        nexts: Tables of meeting rules.
        better: Matrices of comparison.
        cap: See ``kernels.front``.
        most_states: Give up beyond.
        most_pairs: Give up beyond.

    Returns:
        The step that did not fit (-1: none) and its states, costs, residuals and makers of all messages.
    """
    leaves = len(nodes) - len(steps)
    size, width = len(cost), len(ids)
    first, second = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int32)
    for number in range(len(steps)):
        left, right, node = steps[number, 0], steps[number, 1], leaves + number
        if nodes[left, SHIFTED] == 1 and nodes[right, SHIFTED] == 1:
            nodes[node, HAS], nodes[node, SHIFTED] = 0, 1
            nodes[node, SHIFT] = nodes[left, SHIFT] + nodes[right, SHIFT]
            continue
        if len(old) > 0 and old[node, HAS] == 1 and _same(nodes, old, left) and _same(nodes, old, right):
            states, begun, place = old[node, STATES], old[node, STATE], old[node, PLACE]
            room = states * starts[node, WIDTH]
            own, one = old_cost[begun : begun + states], old_first[begun : begun + states]
            two, own_ids = old_second[begun : begun + states], old_ids[place : place + room]
            nodes[node] = old[node]
        else:
            fits, own, made_ids, one, two, work = _together(
                _cost_of(nodes, left, cost, starts, start_cost),
                _ids_of(nodes, left, ids, starts, start_ids),
                _cost_of(nodes, right, cost, starts, start_cost),
                _ids_of(nodes, right, ids, starts, start_ids),
                specs[steps[number, 2]], numbers, bools, nexts, better, cap, most_states, most_pairs,
            )  # fmt: skip
            states = len(own)
            if not fits:
                return number, states, cost, ids, first, second
            same, shift = _against_start(own, made_ids, node, starts, start_cost, start_ids)
            nodes[node, HAS], nodes[node, SHIFTED], nodes[node, SHIFT] = 1, 1 if same else 0, shift
            nodes[node, STATES], nodes[node, CONTENT], nodes[node, WORK] = states, number_of + node, work
            own_ids = made_ids.reshape(made_ids.size)
        nodes[node, STATE], nodes[node, PLACE] = size, width
        cost, first, second = _roomy(cost, size, states), _roomy(first, size, states), _roomy(second, size, states)
        ids = _roomy(ids, width, len(own_ids))
        cost[size : size + states] = own
        first[size : size + states] = one
        second[size : size + states] = two
        ids[width : width + len(own_ids)] = own_ids
        size += states
        width += len(own_ids)
    return -1, 0, cost, ids, first, second


@compiled
def traced(nodes, first, second, steps, starts, start_first, start_second):  # type: ignore[no-untyped-def]
    """Return of which state of each node the cheapest state of the last one is made; see ``passed_up``.

    Args:
        nodes: The nodes of the pass up, with ``first`` and ``second``.
        first: See ``nodes``.
        second: See ``nodes``.
        steps: See ``passed_up``.
        starts: The start messages, with ``start_first`` and ``start_second``.
        start_first: See ``starts``.
        start_second: See ``starts``.
    """
    leaves = len(nodes) - len(steps)
    states = np.zeros(len(nodes), dtype=np.int64)
    for back in range(len(steps)):
        number = len(steps) - 1 - back
        node = leaves + number
        if nodes[node, HAS] == 1:
            at = nodes[node, STATE] + states[node]
            states[steps[number, 0]], states[steps[number, 1]] = first[at], second[at]
        else:
            at = starts[node, STATE] + states[node]
            states[steps[number, 0]], states[steps[number, 1]] = start_first[at], start_second[at]
    return states[:leaves]


@compiled
def _against_start(own, own_ids, node, starts, start_cost, start_ids):  # type: ignore[no-untyped-def]
    begun, states, place = starts[node, STATE], starts[node, STATES], starts[node, PLACE]
    if states != len(own):
        return False, 0
    known = start_ids[place : place + states * starts[node, WIDTH]].reshape(states, starts[node, WIDTH])
    return shifted(own, own_ids, start_cost[begun : begun + states], known)


@compiled
def passed_down(  # type: ignore[no-untyped-def]
    nodes, up_nodes, up_cost, up_ids, old_ups, old, old_cost, old_ids, number_of, steps, specs, numbers, orders,
    up_starts, starts, start_cost, start_ids, bools, nexts, better, cap, most_states, most_pairs,
):  # fmt: skip
    """Make what comes down to each node.

    Args:
        nodes: A row a node, all shifted by 0; written here.
        up_nodes: The nodes of the pass up, with ``up_cost`` and ``up_ids``.
        up_cost: See ``up_nodes``.
        up_ids: See ``up_nodes``.
        old_ups: The nodes of another pass up, what came down after which is taken over where it is the same; or no row.
        old: The nodes of that pass down, with ``old_cost`` and ``old_ids``.
        old_cost: See ``old``.
        old_ids: See ``old``.
        number_of: See ``passed_up``.
        steps: Left, right, then the rows of ``specs`` upwards, down to the left and down to the right (-1: the root).
        specs: See ``passed_up``.
        numbers: See ``passed_up``.
        orders: Per leaf where in ``numbers`` its order of columns is; -1: as they come.
        up_starts: The start messages upwards.
        starts: The start messages downwards.
        start_cost: Of both.
        start_ids: Of both.
        bools: See ``passed_up``.
        nexts: See ``passed_up``.
        better: See ``passed_up``.
        cap: For nodes that are no leaf; what comes to a leaf is not compared.
        most_states: Give up beyond.
        most_pairs: Give up beyond.

    Returns:
        The row of ``specs`` that did not fit (-1: none) and its states, costs and residuals.
    """
    leaves = len(nodes) - len(steps)
    cost, ids = np.empty(512, dtype=np.int64), np.empty(2048, dtype=np.int32)
    size, width = 0, 0
    for back in range(len(steps)):
        number = len(steps) - 1 - back
        node = leaves + number
        for side in range(2):
            child, sibling, spec = steps[number, side], steps[number, 1 - side], steps[number, 3 + side]
            if up_nodes[sibling, SHIFTED] == 1 and (spec < 0 or nodes[node, SHIFTED] == 1):
                nodes[child, HAS], nodes[child, SHIFTED] = 0, 1
                nodes[child, SHIFT] = up_nodes[sibling, SHIFT] + (0 if spec < 0 else nodes[node, SHIFT])
                continue
            if (
                len(old) > 0
                and old[child, HAS] == 1
                and _same(up_nodes, old_ups, sibling)
                and (spec < 0 or _same(nodes, old, node))
            ):
                begun, place, states = old[child, STATE], old[child, PLACE], old[child, STATES]
                own, flat = old_cost[begun : begun + states], old_ids[place : place + states * starts[child, WIDTH]]
                nodes[child] = old[child]
            else:
                own = _cost_of(up_nodes, sibling, up_cost, up_starts, start_cost)
                own_ids = _ids_of(up_nodes, sibling, up_ids, up_starts, start_ids)
                work = 0
                if spec >= 0:
                    fits, own, own_ids, _, _, work = _together(
                        _cost_of(nodes, node, cost, starts, start_cost), _ids_of(nodes, node, ids, starts, start_ids),
                        own, own_ids, specs[spec], numbers, bools, nexts, better,
                        0 if child < leaves else cap, most_states, most_pairs,
                    )  # fmt: skip
                    if not fits:
                        return spec, len(own), cost, ids
                if child < leaves and orders[child] >= 0:
                    turned = np.empty_like(own_ids)
                    for column in range(own_ids.shape[1]):
                        turned[:, column] = own_ids[:, numbers[orders[child] + column]]
                    own_ids = turned
                states, flat = len(own), own_ids.reshape(own_ids.size)
                same, shift = _against_start(own, own_ids, child, starts, start_cost, start_ids)
                nodes[child, HAS], nodes[child, SHIFTED], nodes[child, SHIFT] = 1, 1 if same else 0, shift
                nodes[child, STATES], nodes[child, CONTENT], nodes[child, WORK] = states, number_of + child, work
            nodes[child, STATE], nodes[child, PLACE] = size, width
            cost, ids = _roomy(cost, size, states), _roomy(ids, width, len(flat))
            cost[size : size + states] = own
            ids[width : width + len(flat)] = flat
            size += states
            width += len(flat)
    return -1, 0, cost, ids


@compiled
def judged(  # type: ignore[no-untyped-def]
    leaves,
    nodes,
    cost,
    ids,
    starts,
    start_cost,
    start_ids,
    numbers,
    bits,
    classes,
    class_of,
    own,
    alive,
    added,
    nothing,
    most,
):
    """Return for all choices of some leaves the least cost of a whole answer with each.

    Args:
        leaves: A row a leaf: node, first choice, choices, first class, classes, where its offsets into its rows of
            ``bits`` are in ``numbers``, how many, where its rows begin, how many there are, and words a row.
        nodes: The nodes of the pass down, with ``cost`` and ``ids``.
        cost: See ``nodes``.
        ids: See ``nodes``.
        starts: The start messages downwards, with ``start_cost`` and ``start_ids``.
        start_cost: See ``starts``.
        start_ids: See ``starts``.
        numbers: See ``passed_up``.
        bits: Which classes each residual accepts, rows of words, flat.
        classes: Values of the classes without any pick.
        class_of: Of all choices.
        own: The costs of all choices.
        alive: Which choices may be taken.
        added: The cost of everything outside the component.
        nothing: Stands for no way.
        most: Values above are no way.
    """
    values = np.empty(len(class_of), dtype=np.int64)
    for leaf in range(len(leaves)):
        node, first, choices, begun, count = (
            leaves[leaf, 0],
            leaves[leaf, 1],
            leaves[leaf, 2],
            leaves[leaf, 3],
            leaves[leaf, 4],
        )
        if nodes[node, SHIFTED] == 1:
            told, more = classes[begun : begun + count], added + nodes[node, SHIFT]
        else:
            rows, words, place = leaves[leaf, 8], leaves[leaf, 9], leaves[leaf, 7]
            told, more = (
                swept(
                    _cost_of(nodes, node, cost, starts, start_cost), _ids_of(nodes, node, ids, starts, start_ids),
                    numbers[leaves[leaf, 5] : leaves[leaf, 5] + leaves[leaf, 6]],
                    bits[place : place + rows * words].reshape(rows, words), count, nothing,
                ),
                added,
            )  # fmt: skip
        values[first : first + choices] = spread(
            told, class_of[first : first + choices], own[first : first + choices], alive[first : first + choices],
            more, nothing, most,
        )  # fmt: skip
    return values


def warm_up() -> None:
    """Compile or load all kernels, so that the first click does not wait for it."""
    kernels.warm_up()
    numbers, ids = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    nodes, starts = np.zeros((1, NODE), dtype=np.int64), np.zeros((1, NODE), dtype=np.int64)
    steps, specs = np.zeros((0, 5), dtype=np.int64), np.zeros((0, 10), dtype=np.int64)
    marks = np.zeros(0, dtype=np.uint8)
    tables = (marks, ids, marks, 64, 8, 8)
    passed_up(
        nodes, numbers, ids, nodes, numbers, ids, ids, ids, 0, steps, specs, numbers, starts, numbers, ids, *tables
    )  # fmt: skip
    passed_down(
        nodes, nodes, numbers, ids, nodes, nodes, numbers, ids, 0, steps, specs, numbers, numbers,
        starts, starts, numbers, ids, *tables,
    )  # fmt: skip
    traced(nodes, ids, ids, steps, starts, ids, ids)
    bits, alive = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.bool_)
    judged(specs, nodes, numbers, ids, starts, numbers, ids, numbers, bits, numbers, numbers, numbers, alive, 0, 9, 9)
