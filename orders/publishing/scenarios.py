"""Scenarios: does each golden configuration come out as its author wrote it down?"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from configurator.configurator import Configurator
from configurator.model import Answer, Selection, State, Status
from kernel.errors import LotOneError
from kernel.money import Money
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.model import ConfigurationModel, FeatureKind, Scenario
from modules_catalog.wording import said
from orders.publishing.trying import conflict_of


def scenario_findings(configurator: Configurator) -> Iterator[Finding]:
    """Yield one error for each expectation of a scenario that is not met."""
    for scenario in configurator.model.scenarios:
        for problem, involved in _failures(configurator, scenario):
            yield Finding(
                "scenario_fails",
                FindingSeverity.ERROR,
                str(scenario.source),
                said("`%(scenario)s`: %(problem)s", scenario=scenario.name, problem=problem),
                involved,
            )


def _failures(configurator: Configurator, scenario: Scenario) -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        selection = Selection(dict(_answers(configurator.model, scenario)))
        state = configurator.state(selection)
        conflict = None if state.valid else conflict_of(configurator, selection)
    except LotOneError as error:
        yield said("its choices cannot be made (%(problem)s): correct them", problem=f"{error.code}: {error}"), ()
        return
    rules = tuple(sorted(rule.id for rule in conflict.rules)) if conflict else ()
    if scenario.valid and conflict is not None:
        choices = ", ".join(f"{choice.feature} {choice.option}" for choice in conflict.choices)
        yield (
            said(
                "should be possible; %(choices)s cannot hold together because of %(rules)s: loosen a rule, or correct the scenario",
                choices=choices,
                rules=", ".join(rules),
            ),
            rules,
        )
        return
    if not scenario.valid:
        if conflict is None:
            yield (
                said("should not be possible, yet no rule forbids it: add the rule, or correct the scenario"),
                tuple(sorted(scenario.because)),
            )
        elif not scenario.because <= set(rules):
            wanted = ", ".join(sorted(scenario.because))
            yield (
                said(
                    "should be impossible because of %(wanted)s; it is because of %(rules)s: correct the rules, or `because`",
                    wanted=wanted,
                    rules=", ".join(rules),
                ),
                rules,
            )
        return
    if scenario.total_minor is not None and state.total_minor != scenario.total_minor:
        yield _costs_otherwise(scenario.total_minor, state, configurator.model.currency), ()
    missing = scenario.notes - _notes(state)
    if missing:
        yield (
            said(
                "should give the notes %(rules)s; it does not: correct the rules, or `notes`",
                rules=", ".join(sorted(missing)),
            ),
            tuple(sorted(missing)),
        )


def _costs_otherwise(wanted_minor: int, state: State, currency: str) -> str:
    wanted = Money(wanted_minor, currency)
    if state.total_minor is None:
        return said("should cost %(wanted)s; what it costs was not found out", wanted=wanted)
    return said(
        "should cost %(wanted)s; it costs %(found)s: correct the prices, or `total_minor`",
        wanted=wanted,
        found=Money(state.total_minor, currency),
    )


def _answers(model: ConfigurationModel, scenario: Scenario) -> Iterator[tuple[str, Answer]]:
    """Yield the written answers as the configurator takes them; nothing for an open one."""
    for code, given in scenario.choices:
        feature = model.feature(code)
        match given:
            case None:
                continue
            case bool():
                yield code, "yes" if given else "no"
            case Decimal():
                yield code, int(given.scaleb(feature.digits))
            case Mapping():
                yield code, dict(given)
            case _:
                yield code, given if feature.kind is not FeatureKind.OPTIONS else {str(given): 1}


def _notes(state: State) -> set[str]:
    """Return the rules whose notes stand at what is chosen."""
    return {
        note.rule
        for feature in state.features.values()
        for option in feature.options.values()
        if option.status in (Status.CHOSEN, Status.IMPLIED)
        for note in option.notes
    }
