import csv
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modules_catalog
from modules_catalog.pictures.compose import compose
from modules_catalog.pictures.spec import PictureSpecNotValid, load_spec

CATALOGS = Path(modules_catalog.__file__).parent / "catalogs"
JEANS, PC = CATALOGS / "jeans", CATALOGS / "pc"
HREF = "{http://www.w3.org/1999/xlink}href"

any_value = st.none() | st.booleans() | st.integers(-10, 900) | st.text(max_size=12) | st.sampled_from(["#12345", "x"])


def elements(picture: str, tag: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(picture).iter(f"{{http://www.w3.org/2000/svg}}{tag}"))


def options(folder: Path, feature: str) -> dict[str, dict[str, Any]]:
    with (folder / f"{feature}.csv").open(encoding="utf-8") as source:
        return {row["id"]: {key: value for key, value in row.items() if value} for row in csv.DictReader(source)}


@pytest.mark.parametrize("line", [JEANS, PC])
@pytest.mark.parametrize("is_plain", [False, True])
def test_nothing_chosen_still_gives_a_self_contained_picture(line: Path, is_plain: bool) -> None:
    """Every picture stands alone: no script, style, foreign object, filter or reference outside itself."""
    picture = compose(line, {}, is_plain=is_plain)

    root = ElementTree.fromstring(picture)
    tags = {element.tag.split("}")[1] for element in root.iter()}
    assert tags.isdisjoint({"script", "style", "foreignObject", "filter", "mask", "image", "textPath", "a"})
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert value.startswith("#") or not name.endswith("href")
            assert "url(" not in value or value.startswith("url(#")


def test_same_choices_give_the_same_bytes() -> None:
    """A picture is a function of its choices: the build sheet depends on it."""
    chosen = {"fit": "slim", "wash": "acid", "cloth": "selvedge", "hem": "raw", "monogram_text": "Ana"}
    assert compose(JEANS, chosen) == compose(JEANS, dict(reversed(chosen.items())))


@pytest.mark.parametrize(
    "feature",
    ["fit", "rise", "cloth", "wash", "fly", "front_pockets", "back_pockets", "thread", "hardware", "hem", "patch"],
)
def test_every_look_of_a_jeans_feature_can_be_seen(feature: str) -> None:
    """Choosing another look changes the picture, unless the two looks are alike in all their properties."""
    looks = load_spec(JEANS).features[feature].looks
    base = looks[load_spec(JEANS).features[feature].default]
    default = compose(JEANS, {}, is_plain=feature != "wash")
    for key, look in looks.items():
        changed = compose(JEANS, {feature: key}, is_plain=feature != "wash")
        assert (changed == default) == ({**base, **look} == dict(base)), key


@pytest.mark.parametrize(
    "feature", ["fit", "rise", "cloth", "wash", "fly", "back_pockets", "thread", "hardware", "hem"]
)
def test_every_option_of_the_jeans_line_has_a_look_of_its_own(feature: str) -> None:
    """No two options of our own catalog look alike."""
    table = options(JEANS, feature)
    pictures = {code: compose(JEANS, {feature: code}, {feature: table}) for code in table}
    assert len(set(pictures.values())) == len(table)


def test_an_option_nobody_drew_takes_the_default() -> None:
    assert compose(JEANS, {"fit": "harem-9"}) == compose(JEANS, {})


def test_a_word_in_the_code_finds_the_look() -> None:
    assert compose(JEANS, {"wash": "stone-wash-90"}) == compose(JEANS, {"wash": "stone"})


def test_the_attribute_picture_comes_before_the_code_and_colour_replaces_the_looks_own() -> None:
    """An author names a look by attribute and colours it without touching the picture file."""
    named = compose(
        JEANS, {"cloth": "c-17"}, {"cloth": {"c-17": {"picture": "linen", "colour": "#123456"}}}, is_plain=True
    )
    assert "#123456" in compose(
        JEANS,
        {"cloth": "x", "wash": "raw"},
        {"cloth": {"x": {"colour": "#123456"}}, "wash": {"raw": {"tinting": 0.0}}},
        is_plain=True,
    )
    assert named != compose(JEANS, {"cloth": "linen"}, is_plain=True)


