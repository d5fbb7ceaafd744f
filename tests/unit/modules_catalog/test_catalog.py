"""A folder of text files as a model: every value where it belongs, every mistake named by file and line."""

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules_catalog.expressions.parser import Names, parse
from modules_catalog.loading.catalog import load_catalog, read_catalog
from modules_catalog.loading.files import CatalogFiles, CatalogNotFound, read_files
from modules_catalog.loading.problems import CatalogNotValid
from modules_catalog.model import ConfigurationModel, FeatureKind, Part, Severity, Source, Step, WhenMissing

CATALOGS = Path(__file__).parents[2] / "data" / "catalogs"
DESK = CATALOGS / "desk"


@pytest.fixture(scope="module")
def desk() -> ConfigurationModel:
    return load_catalog(DESK)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The desk's folder and its library, to be broken."""
    shutil.copytree(CATALOGS, tmp_path / "catalogs")
    return tmp_path / "catalogs" / "desk"


# --- what is read ---------------------------------------------------------------------------------


def test_the_line_comes_with_its_librarys_features_behind_its_own(desk: ConfigurationModel) -> None:
    assert desk.line == "desk"
    assert desk.uses == ("parcels",)
    assert [(f.code, f.kind.value, f.declared_in, f.page) for f in desk.features] == [
        ("top", "option", "desk", "top"),
        ("width_cm", "integer", "desk", "top"),
        ("thickness_cm", "decimal", "desk", "top"),
        ("frame", "option", "desk", "below"),
        ("drawer", "options", "desk", "below"),
        ("lamp", "option", "desk", "below"),
        ("engraved", "boolean", "desk", "marking"),
        ("engraving", "text", "desk", "marking"),
        ("delivery", "option", "parcels", "delivery"),
        ("gift", "boolean", "parcels", "delivery"),
    ]
    assert desk.steps[-1] == Step("delivery", ("delivery", "gift"))
    assert desk.settings == {"spare_buckets": 2, "label": "plain"}


def test_a_table_row_is_an_option_with_typed_attributes_and_derived_ones(desk: ConfigurationModel) -> None:
    oak, beech, stone = desk.feature("top").options

    assert oak.attributes == {
        "material": "wood",
        "weight_kg": 24,
        "clearance_mm": 120,
        "density": Decimal("0.7"),
        "finishes": frozenset({"oil", "lacquer"}),
        "slab_g": Decimal("28.0"),
    }
    assert (oak.price_minor, oak.cost_minor, oak.lead_time_days, oak.bin) == (30000, 18000, None, "A1")
    assert oak.source == Source("desk/top.csv", 2)
    assert beech.attributes["clearance_mm"] is None
    assert stone.attributes["finishes"] == frozenset()


def test_options_listed_in_the_line_are_free_where_no_price_stands(desk: ConfigurationModel) -> None:
    clamp, stand = desk.feature("lamp").options

    assert (clamp.price_minor, clamp.attributes) == (4000, {"watts": 6})
    assert (stand.price_minor, stand.attributes, stand.price_known) == (0, {"watts": None}, True)
    assert stand.source == Source("desk/line.yaml", 20)
    steel, ash = desk.feature("frame").options
    assert steel.attributes["sockets"] == frozenset({"M6", "M8"})
    assert ash.attributes["sockets"] == frozenset({"M8"})


def test_numbers_have_scaled_bounds_and_defaults_as_written(desk: ConfigurationModel) -> None:
    thickness = desk.feature("thickness_cm")

    assert (thickness.minimum, thickness.maximum, thickness.step, thickness.digits) == (18, 30, 4, 1)
    assert thickness.default == Decimal("2.2")
    assert desk.feature("drawer").default == {"flat": 1}
    assert desk.feature("engraved").default is False


def test_every_kind_of_rule_becomes_one_condition(desk: ConfigurationModel) -> None:
    names = Names({feature.code for feature in desk.features})
    rules = {rule.id: rule for rule in desk.rules}

    assert rules["wide_ash"].condition == parse("frame == ash implies width_cm <= 140", names)
    assert rules["stone_drawers"].condition == parse("not (top == stone and chosen(drawer))", names)
    assert rules["one_extra"].condition == parse(
        "if(chosen(lamp), 1, 0) + if(engraved, 1, 0) + if(count(drawer) >= 2, 1, 0) <= 1", names
    )
    assert [rules[i].kind for i in ("weight", "wide_ash", "stone_drawers", "one_extra", "fixing")] == [
        "that",
        "requires",
        "excludes",
        "n_of_m",
        "table",
    ]
    assert rules["one_extra"].severity is Severity.WARN
    assert rules["deep_top"].when_missing is WhenMissing.ASK
    assert rules["gift_parcel"].declared_in == "parcels"
    assert rules["wide_ash"].source == Source("desk/line.yaml", 26)


