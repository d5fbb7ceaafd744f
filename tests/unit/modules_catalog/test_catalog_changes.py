"""Differences between two catalogs: each edit of the desk gives exactly what an author would say of it."""

import shutil
from pathlib import Path

import pytest

from modules_catalog.comparing.catalogs import catalog_changes
from modules_catalog.comparing.model import CatalogChange, Kind, Subject
from modules_catalog.loading.catalog import LoadedCatalog, read_catalog
from modules_catalog.loading.files import read_files
from web.views.catalog_changes import change_groups, change_texts

CATALOGS = Path(__file__).parents[2] / "data" / "catalogs"


def loaded(folder: Path) -> LoadedCatalog:
    return read_catalog(read_files(folder))


@pytest.fixture(scope="module")
def before() -> LoadedCatalog:
    return loaded(CATALOGS / "desk")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    shutil.copytree(CATALOGS, tmp_path / "catalogs")
    return tmp_path / "catalogs" / "desk"


def edited(folder: Path, *edits: tuple[str, str, str]) -> LoadedCatalog:
    for file, old, new in edits:
        path = folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
    return loaded(folder)


EDITS = [
    ("top.csv", ",30000,", ",31050,",
     [("option", "changed", "top.oak", "price_minor", "30000", "31050", 0)],
     ["Oak (Top) now costs €10.50 more: €310.50."]),
    ("top.csv", ",30000,", ",29000,",
     [("option", "changed", "top.oak", "price_minor", "30000", "29000", 0)],
     ["Oak (Top) now costs €10.00 less: €290.00."]),
    ("top.csv", "15000,10,A2", "15000,12,A2",
     [("option", "changed", "top.beech", "lead_time_days", "10", "12", 0)],
     ["Beech, steamed (Top): lead time in days is now 12; it was 10."]),
    ("drawer.csv", "deep,Deep drawer,7,130,2,4900,2600\n", "",
     [("option", "removed", "drawer.deep", "", "", "", 0)],
     ["Deep drawer is gone from “Drawers”."]),
    ("drawer.csv", "4900,2600\n", "4900,2600\ntall,Tall drawer,9,130,2,5900,2600\n",
     [("option", "added", "drawer.tall", "price_minor", "", "5900", 0)],
     ["Tall drawer is new among “Drawers”, at €59.00."]),
    ("line.yaml", "default: oak,", "default: stone,",
     [("feature", "changed", "top", "default", "oak", "stone", 0)],
     ["“Top”: what it opens with is now Stone; it was Oak."]),
    ("line.yaml", "maximum: 180,", "maximum: 200,",
     [("feature", "changed", "width_cm", "maximum", "180", "200", 0)],
     ["“Width”: most is now 200; it was 180."]),
    ("line.yaml", "when_missing: ask", "when_missing: block",
     [("rule", "changed", "deep_top", "when_missing", "ask", "block", 0)],
     ["The rule deep_top (“A drawer … mm high needs more room.”), when a value is missing: "
      "now rules out, before staff are asked."]),
    ("line.yaml", "then: width_cm <= 140", "then: width_cm <= 120",
     [("rule", "changed", "wide_ash", "condition", 'frame == "ash" implies width_cm <= 140',
       'frame == "ash" implies width_cm <= 120', 0)],
     ['The rule wide_ash (“An ash frame carries 140 cm.”), condition: now frame == "ash" implies width_cm <= 120, '
      'before frame == "ash" implies width_cm <= 140.']),
    ("line.yaml", "excludes: [top == stone, chosen(drawer)]", "excludes: [top == beech, chosen(drawer)]",
     [("rule", "changed", "stone_drawers", "condition", 'not (top == "stone" and chosen(drawer))',
       'not (top == "beech" and chosen(drawer))', 0),
      ("rule", "rules_out_more", "stone_drawers", "", "", "drawer.flat + top.beech, drawer.deep + top.beech", 2),
      ("rule", "rules_out_less", "stone_drawers", "", "", "drawer.flat + top.stone, drawer.deep + top.stone", 2)],
     ['The rule stone_drawers (“Stone takes no drawers.”), condition: now not (top == "beech" and chosen(drawer)), '
      'before not (top == "stone" and chosen(drawer)).',
      "The rule stone_drawers (“Stone takes no drawers.”) now also rules out 2 combinations, such as Flat drawer + Beech, steamed; "
      "Deep drawer + Beech, steamed.",
      "The rule stone_drawers (“Stone takes no drawers.”) no longer rules out 2 combinations, such as Flat drawer + Stone; "
      "Deep drawer + Stone."]),
    ("drawer.csv", "7,130,2", "7,118,2",  # the rule is as it was; what it reads is not
     [("option", "changed", "drawer.deep", "height_mm", "130", "118", 0),
      ("rule", "rules_out_less", "deep_top", "", "", "drawer.deep + top.oak", 1)],
     ["Deep drawer (Drawers): Height is now 118 mm; it was 130 mm.",
      "The rule deep_top (“A drawer … mm high needs more room.”) no longer rules out Deep drawer + Oak."]),
    ("fixings.csv", "ash,slate,fits\n", "ash,slate,breaks\n",
     [("rule", "rules_out_more", "fixing", "", "", "frame.ash + top.stone", 1),
      ("rule", "changed", "fixing", "refused", "", "ash, slate", 0),
      ("table_row", "removed", "fixings.csv", "fixing", "ash, slate", "", 0)],
     None),
    ("line.yaml", "when: top == stone and width_cm >= 160, add: 3000", "when: top == stone, add: 3500",
     [("surcharge", "changed", "heavy", "add", "3000", "3500", 0),
      ("surcharge", "changed", "heavy", "when", 'top == "stone" and width_cm >= 160', 'top == "stone"', 0)],
     None),
    ("line.yaml", '  - {part: screw, quantity: "8 + 4 * count(drawer)"}\n', '  - {part: screw, quantity: 9}\n',
     [("bom", "changed", "screw", "quantity", "8 + 4 * count(drawer)", "9", 0)],
     ["The bill of materials, Screw M6: quantity is now 9; it was 8 + 4 * count(drawer)."]),
    ("line.yaml", "work_centre: bench, setup_s: 30", "work_centre: hall, setup_s: 45",
     [("operation", "changed", "assemble", "work_centre", "bench", "hall", 0),
      ("operation", "changed", "assemble", "setup_s", "30", "45", 0)],
     ["The work step “Assemble”: work centre is now hall; it was bench.",
      "The work step “Assemble”: set-up in seconds is now 45; it was 30."]),
    ("texts/en.yaml", "feature.engraving: Words", "feature.engraving: Letters",
     [("text", "changed", "feature.engraving", "en", "Words", "Letters", 0)],
     ["Text in English, the question “Words”: it is now “Letters”; it was “Words”."]),
    ("scenarios.yaml", "total_minor: 43000", "total_minor: 43100",
     [("scenario", "changed", "the desk everybody buys", "total_minor", "43000", "43100", 0)],
     ["The scenario “the desk everybody buys”: price is now €431.00; it was €430.00."]),
    ("line.yaml", "label: plain", "label: fancy",
     [("setting", "changed", "label", "", "plain", "fancy", 0)],
     ["The setting label is now fancy; it was plain."]),
    ("scenarios.yaml", "drawer: {flat: 1}", "drawer: {deep: 2}", None,
     ["The scenario “the desk everybody buys”: Drawers is now 2 × Deep drawer; it was 1 × Flat drawer."]),
    ("pictures/pictures.yaml", 'stone: {colour: "#4a4e52"}', 'stone: {colour: "#4a4e5f"}',
     [("look", "changed", "top.stone", "colour", "#4a4e52", "#4a4e5f", 0)],
     ["The look “stone” of “Top”: colour is now #4a4e5f; it was #4a4e52."]),
    ("line.yaml", "kind: decimal, minimum: 1.8", "kind: decimal, minimum: 1.4", None,
     ["“Thickness”: least is now 1.4; it was 1.8."]),
    ("pictures/pictures.yaml", "stone:", "stone: ",
     [("picture", "changed", "desk/pictures/pictures.yaml", "", "", "", 0)],
     ["The picture file desk/pictures/pictures.yaml has changed."]),
]  # fmt: skip


