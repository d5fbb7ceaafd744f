"""How wide a plan may become, and what is said when it would be wider."""

from dataclasses import dataclass, replace

from kernel.errors import NotAvailable


class NoPlan(NotAvailable):
    """The problem is too wide for a plan; another method has to answer.

    Facts: ``what`` was too wide, ``rule`` or ``features`` where they are known, ``size`` and ``limit``.
    """


class TooWide(NoPlan):
    """A plan exists, but this one question needs wider messages than the plan may hold."""


@dataclass(frozen=True, slots=True)
class PlanBudget:
    """The work a plan and its search may take. All limits count work, none counts time, so plans are reproducible.

    A single question may take ``patience`` times the states and pairs: slow, but sooner answered than by a solver.
    ``warn_work`` and ``most_work`` are p95 of the counted work of rehearsed clicks: about 0.3 million is a millisecond.
    """

    most_states: int = 20_000
    most_pairs: int = 6_000_000
    most_leaves: int = 600
    most_residuals: int = 4_096
    most_table: int = 16_000_000
    restarts: int = 24
    climbs: int = 60
    search_work: int = 300_000_000
    candidates: int = 3
    rehearsals: int = 60
    patience: int = 15
    warn_work: int = 2_000_000
    most_work: int = 14_000_000
    seed: int = 20_260_101

    def patient(self) -> "PlanBudget":
        """Return the budget of a single question that is wider than most."""
        return replace(
            self, most_states=self.most_states * self.patience, most_pairs=self.most_pairs * self.patience, patience=1
        )


DEFAULT_BUDGET = PlanBudget()
