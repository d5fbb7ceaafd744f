"""What would say who wrote a wish is cut out of it; what was wished for stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.wishes.cleaning import CUT, MOST_LETTERS, without_personal_data


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("A pocket for a folding rule", "A pocket for a folding rule"),
        ("  two\n lines  ", "two lines"),
        ("Write to ana.kovac+jeans@example.org please", "Write to […] please"),
        ("call +49 30 1234567 or (030) 123-4567", "call […] or […]"),
        ("my number: 0171/2345678.", "my number: […]."),
        ("see https://example.org/me?x=1 and www.example.org", "see […] and […]"),
        ("I am @ana_k on there", "I am […] on there"),
        ("DE89 3704 0044 0532 0130 00 is my account", "[…] is my account"),
        ("4111 1111 1111 1111", "[…]"),
        ("by 2026-12-01, or 24.12.2026", "by 2026-12-01, or 24.12.2026"),
        ("501 in 32/34, 14 oz, 820 mm, RTX 4090, 16 GB", "501 in 32/34, 14 oz, 820 mm, RTX 4090, 16 GB"),
        ("我想要紅色的口袋，電話 0912-345-678", "我想要紅色的口袋，電話 […]"),
    ],
)
def test_addresses_and_numbers_are_cut_out(text: str, kept: str) -> None:
    assert without_personal_data(text) == kept


@given(
    before=st.text("abc ,.äß中文", max_size=20),
    number=st.lists(st.integers(0, 9), min_size=8, max_size=15),
    gap=st.sampled_from(["", " ", "-", "/", "."]),
    after=st.text("abc ,äß中文", max_size=20),
)
def test_no_long_number_stays(before: str, number: list[int], gap: str, after: str) -> None:
    """However its digits are grouped, unless it is a day."""
    text = f"{before} {gap.join(map(str, number))} {after}"

    clean = without_personal_data(text)

    assert CUT in clean
    assert sum(letter.isdigit() for letter in clean) == 0


@given(st.text(max_size=1000))
def test_what_is_kept_is_short_on_one_line_and_stays_when_cleaned_again(text: str) -> None:
    clean = without_personal_data(text)

    assert len(clean) <= MOST_LETTERS
    assert "\n" not in clean
    assert without_personal_data(clean) == clean
