"""What stands on a build sheet, composed from the shipped catalogs; and the codes on it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modules_catalog
from modules_catalog.loading.catalog import load_catalog
from production.build_sheet.composing import scripts_of, sheet_data
from production.build_sheet.model import SheetData, SheetOrder
from production.build_sheet.scan_codes import ScanCode, ScanNotUnderstood, read_scan
from production.build_sheet.sheet_texts import LOCALES, SheetLanguageUnknown, sheet_texts
from production.exploding import explode
from production.model import FinishedMeasure, FitParts, FitPiece, FitTrim
from production.plants.loading import load_plant

CATALOGS = Path(modules_catalog.__file__).parent / "catalogs"
FIT = FitParts(
    (FitPiece("back-F-S-01", "back", 1, "A02-01"), FitPiece("front-F-S-01", "front", 1, "A01-01")),
    (FitTrim("hem", 23, 60),),
    (FinishedMeasure("waist", 842, 13),),
)


def composed(line: str, locale: str = "en", **more: Any) -> SheetData:
    model = load_catalog(CATALOGS / line)
    hidden = {feature.code for feature in model.features if feature.shown_when is not None}
    answers: dict[str, Any] = {
        feature.code: feature.default
        for feature in model.features
        if feature.default is not None and feature.code not in hidden
    }
    answers |= more
    fit = FIT if line == "jeans" else None
    order = SheetOrder("XX-2026-000007", "C", date(2026, 12, 2), date(2026, 11, 22), "A-17", 2, 3)
    return sheet_data(
        model,
        explode(model, answers, fit),
        answers,
        order,
        load_plant(line),
        fit=fit,
        texts=sheet_texts(locale),
        locale=locale,
    )


JEANS = {
    "sizing": "measured",
    "monogram_text": "李雷 & Ana",
    "monogram_position": "back_pocket",
    "monogram_thread": "copper",
    "account": "company",
    "po_number": "4711",
}


def test_a_text_stands_with_its_place_its_thread_and_its_code_points() -> None:
    (text,) = composed("jeans", **JEANS).texts

    assert (text.text, text.scripts, text.letter_mm) == ("李雷 & Ana", ("Han", "Latin"), 14)
    assert text.placing == ("Right back pocket", "Copper")
    assert text.code_points == (
        "U+674E",
        "U+96F7",
        "U+0020",
        "U+0026",
        "U+0020",
        "U+0041",
        "U+006E",
        "U+0061",
    )


def test_invoicing_has_its_own_place_and_order_numbers_are_no_customer_text() -> None:
    data = composed("jeans", **JEANS)

    assert ("po_number", "4711") in [(one.feature, one.value) for one in data.invoicing]
    assert {one.feature for one in data.packing} >= {"packaging", "delivery"}
    assert not {one.feature for one in data.choices} & {"packaging", "invoicing", "monogram_text"}


def test_parts_are_in_bin_order_and_say_what_they_are_for() -> None:
    data = composed("jeans", **JEANS)
    bins = [one.bin for one in data.parts]

    assert bins.index("A01-01") < bins.index("A02-01") < bins.index("B01") < bins.index("P20")
    front = data.parts[bins.index("A01-01")]
    assert (front.kind, front.name, front.quantity) == ("Front panels", "front-F-S-01", 1)
    threads = [(one.kind, one.name) for one in data.parts if one.code == "thread.copper"]
    assert threads == [("Thread", "Copper")]


def test_every_step_has_its_own_code_and_one_is_the_cut_off() -> None:
    data = composed("pc")
    scans = [one.scan for one in data.steps]

    assert len(set(scans)) == len(scans) >= 7
    assert scans[0] == f"L1:XX-2026-000007.2:C:{data.steps[0].number}"
    assert [one.code for one in data.steps if one.is_cut_off] == ["assemble"]


def test_long_texts_get_no_proof() -> None:
    data = composed("pc", wrapping="gift_box", gift_message="A very happy birthday to you")

    assert [(one.feature, one.code_points, one.letter_mm) for one in data.texts] == [("gift_message", (), 0)]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_sheet_speaks_the_floors_language(locale: str) -> None:
    data = composed("jeans", locale, **JEANS)
    expected = {"en": "Sewing", "zh_Hant": "縫製", "zh_Hans": "缝制"}

    assert expected[locale] in {one.work_centre_name for one in data.steps}
    assert data.texts[0].text == "李雷 & Ana"


def test_all_languages_have_the_same_words() -> None:
    assert {tuple(sorted(sheet_texts(locale).words)) for locale in LOCALES} == {tuple(sorted(sheet_texts("en").words))}
    with pytest.raises(SheetLanguageUnknown):
        sheet_texts("xx")


def test_the_specification_gives_back_the_data() -> None:
    data = composed("jeans", **JEANS)

    assert SheetData.from_json(json.loads(data.specification)) == data
    assert len(data.content_hash) == 64


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        ("Ana", ("Latin",)),
        ("Łódź 7", ("Latin",)),
        ("李雷 & Ana", ("Han", "Latin")),
        ("سلام", ("Arabic",)),
        ("12 & 3", ()),
    ],
)
def test_scripts_are_those_of_the_letters(text: str, scripts: tuple[str, ...]) -> None:
    assert scripts_of(text) == scripts


codes = st.builds(
    ScanCode,
    st.from_regex(r"[A-Z0-9][A-Z0-9-]{0,20}", fullmatch=True),
    st.sampled_from("ABCXYZ"),
    st.none() | st.integers(1, 99_999),
    st.integers(1, 999),
)


@given(codes)
def test_what_is_printed_is_what_is_read(code: ScanCode) -> None:
    assert read_scan(str(code)) == code
    assert read_scan(f" {str(code).lower()}\n") == code


@pytest.mark.parametrize(
    "scanned", ["", "L1", "L2:A:A:10", "L1:A:AA:10", "L1:A:A:0", "L1:A:A:x", "https://example.org", "L1:A.0:A:1"]
)
def test_other_codes_are_not_ours(scanned: str) -> None:
    with pytest.raises(ScanNotUnderstood):
        read_scan(scanned)


@pytest.mark.parametrize(
    ("revision", "piece", "pieces"), [("", 1, 1), ("b", 1, 1), ("AB", 1, 1), ("A", 2, 1), ("A", 0, 1)]
)
def test_an_order_that_makes_no_sense_has_no_sheet(revision: str, piece: int, pieces: int) -> None:
    with pytest.raises(ValueError):
        SheetOrder("XX-1", revision, date(2026, 12, 2), date(2026, 11, 22), "", piece, pieces)
