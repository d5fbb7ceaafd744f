"""Our own plain pictures become PDF operators; anything else is left to the renderer."""

from pathlib import Path

import pytest

import modules_catalog
from modules_catalog.pictures.compose import compose
from production.build_sheet.marks import QrMark
from production.build_sheet.pictures import Opacity, PictureNotUnderstood, State, drawing_of

CATALOGS = Path(modules_catalog.__file__).parent / "catalogs"


def svg(inside: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">{inside}</svg>'


def operators(inside: str) -> str:
    steps = drawing_of(svg(inside)).steps
    return "\n".join(step.decode() if isinstance(step, bytes) else repr(step) for step in steps)


@pytest.mark.parametrize("line", ["jeans", "pc"])
def test_the_pictures_of_both_lines_are_understood(line: str) -> None:
    """Every group that is entered is left, so nothing behind the picture is drawn in its place or size."""
    drawing = drawing_of(compose(CATALOGS / line, {"monogram_text": "李雷 & Ana"}, is_plain=True))

    assert drawing.steps.count(State.SAVE) == drawing.steps.count(State.RESTORE) > 0
    assert "李雷 &amp; Ana" in drawing.texts or line == "pc"
    assert "path" not in drawing.texts


def test_shapes_are_filled_and_stroked_once_each() -> None:
    assert operators('<rect x="1" y="2" width="3" height="4" fill="#ff0000"/>') == (
        "Opacity(fill=1.0, stroke=1.0)\n1 0 0 rg\n1.00 2.00 3.00 4.00 re\nf"
    )
    assert operators('<path d="M1 2h3v4l-1-1.5Z" fill="none" stroke="#000" stroke-width="2"/>') == (
        "Opacity(fill=1.0, stroke=1.0)\n0 0 0 RG\n2 w\n[] 0 d\n0 J\n0 j\n"
        "1.00 2.00 m\n4.00 2.00 l\n4.00 6.00 l\n3.00 4.50 l\nh\nS"
    )


def test_what_is_repeated_needs_no_letter() -> None:
    """A move followed by more pairs is a line; relative curves count from where the last one ended."""
    assert operators('<path d="M0 0 5 5c1 0 2 0 2 2 0 1 0 2 1 2" fill="#000"/>').splitlines()[2:-1] == [
        "0.00 0.00 m",
        "5.00 5.00 l",
        "6.00 5.00 7.00 5.00 7.00 7.00 c",
        "7.00 8.00 7.00 9.00 8.00 9.00 c",
    ]


def test_a_gradient_is_its_weighted_mean() -> None:
    gradient = (
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#000000"/>'
        '<stop offset="1" stop-color="#ffffff" stop-opacity="0.5"/></linearGradient></defs>'
    )
    steps = drawing_of(svg(gradient + '<circle cx="5" cy="5" r="5" fill="url(#g)"/>')).steps

    assert steps[0] == Opacity(0.75, 1.0)
    assert isinstance(steps[1], bytes)
    assert steps[1].startswith(b"0.5 0.5 0.5 rg")


def test_state_set_in_a_group_ends_with_it() -> None:
    """A colour set inside is set again outside: the reader of the PDF has forgotten it."""
    drawn = operators('<g><rect width="1" height="1" fill="#f00"/></g><rect width="1" height="1" fill="#f00"/>')
    assert drawn.count("1 0 0 rg") == 2


@pytest.mark.parametrize(
    "inside",
    [
        '<path d="M0 0A5 5 0 0 1 9 9"/>',
        '<g filter="url(#f)"/>',
        '<use href="#x"/>',
        '<rect width="1" height="1" fill="red"/>',
        '<rect width="1" height="1" fill="url(#gone)"/>',
        '<g transform="skewX(4)"><rect width="1" height="1"/></g>',
    ],
)
def test_what_we_never_draw_is_not_understood(inside: str) -> None:
    with pytest.raises(PictureNotUnderstood):
        drawing_of(svg(inside))
    with pytest.raises(PictureNotUnderstood):
        drawing_of("no picture")


def test_a_code_has_four_modules_of_quiet_around_it() -> None:
    width, height, ratio = QrMark("L1:JE-2026-000123:B:30").get_intrinsic_size(1, 1)
    assert (width, height, ratio) == (33, 33, 1)
