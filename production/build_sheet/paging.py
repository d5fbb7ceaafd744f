"""Pages put together from blocks: what stands on many sheets is laid out once.

A sheet's template is one well-formed page. Each child of its body is a block, and so is each row of a table of ``rows``. Blocks
are laid out by WeasyPrint in the width of the page, apart from each other; those that may stand alike on many sheets are
kept with their layout. Pages are then filled from top to bottom: a row never breaks, a heading stays with
what follows, a table's head is repeated. A kept block has no content of one order: its QR code is drawn into a slot.

Source: docs/algorithms/build-sheet.md, rule S-10.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from weasyprint.document import Page
from weasyprint.draw import draw_page

from production.build_sheet.marks import STEP_ROW, QrMark, SlotMark
from production.build_sheet.recording import Recording, record

_PX_OF_MM = 96 / 25.4
WIDTH_MM, HEIGHT_MM = 210, 297
LEFT_MM, TOP_MM, BOTTOM_MM = 12, 34.5, 13
HEAD_MM, FOOT_MM = 7, 286
"""Where the head and the foot of a page begin."""
KEPT_BLOCKS = 2048
SLOT = "mark:slot"
_HEAD, _FOOT, _CODE = "head", "foot", "qr"
_NUMBERED, _ROWS = "numbered", "rows"
_OF_ONE_ORDER = frozenset({"top", "text", "from-to"})
"""Blocks that say what no other sheet says: a picture, measures, the customer's own text."""


@dataclass(frozen=True, slots=True)
class _Block:
    """One block of a document. ``repeats`` is the table head to be repeated above it on a new page."""

    source: str
    codes: tuple[str, ...] = ()
    is_kept: bool = False
    stays_with_next: bool = False
    repeats: "_Block | None" = None


