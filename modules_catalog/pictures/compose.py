"""The picture of a product as chosen."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from modules_catalog.pictures.jeans.drawing import draw_jeans
from modules_catalog.pictures.pc.drawing import draw_pc
from modules_catalog.pictures.spec import Look, PictureSpec, PictureSpecNotValid, load_spec

Choice = str | int | bool | Mapping[str, int] | None
"""An option's code, a customer's text, a number, or {option: count} of a choose-many feature."""
Attributes = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""{feature: {option: {attribute: value}}}; only the chosen options' are read."""


def compose(
    line_folder: Path,
    selection: Mapping[str, Choice],
    attributes: Attributes | None = None,
    *,
    is_plain: bool = False,
) -> str:
    """Return one SVG of the product: self-contained, the same for the same choices.

    What is not chosen, or was never drawn, is shown by the line's default.

    Args:
        line_folder: The line's catalog folder, with ``pictures/pictures.yaml``.
        selection: {feature: choice}, maybe partial.
        attributes: The chosen options' attributes: ``picture`` names a look, ``colour`` replaces its colour, and
            drawings read measures such as ``length_mm``.
        is_plain: Flat colours and clear lines: what a build sheet wants, and a tenth of the work for its renderer.

    Raises:
        PictureSpecNotValid: The line has no picture file, or it cannot be used.
    """
    return compose_from(_spec(line_folder), selection, attributes or {}, is_plain=is_plain)


def compose_from(
    spec: PictureSpec, selection: Mapping[str, Choice], attributes: Attributes, *, is_plain: bool = False
) -> str:
    """Return the SVG for a picture already read.

    Raises:
        PictureSpecNotValid: There is no such drawing.
    """
    if spec.drawing == "pc":
        return draw_pc(spec, selection, attributes, is_plain=is_plain)
    if spec.drawing != "jeans":
        raise PictureSpecNotValid(drawing=spec.drawing, reason="there is no such drawing")

    def look(feature: str) -> Look:
        chosen = selection.get(feature)
        option = chosen if isinstance(chosen, str) else _first(chosen)
        return spec.look(feature, option, attributes.get(feature, {}).get(option or "", {}))

    texts = {feature: choice for feature, choice in selection.items() if isinstance(choice, str)}
    return draw_jeans(look, texts, spec.title, is_plain=is_plain)


def _first(chosen: Choice) -> str | None:
    return next(iter(sorted(chosen)), None) if isinstance(chosen, Mapping) else None


@lru_cache(maxsize=16)
def _spec(line_folder: Path) -> PictureSpec:
    return load_spec(line_folder)
