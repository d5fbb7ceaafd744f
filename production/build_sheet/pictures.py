"""From the plain pictures we draw ourselves to PDF operators, without a browser's general SVG machinery. Pure.

It knows what our drawings use: groups, paths of lines and curves, rectangles, circles, clips, dashes, opacity. Gradients and
patterns become one colour, as suits a sheet. Texts are left to the renderer, which has fonts. A picture with anything else
is not understood, and drawn the general way.
"""

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"
_TOKEN = re.compile(r"([A-Za-z])|([+-]?(?:\d+\.?\d*|\.\d+))")
_TRANSFORM = re.compile(r"(\w+)\(([^)]*)\)")
_URL = re.compile(r"url\(#([^)]+)\)")
_PLAIN = frozenset({"title", "defs", "desc"})
_INHERITED = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-dasharray",
    "fill-opacity",
    "stroke-opacity",
)
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}
_ARC = 0.5522847
"""How far the handles of a quarter circle's curve reach, as a share of its radius."""
PATTERN_SHARE = 0.4
"""How much of a pattern's ground its drawing covers, roughly: the opacity of the one colour it becomes."""
_NUMBERS_OF = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "z": 0}


class PictureNotUnderstood(ValueError):
    """The picture uses something beyond what our own drawings use."""


@dataclass(frozen=True, slots=True)
class Opacity:
    """From here on fills and strokes are so opaque, from 0 to 1."""

    fill: float
    stroke: float


class State(Enum):
    """The graphics state is put by, or taken up again."""

    SAVE = "q"
    RESTORE = "Q"


