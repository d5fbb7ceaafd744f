"""Planted faults: each is found, named by its code, at its place; a catalog without faults gives no finding."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from configurator import subproblems
from configurator.configurator import Configurator
from configurator.engine import Answers, Engine, Picks
from configurator.model import NO_LIMITS, Limits
from modules_catalog.checking.catalog import static_findings
from modules_catalog.checking.libraries import published_alone
from modules_catalog.findings import Finding, has_errors
from modules_catalog.loading.catalog import LoadedCatalog, read_catalog
from modules_catalog.loading.files import read_files
from modules_catalog.loading.problems import CatalogNotValid
from orders.publishing.agreement import agreement_findings
from orders.publishing.dead_ends import dead_end_findings
from orders.publishing.gate import Stage, gate_findings
from orders.publishing.plant import plant_findings
from orders.publishing.rules import rule_findings
from orders.publishing.violating import implied_by
from production.plants.loading import load_plant

CATALOGS = Path(__file__).parents[3] / "data" / "catalogs"

Found = list[tuple[str, str, str, tuple[str, ...]]]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    shutil.copytree(CATALOGS, tmp_path / "catalogs")
    return tmp_path / "catalogs" / "desk"


def loaded(folder: Path) -> LoadedCatalog:
    return read_catalog(read_files(folder))


def plant_fault(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text() if path.exists() else ""
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else text + new)


def told(findings: tuple[Finding, ...]) -> Found:
    return [(found.code, found.severity.value, found.where, found.involves) for found in findings]


def test_a_catalog_without_faults_gives_no_finding() -> None:
    assert gate_findings(loaded(CATALOGS / "desk")) == ()


def test_a_check_says_what_it_is_at(desk: Path) -> None:
    """Each stage once and in its order, the rules counted; what cannot be solved ends after its stage."""
    told: list[tuple[Stage, int, int]] = []
    gate_findings(loaded(desk), on_progress=lambda *each: told.append(each))

    assert list(dict.fromkeys(stage for stage, _, _ in told)) == [stage for stage in Stage if stage is not Stage.IMPACT]
    assert [(done, total) for stage, done, total in told if stage is Stage.RULES][-1] == (6, 7)
    told.clear()
    plant_fault(desk, "line.yaml", RULES_END, "  - {id: no, that: width_cm > 180}\n" + RULES_END)
    gate_findings(loaded(desk), on_progress=lambda *each: told.append(each))
    assert told[-1][0] is Stage.CHOICES


# --- seen without solving -------------------------------------------------------------------------

STATIC = [
    ("top.csv", ",30000,", ",,", [("missing_price", "error", "desk/top.csv:2", ("top.oak",))]),
    ("top.csv", "price_minor", "was_minor", [("missing_price", "error", "desk/top.csv:1", ("top",))]),
    ("drawer.csv", "cost_minor", "was_minor", [("missing_cost", "warning", "desk/line.yaml:19", ("drawer",))]),
    ("drawer.csv", ",80,1,", ",80,,",
     [("amount_not_known", "error", "desk/line.yaml:40", ("drawer", "drawer.flat"))]),
    ("line.yaml", "[frame, drawer, lamp]", "[frame, drawer]",
     [("feature_on_no_step", "warning", "desk/line.yaml:20", ("lamp",))]),
    ("line.yaml", "default: {flat: 1}", "default: {deep: 1}",
     [("defaults_break_rule", "warning", "desk/line.yaml:25", ("deep_top", "drawer", "top"))]),
    ("line.yaml", "if: frame == ash", "if: frame == ahs",
     [("text_matches_nothing", "warning", "desk/line.yaml:26", ("wide_ash", "frame"))]),
    ("line.yaml", "recipe: top.material", "recipe: 'if(top.material == plywod, a, b)'",
     [("text_matches_nothing", "warning", "desk/line.yaml:44", ("engrave", "top"))]),
    ("line.yaml", "recipe: top.material", "recipe: 'if(top.material == glass, a, b)'",
     [("text_matches_nothing", "note", "desk/line.yaml:44", ("engrave", "top"))]),
    ("line.yaml", "  - {feature: top, unit", "  - {feature: lamp, unit",
     [("not_in_bom", "warning", "desk/line.yaml:11", ("top",))]),
    ("parts.csv", "", "bolt,Bolt,pcs,3,,\n", [("unused_part", "warning", "desk/parts.csv:3", ("bolt",))]),
    ("legs.csv", "", "id,name\n", [("unused_table", "warning", "desk/legs.csv:1", ("desk/legs.csv",))]),
    ("fixings.csv", "", "ash,wood,breaks\n",
     [("contradictory_rows", "error", "desk/fixings.csv:8", ("fixing", "desk/fixings.csv"))]),
    ("fixings.csv", "", "ash,wood,fits\n",
     [("overlapping_rows", "warning", "desk/fixings.csv:8", ("fixing", "desk/fixings.csv"))]),
    ("texts/en.yaml", "wide_ash: An ash frame carries 140 cm., ", "",
     [("missing_reason", "error", "desk/texts/en.yaml:17", ("wide_ash",))]),
    ("texts/en.yaml", "feature.engraved: Engraving\n", "",
     [("missing_translation", "warning", "desk/texts/en.yaml:16", ("engraved",))]),
    ("texts/en.yaml", "clamp: Clamp lamp, ", "",
     [("missing_translation", "warning", "desk/line.yaml:20", ("lamp.clamp",))]),
    ("texts/en.yaml", "{frame.load_kg}", "{frame.lode_kg}",
     [("place_not_known", "error", "desk/texts/en.yaml:8", ("weight",))]),
    ("texts/en.yaml", "carries {frame.load_kg} kg.", "carries {frame.lode_kg} kg, {frame.lode_kg} kg.",  # told once
     [("place_not_known", "error", "desk/texts/en.yaml:8", ("weight",))]),
    ("texts/en.yaml", "", "feature.legs: Legs\n",
     [("unused_text", "warning", "desk/texts/en.yaml:18", ("feature.legs",))]),
    ("texts/en.yaml", "", "featur.lamp.help: It clamps.\n",
     [("unused_text", "warning", "desk/texts/en.yaml:18", ("featur.lamp.help",))]),
    ("texts/en.yaml", "", "part.scrwe: Screw\n",
     [("unused_text", "warning", "desk/texts/en.yaml:18", ("part.scrwe",))]),
    ("texts/en.yaml", "", "column.top.materiel: Material\ncolumn.top.weight_kg: Weight\n",
     [("unused_text", "warning", "desk/texts/en.yaml:18", ("column.top.materiel",))]),
    ("texts/en.yaml", "", "column.top.material: Material\nvalue.top.material.wodo: Wood\nvalue.top.material.wood: Wood\n",
     [("unused_text", "warning", "desk/texts/en.yaml:19", ("value.top.material.wodo",))]),
    ("pictures/pictures.yaml", "oak: {", "fir: {",
     [("picture_not_valid", "error", "desk/pictures/pictures.yaml:5", ())]),
    ("line.yaml", "label: plain}", "label: plain, made: false}",
     [("not_made", "error", "desk/line.yaml:43", ())]),
    ("pictures/pictures.yaml", "stone:", "slab:",
     [("missing_picture", "warning", "desk/pictures/pictures.yaml:5", ("top.stone",))]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"), STATIC, ids=[f"{s[0]}-{s[3][0][0]}-{s[2]}" for s in STATIC]
)
def test_a_fault_seen_without_solving(desk: Path, file: str, old: str, new: str, expected: Found) -> None:
    plant_fault(desk, file, old, new)

    assert told(static_findings(loaded(desk))) == expected


UNREADABLE = [
    ("kind: boolean", "kind: bolean", ("not_valid", "error", "desk/line.yaml:21", ())),
    ("width_cm <= 140", "width_cm <== 140", ("expression", "error", "desk/line.yaml:26", ())),
    ("default: oak", "default: oack", ("option_unknown", "error", "desk/line.yaml:11", ("top",))),
    ("table: fixings.csv", "table: fixing.csv", ("table_not_found", "error", "desk/line.yaml:30", ())),
    ("uses: [parcels]", "uses: [parcel]", ("library_not_found", "error", "desk/line.yaml:3", ())),
]


@pytest.mark.parametrize(("old", "new", "expected"), UNREADABLE, ids=[each[2][0] for each in UNREADABLE])
def test_what_cannot_be_read_is_told_with_its_place(
    desk: Path, old: str, new: str, expected: tuple[str, str, str, tuple[str, ...]]
) -> None:
    plant_fault(desk, "line.yaml", old, new)

    with pytest.raises(CatalogNotValid) as error:
        loaded(desk)

    assert told(error.value.findings) == [expected]


def test_a_line_without_pictures_is_told(desk: Path) -> None:
    shutil.rmtree(desk / "pictures")

    assert told(static_findings(loaded(desk))) == [("missing_picture", "warning", "desk/line.yaml:1", ())]


def test_a_default_other_tables_lack_is_told(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    text = (desk / "top.csv").read_text().splitlines()
    (tmp_path / "tables" / "top.csv").write_text("\n".join(line for line in text if not line.startswith("oak,")) + "\n")

    findings = gate_findings(read_catalog(read_files(desk, tables=tmp_path / "tables")))

    assert ("default_not_in_table", "note") in {(found.code, found.severity.value) for found in findings}


def test_a_rule_over_too_many_values_is_told(desk: Path) -> None:
    """A product over hundreds of thousands of combinations cannot be made ready for solving."""
    plant_fault(desk, "line.yaml", "maximum: 180, step: 20", "maximum: 99999, step: 1")
    plant_fault(
        desk,
        "line.yaml",
        RULES_END,
        "  - {id: product, that: width_cm * thickness_cm * engraving.length <= 100000}\n" + RULES_END,
    )
    plant_fault(desk, "texts/en.yaml", "", "rule.product: Too much.\n")
    (desk / "scenarios.yaml").unlink()

    findings = gate_findings(loaded(desk))

    assert ("rule_not_solvable", "error", "desk/line.yaml:34", ("product",)) in told(findings)


def test_every_finding_there_is_has_been_planted() -> None:
    """The codes of the documented findings, each in quotes somewhere in these tests."""
    table = (Path(__file__).parents[4] / "docs" / "catalog-findings.md").read_text()
    codes = {
        code
        for line in table.splitlines()
        if line.startswith("| `")
        for code in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    source = Path(__file__).read_text()

    assert len(codes) > 30
    assert {code for code in codes if f'"{code}"' not in source} == set()


def test_a_library_by_itself_is_told_with_the_lines_that_use_it(desk: Path) -> None:
    """Without a name nobody means it to be sold; a line that is used by others has one."""
    parcels = desk.parent / "parcels"

    assert list(published_alone(loaded(parcels), ["desk"])) == []
    plant_fault(parcels, "texts/en.yaml", "line: Parcels\n", "")
    assert list(published_alone(loaded(parcels), ["parcels"])) == []
    assert told(tuple(published_alone(loaded(parcels), ["mug", "desk"]))) == [
        ("library_alone", "error", "parcels/line.yaml:1", ("parcels", "desk", "mug"))
    ]


def test_a_line_that_cannot_be_built_is_an_error(desk: Path) -> None:
    for folder in (desk, desk.parent / "parcels"):
        text = (folder / "line.yaml").read_text()
        (folder / "line.yaml").write_text(text[: text.index("bom:")])

    codes = {finding.code for finding in static_findings(loaded(desk)) if has_errors([finding])}
    assert codes == {"missing_operation", "missing_bom"}


# --- found by solving -----------------------------------------------------------------------------

RULES_END = "surcharges:\n"
SOLVED = [
    ("contradicting_rules",
     "  - {id: wide, that: width_cm >= 160}\n  - {id: narrow, that: width_cm <= 120}\n",
     [("defaults_break_rule", "warning", "desk/line.yaml:34", ("wide", "width_cm")),
      ("defaults_break_rule", "warning", "desk/line.yaml:35", ("narrow", "width_cm")),
      ("contradiction", "error", "desk/line.yaml:34", ("narrow", "wide"))]),
    ("a_dead_option",
     "  - {id: no_ash, that: frame != ash}\n",
     [("option_never_possible", "error", "desk/line.yaml:18", ("frame.ash", "no_ash")),
      ("only_one_answer", "warning", "desk/line.yaml:15", ("frame", "frame.steel"))]),
    ("an_answer_every_product_has",
     "  - {id: mark_all, that: engraved}\n",
     [("defaults_break_rule", "warning", "desk/line.yaml:34", ("engraved", "mark_all")),
      ("only_one_answer", "warning", "desk/line.yaml:21", ("engraved", "engraved.yes"))]),
    ("a_question_whose_yes_is_dead",
     "  - {id: mark_none, that: engraved == no}\n",
     [("option_never_possible", "error", "desk/line.yaml:21", ("engraved.yes", "mark_none")),
      ("only_one_answer", "warning", "desk/line.yaml:21", ("engraved", "engraved.no"))]),
    ("a_rule_another_one_implies",
     "  - {id: ash_160, requires: {if: frame == ash, then: width_cm <= 160}}\n",
     [("redundant_rule", "warning", "desk/line.yaml:34", ("ash_160", "wide_ash"))]),
    ("a_sum_nothing_reaches",
     "  - {id: few, that: sum(drawer.weight_kg) <= 18}\n",
     [("rule_never_matters", "note", "desk/line.yaml:34", ("few",))]),
    ("a_warning_nobody_sees",
     "  - {id: wide_warning, that: width_cm <= 180, severity: warn}\n",
     [("rule_never_matters", "note", "desk/line.yaml:34", ("wide_warning",))]),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "expected"), [s[1:] for s in SOLVED], ids=[s[0] for s in SOLVED])
def test_a_fault_found_by_solving(desk: Path, rules: str, expected: Found) -> None:
    plant_fault(desk, "line.yaml", RULES_END, rules + RULES_END)
    (desk / "scenarios.yaml").unlink()
    for line in rules.splitlines():
        rule = line.split("id: ")[1].split(",")[0]
        plant_fault(desk, "texts/en.yaml", "", f"rule.{rule}: Not this way.\n")

    findings = told(gate_findings(loaded(desk)))

    assert sorted(_unordered(findings)) == sorted(_unordered(expected))


def _unordered(found: Found) -> Found:
    return [(code, severity, where, tuple(sorted(involves))) for code, severity, where, involves in found]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("total_minor: 43000", "total_minor: 43001",
         "`the desk everybody buys`: should cost €430.01; it costs €430.00: correct the prices, or `total_minor`"),
        ("frame: steel,", "frame: ash, lamp: clamp,",
         "`the desk everybody buys`: should cost €430.00; it costs €500.00: correct the prices, or `total_minor`"),
        ("width_cm: 140,", "width_cm: 180, frame: ash,", None),
        ("width_cm: 160}", "width_cm: 120}",
         "`ash bends`: should not be possible, yet no rule forbids it: add the rule, or correct the scenario"),
        ("because: [wide_ash]", "because: [weight]",
         "`ash bends`: should be impossible because of weight; it is because of wide_ash: correct the rules, "
         "or `because`"),
        ("total_minor: 43000", "notes: [one_extra]",
         "`the desk everybody buys`: should give the notes one_extra; it does not: correct the rules, or `notes`"),
    ],
)  # fmt: skip
def test_a_scenario_that_comes_out_otherwise_is_an_error(desk: Path, old: str, new: str, message: str | None) -> None:
    plant_fault(desk, "scenarios.yaml", old, new)
    if message is None:  # The same key twice in a mapping is a mistake of the file itself.
        with pytest.raises(Exception, match="stands here twice"):
            loaded(desk)
        return

    findings = gate_findings(loaded(desk))

    assert [(found.code, found.message) for found in findings] == [("scenario_fails", message)]
    assert has_errors(findings)


def test_an_operation_without_its_work_centre_is_an_error() -> None:
    findings = list(plant_findings(loaded(CATALOGS / "desk").model, load_plant("pc")))

    assert ("saw", "sawing") in {found.involves for found in findings}
    assert {found.code for found in findings} == {"work_centre_not_in_plant"}


def test_other_tables_are_tried_out_with_one_warning_a_table(desk: Path, tmp_path: Path) -> None:
    """No price, no cost and options nobody can choose are no reason to refuse a try."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "top.csv").write_text(
        "id,name,material,weight_kg,clearance_mm,density,finishes\n"
        "t1,One,wood,30,150,0.7,\nt2,Two,wood,20,100,0.7,\nt3,Three,wood,400,100,0.7,\n"
    )

    findings = gate_findings(read_catalog(read_files(desk, tables=tmp_path / "tables")))

    assert [(f.code, f.severity.value, f.where) for f in findings if f.severity.value != "note"] == [
        ("missing_price", "warning", "tables/top.csv:1"),
        ("option_never_possible", "warning", "tables/top.csv:4"),
    ]


