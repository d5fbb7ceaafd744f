from pathlib import Path

import pytest

import modules_catalog
from modules_catalog.sizing.components_file import (
    COLUMNS,
    components_path,
    components_text,
    parse_components,
    read_components,
    write_components,
)
from modules_catalog.sizing.constants import COMPONENTS_AT_MOST, ClothFamily, FitBlock
from modules_catalog.sizing.errors import ComponentsNotValid
from modules_catalog.sizing.model import ComponentKind, Sex

JEANS = Path(modules_catalog.__file__).parent / "catalogs" / "jeans"

GOOD = f"""{",".join(COLUMNS)}
f1,front,F,S,430,520,310,760,300,,,,A01-01
b1,back,F,S,460,550,340,760,240,,,,B01-01
y1,yoke,any,,,,,,,40,65,25,C01-01
"""


def findings(text: str) -> list[str]:
    with pytest.raises(ComponentsNotValid) as refused:
        parse_components(text, name="c.csv")
    return list(refused.value.facts["findings"])


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    table = parse_components(GOOD, name="c.csv")
    write_components(tmp_path / "again.csv", table.components)

    assert read_components(tmp_path / "again.csv").components == table.components
    assert components_text(table.components) == GOOD
    assert [c.id for c in table.components] == ["f1", "b1", "y1"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("f1,front,F", "f1,sleeve,F", ["c.csv:2: kind 'sleeve' is none of front, back, yoke", "c.csv:1: no front in the table"]),
        ("f1,front,F", "f1,front,X", ["c.csv:2: sex_block 'X' is none of F, M, any", "c.csv:1: no front in the table"]),
        ("b1,back,F,S,460", "b1,back,F,S,46.5", ["c.csv:3: waist_mm '46.5' is not a whole number of millimetres", "c.csv:1: no back in the table"]),
        ("b1,back,F,S,460", "b1,back,F,S,0", ["c.csv:3: waist_mm must be greater than 0", "c.csv:1: no back in the table"]),
        ("b1,back,F,S,", "b1,back,F,,", ["c.csv:3: a back needs a length_class", "c.csv:1: no back in the table"]),
        ("y1,yoke,any,,,", "y1,yoke,any,,7,", ["c.csv:4: waist_mm: a yoke has none, found '7'", "c.csv:1: no yoke in the table"]),
        ("340,760,240", "340,755,240", ["c.csv:3: inseam_mm 755 differs from 760 on line 2, the same length_class S"]),
        ("40,65,25", "40,60,25", ["c.csv:4: centre_height_mm less side_height_mm is none of (0, 25)"]),
        ("40,65,25", "40,65,20", ["c.csv:4: waist_take_mm is none of (0, 25)"]),
        ("b1,back", "f1,back", ["c.csv:3: id f1 is already on line 2", "c.csv:1: no back in the table"]),
        ("A01-01\n", "A01-01,more\n", ["c.csv:2: expected 13 cells", "c.csv:1: no front in the table"]),
        ("id,kind", "name,kind", ["c.csv:1: missing column id"]),
    ],
)  # fmt: skip
def test_every_complaint_names_the_line(before: str, after: str, expected: list[str]) -> None:
    assert before in GOOD

    assert sorted(findings(GOOD.replace(before, after, 1))) == sorted(expected)


def test_an_empty_file_lacks_every_column() -> None:
    assert findings("") == [f"c.csv:1: missing column {column}" for column in COLUMNS]


def test_only_straight_rigid_has_the_plain_name() -> None:
    assert components_path(Path("jeans"), FitBlock.STRAIGHT, ClothFamily.RIGID) == Path("jeans/components.csv")
    assert components_path(Path("jeans"), FitBlock.SLIM, ClothFamily.RIGID) == Path("jeans/components-slim-rigid.csv")
    assert components_path(Path("jeans"), FitBlock.STRAIGHT, ClothFamily.STRETCH) == Path(
        "jeans/components-straight-stretch.csv"
    )


@pytest.mark.parametrize("path", sorted(JEANS.glob("components*.csv")), ids=lambda p: p.name)
def test_shipped_tables_are_valid_and_fit_on_the_shelves(path: Path) -> None:
    table = read_components(path)
    bins = [c.bin for c in table.components]

    assert len(table.components) <= COMPONENTS_AT_MOST
    assert len(set(bins)) == len(bins)
    assert {c.sex_block for c in table.of_kind(ComponentKind.FRONT)} == set(Sex)
    assert {c.sex_block for c in table.of_kind(ComponentKind.YOKE)} == {"any"}


@pytest.mark.parametrize("path", sorted(JEANS.glob("components*.csv")), ids=lambda p: p.name)
def test_shipped_panels_have_shapes_that_can_be_drafted(path: Path) -> None:
    """F-22: waist at most 20 over and 150 under the hip share, thigh 53 … 71 % of the hip share."""
    for c in read_components(path).components:
        if c.kind is not ComponentKind.YOKE:
            assert -150 <= c.waist_mm - c.hip_mm <= 20
            assert 53 * c.hip_mm <= 100 * c.thigh_mm <= 71 * c.hip_mm
