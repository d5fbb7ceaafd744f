"""The completion that gives up the fewest wishes, in one pass: what is not wished for costs a penalty at its leaf.

A penalty is worth more than any price, so one number weighs both. See docs/algorithms/plan-engine.md, P-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from configurator.engine import Picks
from configurator.planning.core import Climbed, Core, EitherState, LeafState, Question
from configurator.planning.leaf_states import NOTHING
from configurator.planning.limits import TooWide
from configurator.planning.messages import Message
from configurator.planning.passes import Passing
from configurator.wishes import Wish, with_wishes


@dataclass(frozen=True, slots=True)
class _Share:
    """The part of a wish's penalty that one pass weighs."""

    wish: Wish
    penalty: int


def closest(core: Core, question: Question, wishes: Sequence[Wish]) -> Picks | None:
    """Return the completion that gives up wishes of the least penalty, a cheapest of those; ``None``: there is none.

    Penalties with more bits than one pass can weigh are weighed from their highest bits down: wishes without lower bits
    are settled first; of the others only how many are given up, then which. That is exact for penalties as ``by_age`` gives.

    Raises:
        TooWide: A pass is wider than the plan may be, penalties cannot be cut like this, or wishes share a domain.
    """
    one = core.price_unit
    room = (NOTHING // one).bit_length() - len(wishes).bit_length() - 2
    left = list(wishes)
    while True:
        below = max(0, max((wish.penalty.bit_length() for wish in left), default=0) - room)
        mask = (1 << below) - 1
        best, climbed = _best(core, question, [_Share(wish, (wish.penalty >> below) * one) for wish in left])
        if best >= NOTHING:
            return None
        found = core.witness(climbed, question)
        open_yet = [wish for wish in left if wish.penalty & mask]
        if not open_yet:
            return found
        if sum(wish.penalty & mask for wish in open_yet) > mask or len({w.penalty >> below for w in open_yet}) > 1:
            raise TooWide(what="penalties", size=max(wish.penalty for wish in wishes), limit=1 << room)
        kept = [wish for wish in left if not wish.penalty & mask and wish.is_kept(found)]
        question = replace(question, picks=with_wishes(question.picks, kept))
        left = [replace(wish, penalty=(wish.penalty & mask) | 1 << below) for wish in open_yet]


def _best(core: Core, question: Question, shares: Sequence[_Share]) -> tuple[int, Sequence[Climbed]]:
    wished: dict[int, list[_Share]] = {}
    for share in shares:
        wished.setdefault(share.wish.domain, []).append(share)
    if any(len(own) > 1 for own in wished.values()):
        raise TooWide(what="wishes about one feature", size=max(map(len, wished.values())), limit=1)
    found = []
    for at in range(len(core.plan.components)):
        states = core.states(at, question)
        for domain, (share,) in wished.items():
            for number in core.leaves_of[domain]:
                component, place = core.place[number]
                if component == at:
                    states[place] = _wished(core, number, question, states[place], share)
        found.append(core.climbed_from(at, states))
    if core.frame.impossible - question.dropped or any(part.best >= NOTHING for part in found):
        return NOTHING, found
    return sum(part.best for part in found), found


def _wished(core: Core, at: int, question: Question, other: LeafState, share: _Share) -> LeafState:
    """Return the state of a leaf that keeps its wish or costs the penalty."""
    leaf, wish = core.frame.leaves[at], share.wish
    before = question.picks.get(leaf.domain, {})
    if leaf.item is not None:
        more = [row for row, count in wish.rows.items() if count > before.get(row, 0)]
        if len(more) > 1:
            raise TooWide(what="wished rows of a capped feature", size=len(more), limit=1)
        if leaf.item not in more:
            return other
    picks = with_wishes({leaf.domain: before} if before else {}, [wish])
    wished = core.state(at, question, picks[leaf.domain])
    start = core.start_message(at)
    with_it, without = wished.passing.made(start), other.passing.made(start)
    message = _united(with_it, without, share.penalty, counted=leaf.pieces is not None)
    state = replace(other, passing=Passing(message, None))
    if wished.many is None or other.many is None:
        return state
    return replace(state, either=EitherState(message, wished.many, picks[leaf.domain], other.many))


def _united(first: Message, second: Message, penalty: int, *, counted: bool) -> Message:
    """Return the states of both by rising cost, those of the second dearer by the penalty."""
    cost = np.concatenate([first.cost, second.cost + penalty])
    order = np.argsort(cost, kind="stable")
    makers = np.arange(len(cost), dtype=np.int32) if counted else np.concatenate([first.first, second.first])
    ids = np.concatenate([first.ids, second.ids])[order]
    return Message(cost[order], np.ascontiguousarray(ids), makers[order], np.zeros(len(cost), dtype=np.int32))
