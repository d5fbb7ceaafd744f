import re

import pytest

from web.static_files import ROOT

TOKENS = dict(
    re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", (ROOT / "css" / "tokens.css").read_text())
)
GROUNDS = ("paper", "paper-sunk", "paper-raised", "paper-hover")
TEXTS = ("ink", "ink-soft", "action", "yours-ink", "fits", "check", "cant")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, theme: int) -> float:
    values = [luminance(TOKENS[name].split(", ")[theme]) for name in (one, other)]
    return (max(values) + 0.05) / (min(values) + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_can_be_read_on_every_ground(text: str, ground: str, theme: int) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    assert contrast(text, ground, theme) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("action-ink", "action"),
        ("action-ink", "action-hover"),
        ("action", "action-wash"),
        ("ink", "action-wash"),
        ("yours-ink", "yours-wash"),
        ("ink", "yours-wash"),
        ("ink-soft", "yours-wash"),
        ("fits", "fits-wash"),
        ("check", "check-wash"),
        ("cant", "cant-wash"),
        ("ink", "cant-wash"),
    ],
)
def test_text_can_be_read_on_its_own_wash(text: str, ground: str, theme: int) -> None:
    assert contrast(text, ground, theme) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("mark", ["line-strong", "action", "yours", "fits", "check", "cant"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_controls_stand_out_from_every_ground(mark: str, ground: str, theme: int) -> None:
    """WCAG 2.2, 1.4.11: at least 3 to 1."""
    assert contrast(mark, ground, theme) >= 3
