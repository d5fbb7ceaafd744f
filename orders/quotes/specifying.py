"""The specification: the machine-readable twin of what is offered and built. Pure, JSON-able, no personal data."""

from collections.abc import Mapping

from configurator.fit.model import Fit
from configurator.model import Answer
from kernel.canonical import JsonValue
from modules_catalog.sizing.model import MEASURES


def specification(
    *, line: str, release: str, answers: Mapping[str, Answer], quantity: int, fit: Fit | None
) -> Mapping[str, JsonValue]:
    """Return what is to be made: the choices on their release, and for a measured garment its pieces and measures."""
    return {
        "line": line,
        "release": release,
        "quantity": quantity,
        "choices": {
            feature: dict(answer) if isinstance(answer, Mapping) else answer for feature, answer in answers.items()
        },
        "fit": None if fit is None else _fit(fit),
    }


def _fit(fit: Fit) -> Mapping[str, JsonValue]:
    return {
        "block": fit.block.value,
        "cloth": fit.cloth.value,
        "verdict": fit.verdict.value,
        "components": list(fit.combination.component_ids) if fit.combination else [],
        "trims_mm": {
            edge: getattr(fit.combination.trims, f"{edge}_mm")
            for edge in ("waist", "hip", "thigh", "hem", "top_front", "top_back")
        }
        if fit.combination
        else {},
        "finished_mm": {measure.value: fit.finished[measure] for measure in MEASURES} if fit.finished else {},
        "binding": fit.binding.value,
        "probability_percent": round(100 * fit.probability),
    }
