from collections.abc import Mapping
from decimal import Decimal

import pytest

from modules_catalog.model import (
    ConfigurationModel,
    Feature,
    FeatureCode,
    FeatureKind,
    LineCode,
    Option,
    OptionCode,
    Source,
    Value,
)
from web.views.facets import facet_columns, spellings
from web.views.words import Words

HERE = Source("random/line.yaml", 1)


def board(columns: Mapping[str, list[Value]]) -> Feature:
    """Return a list of options with these columns."""
    count = len(next(iter(columns.values())))
    options = tuple(
        Option(OptionCode(f"b{row}"), {name: cells[row] for name, cells in columns.items()}, 0, 0, HERE)
        for row in range(count)
    )
    return Feature(FeatureCode("board"), FeatureKind.OPTION, HERE, options)


def words_for(feature: Feature, texts: Mapping[str, str], locale: str = "en") -> Words:
    model = ConfigurationModel(
        line=LineCode("boards"),
        release="0" * 64,
        currency="EUR",
        features=(feature,),
        rules=(),
        surcharges=(),
        bom=(),
        parts={},
        operations=(),
        steps=(),
        scenarios=(),
        texts={"en": texts},
    )
    return Words(model, locale)


COLUMNS: dict[str, list[Value]] = {
    "socket": ["AM5", "AM4", None, "AM5"] * 4,
    "socket_key": ["five", "four", None, "five"] * 4,
    "ram_slots": [4, 2, 4, 16] * 4,
    "wireless": [True, False, True, True] * 4,
    "depth_mm": [Decimal("8.5"), Decimal(9), Decimal("8.5"), None] * 4,
    "colour": ["#000000", "#ffffff"] * 8,
    "suspect": ["yes", None, None, None] * 4,
    "maker": ["ASUS"] * 16,
    "mpn": [f"n{number}" for number in range(16)],
}


def test_without_names_columns_of_few_values_that_most_state_are_taken() -> None:
    """Neither a copy of another column, measures, colours, what few state, what all share, nor what is one's own."""
    feature = board(COLUMNS)

    assert facet_columns(feature, words_for(feature, {})) == {
        "socket": ("AM4", "AM5", ""),
        "ram_slots": ("2", "4", "16"),
        "wireless": ("no", "yes"),
    }


def test_a_catalog_says_which_columns_count() -> None:
    """Named ones only, decimals and twenty values among them; one that all options share parts nothing."""
    feature = board(COLUMNS)
    named = {f"column.board.{column}": column.title() for column in ("depth_mm", "mpn", "maker")}

    found = facet_columns(feature, words_for(feature, named))

    assert list(found) == ["depth_mm", "mpn"]
    assert found["depth_mm"] == ("8.5", "9", "")
    assert found["mpn"] == tuple(f"n{number}" for number in range(16))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ("",)),
        ("", ("",)),
        (True, ("yes",)),
        (0, ("0",)),
        (Decimal("10.0"), ("10",)),
        (Decimal("2.50"), ("2.5",)),
        (frozenset({"SFX", "ATX"}), ("ATX", "SFX")),
        (frozenset(), ("",)),
    ],
)
def test_a_cell_counts_under_its_values(value: Value, told: tuple[str, ...]) -> None:
    assert spellings(value) == told


def test_columns_and_values_are_told_as_people_read_them() -> None:
    """The catalog's words go before the code; a unit stands at the value, not in the name."""
    feature = board(COLUMNS)
    words = words_for(feature, {"column.board.socket": "Socket type", "value.board.socket.AM5": "AM5 (new)"})

    assert words.column("board", "socket") == "Socket type"
    assert words.column("board", "ram_max_gb") == "Ram max"
    assert words.column_value("board", "socket", "AM5") == "AM5 (new)"
    assert words.column_value("board", "ram_max_gb", "64") == "64 GB"
    assert words.column_value("board", "depth_mm", "8.5") == "8.5 mm"
    assert words.column_value("board", "depth_mm", "") == "Not stated"
    assert words_for(feature, {}, "zh_Hant").column_value("board", "wireless", "yes") == "是"
