"""One person's jeans, from the body to the answer."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from configurator.fit.combining import combine
from configurator.fit.model import FROM_STOCK, Combination, Fit, Readings, Verdict
from configurator.fit.probability import plan_fit_probability, true_fit_probability
from configurator.fit.verdict import beyond_capability, binding_measure, leg_checks, verdict_of
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import MEASURES, Body, ComponentTable, Measure, Measures, Sex, Target
from modules_catalog.sizing.targets import target_for

#: A careful clerk's two readings of each measure.
TWO_READINGS = Readings()

NO_CORRECTIONS: Mapping[Measure, int] = MappingProxyType({})
ON_TARGET = Measures(0, 0, 0, 0, 0)


def fit_person(
    body: Body,
    components: ComponentTable,
    *,
    block: FitBlock | None = None,
    cloth: ClothFamily | None = None,
    readings: Readings = TWO_READINGS,
    on_hand: Mapping[str, int] | None = None,
    corrections_mm: Mapping[Measure, int] = NO_CORRECTIONS,
) -> Fit:
    """Return what a person's jeans are made of, how close they come, and how sure that is.

    Takes about a millisecond once a table has been used; the first use compiles it.

    Args:
        body: The person, measured at the navel or at the wearing position.
        components: The stocked components of the block and cloth.
        block: The fit block worn; that of the table by default.
        cloth: The cloth family worn; that of the table by default.
        readings: Who measured, and how many readings were averaged.
        on_hand: {component id: pieces on hand}; decides between combinations that are equally good.
        corrections_mm: {measure: how much more the finished pair shall measure}, from try-ons.

    Raises:
        ValueError: the table holds another block or cloth than asked for.

    Source: docs/algorithms/fit.md.
    """
    block = components.block if block is None else block
    cloth = components.cloth if cloth is None else cloth
    if (block, cloth) != (components.block, components.cloth):
        raise ValueError(f"components are {components.block} in {components.cloth}, not {block} in {cloth}")
    target = corrected(target_for(body, block=block, cloth=cloth), corrections_mm)
    return fit_target(target, body.sex, components, readings, on_hand=on_hand)


def corrected(target: Target, corrections_mm: Mapping[Measure, int]) -> Target:
    """Return the target moved by what try-ons showed: a positive correction makes the finished pair larger (F-29)."""
    moved = Measures(
        *(length + corrections_mm.get(measure, 0) for measure, length in zip(MEASURES, target.measures, strict=True))
    )
    return replace(target, measures=moved)


def fit_target(
    target: Target,
    sex: Sex,
    components: ComponentTable,
    readings: Readings = TWO_READINGS,
    *,
    on_hand: Mapping[str, int] | None = None,
) -> Fit:
    """Return the fit for a target that is already known, for instance one corrected at a try-on."""
    impossible = beyond_capability(target.measures)
    if impossible is not None:
        return refused(target, components, readings, impossible)
    best = combine(target.measures, components, sex, on_hand=on_hand)
    verdict = verdict_of(best)
    return answered(target, components, readings, verdict, best)


def answered(
    target: Target, components: ComponentTable, readings: Readings, verdict: Verdict, best: Combination | None
) -> Fit:
    """Return the fit of a pair the floor can make, from stock or of its own panels."""
    from_stock = best if verdict in FROM_STOCK else None
    finished = target.measures if from_stock is None else from_stock.finished
    residuals = ON_TARGET if from_stock is None else from_stock.residuals
    block, cloth = components.block, components.cloth
    return Fit(
        block=block,
        cloth=cloth,
        verdict=verdict,
        target=target,
        combination=from_stock,
        nearest=best if from_stock is None else None,
        finished=finished,
        residuals=residuals,
        checks=leg_checks(target, finished.thigh_mm, block),
        binding=binding_measure(best),
        readings=readings,
        probability=true_fit_probability(residuals, readings, block=block, cloth=cloth),
        plan_probability=plan_fit_probability(residuals, readings, block=block, cloth=cloth),
    )


def refused(target: Target, components: ComponentTable, readings: Readings, binding: Measure) -> Fit:
    """Return the fit of a pair the floor cannot make at any date."""
    return Fit(
        block=components.block,
        cloth=components.cloth,
        verdict=Verdict.REFUSED,
        target=target,
        combination=None,
        nearest=None,
        finished=None,
        residuals=None,
        checks=(),
        binding=binding,
        readings=readings,
        probability=0.0,
        plan_probability=0.0,
    )
