"""What a kept block draws, taken down once: its operators with the fonts and states they name, and where codes go.

A block draws the same operators on every sheet, so they are asked of WeasyPrint the first time only. Also that first
time what was taken down is what is drawn: a sheet's bytes never depend on what was drawn before it.

Source: docs/algorithms/build-sheet.md, rule S-10.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any

import pydyf  # type: ignore[import-untyped]

from production.build_sheet.marks import QrMark, SlotMark

_ALPHA = ("a", "A")
"""How the states begin that have the same name in every document; others are numbered."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where one of the block's codes is drawn: which, and the width and height of its mark."""

    number: int
    width: float
    height: float
    style: Any


@dataclass(frozen=True, slots=True)
class Recording:
    """Operators between slots, fonts by their keys in the order they were first used, and states by their names."""

    parts: tuple[bytes | _Slot, ...]
    fonts: Mapping[Any, Any]
    states: Mapping[str, Any]

    def play(self, stream: Any, codes: Sequence[str]) -> None:
        """Draw what was taken down, with a code in each slot."""
        for key, font in self.fonts.items():
            own = stream._fonts.get(key)
            if own is None:
                own = stream._fonts[key] = copy(font)
                own.widths, own.to_unicode, own.missing = {}, {}, {}
            for mine, recorded in ((own.widths, font.widths), (own.to_unicode, font.to_unicode)):
                for glyph, value in recorded.items():
                    mine.setdefault(glyph, value)
        for name, state in self.states.items():
            stream._resources["ExtGState"].setdefault(name, pydyf.Dictionary(state))
        for part in self.parts:
            if isinstance(part, _Slot):
                QrMark(codes[part.number]).draw(stream, part.width, part.height, part.style)
            else:
                stream.stream.append(part)


def record(stream: Any, slots: Sequence[SlotMark], draw: Callable[[Any], None]) -> Recording | None:
    """Return what a block draws, or None when that is of one document: an image, a pattern, a tag, a glyph its font lacks.

    Args:
        stream: The page it is to be drawn on; left as it was.
        slots: The block's slots, in the order of its codes.
        draw: Draws the block.
    """
    if stream._tags is not None:
        return None
    resources = pydyf.Dictionary(
        {
            **stream._resources,
            **{kind: pydyf.Dictionary() for kind in ("ExtGState", "XObject", "Pattern", "Shading")},
        }
    )
    images: dict[Any, Any] = {}
    fonts: dict[Any, Any] = {}
    aside = stream.clone(fonts=fonts, resources=resources, images=images)
    with _taken_down(slots):
        draw(aside)
    numbered = [name for name in resources["ExtGState"] if not name.startswith(_ALPHA)]
    drawn = [kind for kind in ("XObject", "Pattern", "Shading") if resources[kind]]
    if numbered or drawn or images or any(font.missing for font in fonts.values()):
        return None
    return Recording(tuple(_parts(aside.stream)), fonts, dict(resources["ExtGState"]))


@contextmanager
def _taken_down(slots: Sequence[SlotMark]) -> Iterator[None]:
    for number, slot in enumerate(slots):
        slot.mark = _Place(number)
    try:
        yield
    finally:
        for slot in slots:
            slot.mark = None


class _Place:
    """Stands for a code while its block is taken down."""

    def __init__(self, number: int) -> None:
        self._number = number

    def draw(self, stream: Any, width: float, height: float, style: object) -> None:
        """Leave a slot in a state of its own, as a code does."""
        stream.push_state()
        stream.stream.append(_Slot(self._number, width, height, style))
        stream.pop_state()


def _parts(operators: Sequence[Any]) -> Iterator[bytes | _Slot]:
    """Yield the operators between slots as the bytes they are written as."""
    waiting: list[bytes] = []
    for one in operators:
        if isinstance(one, _Slot):
            yield b"\n".join(waiting)
            yield one
            waiting = []
        else:
            waiting.append(pydyf._to_bytes(one))
    yield b"\n".join(waiting)
