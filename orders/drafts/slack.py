"""A demand taken apart: the same work and materials, some as they are, the others at their least. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from orders.drafts.strands import NOT_RUSHED, NOTHING, Level, StrandKey
from production.model import Demand, MaterialNeed, OperationLoad


@dataclass(frozen=True, slots=True)
class Slack:
    """A demand with what each strand comes to in it, and what nothing falls below.

    Weaker demands are of one piece that takes the materials of all: no more than what is really asked for. Where some option
    makes a rush order, being none is a strand too: what even a rush order cannot make in time, nothing can.
    """

    demand: Demand
    levels: Mapping[StrandKey, tuple[Level, Level]]

    @property
    def active(self) -> tuple[StrandKey, ...]:
        """The strands that come to more than their least."""
        return tuple(key for key, (level, least) in self.levels.items() if level != least)

    def work_centre(self, operation: str) -> str:
        """Return where an operation is done."""
        return next(load.work_centre for load in self.demand.loads if load.operation == operation)

    def at(self, kept: Iterable[StrandKey], given: Mapping[StrandKey, Level] | None = None) -> Demand:
        """Return the demand with some strands as they are (or as given) and all others at their least."""
        own = {key: level if key in set(kept) else least for key, (level, least) in self.levels.items()}
        own.update(given or {})
        positions: list[tuple[int, ...]] = []
        loads: list[OperationLoad] = []
        for load in self.demand.loads:
            after = tuple(sorted({position for at in load.after for position in positions[at]}))
            seconds, recipe = own[False, load.operation]
            if not seconds:
                positions.append(after)
                continue
            positions.append((len(loads),))
            loads.append(replace(load, seconds=seconds, after=after, recipe=recipe or load.recipe))
        needs = [
            MaterialNeed(need.code, quantity * self.demand.quantity, need.lead_time_days)
            for need in self.demand.materials
            if (quantity := own.get((True, need.code), NOTHING)[0])
        ]
        whose = self.demand
        is_rush = whose.is_rush or (NOT_RUSHED in own and own[NOT_RUSHED] == NOTHING)
        return Demand(tuple(loads), tuple(needs), 1, whose.groups, is_rush)


def works_in_rows(demand: Demand) -> bool:
    """Return whether operations of one work centre always follow each other.

    Then none takes another's room, and less work, or an earlier start, never ends later.
    """
    before: list[set[int]] = []
    for load in demand.loads:
        before.append(set(load.after).union(*(before[at] for at in load.after)))
    return all(
        demand.loads[one].work_centre != demand.loads[other].work_centre or one in before[other]
        for one, other in combinations(range(len(demand.loads)), 2)
    )


def last_of(demand: Demand) -> str | None:
    """Return the operation that waits for all others; ``None`` where there is none.

    The spare bucket is counted at the last operation's work centre: only what ends with the same one can be compared.
    """
    waited_for = {at for load in demand.loads for at in load.after}
    last = [load.operation for at, load in enumerate(demand.loads) if at not in waited_for]
    return last[0] if len(last) == 1 else None
