"""A demand taken apart: the same work and materials, some as they are, the others at their least. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from orders.drafts.strands import NOTHING, Level
from production.model import Demand, MaterialNeed, OperationLoad

StrandKey = tuple[bool, str]
"""Whether it is a material, and its code or the operation's."""


@dataclass(frozen=True, slots=True)
class Slack:
    """A demand with what each strand comes to in it, and what nothing falls below.

    Weaker demands are of one piece that takes the materials of all: no more than what is really asked for. Where some option
    makes a rush order (``may_rush``) they are of one: what even that cannot make in time, nothing can.
    """

    demand: Demand
    levels: Mapping[StrandKey, tuple[Level, Level]]
    may_rush: bool = False

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
        return Demand(tuple(loads), tuple(needs), 1, whose.groups, whose.is_rush or self.may_rush)
