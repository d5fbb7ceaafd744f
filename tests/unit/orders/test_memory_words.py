"""How several options are remembered: as JSON that is read back, or not at all."""

from hypothesis import given
from hypothesis import strategies as st

from orders.customers.memory import MOST_LETTERS, remembered_counts, remembered_text

counts = st.dictionaries(st.text(min_size=1, max_size=40), st.integers(1, 9), min_size=1, max_size=8)


@given(counts)
def test_several_options_are_read_back_as_they_were(answer: dict[str, int]) -> None:
    """What would be longer than a remembered answer may be is asked again."""
    text = remembered_text(answer)

    assert text is None or (remembered_counts(text) == answer and len(text) <= MOST_LETTERS)
    assert remembered_text("x" * (MOST_LETTERS + 1)) is None


@given(st.text(max_size=40))
def test_what_is_no_such_text_says_nothing(text: str) -> None:
    assert remembered_counts(text) == {} or text.startswith("{")


def test_one_answer_is_remembered_as_it_is_said() -> None:
    assert (remembered_text("stone"), remembered_text(32)) == ("stone", "32")
    assert remembered_counts('{"a":0,"b":true,"c":"2","d":2}') == {"d": 2}
