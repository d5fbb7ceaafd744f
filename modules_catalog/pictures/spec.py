"""The picture's data: which option looks how. Read from ``pictures/pictures.yaml`` of a line's folder."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from kernel.errors import NotValid
from modules_catalog.pictures.svg import is_colour

FILE = "pictures/pictures.yaml"
Look = Mapping[str, Any]
"""How one choice looks: {property: value}, the default's properties filled in."""


class PictureSpecNotValid(NotValid):
    """The picture file lacks something or has a wrong shape."""


@dataclass(frozen=True, slots=True)
class FeatureLooks:
    """All looks of one feature.

    Attributes:
        default: Key of the look for an option nobody drew, and for no choice.
        looks: {key: properties}.
    """

    default: str
    looks: Mapping[str, Look]

    def find(self, option: str | None, attributes: Mapping[str, Any]) -> Look:
        """Return the look of an option: by its attribute ``picture``, its code, a word in its code, or the default.

        An attribute ``colour`` (``#rrggbb``) replaces the look's own; other attributes do so where the look has a
        property of that name and the same kind.
        """
        key = self._key(option, attributes)
        look = {**self.looks[self.default], **self.looks[key], "key": key}
        for name, value in attributes.items():
            own = look.get(name)
            if name == "colour" or is_colour(own):
                if is_colour(value):
                    look[name] = value
            elif name in look and name != "key" and type(value) is type(own):
                look[name] = value
        return MappingProxyType(look)

    def _key(self, option: str | None, attributes: Mapping[str, Any]) -> str:
        wanted = attributes.get("picture")
        if isinstance(wanted, str) and wanted in self.looks:
            return wanted
        if option is None or option in self.looks:
            return option if option is not None else self.default
        words = re.split(r"[^a-z0-9]+", option.lower())
        found = [key for key in self.looks if key in words or key.replace("_", "") == "".join(words)]
        return found[0] if found else self.default


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """The picture of one line.

    Attributes:
        drawing: Which drawing shows it: ``jeans`` or ``pc``.
        title: What the picture shows, for people who cannot see it.
        features: {feature: its looks}.
    """

    drawing: str
    title: str
    features: Mapping[str, FeatureLooks]

    def look(self, feature: str, option: str | None, attributes: Mapping[str, Any]) -> Look:
        """Return how a choice looks; an unknown feature looks like nothing."""
        looks = self.features.get(feature)
        return looks.find(option, attributes) if looks else MappingProxyType({"key": option or ""})


def load_spec(line_folder: Path) -> PictureSpec:
    """Return the picture's data of a line's folder.

    Raises:
        PictureSpecNotValid: There is no picture file, or it has a wrong shape.
    """
    path = line_folder / FILE
    if not path.is_file():
        raise PictureSpecNotValid(file=str(path), reason="there is no picture file")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        features = {name: _feature_looks(path, name, given) for name, given in content["features"].items()}
        return PictureSpec(str(content["drawing"]), str(content["title"]), MappingProxyType(features))
    except (KeyError, TypeError, AttributeError) as error:
        raise PictureSpecNotValid(file=str(path), reason=f"missing or misshapen: {error}") from error


def _feature_looks(path: Path, name: str, given: Mapping[str, Any]) -> FeatureLooks:
    looks = {str(key): MappingProxyType(dict(look or {})) for key, look in given["looks"].items()}
    default = str(given["default"])
    if default not in looks:
        raise PictureSpecNotValid(file=str(path), feature=name, reason=f"default {default!r} has no look")
    return FeatureLooks(default, MappingProxyType(looks))