def test_a_rule_table_keeps_allowed_and_listed_rows(desk: ConfigurationModel) -> None:
    table = next(rule.table for rule in desk.rules if rule.table)

    assert table.allowed == (
        ("steel", "wood"), ("steel", "slate"), ("steel", "plywood"), ("ash", "wood"), ("ash", "slate"),
    )  # fmt: skip
    assert table.listed == (*table.allowed, ("ash", "plywood"))
    assert table.where == ("verdict",)
    assert table.known_by == (1,)


def test_texts_come_from_tables_libraries_and_the_line(desk: ConfigurationModel) -> None:
    assert desk.text("option.top.beech", "en") == "Beech, steamed"
    assert desk.text("option.top.beech", "zh_Hant") == "櫸木"
    assert desk.text("feature.engraving.help", "en") == "Up to twelve letters."
    assert desk.text("rule.gift_parcel", "zh_Hans") == "A gift is sent."
    assert desk.text("line", "en") == "Desk"
    assert desk.parts["screw"] == Part("screw", "pcs", 4, Source("desk/parts.csv", 2), "S1", None, {"en": "Screw M6"})


# --- one content, one release ---------------------------------------------------------------------


def test_the_release_names_the_content_wherever_it_lies(desk: ConfigurationModel, copy: Path) -> None:
    assert load_catalog(copy).release == desk.release

    parcels = copy.parent / "parcels" / "line.yaml"
    parcels.write_text(parcels.read_text().replace("price_minor: 500", "price_minor: 501"))
    assert load_catalog(copy).release != desk.release


def test_hidden_files_and_editor_backups_are_no_content(desk: ConfigurationModel, copy: Path) -> None:
    (copy / ".line.yaml.swp").write_text("x")
    (copy / "line.yaml~").write_text("x")

    assert load_catalog(copy).release == desk.release


def test_files_kept_elsewhere_give_the_same_model(desk: ConfigurationModel) -> None:
    files = read_files(DESK)
    kept = CatalogFiles(files.folder, dict(reversed(files.files.items())), files.libraries)

    assert read_catalog(kept).model == desk


# --- other tables ---------------------------------------------------------------------------------


def test_same_named_tables_stand_in_for_the_catalogs(tmp_path: Path, desk: ConfigurationModel) -> None:
    """Unknown columns become attributes; known ones that are missing are not known; prices are derived."""
    (tmp_path / "top.csv").write_text("id,name,material,weight_kg,hue\nt1,One,wood,30,red\nt2,Two,,,\n")

    model = load_catalog(DESK, tables=tmp_path)

    one, two = model.feature("top").options
    assert one.attributes == {
        "material": "wood",
        "weight_kg": 30,
        "hue": "red",
        "clearance_mm": None,
        "density": None,
        "finishes": None,
        "slab_g": None,
    }
    assert set(two.attributes.values()) == {None}
    assert one.source == Source(f"{tmp_path.name}/top.csv", 2)
    assert not one.price_known
    assert 1_000 <= one.price_minor <= 20_090
    assert one.price_minor % 100 == 90
    assert one.price_minor == load_catalog(DESK, tables=tmp_path).feature("top").options[0].price_minor
    assert one.price_minor != two.price_minor
    assert model.feature("top").default is None
    assert [scenario.name for scenario in model.scenarios] == ["ash bends"]
    assert model.feature("drawer") == desk.feature("drawer")
    assert model.release != desk.release


# --- mistakes -------------------------------------------------------------------------------------

