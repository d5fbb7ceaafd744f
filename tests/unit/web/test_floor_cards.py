import pytest
from hypothesis import given
from hypothesis import strategies as st

from production.build_sheet.scan_codes import ScanNotUnderstood, read_scan
from web.views.floor_cards import COMMANDS, Command, Place, read_card


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_card_is_read_back_and_is_no_step(command: Command) -> None:
    """A card never passes for the code of a step, nor the other way round."""
    assert read_card(f" {command.card.lower()} ") == command
    with pytest.raises(ScanNotUnderstood):
        read_scan(command.card)


@given(st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True), st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True))
def test_a_place_is_read_back(line: str, work_centre: str) -> None:
    assert read_card(Place(line, work_centre).card) == Place(line, work_centre)


@pytest.mark.parametrize(
    "text", ["", "L1:JE-2026-000001:A:10", "L1:DO:START", "L1:DO:EXPLODE", "L1:AT:JEANS", "4006381333931"]
)
def test_anything_else_is_no_card(text: str) -> None:
    assert read_card(text) is None