@pytest.mark.parametrize("colour", ["red", "#12", 'url("x")', None, 7])
def test_a_colour_that_is_none_changes_nothing(colour: Any) -> None:
    assert compose(JEANS, {"thread": "t"}, {"thread": {"t": {"colour": colour}}}) == compose(JEANS, {"thread": "t"})


def test_the_customers_text_is_shown_as_entered_and_cannot_break_out() -> None:
    """The text is escaped, and stands there twice: thread and its shadow."""
    text = '<script>"李雷" & Ana</script>'
    picture = compose(JEANS, {"monogram_text": text, "monogram_position": "back_pocket"})
    assert [element.text for element in elements(picture, "text")].count(text) == 2
    assert elements(picture, "script") == []


def test_a_pocket_with_text_carries_no_sign_of_ours() -> None:
    """One pocket fewer has the two rows of the sign; nothing is sewn over the customer's text."""
    plain = len(elements(compose(JEANS, {"back_pockets": "arc"}, is_plain=True), "path"))
    with_text = len(elements(compose(JEANS, {"back_pockets": "arc", "monogram_text": "Ana"}, is_plain=True), "path"))
    assert plain - with_text == 2


def test_the_plain_picture_is_a_fraction_of_the_full_one() -> None:
    assert len(compose(JEANS, {}, is_plain=True)) * 4 < len(compose(JEANS, {}))


@pytest.mark.parametrize(("count", "fans"), [(0, 0), (1, 1), (3, 3)])
def test_a_pc_shows_as_many_front_fans_as_chosen(count: int, fans: int) -> None:
    """Each fan behind the mesh has nine blades."""
    chosen = {"fan": {"f": count}} if count else {}
    blades = [path for path in elements(compose(PC, chosen), "path") if path.get("d", "").count("Q") == 2]
    assert len(blades) == 9 * fans


def test_a_longer_card_is_drawn_longer() -> None:
    def length(mm: int) -> float:
        picture = compose(PC, {"motherboard": "atx", "gpu": {"g": 1}}, {"gpu": {"g": {"length_mm": mm}}})
        plates = [rect for rect in elements(picture, "rect") if rect.get("rx") == "6" and rect.get("x") == "6"]
        return float(plates[0].attrib["width"])

    assert (length(200), length(336)) == (200, 336)


def test_the_power_supply_says_its_watts() -> None:
    picture = compose(PC, {"psu": "p"}, {"psu": {"p": {"wattage_w": 850}}})
    assert [element.text for element in elements(picture, "text")] == ["850 W"]


@given(
    attributes=st.fixed_dictionaries(
        {
            feature: st.fixed_dictionaries({"x": st.dictionaries(st.sampled_from(names), any_value)})
            for feature, names in {
                "case": ["form_factor", "color", "depth_mm", "height_mm", "width_mm", "side_panel"],
                "motherboard": ["form_factor", "ram_slots", "color"],
                "gpu": ["length_mm", "slot_width", "case_slots", "cooling", "color"],
                "cooler": ["water_cooled", "radiator_mm", "height_mm", "fan_size_mm"],
                "memory": ["modules", "rgb", "color"],
            }.items()
        }
    )
)
def test_no_attribute_of_a_part_can_spoil_the_picture(attributes: dict[str, Any]) -> None:
    """Real tables have holes and oddities; the picture is well-formed all the same."""
    chosen = {"case": "x", "motherboard": "x", "gpu": {"x": 2}, "cooler": "x", "memory": {"x": 1}, "cpu": "x"}
    ElementTree.fromstring(compose(PC, chosen, attributes))


def test_a_line_without_a_picture_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureSpecNotValid, match="there is no picture file"):
        compose(tmp_path, {})
