"""The product picture of a selection."""

from collections.abc import Mapping

from configurator.model import Answer
from modules_catalog.loading.files import BUILT_IN_CATALOGS
from modules_catalog.model import ConfigurationModel, Value
from modules_catalog.pictures.compose import compose
from modules_catalog.pictures.spec import PictureSpecNotValid

#: What a line without a drawing shows.
NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 800" role="img">'
    '<rect x="330" y="250" width="300" height="300" rx="24" fill="none" stroke="#8d877b" stroke-width="6"/>'
    '<path d="M330 330h300M480 250v80" stroke="#8d877b" stroke-width="6"/></svg>'
)


def product_picture(model: ConfigurationModel, answers: Mapping[str, Answer], *, is_plain: bool = False) -> str:
    """Return the picture of the product as chosen, as one self-contained SVG.

    Args:
        model: The release the choices were made on.
        answers: The choices, maybe partial.
        is_plain: Flat colours and clear lines, for the build sheet.
    """
    try:
        return compose(BUILT_IN_CATALOGS / model.line, answers, _chosen_attributes(model, answers), is_plain=is_plain)
    except PictureSpecNotValid:
        return NO_PICTURE


def _chosen_attributes(
    model: ConfigurationModel, answers: Mapping[str, Answer]
) -> dict[str, dict[str, Mapping[str, Value]]]:
    """Return the attributes of what is chosen, {feature: {option: attributes}}."""
    chosen: dict[str, dict[str, Mapping[str, Value]]] = {}
    for feature in model.features:
        answer = answers.get(feature.code)
        codes = set(answer) if isinstance(answer, Mapping) else {answer}
        chosen[feature.code] = {option.code: option.attributes for option in feature.options if option.code in codes}
    return chosen
