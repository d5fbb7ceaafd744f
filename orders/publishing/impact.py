"""The impact report: what a candidate would do to saved drafts, open quotes and running orders. Nothing is modified.

Drafts, quotes and orders keep their own release, so none of them changes by publishing: the report says what would
come of the same choices on the candidate, when a draft is opened anew or an order is placed again. See
docs/algorithms/publish-gate.md, G-7.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from configurator.configurator import Configurator
from configurator.model import Selection
from kernel.canonical import canonical_json
from modules_catalog.findings import Finding
from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.drafts import repository as drafts
from orders.drafts.configurators import Configurators
from orders.drafts.fitting import FitView, fit_view
from orders.drafts.promising import draft_demand
from orders.lifecycle import repository as orders
from orders.publishing.model import Case, CaseKind, Effect, Impact, ImpactReport, Trial
from orders.publishing.trying import carried_over, completed, tried
from orders.quotes import repository as quotes
from production.errors import PlantNotFound, SelectionIncomplete, WorkCentreNotFound
from production.model import Demand
from production.promise import service as promises

DRAFTS_SINCE = timedelta(days=90)
"""Drafts nobody touched for longer are not looked at: the customer will not come back to them."""
MOST_CASES = 2_000
"""So many drafts, quotes and orders of each kind are looked at, the latest first."""
MOST_DATED = 200
"""For so many different choices, the worst first, the plant is asked for the dates."""

Progress = Callable[[int, int], None]
"""Told how many of how many different choices were tried."""


def can_be_tried(findings: Iterable[Finding]) -> bool:
    """Return whether choices can be tried on a catalog with these findings; other errors do not stand in the way."""
    return not {"rule_not_solvable", "contradiction"} & {finding.code for finding in findings}


def impact_report(
    db: Session,
    configurators: Configurators,
    candidate: Configurator,
    *,
    now: datetime,
    most: int = MOST_CASES,
    on_progress: Progress = lambda done, total: None,
) -> ImpactReport:
    """Return what the candidate would do to what was made on earlier releases of its line.

    The same choices are tried once, however many drafts have them; cost: two answers of the engine each.

    Args:
        db: A reading unit of work.
        configurators: Of the releases in the database.
        candidate: Of the catalog that may be published.
        now: The present moment.
        most: How many of each kind are looked at.
        on_progress: Called after each of the different choices.
    """
    line = str(candidate.model.line)
    cases, left_out = _cases(db, line, since=now - DRAFTS_SINCE, most=most)
    alike: dict[bytes, list[Case]] = {}
    for case in cases:
        alike.setdefault(_choices(case), []).append(case)
    impacts = []
    for done, same in enumerate(alike.values(), start=1):
        impacts.append(Impact(tuple(same), _trial(db, configurators, candidate, same[0])))
        on_progress(done, len(alike))
    impacts.sort(key=lambda impact: (_WORST_FIRST.index(impact.trial.effect), -len(impact.cases)))
    dated = _with_days(db, configurators, candidate, impacts, now=now)
    return ImpactReport(line, candidate.model.release, tuple(dated), len(cases), left_out)


_WORST_FIRST = (Effect.BROKEN, Effect.CHANGED, Effect.UNCHANGED)


def _cases(db: Session, line: str, *, since: datetime, most: int) -> tuple[list[Case], int]:
    """Return the latest cases of each kind, and how many older ones there are."""
    found: list[Case] = []
    all_orders, orders_there = orders.running_orders(db, line, limit=most)
    found += [
        Case(CaseKind.ORDER, each.number, each.release, each.selection, each.quantity, each.profile_id)
        for each in all_orders
    ]
    all_quotes, quotes_there = quotes.open_quotes(db, line, limit=most)
    found += [
        Case(CaseKind.QUOTE, each.number, each.release, each.selection, each.quantity, each.profile_id)
        for each in all_quotes
    ]
    all_drafts, drafts_there = drafts.drafts_of_line(db, line, since=since, limit=most)
    found += [
        Case(CaseKind.DRAFT, each.id, each.release, each.selection, each.quantity, each.profile_id)
        for each in all_drafts
    ]
    return found, orders_there + quotes_there + drafts_there - len(found)


def _choices(case: Case) -> bytes:
    answers = [[feature, answer] for feature, answer in case.selection.answers.items()]
    return canonical_json([case.release, answers, case.quantity, case.profile_id])


def _trial(db: Session, configurators: Configurators, candidate: Configurator, case: Case) -> Trial:
    if case.release == candidate.model.release:
        return Trial(Effect.UNCHANGED)
    trial = tried(configurators.of(db, case.release), candidate, case.selection)
    fit = _fit(db, candidate, carried_over(candidate, case.selection)[0], case)
    refused = fit is not None and not fit.needs_measures and not fit.is_makeable
    return replace(trial, effect=Effect.BROKEN) if refused and trial.effect is not Effect.BROKEN else trial


def _with_days(
    db: Session, configurators: Configurators, candidate: Configurator, impacts: list[Impact], *, now: datetime
) -> Iterable[Impact]:
    """Return the impacts with the days before and after, where what the plant has to do differs.

    A case of which nothing but the date moves is a changed one.
    """
    pairs: dict[int, tuple[Demand, Demand]] = {}
    for place, impact in enumerate(impacts):
        case = impact.cases[0]
        if impact.trial.effect is Effect.BROKEN or case.release == candidate.model.release:
            continue
        before = _demand(db, configurators.of(db, case.release), case.selection, case)
        after = _demand(db, candidate, carried_over(candidate, case.selection)[0], case)
        if before is not None and after is not None and before != after:
            pairs[place] = (before, after)
        if len(pairs) == MOST_DATED:
            break
    asked = [demand for pair in pairs.values() for demand in pair]
    try:
        days = promises.inquire_each(db, str(candidate.model.line), asked, now=now) if asked else []
    except (PlantNotFound, WorkCentreNotFound):
        return impacts
    dated = list(impacts)
    for at, place in enumerate(pairs):
        before_day, after_day = days[2 * at], days[2 * at + 1]
        trial = impacts[place].trial
        effect = Effect.CHANGED if before_day != after_day else trial.effect
        dated[place] = replace(
            impacts[place], trial=replace(trial, effect=effect, day_before=before_day, day_after=after_day)
        )
    return sorted(dated, key=lambda impact: _WORST_FIRST.index(impact.trial.effect))


def _demand(db: Session, configurator: Configurator, selection: Selection, case: Case) -> Demand | None:
    whole = completed(configurator, selection)
    if whole is None:
        return None
    try:
        return draft_demand(configurator.model, whole, _fit(db, configurator, whole, case), case.quantity)
    except SelectionIncomplete:
        return None


def _fit(db: Session, configurator: Configurator, selection: Selection, case: Case) -> FitView | None:
    profile = customers.get_profile(db, case.profile_id, purpose=Purpose.FIT) if case.profile_id is not None else None
    model = configurator.model
    return fit_view(model, selection.answers, profile, model.components)
