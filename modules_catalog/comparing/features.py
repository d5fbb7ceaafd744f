"""Differences of features and of their options."""

from collections.abc import Iterator

from modules_catalog.comparing.model import CatalogChange, Kind, Subject
from modules_catalog.comparing.spelling import spelled, written
from modules_catalog.model import ConfigurationModel, Feature, Option


def feature_changes(old: ConfigurationModel, new: ConfigurationModel) -> Iterator[CatalogChange]:
    """Yield features that came, went or are asked otherwise, and what differs in their options."""
    was = {feature.code: feature for feature in old.features}
    now = {feature.code: feature for feature in new.features}
    for code in dict.fromkeys((*was, *now)):
        if code not in now:
            yield CatalogChange(Subject.FEATURE, Kind.REMOVED, code)
        elif code not in was:
            yield CatalogChange(Subject.FEATURE, Kind.ADDED, code)
        else:
            yield from _of_feature(was[code], now[code])
            yield from _of_options(was[code], now[code])


def _of_feature(was: Feature, now: Feature) -> Iterator[CatalogChange]:
    for what, before, after in zip(_ASKED, _asked(was), _asked(now), strict=True):
        if before != after:
            yield CatalogChange(Subject.FEATURE, Kind.CHANGED, now.code, what, before, after)


_ASKED = (
    "kind", "required", "minimum", "maximum", "max_each", "step", "unit", "scripts", "shown_when", "default",
    "price_minor",
)  # fmt: skip


def _asked(feature: Feature) -> tuple[str, ...]:
    return (
        feature.kind.value,
        spelled(feature.required),
        spelled(feature.minimum),
        spelled(feature.maximum),
        spelled(feature.max_each),
        spelled(feature.step),
        spelled(feature.unit),
        spelled(feature.scripts),
        written(feature.shown_when),
        spelled(feature.default),
        spelled(feature.price_minor),
    )


def _of_options(was: Feature, now: Feature) -> Iterator[CatalogChange]:
    before = {option.code: option for option in was.options}
    after = {option.code: option for option in now.options}
    for code in dict.fromkeys((*before, *after)):
        name = f"{now.code}.{code}"
        if code not in after:
            yield CatalogChange(Subject.OPTION, Kind.REMOVED, name)
        elif code not in before:
            yield CatalogChange(Subject.OPTION, Kind.ADDED, name, "price_minor", after=str(after[code].price_minor))
        elif before[code] != after[code]:
            yield from _of_option(name, before[code], after[code])


def _of_option(name: str, was: Option, now: Option) -> Iterator[CatalogChange]:
    for what, before, after in (
        ("price_minor", spelled(was.price_minor), spelled(now.price_minor)),
        ("cost_minor", spelled(was.cost_minor), spelled(now.cost_minor)),
        ("lead_time_days", spelled(was.lead_time_days), spelled(now.lead_time_days)),
        ("bin", spelled(was.bin), spelled(now.bin)),
        *(
            (attribute, spelled(was.attributes.get(attribute)), spelled(now.attributes.get(attribute)))
            for attribute in dict.fromkeys((*was.attributes, *now.attributes))
        ),
    ):
        if before != after:
            yield CatalogChange(Subject.OPTION, Kind.CHANGED, name, what, before, after)
