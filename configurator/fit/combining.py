"""The best stocked combination for a target (F-10)."""

from collections.abc import Mapping

from configurator.fit.model import Combination
from modules_catalog.sizing.compiled import compiled_table
from modules_catalog.sizing.model import Component, ComponentTable, Measures, Sex
from modules_catalog.sizing.sweep import Sweep, best_combination
from modules_catalog.sizing.trims import finished, minutes, side_seam_step_mm, trims_towards, untrimmed


def combine(
    target: Measures,
    components: ComponentTable,
    sex: Sex,
    *,
    on_hand: Mapping[str, int] | None = None,
    sweep: Sweep | None = None,
) -> Combination | None:
    """Return the best combination of stocked components for a target, or None when none is admissible.

    It need not be within plan tolerance: the verdict says so.

    Args:
        target: The measures wanted.
        components: The stocked components of the block and cloth; compiled on first use and kept.
        sex: Which sex block to take from.
        on_hand: {component id: pieces}; decides ties only.
        sweep: The implementation of the sweep, for tests.
    """
    compiled = compiled_table(components, sex)
    stock = None if on_hand is None else compiled.on_hand(on_hand)
    pair, yoke = best_combination(compiled, target, stock, sweep=sweep)
    if pair < 0:
        return None
    return trimmed_combination(target, compiled.fronts[pair], compiled.backs[pair], compiled.yoke_components[yoke])


def trimmed_combination(target: Measures, front: Component, back: Component, yoke: Component) -> Combination:
    """Return one combination trimmed towards a target; its top edges must be able to meet."""
    whole = untrimmed(front, back, yoke)
    trims = trims_towards(target, whole, side_seam_step_mm(front, back, yoke))
    left = finished(whole, trims)
    return Combination(
        front=front,
        back=back,
        yoke=yoke,
        trims=trims,
        finished=left,
        residuals=left.minus(target),
        minutes=minutes(trims, yoke),
    )
