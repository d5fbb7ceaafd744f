"""Scenarios: golden configurations of ``scenarios.yaml``, and what must come of them."""

from collections.abc import Mapping

from modules_catalog.loading.answers import OptionUnknown, read_answer
from modules_catalog.loading.problems import Problems
from modules_catalog.loading.yaml_nodes import Entry
from modules_catalog.model import DefaultAnswer, Feature, FeatureCode, RuleId, Scenario
from modules_catalog.wording import meant, said


def read_scenarios(
    entry: Entry, features: Mapping[str, Feature], rules: frozenset[str], problems: Problems, *, stood_in: bool
) -> tuple[Scenario, ...]:
    """Return the scenarios of a file: a list, each with ``name``, ``choices`` and what is expected.

    Args:
        entry: The file.
        features: The line's features by code.
        rules: The ids of the line's rules.
        problems: Takes the mistakes, one a scenario.
        stood_in: Other tables stand in for the catalog's: a scenario whose options they lack is left out.
    """
    scenarios = []
    for item in _items(entry, problems):
        with problems.collected():
            try:
                scenarios.append(_scenario(item, features, rules))
            except OptionUnknown:
                if not stood_in:
                    raise
    names = [scenario.name for scenario in scenarios]
    for scenario in scenarios:
        if names.count(scenario.name) > 1:
            problems.add(scenario.source, said("two scenarios are called `%(name)s`", name=scenario.name))
    return tuple(scenarios)


def _items(entry: Entry, problems: Problems) -> list[Entry]:
    with problems.collected():
        return entry.items()
    return []


def _scenario(entry: Entry, features: Mapping[str, Feature], rules: frozenset[str]) -> Scenario:
    fields = entry.mapping({"name", "choices", "valid", "total_minor", "because", "notes"})
    if "name" not in fields:
        raise entry.mistake(said("a scenario has a name"))
    choices: list[tuple[FeatureCode, DefaultAnswer]] = []
    for code, answer in fields["choices"].mapping().items() if "choices" in fields else ():
        if code not in features:
            raise answer.mistake(
                said("there is no feature `%(feature)s`%(hint)s", feature=code, hint=meant(code, features))
            )
        choices.append((FeatureCode(code), read_answer(answer, features[code])))
    return Scenario(
        name=fields["name"].word(),
        choices=tuple(choices),
        source=entry.source,
        valid=fields["valid"].boolean() if "valid" in fields else True,
        total_minor=fields["total_minor"].integer() if "total_minor" in fields else None,
        because=_rule_ids(fields.get("because"), rules),
        notes=_rule_ids(fields.get("notes"), rules),
    )


def _rule_ids(entry: Entry | None, rules: frozenset[str]) -> frozenset[RuleId]:
    items = [] if entry is None else entry.items() if entry.is_list or entry.is_nothing else [entry]
    for item in items:
        if item.text() not in rules:
            raise item.mistake(
                said("there is no rule `%(rule)s`%(hint)s", rule=item.text(), hint=meant(item.text(), rules))
            )
    return frozenset(RuleId(item.text()) for item in items)