MISTAKES = [
    ("line.yaml", "kind: integer", "kind: intger",
     "desk/line.yaml:12: `intger` is not one of option, options, integer, decimal, boolean, text"),
    ("line.yaml", "step: 20", "stepp: 20", "desk/line.yaml:12: `stepp` is not known here; did you mean `step`?"),
    ("line.yaml", "minimum: 100", "minimum: ten", "desk/line.yaml:12: a whole number is wanted here, not `ten`"),
    ("line.yaml", "default: 140", "default: 150", "desk/line.yaml:12: 150 is not on a step of `width_cm`"),
    ("line.yaml", "default: oak", "default: oack", "desk/line.yaml:11: `top` has no option `oack`; did you mean `oak`?"),
    ("line.yaml", "{flat: 1}}", "{flat: 0}}", "desk/line.yaml:19: 0 is less than 1"),
    ("line.yaml", "frame.load_kg}", "frame.lode_kg}",
     "desk/line.yaml:24: `frame` has no attribute `lode_kg`; did you mean `load_kg`? (character 42 of `top.weight_kg + sum(drawer.weight_kg) <= "
     "frame.lode_kg`)"),
    ("line.yaml", "{if: frame == ash, then: width_cm <= 140}", "{if: frame == ash}",
     "desk/line.yaml:26: requires has an if and a then"),
    ("line.yaml", "{id: wide_ash, ", "{", "desk/line.yaml:26: a rule needs an id"),
    ("line.yaml", "id: wide_ash", "id: weight",
     "desk/line.yaml:26: two rules have the id `weight`; the other stands in desk/line.yaml:24: give one another"),
    ("line.yaml", "known_by: [top]", "known_by: [tip]",
     "desk/line.yaml:33: `tip` is none of the compared columns: frame, top"),
    ("line.yaml", "table: fixings.csv", "table: fixing.csv",
     "desk/line.yaml:30: there is no table `fixing.csv` beside line.yaml; did you mean `fixings.csv`?"),
    ("line.yaml", "add: 3000", "add: width_cm", "desk/line.yaml:36: with a when, a surcharge adds a constant"),
    ("line.yaml", "part: screw", "part: scrwe", "desk/line.yaml:41: there is no part `scrwe` in parts.csv; did you mean `screw`?"),
    ("line.yaml", "after: [saw, engrave]", "after: [saw, engraver]",
     "desk/line.yaml:45: `assemble` comes after `engraver`, which there is not; did you mean `engrave`?"),
    ("line.yaml", "run_s: 2 * width_cm,", "run_s: 2 * width_cm, after: [assemble],",
     "desk/line.yaml:43: these operations wait for each other: assemble, engrave, pack, saw; drop one `after`"),
    ("line.yaml", "run_s: 2 * width_cm", "run_s: top.weight_kg * width_cm",
     "desk/line.yaml:43: one term reads top, width_cm; each term of run_s reads one feature"),
    ("line.yaml", "uses: [parcels]", "uses: [parcel]",
     "desk/line.yaml:3: there is no library `parcel` beside this folder, nor a built-in one: add it, or correct its name"),
    ("line.yaml", "currency: EUR", "currency: Euro", "desk/line.yaml:4: `Euro` is no ISO 4217 code"),
    ("line.yaml", "rules:", "rules: [", "desk/line.yaml:24: not YAML: did not find expected node content"),
    ("line.yaml", "features: [frame, drawer, lamp]", "features: [frame, drawer, top]",
     "desk/line.yaml:8: `top` stands on the step `top` already"),
    ("line.yaml", "add: 50 * engraving.length", "add: 50 * count(drawer) + engraving.length",
     "desk/line.yaml:35: reads drawer, engraving; a surcharge reads one feature, or has a when"),
    ("line.yaml", "derived: {slab_g: 40 * density}", "derived: {slab_g: 40 * densty}",
     "desk/line.yaml:11: `\"densty\"` is a text where a number is wanted (character 6 of `40 * densty`)"),
    ("top.csv", "beech,", "oak,", "desk/top.csv:3: `oak` stands on line 2 already"),
    ("top.csv", "stone,", ",", "desk/top.csv:4: `id` is empty"),
    ("top.csv", ",52000,", ",5e4,", "desk/top.csv:4: price_minor: `5e4` is no whole number"),
    ("top.csv", ",52000,", ",-1,", "desk/top.csv:4: price_minor: -1 is less than 0"),
    ("top.csv", "0.72", "heavy", "desk/top.csv:3: density: `heavy` is no number"),
    ("top.csv", ",21,A3", ",21", "desk/top.csv:4: 11 cells where the header has 12: a comma too many or too few, or a cell with a comma without quotes"),
    ("top.csv", "weight_kg", "material", "desk/top.csv:1: two columns are called `material`"),
    ("top.csv", '"Beech, steamed"', '"Beech" steamed', "desk/top.csv:3: not CSV: ',' expected after '\"'"),
    ("fixings.csv", "ash,wood", "ash,", "desk/fixings.csv:5: `top` is empty; a row of a rule table says all it compares"),
    ("parts.csv", ",pcs,", ",box,", "desk/parts.csv:2: unit: `box` is not one of pcs, mm, g, ml"),
    ("scenarios.yaml", "because: [wide_ash]", "because: [wide]", "desk/scenarios.yaml:7: there is no rule `wide`; did you mean `wide_ash`?"),
    ("scenarios.yaml", "frame: ash", "frame: fir", "desk/scenarios.yaml:5: `frame` has no option `fir`"),
    ("texts/en.yaml", "feature.engraved:", "feature.top:", "desk/texts/en.yaml:3: `feature.top` stands here twice"),
    ("texts/en.yaml", "line: Desk", "line: &a [*a]", "desk/texts/en.yaml:1: aliases (*name) are not used in catalogs"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES, ids=[m[3][:60] for m in MISTAKES])
def test_a_mistake_is_named_by_file_and_line(copy: Path, file: str, old: str, new: str, message: str) -> None:
    text = (copy / file).read_text()
    assert text.count(old) >= 1
    (copy / file).write_text(text.replace(old, new, 1))

    with pytest.raises(CatalogNotValid) as caught:
        load_catalog(copy)

    assert str(caught.value) == message


def test_all_mistakes_are_reported_at_once(copy: Path) -> None:
    text = (copy / "line.yaml").read_text()
    (copy / "line.yaml").write_text(
        text.replace("part: screw", "part: scrwe").replace("frame.load_kg}", "frame.load}").replace("EUR", "€")
    )

    with pytest.raises(CatalogNotValid) as caught:
        load_catalog(copy)

    assert [finding.where for finding in caught.value.findings] == [
        "desk/line.yaml:24", "desk/line.yaml:41", "desk/line.yaml:4",
    ]  # fmt: skip


def test_a_file_that_is_no_utf8_is_named_by_line(copy: Path) -> None:
    (copy / "parts.csv").write_bytes(b"id,name\nscrew,\xff\n")

    with pytest.raises(CatalogNotValid, match=r"desk/parts\.csv:2: this is not UTF-8 text"):
        load_catalog(copy)


def test_a_folder_that_is_no_catalog_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(CatalogNotFound):
        load_catalog(tmp_path)
    with pytest.raises(CatalogNotFound):
        load_catalog(DESK, tables=tmp_path / "nowhere")


_DESK_FILES = read_files(DESK)
_NAMES = sorted(name for name in _DESK_FILES.files if not name.endswith("zh_Hant.yaml"))
_LINES = sorted({line for content in _DESK_FILES.files.values() for line in content.splitlines(keepends=True)})


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(_NAMES), data=st.data())
def test_a_broken_file_never_gives_anything_but_findings_by_file_and_line(name: str, data: st.DataObject) -> None:
    """Bytes cut out, put in, and lines moved between files: a model or `CatalogNotValid`, never a crash."""
    content = bytearray(_DESK_FILES.files[name])
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 12)))
        content[start:end] = data.draw(
            st.binary(max_size=3)
            | st.sampled_from(_LINES)
            | st.sampled_from(
                [
                    b"[",
                    b"{",
                    b": ",
                    b"- ",
                    b"&a ",
                    b"*a",
                    b'"',
                    b",",
                    b"\n",
                    b"\0",
                    b"\xef\xbb\xbf",
                    b"1e999",
                    b"-1",
                    b"%",
                ]
            )
        )
    files = CatalogFiles(_DESK_FILES.folder, {**_DESK_FILES.files, name: bytes(content)}, _DESK_FILES.libraries)

    where = _places_of_mistakes(files)

    assert all(place.split(":")[0] in files.files and int(place.split(":")[1]) >= 1 for place in where)


def _places_of_mistakes(files: CatalogFiles) -> list[str]:
    try:
        read_catalog(files)
    except CatalogNotValid as error:
        assert error.findings  # noqa: PT017 - an empty refusal would be a crash in disguise
        return [finding.where for finding in error.findings]
    return []


def test_kinds_in_the_files_are_the_kinds_of_the_model(desk: ConfigurationModel) -> None:
    assert {feature.kind for feature in desk.features} == set(FeatureKind)


def test_a_feature_is_found_by_its_code(desk: ConfigurationModel) -> None:
    """Also in a model made from another one; a code there is not is a mistake of the caller."""
    fewer = replace(desk, features=desk.features[1:])

    assert [desk.feature(feature.code) for feature in desk.features] == list(desk.features)
    assert (desk.has_feature("top"), desk.has_feature("leg")) == (True, False)
    assert (fewer.has_feature("top"), fewer.feature("frame").code) == (False, "frame")
    with pytest.raises(KeyError):
        desk.feature("leg")
