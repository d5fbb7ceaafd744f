"""The publish gate: everything found in a catalog, by reading it and by solving it."""

from collections.abc import Callable, Iterator

from configurator.configurator import Configurator
from configurator.errors import RuleNotCompilable, RuleTooWide
from modules_catalog.checking.catalog import static_findings
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.model import ConfigurationModel
from orders.publishing.agreement import agreement_findings
from orders.publishing.dead_ends import dead_end_findings
from orders.publishing.plant import plant_findings
from orders.publishing.rules import rule_findings
from orders.publishing.scenarios import scenario_findings
from production.plants.model import Plant

SAMPLES = 2
"""Partial choices on which the solving method is compared with CP-SAT."""


Build = Callable[[ConfigurationModel], Configurator]


def gate_findings(
    loaded: LoadedCatalog, *, plant: Plant | None = None, build: Build = Configurator
) -> tuple[Finding, ...]:
    """Return all findings of a catalog; it may be published when none of them is an error.

    Rules are weighed against each other, and scenarios run, only on the catalog's own tables.

    Args:
        loaded: The catalog.
        plant: Where its line is made, when there is one.
        build: Makes the configurator the catalog is solved with.
    """
    found = list(static_findings(loaded))
    if plant is not None:
        found += plant_findings(loaded.model, plant)
    found += _solving_findings(loaded, build)
    return tuple(found)


def _solving_findings(loaded: LoadedCatalog, build: Build) -> Iterator[Finding]:
    try:
        configurator = build(loaded.model)
    except (RuleTooWide, RuleNotCompilable) as error:
        facts = ", ".join(f"{name}: {value}" for name, value in error.facts.items() if name != "where")
        where = str(error.facts.get("where", f"{loaded.files.folder}/line.yaml:1"))
        rule = str(error.facts.get("rule", ""))
        yield Finding(
            "rule_not_solvable", FindingSeverity.ERROR, where, f"{error.code}: {facts}", (rule,) if rule else ()
        )
        return
    stood_in = bool(loaded.files.tables)
    dead_ends = list(dead_end_findings(configurator, stood_in=stood_in))
    yield from dead_ends
    if stood_in or any(finding.code == "contradiction" for finding in dead_ends):
        return
    dead = {code for finding in dead_ends if finding.code == "option_never_possible" for code in finding.involves}
    yield from rule_findings(configurator, reported=frozenset(dead))
    yield from scenario_findings(configurator)
    yield from agreement_findings(configurator, samples=SAMPLES)