def test_what_a_rule_needs_to_be_implied_is_said_exactly(desk: Path) -> None:
    """Neither rule alone implies the third; both together do."""
    plant_fault(
        desk, "line.yaml", RULES_END,
        "  - {id: first, requires: {if: frame == ash, then: top == oak}}\n"
        "  - {id: second, requires: {if: top == oak, then: chosen(lamp)}}\n"
        "  - {id: third, requires: {if: frame == ash, then: chosen(lamp)}}\n" + RULES_END,
    )  # fmt: skip
    configurator = Configurator(loaded(desk).model)

    assert implied_by(configurator.problem, "third") == ("first", "second")
    assert implied_by(configurator.problem, "second") is None


class _Lying:
    """CP-SAT with one price changed."""

    method = "lying"

    def __init__(self, honest: Engine) -> None:
        self._honest = honest

    def answers(self, picks: Picks, limits: Limits = NO_LIMITS) -> Answers:
        told = self._honest.answers(picks, limits)
        changed = told.with_row[0].copy()
        changed[-1] += 1
        return replace(told, with_row=(changed, *told.with_row[1:]))

    def completion(
        self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()
    ) -> Picks | None:
        return self._honest.completion(picks, limits, dropped_rules=dropped_rules)


class _Tired(_Lying):
    """An honest method that gives up."""

    def answers(self, picks: Picks, limits: Limits = NO_LIMITS) -> Answers:
        return replace(self._honest.answers(picks, limits), proven=False)


