"""Which wider limits are offered: one where one is enough, both only where it is not."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from configurator.model import Conflict, ConflictRule, Selection, State
from kernel.ids import DraftId
from orders.drafts.easing import eases_of, is_of_limits
from orders.drafts.model import Draft, Ease, Standing

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DRAFT = Draft(
    DraftId("d"), "pc", "pc-1", "visitor", Selection({}), NOW, NOW, need_by=date(2026, 12, 1), budget_minor=90_000
)
STATE = State({}, True, True, 100_000, (), (), "plan", True, 0.0)


def needing(*, budget_minor: int, day: date) -> tuple[Ease, ...]:
    """Return what is offered when the wish costs and takes so much; no plant makes it, so a lifted date is simply none."""

    def standing_of(draft: Draft) -> Standing | None:
        is_too_dear = draft.budget_minor is not None and draft.budget_minor < budget_minor
        is_too_late = draft.need_by is not None and draft.need_by < day
        return None if is_too_dear or is_too_late else Standing(replace(STATE, total_minor=budget_minor), None)

    return eases_of(DRAFT, standing_of)


@pytest.mark.parametrize(
    ("budget_minor", "day", "offered"),
    [
        (100_000, date(2026, 12, 1), (Ease(100_000, date(2026, 12, 1)),)),
        (90_000, date(2026, 12, 2), (Ease(90_000, None),)),
        (100_000, date(2026, 12, 2), (Ease(100_000, None),)),
    ],
)
def test_one_limit_is_widened_before_both(budget_minor: int, day: date, offered: tuple[Ease, ...]) -> None:
    assert needing(budget_minor=budget_minor, day=day) == offered


def test_nothing_is_offered_for_what_no_limit_lets_through() -> None:
    assert eases_of(DRAFT, lambda draft: None) == ()


@pytest.mark.parametrize(
    ("rule", "is_limit"),
    [("budget", True), ("capacity:sewing", True), ("material:cloth", True), ("panels:waist", False), ("R-7", False)],
)
def test_a_conflict_is_of_limits_by_its_rules(rule: str, is_limit: bool) -> None:
    assert is_of_limits(Conflict((), (ConflictRule("R-1"), ConflictRule(rule)))) is is_limit
