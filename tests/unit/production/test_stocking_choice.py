from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from modules_catalog.sizing.components_file import components_text, parse_components
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import Component, ComponentKind, ComponentTable, Measures, Sex
from production.stocking import pieces, replacing
from production.stocking.checking import best_subset, check_choice, pairs_serving, pool_around
from production.stocking.choosing import choose_draft, choose_stock, components_of
from production.stocking.coverage import pair_counts
from production.stocking.greedy import empty_draft, greedy_cover
from production.stocking.model import Draft, StockSettings, Wearer
from production.stocking.pieces import dice
from production.stocking.population import population_of
from production.stocking.replacing import remove_and_replace
from production.stocking.scaling import scaled_draft

SMALL = StockSettings(
    components=20, yoke_heights_mm=(40,), length_classes=(1, 1), copies=1, smoothing_percent=50, rounds=2_000
)


@pytest.fixture
def wearers() -> list[Wearer]:
    rng = np.random.default_rng(3)
    return [
        Wearer(sex, Measures(*(int(v) for v in rng.normal((900, 1060, 650, inseam, 550), (60, 50, 30, 25, 30)))))
        for sex, inseam in ((Sex.FEMALE, 745), (Sex.MALE, 805))
        for _ in range(50)
    ]


def test_replacing_never_covers_fewer(wearers: list[Wearer]) -> None:
    """F-24: the answer is the best draft met, counted afresh; the draft given is left as it was."""
    population = population_of(wearers)
    draft = empty_draft(population, SMALL)
    counts = greedy_cover(draft, population, dice(1))
    before = draft.copy()
    told: list[tuple[float, float]] = []

    better = remove_and_replace(
        draft, population, counts, dice(2), rounds=3_000, copies=0, progress=lambda *state: told.append(state)
    )
    covered = int((pair_counts(better, population) > 0).sum())

    assert covered > int((counts > 0).sum())
    assert draft.fronts.tolist() == before.fronts.tolist()
    assert draft.class_inseam.tolist() == before.class_inseam.tolist()
    assert [round(done * 3) for done, _ in told] == [1, 2, 3]
    assert told[-1][1] == covered / 100


def test_the_same_people_and_settings_give_the_same_table(wearers: list[Wearer]) -> None:
    one, again = choose_stock(wearers, SMALL), choose_stock(wearers, SMALL)

    assert components_text(one.table.components) == components_text(again.table.components)
    assert one.uses == again.uses
    assert one.covered_permille == again.covered_permille


def test_a_chosen_table_is_one_the_loader_accepts(wearers: list[Wearer]) -> None:
    choice = choose_stock(wearers, SMALL)
    text = components_text(choice.table.components)

    assert parse_components(text, name="c.csv").components == choice.table.components
    assert len(choice.table.components) == 20
    assert [c.id for c in choice.table.of_kind(ComponentKind.YOKE)] == [
        "yoke-040-00-00",
        "yoke-040-00-25",
        "yoke-040-25-00",
        "yoke-040-25-25",
    ]
    assert len({c.bin for c in choice.table.components}) == 20


def test_ids_of_another_block_are_its_own(wearers: list[Wearer]) -> None:
    """Two tables of one line stand in one catalog and one stock list."""
    choice = choose_stock(wearers, SMALL, block=FitBlock.SLIM, cloth=ClothFamily.STRETCH)

    assert (choice.table.block, choice.table.cloth) == (FitBlock.SLIM, ClothFamily.STRETCH)
    assert choice.table.components[-1].id == "slim-stretch-yoke-040-25-25"
    assert all(c.id.startswith("slim-stretch-") for c in choice.table.components)


def test_every_pair_made_uses_one_of_each_kind(wearers: list[Wearer]) -> None:
    """Expected use per thousand pairs adds up to a thousand a kind, less what rounding down loses."""
    choice = choose_stock(wearers, SMALL)
    for kind in ComponentKind:
        uses = [u.per_thousand for u in choice.uses if u.component.kind is kind]
        assert 1000 - len(uses) <= sum(uses) <= 1000


def test_more_pieces_serve_more_people(wearers: list[Wearer]) -> None:
    few = choose_draft(wearers, SMALL)[1]
    many = choose_draft(wearers, StockSettings(40, (40,), (1, 1), 1, 50, 2_000))[1]

    assert many > few


def test_compiled_and_plain_loops_draw_alike() -> None:
    """F-22: the generator and the changes are the same with and without numba."""
    plain_draw = getattr(pieces.draw, "py_func", pieces.draw)
    one, other = dice(4), dice(4)

    assert [int(pieces.draw(one, 97)) for _ in range(50)] == [int(plain_draw(other, 97)) for _ in range(50)]


def test_a_loss_is_tolerated_within_patience_only() -> None:
    tolerable = getattr(replacing.is_tolerable, "py_func", replacing.is_tolerable)
    state = dice(1)

    assert all(tolerable(state, gain, 0) for gain in (0, 3))
    assert not any(tolerable(state, -1, 0) for _ in range(50))
    assert any(tolerable(state, -3, 20) for _ in range(50))
    assert not any(tolerable(state, -21, 20) for _ in range(50))


