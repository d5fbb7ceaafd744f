"""A draft: what a customer is putting together, resumable anywhere."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from configurator.model import NO_LIMITS, Change, Conflict, Limits, Repair, Selection, State
from kernel.errors import NotFound, NotPermitted, NotPossible, NotValid
from kernel.ids import CustomerId, DraftId, ProfileId
from modules_catalog.model import ConfigurationModel
from orders.companies.model import CostCentre
from orders.drafts.fitting import FitView
from production.model import Promise
from production.plants.model import Plant


class DraftNotFound(NotFound):
    """There is no such draft."""


class DraftNotYours(NotPermitted):
    """The draft belongs to somebody else."""


class DraftChangedMeanwhile(NotPossible):
    """Somebody changed the draft since this page was shown."""


class NothingToUndo(NotPossible):
    """The draft stands as it was opened."""


class LimitNotValid(NotValid):
    """A need-by date, a budget or a quantity that cannot be."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished order. ``owner`` is the visitor or user it belongs to, never a name.

    ``changes_order`` is the number of the order it would change, ``changes_revision`` the revision it was begun from; empty
    and 0 for a draft of something new.

    Raises:
        LimitNotValid: quantity or budget is not positive.
    """

    id: DraftId
    line: str
    release: str
    owner: str
    selection: Selection
    opened_at: datetime
    changed_at: datetime
    version: int = 0
    customer_id: CustomerId | None = None
    profile_id: ProfileId | None = None
    need_by: date | None = None
    budget_minor: int | None = None
    quantity: int = 1
    confirmed: frozenset[str] = field(default_factory=frozenset)  # rules a member of staff has confirmed
    changes_order: str = ""
    changes_revision: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= 999:
            raise LimitNotValid(field="quantity", value=self.quantity)
        if self.budget_minor is not None and self.budget_minor <= 0:
            raise LimitNotValid(field="budget", value=self.budget_minor)

    def changed(self, now: datetime, **values: object) -> "Draft":
        """Return the draft with some fields changed, as its next version."""
        return replace(self, version=self.version + 1, changed_at=now, **values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Ease:
    """The limits to set instead; ``None`` where there is to be none."""

    budget_minor: int | None
    need_by: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a draft comes to when it can be had: its state and its promise."""

    state: State
    promise: Promise | None


@dataclass(frozen=True, slots=True)
class Beyond:
    """Choices that keep the rules and not the limits.

    ``aside`` is how they stand without the limits. ``has_other`` says whether anything of the line keeps the limits, and
    ``least_minor`` what the cheapest costs where the budget is below even that.
    """

    aside: Standing
    eases: tuple[Ease, ...]
    has_other: bool
    least_minor: int | None


@dataclass(frozen=True, slots=True)
class DraftView:
    """Everything a page shows of a draft after one click.

    ``promise`` is that of the present choices completed at least cost; ``None`` where the line has no plant or the
    choices cannot be completed. ``late`` says that it lies after the need-by date. ``limits`` bound the state, a need-by date
    included; ``dates_proven`` is false when not every option shown as available under it has a promise in time. ``beyond``
    tells of choices that keep the rules but not the budget or the need-by date.
    """

    draft: Draft
    model: ConfigurationModel
    state: State
    promise: Promise | None
    fit: FitView | None
    limits: Limits = NO_LIMITS
    dates_proven: bool = True
    plant: Plant | None = None
    changes: tuple[Change, ...] = ()  # what the last press changed besides what was pressed
    is_undone: bool = False  # the last press took a change back
    can_undo: bool = True  # there is a change to take back
    locked: frozenset[str] = frozenset()  # features a company has settled for who buys
    is_best: bool | None = None  # after completing by a goal: whether nothing better is possible
    beyond: Beyond | None = None
    cost_centres: tuple[CostCentre, ...] = ()  # of the company it is bought for; another cannot be charged

    @property
    def late(self) -> bool:
        """Whether the promise lies after the need-by date."""
        return self.promise is not None and self.draft.need_by is not None and self.promise.date > self.draft.need_by

    @property
    def can_be_quoted(self) -> bool:
        """Whether nothing is missing for a quote."""
        return (
            self.state.complete
            and self.promise is not None
            and not self.late
            and (self.fit is None or self.fit.is_makeable)
            and set(self.state.must_confirm) <= self.draft.confirmed
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A choice that cannot be: why, and the ways to have it all the same. The draft is unchanged.

    ``eases`` are other limits that would let it through with all other choices kept.
    """

    view: DraftView
    feature: str
    option: str
    conflict: Conflict
    repairs: tuple[Repair, ...]
    eases: tuple[Ease, ...] = ()
