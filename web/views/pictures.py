"""The product picture of a selection."""

from collections.abc import Mapping

from configurator.model import Answer
from modules_catalog.model import ConfigurationModel


def product_picture(model: ConfigurationModel, answers: Mapping[str, Answer]) -> str:
    """Return the picture of the product as chosen, as one self-contained SVG."""
    raise NotImplementedError
