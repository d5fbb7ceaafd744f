"""Scenarios: does each golden configuration come out as its author wrote it down?"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from configurator.configurator import Configurator
from configurator.model import Answer, Selection, State, Status
from kernel.errors import LotOneError
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.model import ConfigurationModel, FeatureKind, Scenario
from orders.publishing.trying import conflict_of


def scenario_findings(configurator: Configurator) -> Iterator[Finding]:
    """Yield one error for each expectation of a scenario that is not met."""
    for scenario in configurator.model.scenarios:
        for problem, involved in _failures(configurator, scenario):
            yield Finding(
                "scenario_fails",
                FindingSeverity.ERROR,
                str(scenario.source),
                f"`{scenario.name}`: {problem}",
                involved,
            )


def _failures(configurator: Configurator, scenario: Scenario) -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        selection = Selection(dict(_answers(configurator.model, scenario)))
        state = configurator.state(selection)
        conflict = None if state.valid else conflict_of(configurator, selection)
    except LotOneError as error:
        yield f"{error.code}: {error}", ()
        return
    rules = tuple(sorted(rule.id for rule in conflict.rules)) if conflict else ()
    if scenario.valid and conflict is not None:
        choices = ", ".join(f"{choice.feature} {choice.option}" for choice in conflict.choices)
        yield f"should be possible; {choices} cannot hold together because of {', '.join(rules)}", rules
        return
    if not scenario.valid:
        if conflict is None:
            yield "should not be possible, yet no rule forbids it", tuple(sorted(scenario.because))
        elif not scenario.because <= set(rules):
            wanted = ", ".join(sorted(scenario.because))
            yield f"should be impossible because of {wanted}; it is because of {', '.join(rules)}", rules
        return
    if scenario.total_minor is not None and state.total_minor != scenario.total_minor:
        yield f"should cost {scenario.total_minor}; it costs {state.total_minor}", ()
    missing = scenario.notes - _notes(state)
    if missing:
        yield f"should give the notes {', '.join(sorted(missing))}; it does not", tuple(sorted(missing))


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