@dataclass(frozen=True, slots=True)
class _LaidOut:
    """A block with its layout, which draws the same wherever it is placed. ``drawn`` is what it drew, once it was."""

    box: Any
    height_px: float
    slots: tuple[SlotMark, ...]
    is_kept: bool
    drawn: list[Recording | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Placed:
    laid_out: _LaidOut
    y_px: float
    codes: tuple[str, ...]


@dataclass(slots=True)
class Layouts:
    """Layouts of blocks by language and source, the least used dropped first. One process's, not shared by threads."""

    kept: OrderedDict[str, _LaidOut] = field(default_factory=OrderedDict)

    def add(self, key: str, laid_out: _LaidOut) -> None:
        """Keep one, dropping the least used."""
        self.kept[key] = laid_out
        while len(self.kept) > KEPT_BLOCKS:
            self.kept.popitem(last=False)


class ComposedPage(Page):  # type: ignore[misc]
    """A page of placed blocks, for ``weasyprint.Document``."""

    def __init__(self, placed: tuple[_Placed, ...]) -> None:
        self.width, self.height = WIDTH_MM * _PX_OF_MM, HEIGHT_MM * _PX_OF_MM
        self.bleed = dict.fromkeys(("top", "right", "bottom", "left"), 0)
        self.bookmarks: list[Any] = []
        self.links: list[Any] = []
        self.anchors: dict[str, Any] = {}
        self.forms: dict[Any, Any] = {None: []}
        self._placed = placed

    def paint(self, stream: Any, scale: float = 1) -> None:
        """Draw the blocks, each with its codes in its slots."""
        with stream.stacked():
            stream.transform(a=scale, d=scale)
            for one in self._placed:
                with stream.stacked():
                    stream.transform(e=LEFT_MM * _PX_OF_MM, f=one.y_px)
                    _draw(one.laid_out, one.codes, stream)


def _draw(block: _LaidOut, codes: tuple[str, ...], stream: Any) -> None:
    """Draw a block: a kept one from what was taken down of it."""
    if block.is_kept and not block.drawn:
        block.drawn.append(record(stream, block.slots, lambda aside: draw_page(block.box, aside)))
    recording = block.drawn[0] if block.drawn else None
    if recording is not None:
        recording.play(stream, codes)
        return
    for slot, code in zip(block.slots, codes, strict=True):
        slot.mark = QrMark(code)
    draw_page(block.box, stream)


def compose(root: Element, layouts: Layouts, render: Any, images: Mapping[str, Any]) -> Any:
    """Return a WeasyPrint document of a well-formed page, its blocks laid out or found laid out.

    Args:
        root: The page: ``html`` with ``head`` and ``body``.
        layouts: What was laid out before.
        render: Lays out an ``html`` of blocks, each to a page of its own, given its images.
        images: Marks by their address.
    """
    language = root.get("lang", "")
    head, body = root.find("head"), root.find("body")
    assert head is not None  # noqa: S101 - our own template
    assert body is not None  # noqa: S101
    fixed = {name: _block(each) for name in (_HEAD, _FOOT) for each in body if name in _classes(each)}
    flow = [one for each in body if not _classes(each) & {_HEAD, _FOOT} for one in _blocks(each)]
    document = None
    found: dict[_Block, _LaidOut] = {}

    def lay_out(blocks: list[_Block]) -> None:
        nonlocal document
        missing = []
        for block in dict.fromkeys(blocks):
            known = layouts.kept.get(language + block.source) if block.is_kept else None
            if known is None:
                missing.append(block)
            else:
                layouts.kept.move_to_end(language + block.source)
                found[block] = known
        if not missing:
            return
        slots = {block: tuple(SlotMark(STEP_ROW) for _ in block.codes) for block in missing}
        rendered = render(_page_of(missing, slots, head, language), {**images, **_slot_images(slots)})
        document = document or rendered
        for block, page in zip(missing, rendered.pages, strict=True):
            box = page._page_box
            found[block] = _LaidOut(box, _holder(box).margin_height(), slots[block], block.is_kept)
            if block.is_kept:
                layouts.add(language + block.source, found[block])

    lay_out([*fixed.values(), *flow, *(one.repeats for one in flow if one.repeats is not None)])
    pages = list(_pages(flow, found))
    numbers = [_number_block(at, len(pages)) for at in range(1, len(pages) + 1)]
    lay_out(numbers)
    assert document is not None  # noqa: S101 - the head is never kept
    document.pages = [
        ComposedPage(
            (
                _placed(fixed[_HEAD], found, HEAD_MM * _PX_OF_MM),
                *page,
                _placed(fixed[_FOOT], found, FOOT_MM * _PX_OF_MM),
                _placed(number, found, FOOT_MM * _PX_OF_MM),
            )
        )
        for page, number in zip(pages, numbers, strict=True)
    ]
    return document


def _pages(flow: list[_Block], found: Mapping[_Block, _LaidOut]) -> Iterator[tuple[_Placed, ...]]:
    """Yield the blocks of each page, filled from top to bottom."""
    top, bottom = TOP_MM * _PX_OF_MM, (HEIGHT_MM - BOTTOM_MM) * _PX_OF_MM
    page: list[_Placed] = []
    y = top
    for at, block in enumerate(flow):
        if page and y + _needed(flow, at, found) > bottom:
            yield tuple(page)
            page, y = [], top
            if block.repeats is not None:
                page.append(_placed(block.repeats, found, y))
                y += found[block.repeats].height_px
        page.append(_placed(block, found, y))
        y += found[block].height_px
    yield tuple(page)


def _needed(flow: list[_Block], at: int, found: Mapping[_Block, _LaidOut]) -> float:
    """Return the height of a block and of what it must not be parted from."""
    height = found[flow[at]].height_px
    while flow[at].stays_with_next and at + 1 < len(flow):
        at += 1
        height += found[flow[at]].height_px
    return height


def _placed(block: _Block, found: Mapping[_Block, _LaidOut], y_px: float) -> _Placed:
    return _Placed(found[block], y_px, block.codes)


def _blocks(element: Element) -> Iterator[_Block]:
    """Yield the blocks of one child of the body: itself, or a table's head and its rows."""
    table_head = element.find("thead")
    if element.tag != "table" or _ROWS not in _classes(element):
        yield _block(element, is_heading=element.tag == "h2", is_kept=not _classes(element) & _OF_ONE_ORDER)
        return
    if table_head is None:
        yield from (_row_block(element, row) for row in element.iter("tr"))
        return
    head = _row_block(element, table_head)
    yield _Block(head.source, is_kept=True, stays_with_next=True)
    for row in element.iter("tr"):
        if row not in list(table_head):
            block = _row_block(element, row)
            yield _Block(block.source, block.codes, is_kept=True, repeats=_Block(head.source, is_kept=True))


def _row_block(table: Element, part: Element) -> _Block:
    alone = Element("table", {key: value for key, value in table.attrib.items() if key != "id"})
    alone.append(_untailed(part))
    return _block(alone, is_row=True, is_kept=True)


def _block(element: Element, *, is_heading: bool = False, is_row: bool = False, is_kept: bool = False) -> _Block:
    """Return a block; of a row the codes are taken out, so that it is the same on every order's sheet."""
    alone = _untailed(element)
    codes = []
    if is_row:
        for image in alone.iter("img"):
            if _CODE in _classes(image):
                codes.append(image.attrib.pop("alt"))
                image.set("src", SLOT)
    source = ElementTree.tostring(alone, "unicode")
    return _Block(source, tuple(codes), is_kept=is_kept, stays_with_next=is_heading)


def _untailed(element: Element) -> Element:
    alone = deepcopy(element)
    alone.tail = None
    return alone


def _number_block(number: int, pages: int) -> _Block:
    return _Block(f'<div class="{_NUMBERED}">{number} / {pages}</div>', is_kept=True)


def _page_of(
    blocks: list[_Block], slots: Mapping[_Block, tuple[SlotMark, ...]], head: Element, language: str
) -> Element:
    root = Element("html", {"lang": language})
    root.append(head)
    body = ElementTree.SubElement(root, "body")
    for number, block in enumerate(blocks):
        holder = ElementTree.SubElement(body, "div", {"class": "block"})
        element = ElementTree.fromstring(block.source)  # noqa: S314 - written by ourselves
        waiting = [image for image in element.iter("img") if image.get("src") == SLOT]
        for at, image in enumerate(waiting[: len(slots[block])]):
            image.set("src", f"{SLOT}/{number}/{at}")
        holder.append(element)
    return root


def _holder(page_box: Any) -> Any:
    """Return the box that holds a block: of the page's html's body's one child."""
    (html,) = [box for box in page_box.children if box.element_tag == "html"]
    return html.children[0].children[0]


def _slot_images(slots: Mapping[_Block, tuple[SlotMark, ...]]) -> dict[str, SlotMark]:
    return {f"{SLOT}/{number}/{at}": slot for number, own in enumerate(slots.values()) for at, slot in enumerate(own)}


def _classes(element: Element) -> set[str]:
    return set((element.get("class") or "").split())
