"""What a simulated run says: promises kept, quoted against actual lead, use of each work centre. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from production.sequencing.working_time import WorkingTime
from production.simulating.model import Simulated


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one run; leads are means in seconds of working time."""

    orders: int
    kept: float
    kept_by_day: float  # finished before the promised day ended
    quoted_lead_s: float
    actual_lead_s: float
    latest_s: int  # how late the latest was, working time
    used: Mapping[str, float]
    warned: int
    late_unwarned: int

    @property
    def quoted_over_actual(self) -> float:
        """Return the ratio of the mean leads."""
        return self.quoted_lead_s / self.actual_lead_s if self.actual_lead_s else 0.0


def figures_of(run: Simulated, working_time: WorkingTime) -> Figures:
    """Return the figures of a run.

    Args:
        run: What was simulated, with at least one order.
        working_time: What leads are counted in: the time in which people are at work in the plant.
    """

    def lead_s(from_s: int, to_s: int) -> int:
        return working_time.worked_s(to_s) - working_time.worked_s(from_s)

    fates = run.fates
    count = len(fates)
    return Figures(
        orders=count,
        kept=sum(fate.is_kept for fate in fates) / count,
        kept_by_day=sum(fate.finished_s <= fate.day_ends_s for fate in fates) / count,
        quoted_lead_s=sum(lead_s(fate.placed_s, fate.promised_s) for fate in fates) / count,
        actual_lead_s=sum(lead_s(fate.placed_s, fate.finished_s) for fate in fates) / count,
        latest_s=max(0, *(lead_s(fate.promised_s, fate.finished_s) for fate in fates)),
        used={code: busy_s / run.open_s[code] for code, busy_s in run.busy_s.items() if run.open_s[code]},
        warned=run.warned,
        late_unwarned=run.late_unwarned,
    )