def test_cp_sat_finds_the_best_subset_of_a_small_pool(wearers: list[Wearer]) -> None:
    """F-25: beside every subset of the pool tried in turn."""
    people = population_of(wearers[:30])
    draft = empty_draft(people, StockSettings(components=10, yoke_heights_mm=(40,), length_classes=(1, 1)))
    greedy_cover(draft, people, dice(1))
    pool = pool_around(draft, people, spare=4, state=dice(5))
    serving = pairs_serving(pool.draft, people)
    fronts, backs = len(pool.draft.fronts), len(pool.draft.backs)
    places = [(0, f) for f in range(fronts)] + [(1, b) for b in range(backs)]
    best = max(
        len({int(row) for (f, b), rows in serving.items() if {(0, f), (1, b)} <= set(kept) for row in rows})
        for kept in combinations(places, 6)
    )

    subset, check = best_subset(pool, serving, work_limit=20)

    assert (fronts + backs, check.pool, check.proven) == (10, 10, True)
    assert check.best == check.bound == best >= check.chosen
    assert int((pair_counts(subset, people) > 0).sum()) == best
    assert len(subset.fronts) + len(subset.backs) <= 6


def test_a_choice_is_checked_when_asked(wearers: list[Wearer]) -> None:
    """F-25: the check speaks of the measured people and leaves the choice as it is."""
    asked = choose_stock(wearers, replace(SMALL, spare=8, check_limit=5))
    unasked = choose_stock(wearers, SMALL)

    assert unasked.check is None
    assert asked.check is not None
    assert asked.table.components == unasked.table.components
    assert asked.check.pool == 16 + 8
    assert asked.check.chosen <= asked.check.best <= asked.check.bound <= len(wearers)


def test_the_check_keeps_the_choice_when_there_is_no_time(wearers: list[Wearer]) -> None:
    people = population_of(wearers)
    draft = empty_draft(people, SMALL)
    counts = greedy_cover(draft, people, dice(1))

    kept, check = check_choice(draft, people, spare=6, state=dice(2), work_limit=0.0)

    assert check.best >= check.chosen == int((counts > 0).sum())
    assert int((pair_counts(kept, people) > 0).sum()) >= check.chosen


def test_nobody_of_one_sex_leaves_its_classes_out(wearers: list[Wearer]) -> None:
    men = population_of([w for w in wearers if w.sex is Sex.MALE])
    draft: Draft = empty_draft(men, SMALL)

    assert draft.class_sex.tolist() == [1]


def test_a_table_becomes_the_draft_it_came_from(wearers: list[Wearer]) -> None:
    """F-26: scaled to its own block and cloth nothing changes, so a choice can go on where another ended."""
    draft, permille = choose_draft(wearers, SMALL)
    table = ComponentTable(FitBlock.STRAIGHT, ClothFamily.RIGID, components_of(draft))
    again = scaled_draft(table, FitBlock.STRAIGHT, ClothFamily.RIGID)

    assert components_of(again) == table.components
    assert choose_draft(wearers, SMALL, start=again)[1] >= permille


def test_only_girths_scale_with_the_ease() -> None:
    """F-26: from 1 / 5 / 6 % to slim 0 / 2 / 2 %, half up."""
    front = Component("f", ComponentKind.FRONT, "M", "L", 505, 630, 350, 900, 300)
    back = Component("b", ComponentKind.BACK, "F", "S", 404, 525, 321, 740, 240)
    yoke = Component("y", ComponentKind.YOKE, "any", "", side_height_mm=35, centre_height_mm=60, waist_take_mm=25)
    table = ComponentTable(FitBlock.STRAIGHT, ClothFamily.RIGID, (front, back, yoke))

    draft = scaled_draft(table, FitBlock.SLIM, ClothFamily.RIGID)

    assert draft.fronts.tolist() == [[500, 612, 337, 300, 1]]
    assert draft.backs.tolist() == [[400, 510, 309, 240, 0]]
    assert (draft.class_sex.tolist(), draft.class_inseam.tolist()) == ([0, 1], [740, 900])
    assert draft.yokes.tolist() == [[25, 60, 35]]


def test_a_scaled_panel_can_still_be_drafted() -> None:
    """F-22: a waist 20 over the hip would be 30 over it, a thigh of 53 % less than that."""
    front = Component("f", ComponentKind.FRONT, "M", "L", 545, 525, 279, 900, 300)
    yoke = Component("y", ComponentKind.YOKE, "any", "", side_height_mm=35, centre_height_mm=60, waist_take_mm=25)
    table = ComponentTable(FitBlock.STRAIGHT, ClothFamily.RIGID, (front, yoke))

    draft = scaled_draft(table, FitBlock.SLIM, ClothFamily.RIGID)

    assert draft.fronts.tolist() == [[530, 510, 271, 300, 0]]