Step = bytes | Opacity | State


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture as PDF operators in its own units, y downwards; ``texts`` is an SVG of its texts alone, maybe empty."""

    x: float
    y: float
    width: float
    height: float
    steps: tuple[Step, ...]
    texts: str


KEPT = 4096
"""How many outlines and colours a process remembers: pictures of different choices share most of them."""


@dataclass(frozen=True, slots=True)
class _Paint:
    colour: str  # three shares of PDF, empty for none
    opacity: float = 1.0


def drawing_of(svg: str) -> Drawing:
    """Return a picture of ours as PDF operators.

    Raises:
        PictureNotUnderstood: it uses something else.
    """
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - drawn by ourselves, and read in a limited process
    except ElementTree.ParseError as error:
        raise PictureNotUnderstood(str(error)) from None
    box = [float(number) for number in root.get("viewBox", "").split()]
    if root.tag != f"{SVG}svg" or len(box) != 4:
        raise PictureNotUnderstood("no svg with a viewBox")
    pen = _Pen(_defined(root))
    pen.children(root, {})
    texts = _texts_of(root) if any(True for _ in root.iter(f"{SVG}text")) else ""
    x, y, width, height = box
    return Drawing(x, y, width, height, tuple(pen.joined()), texts)


class _Pen:
    """Writes operators, remembering the state set so far within the present group."""

    def __init__(self, defined: Mapping[str, Element]) -> None:
        self._defined = defined
        self._steps: list[str | Opacity | State] = []
        self._state: dict[str, object] = {}

    def joined(self) -> Iterator[Step]:
        """Yield the steps, runs of operators as one."""
        run: list[str] = []
        for step in self._steps:
            if isinstance(step, str):
                run.append(step)
                continue
            if run:
                yield "\n".join(run).encode("ascii")
                run = []
            yield step
        if run:
            yield "\n".join(run).encode("ascii")

    def children(self, parent: Element, style: Mapping[str, str]) -> None:
        """Draw what stands in a group."""
        for element in parent:
            name = element.tag.removeprefix(SVG)
            if name in _PLAIN or name in ("text", "clipPath", "linearGradient", "radialGradient", "pattern"):
                continue
            if set(element.attrib) & {"style", "class", "filter", "mask", "opacity"}:
                raise PictureNotUnderstood(f"{name} with {sorted(element.attrib)}")
            own = {**style, **{key: element.attrib[key] for key in _INHERITED if key in element.attrib}}
            if name == "g":
                self._group(element, own)
            else:
                self._shape(element, name, own)

    def _group(self, element: Element, style: Mapping[str, str]) -> None:
        before = dict(self._state)
        self._steps.append(State.SAVE)
        self._placed(element)
        clip = element.get("clip-path")
        if clip is not None:
            self._steps.append(self._clip(clip))
        self.children(element, style)
        self._steps.append(State.RESTORE)
        self._state = before

    def _shape(self, element: Element, name: str, style: Mapping[str, str]) -> None:
        fill = self._paint(style.get("fill", "#000000"), style.get("fill-opacity"))
        stroke = self._paint(style.get("stroke", "none"), style.get("stroke-opacity"))
        if not fill.colour and not stroke.colour:
            return
        is_placed = "transform" in element.attrib or "clip-path" in element.attrib
        before = dict(self._state)
        if is_placed:
            self._steps.append(State.SAVE)
            self._placed(element)
            if "clip-path" in element.attrib:
                self._steps.append(self._clip(element.attrib["clip-path"]))
        self._set("opacity", Opacity(fill.opacity, stroke.opacity), Opacity(fill.opacity, stroke.opacity))
        if fill.colour:
            self._set("fill", fill.colour, f"{fill.colour} rg")
        if stroke.colour:
            self._stroked(stroke, style)
        self._steps.append(_path_of(element, name))
        even_odd = "*" if element.get("fill-rule") == "evenodd" else ""
        self._steps.append(f"B{even_odd}" if fill.colour and stroke.colour else f"f{even_odd}" if fill.colour else "S")
        if is_placed:
            self._steps.append(State.RESTORE)
            self._state = before

    def _stroked(self, stroke: _Paint, style: Mapping[str, str]) -> None:
        self._set("stroke", stroke.colour, f"{stroke.colour} RG")
        width = _number(float(style.get("stroke-width", "1")))
        self._set("width", width, f"{width} w")
        dash = style.get("stroke-dasharray", "none")
        dashes = " ".join(re.findall(r"[\d.]+", dash)) if dash != "none" else ""
        self._set("dash", dashes, f"[{dashes}] 0 d")
        cap = _CAPS[style.get("stroke-linecap", "butt")]
        self._set("cap", cap, f"{cap} J")
        join = _JOINS[style.get("stroke-linejoin", "miter")]
        self._set("join", join, f"{join} j")

    def _set(self, name: str, value: object, step: str | Opacity) -> None:
        if self._state.get(name) != value:
            self._state[name] = value
            self._steps.append(step)

    def _placed(self, element: Element) -> None:
        for name, given in _TRANSFORM.findall(element.get("transform", "")):
            self._steps.append(_matrix(name, [float(each) for each in re.findall(r"[-+.\d]+", given)]))

    def _clip(self, reference: str) -> str:
        found = _URL.fullmatch(reference)
        clip = self._defined.get(found[1]) if found else None
        if clip is None or clip.get("clipPathUnits"):
            raise PictureNotUnderstood(reference)
        paths = [_path_of(each, each.tag.removeprefix(SVG)) for each in clip]
        return "\n".join((*paths, "W n"))

    def _paint(self, value: str, opacity: str | None) -> _Paint:
        share = float(opacity) if opacity is not None else 1.0
        if value == "none":
            return _Paint("")
        if value.startswith("#"):
            return _Paint(_colour(value), share)
        found = _URL.fullmatch(value)
        source = self._defined.get(found[1]) if found else None
        if source is None:
            raise PictureNotUnderstood(value)
        if source.tag == f"{SVG}pattern":
            inks = [each.get("fill") or each.get("stroke") or "#000000" for each in source]
            return _Paint(_colour(inks[0]), share * PATTERN_SHARE)
        colour, clearness = _average([*source])
        return _Paint(colour, share * clearness)


def _defined(root: Element) -> dict[str, Element]:
    return {each.attrib["id"]: each for each in root.iter() if "id" in each.attrib}


def _average(stops: Sequence[Element]) -> tuple[str, float]:
    """Return the one colour, and the opacity, that stand for a gradient: weighted by the width of its parts."""
    offsets = [float(stop.get("offset", "0")) for stop in stops]
    edges = [0.0, *((a + b) / 2 for a, b in itertools.pairwise(offsets)), 1.0]
    weights = [after - before for before, after in itertools.pairwise(edges)]
    total = sum(weights) or 1.0
    inks = [[float(part) for part in _colour(stop.get("stop-color", "#000000")).split()] for stop in stops]
    shares = [sum(weight * ink[part] for weight, ink in zip(weights, inks, strict=True)) / total for part in range(3)]
    opacities = [float(stop.get("stop-opacity", "1")) for stop in stops]
    clearness = sum(weight * each for weight, each in zip(weights, opacities, strict=True)) / total
    return " ".join(f"{share:.3g}" for share in shares), round(clearness, 2)


@lru_cache(maxsize=KEPT)
def _colour(value: str) -> str:
    digits = value.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    if not re.fullmatch("[0-9a-fA-F]{6}", digits):
        raise PictureNotUnderstood(value)
    return " ".join(f"{int(digits[at : at + 2], 16) / 255:.3g}" for at in (0, 2, 4))


def _matrix(name: str, given: list[float]) -> str:
    match name, given:
        case "translate", [x, *rest]:
            values = [1, 0, 0, 1, x, rest[0] if rest else 0]
        case "scale", [x, *rest]:
            values = [x, 0, 0, rest[0] if rest else x, 0, 0]
        case "rotate", [angle]:
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            values = [cos, sin, -sin, cos, 0, 0]
        case "rotate", [angle, x, y]:
            return "\n".join((_matrix("translate", [x, y]), _matrix("rotate", [angle]), _matrix("translate", [-x, -y])))
        case "matrix", [_, _, _, _, _, _]:
            values = given
        case _:
            raise PictureNotUnderstood(f"{name}({given})")
    return " ".join(_number(value) for value in values) + " cm"


def _number(value: float) -> str:
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _path_of(element: Element, name: str) -> str:
    def get(key: str) -> float:
        return float(element.get(key, "0"))

    match name:
        case "path":
            return _path(element.get("d", ""))
        case "rect":
            return _rectangle(
                get("x"), get("y"), get("width"), get("height"), float(element.get("rx") or element.get("ry") or 0)
            )
        case "circle":
            return _ellipse(get("cx"), get("cy"), get("r"), get("r"))
        case "ellipse":
            return _ellipse(get("cx"), get("cy"), get("rx"), get("ry"))
        case "line":
            return f"{_at(get('x1'), get('y1'))} m {_at(get('x2'), get('y2'))} l"
        case _:
            raise PictureNotUnderstood(name)


def _at(*numbers: float) -> str:
    return " ".join(f"{number:.2f}" for number in numbers)


def _rectangle(x: float, y: float, width: float, height: float, radius: float) -> str:
    r = min(radius, width / 2, height / 2)
    if r <= 0:
        return f"{_at(x, y, width, height)} re"
    k, right, bottom = r * (1 - _ARC), x + width, y + height
    return "\n".join(
        (
            f"{_at(x + r, y)} m {_at(right - r, y)} l",
            f"{_at(right - k, y, right, y + k, right, y + r)} c {_at(right, bottom - r)} l",
            f"{_at(right, bottom - k, right - k, bottom, right - r, bottom)} c {_at(x + r, bottom)} l",
            f"{_at(x + k, bottom, x, bottom - k, x, bottom - r)} c {_at(x, y + r)} l",
            f"{_at(x, y + k, x + k, y, x + r, y)} c h",
        )
    )


def _ellipse(cx: float, cy: float, rx: float, ry: float) -> str:
    kx, ky = _ARC * rx, _ARC * ry
    return "\n".join(
        (
            f"{_at(cx + rx, cy)} m",
            f"{_at(cx + rx, cy + ky, cx + kx, cy + ry, cx, cy + ry)} c",
            f"{_at(cx - kx, cy + ry, cx - rx, cy + ky, cx - rx, cy)} c",
            f"{_at(cx - rx, cy - ky, cx - kx, cy - ry, cx, cy - ry)} c",
            f"{_at(cx + kx, cy - ry, cx + rx, cy - ky, cx + rx, cy)} c h",
        )
    )


@lru_cache(maxsize=KEPT)
def _path(source: str) -> str:
    """Return a path of moves, lines and curves; what follows a command without a letter repeats it."""
    x = y = start_x = start_y = 0.0
    written: list[str] = []
    for letter, numbers in _commands(source):
        lower, is_relative = letter.lower(), letter.islower()
        dx, dy = (x, y) if is_relative else (0.0, 0.0)
        match lower:
            case "m":
                x, y = numbers[0] + dx, numbers[1] + dy
                start_x, start_y = x, y
                written.append(f"{_at(x, y)} m")
            case "l":
                x, y = numbers[0] + dx, numbers[1] + dy
                written.append(f"{_at(x, y)} l")
            case "h":
                x = numbers[0] + dx
                written.append(f"{_at(x, y)} l")
            case "v":
                y = numbers[0] + dy
                written.append(f"{_at(x, y)} l")
            case "c":
                points = [number + (dy if at % 2 else dx) for at, number in enumerate(numbers)]
                x, y = points[4], points[5]
                written.append(f"{_at(*points)} c")
            case "q":
                (ax, ay), (bx, by) = (numbers[0] + dx, numbers[1] + dy), (numbers[2] + dx, numbers[3] + dy)
                handles = (x + 2 / 3 * (ax - x), y + 2 / 3 * (ay - y), bx + 2 / 3 * (ax - bx), by + 2 / 3 * (ay - by))
                x, y = bx, by
                written.append(f"{_at(*handles, x, y)} c")
            case "z":
                x, y = start_x, start_y
                written.append("h")
            case _:
                raise PictureNotUnderstood(f"path command {letter}")
    return "\n".join(written)


def _commands(source: str) -> Iterator[tuple[str, list[float]]]:
    letter = ""
    numbers: list[float] = []
    for command, number in _TOKEN.findall(source):
        if command:
            if numbers or command.lower() not in _NUMBERS_OF:
                raise PictureNotUnderstood(f"path {source[:40]}")
            letter = command
            if letter in "zZ":
                yield letter, []
            continue
        numbers.append(float(number))
        if letter and len(numbers) == _NUMBERS_OF[letter.lower()]:
            yield letter, numbers
            numbers = []
            letter = {"m": "l", "M": "L"}.get(letter, letter)


def _texts_of(root: Element) -> str:
    """Return an SVG with the texts alone, in the places where they stood."""

    def kept(element: Element) -> Element | None:
        if element.tag == f"{SVG}text":
            return element
        inside = [each for each in map(kept, element) if each is not None]
        if not inside and element is not root:
            return None
        bare = Element(element.tag, {key: value for key, value in element.attrib.items() if key != "clip-path"})
        bare.extend(inside)
        return bare

    found = kept(root)
    assert found is not None  # noqa: S101 - the root is always kept
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    return ElementTree.tostring(found, "unicode")
