"""Differences of features and of their options."""

from collections.abc import Iterator
from decimal import Decimal

from modules_catalog.comparing.model import CatalogChange, Kind, Subject
from modules_catalog.comparing.spelling import spelled, written
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Option


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
            yield from _of_order(was[code], now[code])


def _of_feature(was: Feature, now: Feature) -> Iterator[CatalogChange]:
    for what, before, after in zip(_ASKED, _asked(was), _asked(now), strict=True):
        if before != after:
            yield CatalogChange(Subject.FEATURE, Kind.CHANGED, now.code, what, before, after)


_ASKED = (
    "kind", "required", "minimum", "maximum", "max_each", "step", "unit", "scripts", "shown_when", "default",
    "price_minor", "table",
)  # fmt: skip
ORDERED = 5
"""So many options are named where their order changed."""


def _asked(feature: Feature) -> tuple[str, ...]:
    return (
        feature.kind.value,
        spelled(feature.required),
        spelled(_number(feature, feature.minimum)),
        spelled(_number(feature, feature.maximum)),
        spelled(feature.max_each),
        spelled(_number(feature, feature.step)),
        spelled(feature.unit),
        spelled(feature.scripts),
        written(feature.shown_when),
        spelled(feature.default),
        spelled(feature.price_minor),
        (feature.table or "").rpartition("/")[2],
    )


def _number(feature: Feature, scaled: int) -> Decimal | int:
    return Decimal(scaled).scaleb(-feature.digits) if feature.kind is FeatureKind.DECIMAL else scaled


def _of_order(was: Feature, now: Feature) -> Iterator[CatalogChange]:
    """Yield another order of the options both have, from the first place on where it differs."""
    had, has = {option.code for option in was.options}, {option.code for option in now.options}
    before = [option.code for option in was.options if option.code in has]
    after = [option.code for option in now.options if option.code in had]
    if before != after:
        first = next(at for at, code in enumerate(before) if after[at] != code)
        shown = slice(first, first + ORDERED)
        yield CatalogChange(
            Subject.FEATURE,
            Kind.CHANGED,
            now.code,
            "order",
            spelled(tuple(before[shown])),
            spelled(tuple(after[shown])),
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
        ("price_known", spelled(was.price_known), spelled(now.price_known)),
        *(
            (attribute, spelled(was.attributes.get(attribute)), spelled(now.attributes.get(attribute)))
            for attribute in dict.fromkeys((*was.attributes, *now.attributes))
        ),
    ):
        if before != after:
            yield CatalogChange(Subject.OPTION, Kind.CHANGED, name, what, before, after)