def test_what_is_not_found_out_is_told_and_refuses_nothing(desk: Path) -> None:
    """A dead option nobody proved dead is a warning; where nothing was proven nothing was compared."""
    plant_fault(desk, "line.yaml", RULES_END, "  - {id: no_ash, that: frame != ash}\n" + RULES_END)
    honest = Configurator(loaded(desk).model)
    tired = Configurator(honest.model, engine=_Tired(honest.judge), compiled=honest.compiled)

    dead = told(tuple(dead_end_findings(tired, stood_in=False)))
    assert dead[:2] == [
        ("not_told", "warning", "desk/line.yaml:11", ()),
        ("option_never_possible", "warning", "desk/line.yaml:18", ("frame.ash", "no_ash")),
    ]
    assert told(tuple(agreement_findings(tired, samples=2))) == 2 * [("not_told", "warning", "desk/line.yaml:11", ())]


def test_a_rule_nobody_can_weigh_in_time_is_a_note(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no effort at all CP-SAT tells nothing; the check goes on and says so."""
    monkeypatch.setattr(subproblems, "_EFFORT", 0.0)

    found = told(tuple(rule_findings(Configurator(loaded(desk).model))))

    assert ("not_told", "note", "desk/line.yaml:25", ("deep_top",)) in found
    assert {code for code, *_ in found} == {"not_told"}


def test_a_solving_method_that_differs_from_cp_sat_is_noticed() -> None:
    honest = Configurator(loaded(CATALOGS / "desk").model)
    lying = Configurator(honest.model, engine=_Lying(honest.judge), compiled=honest.compiled)

    assert list(agreement_findings(honest, samples=3)) == []
    (finding,) = agreement_findings(lying, samples=3)
    assert (finding.code, finding.involves) == ("engines_differ", ("top",))
    assert finding.message == (
        "lying and cp-sat differ on top after nothing: the program is wrong, not the catalog; please report it"
    )
