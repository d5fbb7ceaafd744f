"""How price lines are called. Pure."""

from modules_catalog.model import ConfigurationModel, FeatureKind


def price_line_name(model: ConfigurationModel, key: str, locale: str) -> str:
    """Return the name of a price line in a language: ``Cloth: Indigo selvedge``, ``Base price``."""
    kind, _dot, rest = key.partition(".")
    if kind == "feature":
        return model.text(f"feature.{rest}", locale)
    if kind != "option":
        return model.text(key, locale)
    feature, _dot, option = rest.partition(".")
    name = model.text(f"feature.{feature}", locale)
    if model.has_feature(feature) and model.feature(feature).kind is FeatureKind.BOOLEAN:
        return name
    return f"{name}: {model.text(f'option.{feature}.{option}', locale)}"


def feature_of_line(key: str) -> str:
    """Return the feature a price line belongs to; empty for a line of the product as a whole."""
    kind, _dot, rest = key.partition(".")
    return rest.partition(".")[0] if kind in ("feature", "option") else ""