def told(change: CatalogChange) -> tuple[str, str, str, str, str, str, int]:
    return (
        change.subject.value, change.kind.value, change.code, change.what, change.before, change.after, change.count,
    )  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected", "words"), EDITS, ids=[f"{e[0]}-{e[1][:24]}" for e in EDITS])
def test_an_edit_is_told_as_what_it_is(
    before: LoadedCatalog,
    desk: Path,
    file: str,
    old: str,
    new: str,
    expected: list[tuple[str, str, str, str, str, str, int]] | None,
    words: list[str] | None,
) -> None:
    after = edited(desk, (file, old, new))

    changes = catalog_changes(before, after)

    if expected is not None:
        assert sorted(map(told, changes)) == sorted(expected)
    if words is not None:
        assert list(change_texts(changes, before.model, after.model, "en")) == words


def test_a_catalog_does_not_differ_from_itself(before: LoadedCatalog) -> None:
    assert catalog_changes(before, before) == ()


def test_what_came_one_way_goes_the_other(before: LoadedCatalog, desk: Path) -> None:
    """Backwards, added and removed change places, before and after too, and nothing else happens."""
    after = edited(
        desk,
        ("drawer.csv", "4900,2600\n", "4900,2600\ntall,Tall drawer,9,130,2,5900,2600\n"),
        ("line.yaml", "  - {id: wide_ash, requires: {if: frame == ash, then: width_cm <= 140}}\n", ""),
        ("scenarios.yaml", "because: [wide_ash]", "because: []"),
        ("top.csv", "24,120", "24,100"),
    )

    there, back = catalog_changes(before, after), catalog_changes(after, before)

    turned = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED, Kind.CHANGED: Kind.CHANGED,
              Kind.RULES_OUT_MORE: Kind.RULES_OUT_LESS, Kind.RULES_OUT_LESS: Kind.RULES_OUT_MORE}  # fmt: skip
    assert {(c.subject, turned[c.kind], c.code) for c in there} == {(c.subject, c.kind, c.code) for c in back}
    assert {(Subject.RULE, Kind.REMOVED, "wide_ash"), (Subject.OPTION, Kind.ADDED, "drawer.tall")} <= {
        (c.subject, c.kind, c.code) for c in there
    }


def test_texts_of_what_came_or_went_are_no_news_of_their_own(before: LoadedCatalog, desk: Path) -> None:
    after = edited(
        desk,
        ("line.yaml", "stand: {watts: }", "stand: {watts: }, arm: {watts: 4}"),
        ("texts/en.yaml", "stand: Stand lamp", "stand: Stand lamp, arm: Arm lamp"),
    )

    assert [told(change)[:3] for change in catalog_changes(before, after)] == [("option", "added", "lamp.arm")]


@pytest.mark.parametrize(
    ("locale", "heading", "text"),
    [
        ("zh_Hant", "選項與價格", "橡木（Top）現在貴 €10.00：€310.00。"),
        ("zh_Hans", "选项与价格", "Oak（Top）现在贵 €10.00：€310.00。"),
    ],
)
def test_the_words_are_the_readers(before: LoadedCatalog, desk: Path, locale: str, heading: str, text: str) -> None:
    after = edited(desk, ("top.csv", ",30000,", ",31000,"))

    (group,) = change_groups(catalog_changes(before, after), before.model, after.model, locale)

    assert (group.heading, group.texts) == (heading, (text,))
