"""The publish gate: everything found in a catalog, by reading it and by solving it."""

from collections.abc import Callable, Iterator
from enum import StrEnum

from configurator.configurator import Configurator
from configurator.errors import RuleNotCompilable, RuleTooWide
from modules_catalog.checking.catalog import static_findings
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.model import ConfigurationModel
from modules_catalog.wording import said
from orders.publishing.agreement import agreement_findings
from orders.publishing.dead_ends import dead_end_findings
from orders.publishing.plant import plant_findings
from orders.publishing.rules import rule_findings
from orders.publishing.scenarios import scenario_findings
from production.plants.model import Plant

SAMPLES = 2
"""Partial choices on which the solving method is compared with CP-SAT."""


Build = Callable[[ConfigurationModel], Configurator]


class Stage(StrEnum):
    """What a check is at, in this order."""

    READING = "reading"  # what can be seen without solving
    COMPILING = "compiling"  # the configurator is made
    CHOICES = "choices"  # what can never be chosen
    RULES = "rules"  # rules are weighed against each other
    SCENARIOS = "scenarios"
    AGREEMENT = "agreement"  # the solving method is compared with CP-SAT
    IMPACT = "impact"  # choices of drafts, quotes and orders are tried


Progress = Callable[[Stage, int, int], None]
"""Told at the beginning of each stage, and how many of how many are done where that is known; else 0 of 0."""


def silent(stage: Stage, done: int, total: int) -> None:
    """Tell nobody."""


def gate_findings(
    loaded: LoadedCatalog, *, plant: Plant | None = None, build: Build = Configurator, on_progress: Progress = silent
) -> tuple[Finding, ...]:
    """Return all findings of a catalog; it may be published when none of them is an error.

    Rules are weighed against each other, and scenarios run, only on the catalog's own tables.

    Args:
        loaded: The catalog.
        plant: Where its line is made, when there is one.
        build: Makes the configurator the catalog is solved with.
        on_progress: Called at the beginning of each stage.
    """
    on_progress(Stage.READING, 0, 0)
    found = list(static_findings(loaded))
    if plant is not None:
        found += plant_findings(loaded.model, plant)
    found += _solving_findings(loaded, build, on_progress)
    return tuple(found)


def _solving_findings(loaded: LoadedCatalog, build: Build, on_progress: Progress) -> Iterator[Finding]:
    on_progress(Stage.COMPILING, 0, 0)
    try:
        configurator = build(loaded.model)
    except (RuleTooWide, RuleNotCompilable) as error:
        yield _not_solvable(error, f"{loaded.files.folder}/line.yaml:1")
        return
    stood_in = bool(loaded.files.tables)
    on_progress(Stage.CHOICES, 0, 0)
    dead_ends = list(dead_end_findings(configurator, stood_in=stood_in))
    yield from dead_ends
    if stood_in or any(finding.code == "contradiction" for finding in dead_ends):
        return
    dead = {code for finding in dead_ends if finding.code == "option_never_possible" for code in finding.involves}
    rules = len(configurator.model.rules)
    on_progress(Stage.RULES, 0, rules)
    yield from rule_findings(
        configurator, reported=frozenset(dead), on_rule=lambda done: on_progress(Stage.RULES, done, rules)
    )
    on_progress(Stage.SCENARIOS, 0, 0)
    yield from scenario_findings(configurator)
    on_progress(Stage.AGREEMENT, 0, 0)
    yield from agreement_findings(configurator, samples=SAMPLES)


def _not_solvable(error: RuleTooWide | RuleNotCompilable, otherwise: str) -> Finding:
    """Return why a rule cannot be made ready for solving, at its place where that is known."""
    facts = dict(error.facts)
    where, rule = str(facts.pop("where", otherwise)), str(facts.pop("rule", ""))
    if isinstance(error, RuleTooWide):
        message = said(
            "the rule `%(rule)s` joins %(cells)s combinations of values, too many to be solved: say it in smaller rules, or "
            "with columns that have fewer different values",
            rule=rule,
            cells=f"{facts.get('cells', '')}",
        )
    else:
        told = ", ".join(f"{name}: {value}" for name, value in facts.items())
        message = said(
            "the rule `%(rule)s` cannot be solved (%(problem)s): write it otherwise", rule=rule, problem=told
        )
    return Finding("rule_not_solvable", FindingSeverity.ERROR, where, message, (rule,) if rule else ())
