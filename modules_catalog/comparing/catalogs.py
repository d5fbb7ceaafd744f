"""All differences between two catalogs, in the order a reader looks: what is asked, what it costs, how it is made."""

from collections.abc import Callable, Iterator, Mapping

from modules_catalog.comparing.features import feature_changes
from modules_catalog.comparing.making import making_changes
from modules_catalog.comparing.model import CHOICE, CatalogChange, Kind, Subject
from modules_catalog.comparing.pictures import picture_changes
from modules_catalog.comparing.rules import rule_changes
from modules_catalog.comparing.spelling import spelled
from modules_catalog.comparing.things import Facts, Things, thing_changes
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.model import ConfigurationModel, Scenario


def catalog_changes(before: LoadedCatalog, after: LoadedCatalog) -> tuple[CatalogChange, ...]:
    """Return what differs; nothing when the two say the same.

    The same content gives the same list in the same order.
    """
    old, new = before.model, after.model
    return (
        *_line(old, new),
        *feature_changes(old, new),
        *rule_changes(old, new),
        *making_changes(old, new),
        *_scenarios(old, new),
        *_texts(old, new),
        *picture_changes(before.files, after.files),
    )


def _line(old: ConfigurationModel, new: ConfigurationModel) -> Iterator[CatalogChange]:
    for what, was, now in (
        ("currency", old.currency, new.currency),
        ("uses", spelled(old.uses), spelled(new.uses)),
    ):
        if was != now:
            yield CatalogChange(Subject.LINE, Kind.CHANGED, new.line, what, was, now)
    settings = {name: spelled(value) for name, value in old.settings.items()}
    yield from _by_code(Subject.SETTING, settings, {name: spelled(value) for name, value in new.settings.items()}, str)
    steps = {step.code: spelled(step.features) for step in old.steps}
    yield from _by_code(Subject.STEP, steps, {step.code: spelled(step.features) for step in new.steps}, str)
    had, has = ([step.code for step in model.steps] for model in (old, new))
    before, after = [code for code in had if code in has], [code for code in has if code in had]
    if before != after:
        yield CatalogChange(
            Subject.LINE, Kind.CHANGED, new.line, "steps", spelled(tuple(before)), spelled(tuple(after))
        )


def _scenarios(old: ConfigurationModel, new: ConfigurationModel) -> Iterator[CatalogChange]:
    was = {scenario.name: _scenario(scenario) for scenario in old.scenarios}
    now = {scenario.name: _scenario(scenario) for scenario in new.scenarios}
    yield from thing_changes(Things(Subject.SCENARIO, was, now))


def _scenario(scenario: Scenario) -> Facts:
    return {
        **{f"{CHOICE}{feature}": spelled(answer) for feature, answer in scenario.choices},
        "valid": spelled(scenario.valid),
        "total_minor": spelled(scenario.total_minor),
        "because": spelled(scenario.because),
        "notes": spelled(scenario.notes),
    }


def _texts(old: ConfigurationModel, new: ConfigurationModel) -> Iterator[CatalogChange]:
    """Yield texts that differ, but not those of things that came or went."""
    gone_or_new = _keys(old) ^ _keys(new)
    for locale in sorted({*old.texts, *new.texts}):
        was, now = old.texts.get(locale, {}), new.texts.get(locale, {})
        for key in dict.fromkeys((*was, *now)):
            if was.get(key) == now.get(key) or _stem(key) in gone_or_new:
                continue
            kind = Kind.ADDED if key not in was else Kind.REMOVED if key not in now else Kind.CHANGED
            yield CatalogChange(Subject.TEXT, kind, key, locale, was.get(key, ""), now.get(key, ""))


def _keys(model: ConfigurationModel) -> set[str]:
    return {
        *(f"feature.{feature.code}" for feature in model.features),
        *(f"option.{feature.code}.{option.code}" for feature in model.features for option in feature.options),
        *(f"rule.{rule.id}" for rule in model.rules),
        *(f"surcharge.{surcharge.id}" for surcharge in model.surcharges),
        *(f"operation.{operation.code}" for operation in model.operations),
        *(f"part.{code}" for code in model.parts),
        *(f"step.{step.code}" for step in model.steps),
    }


def _stem(key: str) -> str:
    """Return the key of the thing a text belongs to: ``rule.power.missing`` is of ``rule.power``."""
    parts = key.split(".")
    return ".".join(parts[: 3 if parts[0] == "option" else 2])


def _by_code(
    subject: Subject, was: Mapping[str, str], now: Mapping[str, str], shown: Callable[[str], str]
) -> Iterator[CatalogChange]:
    for code in dict.fromkeys((*was, *now)):
        if was.get(code) == now.get(code):
            continue
        kind = Kind.ADDED if code not in was else Kind.REMOVED if code not in now else Kind.CHANGED
        before, after = shown(was.get(code, "")), shown(now.get(code, ""))
        yield CatalogChange(subject, kind, code, "", before, after)
