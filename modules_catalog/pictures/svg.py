"""A sheet to draw SVG on: plain attributes only, so that browsers and the PDF renderer show the same."""

import re
from collections.abc import Mapping
from functools import cache
from xml.sax.saxutils import escape, quoteattr

_SPECIAL = re.compile(r"[<>&\"\n\t]")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
Attribute = str | float | int


def is_colour(value: object) -> bool:
    """Tell whether the value is a colour as ``#rrggbb``."""
    return isinstance(value, str) and bool(_COLOUR.fullmatch(value))


def mix(colour: str, other: str, share: float) -> str:
    """Return a colour moved towards another one by ``share`` (0 … 1)."""
    share = min(max(share, 0.0), 1.0)
    parts = [round(int(colour[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share) for i in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def lighter(colour: str, share: float) -> str:
    """Return a colour moved towards white."""
    return mix(colour, "#ffffff", share)


def darker(colour: str, share: float) -> str:
    """Return a colour moved towards a bluish black."""
    return mix(colour, "#07080d", share)


def luminance(colour: str) -> float:
    """Return how light a colour looks, 0 … 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class Sheet:
    """Collects elements and definitions in drawing order.

    Args:
        is_plain: Leave out what only pleases: weave, folds, soft shadows. A tenth of the elements, for paper.
    """

    def __init__(self, *, is_plain: bool = False) -> None:
        self.is_plain = is_plain
        self._body: list[str] = []
        self._definitions: list[str] = []
        self._open: list[str] = []
        self._lines = 0

    def add(self, tag: str, **attributes: Attribute) -> None:
        """Add one element; ``stroke_width`` is written ``stroke-width``."""
        self._body.append(f"<{tag}{_attributes(attributes)}/>")

    def words(self, content: str, **attributes: Attribute) -> None:
        """Add a text, escaped."""
        self._body.append(f"<text{_attributes(attributes)}>{escape(content)}</text>")

    def path(self, data: str, **attributes: Attribute) -> None:
        """Add a path."""
        self.add("path", d=data, **attributes)

    def strokes(self, data: str, strokes: list[Mapping[str, Attribute]], **shared: Attribute) -> None:
        """Add one line stroked several times, each time on top of the last; its data is written once."""
        name = f"l{self._lines}"
        self._lines += 1
        self.open(fill="none", **shared)
        self._definitions.append(f'<path id="{name}" d="{data}"/>')
        for stroke in strokes:
            self.add("use", href=f"#{name}", **stroke)
        self.close()

    def open(self, **attributes: Attribute) -> None:
        """Begin a group."""
        self._body.append(f"<g{_attributes(attributes)}>")
        self._open.append("</g>")

    def close(self) -> None:
        """End the group begun last."""
        self._body.append(self._open.pop())

    def clip(self, name: str, data: str) -> str:
        """Define a clip path and return what to write as ``clip_path``."""
        self._definitions.append(f'<clipPath id="{name}"><path d="{data}"/></clipPath>')
        return f"url(#{name})"

    def gradient(
        self,
        name: str,
        stops: list[tuple[float, str, float]],
        *,
        radial: bool = False,
        **attributes: Attribute,
    ) -> str:
        """Define a gradient of (offset, colour, opacity) and return what to write as ``fill``."""
        tag = "radialGradient" if radial else "linearGradient"
        inner = "".join(
            f'<stop offset="{at:g}" stop-color="{colour}" stop-opacity="{opacity:g}"/>' for at, colour, opacity in stops
        )
        self._definitions.append(f'<{tag} id="{name}"{_attributes(attributes)}>{inner}</{tag}>')
        return f"url(#{name})"

    def pattern(self, name: str, width: float, height: float, content: str, **attributes: Attribute) -> str:
        """Define a pattern tile (its content is SVG) and return what to write as ``fill``."""
        self._definitions.append(
            f'<pattern id="{name}" width="{width:g}" height="{height:g}" patternUnits="userSpaceOnUse"'
            f"{_attributes(attributes)}>{content}</pattern>"
        )
        return f"url(#{name})"

    def text(self, width: int, height: int, title: str) -> str:
        """Return the finished picture."""
        if self._open:
            raise ValueError("a group was left open")
        definitions = f"<defs>{''.join(self._definitions)}</defs>" if self._definitions else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' role="img"><title>{escape(title)}</title>{definitions}{"".join(self._body)}</svg>\n'
        )


def _attributes(attributes: Mapping[str, Attribute]) -> str:
    return "".join([f" {_name(name)}={_quoted(value)}" for name, value in attributes.items()])


@cache
def _name(name: str) -> str:
    return name.replace("_", "-")


def _quoted(value: Attribute) -> str:
    if not isinstance(value, str):
        return f'"{round(value, 3):g}"'
    return quoteattr(value) if _SPECIAL.search(value) else f'"{value}"'
