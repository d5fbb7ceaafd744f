"""Texts a customer wrote themselves, in choices and specifications: found by the catalog, replaced when erased. Pure."""

from collections.abc import Mapping

from configurator.model import Selection
from kernel.canonical import JsonValue
from modules_catalog.model import ConfigurationModel, FeatureKind

#: What stands where a text stood.
ERASED_TEXT = "–"


def own_words(model: ConfigurationModel) -> frozenset[str]:
    """Return the features that are answered by a text."""
    return frozenset(feature.code for feature in model.features if feature.kind is FeatureKind.TEXT)


def without_texts(selection: Selection, texts: frozenset[str]) -> Selection:
    """Return the choices with every text replaced; what else was chosen stays for the statistics."""
    return Selection(
        {feature: ERASED_TEXT if feature in texts else answer for feature, answer in selection.answers.items()}
    )


def specification_without_texts(
    specification: Mapping[str, JsonValue], texts: frozenset[str]
) -> Mapping[str, JsonValue]:
    """Return a specification with every text replaced, and without the measures the body was fitted to."""
    choices = specification.get("choices")
    if not isinstance(choices, Mapping):
        return specification
    kept = {feature: ERASED_TEXT if feature in texts else answer for feature, answer in choices.items()}
    return {**specification, "choices": kept, "fit": None}
