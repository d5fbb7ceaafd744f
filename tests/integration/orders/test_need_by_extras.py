"""A need-by date where answers add up, where a rush order is sooner, and where a body's panels may be gone.

Compared with all products there are: what is available has one in time, what is ruled out has none.
"""

import random
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from operator import ge
from pathlib import Path

import pytest

from configurator.errors import NoCompletion
from configurator.model import Answer, Goal, Selection, Status
from kernel.database import Database
from kernel.ids import DraftId, id_maker
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.model import ConfigurationModel, FeatureKind
from modules_catalog.releases import service as releases
from orders.drafts import service as drafts
from orders.drafts.configurators import Configurators
from orders.drafts.model import DraftView, Refused
from orders.drafts.service import Reader
from orders.drafts.variants import variant_of
from production.errors import BeyondHorizon, ReservationNotFound
from production.model import Demand, OperationLoad, demand_of
from production.plants.model import KeptShare, StockRow
from production.promise import service as promises
from tests.mugs import FOLDER, POTTERY

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
READER = Reader("clerk", is_staff=True)
Answers = Mapping[str, Answer]

#: Beads are pressed on one by one; a mug made out of turn may use the hours kept for regulars.
FEATURES = """
  beads:
    kind: options
    required: false
    minimum: 1
    maximum: 3
    max_each: 3
    options:
      glass: {price_minor: 100, cost_minor: 10}
      gold: {price_minor: 900, cost_minor: 400}
  turn:
    kind: option
    default: in_turn
    columns: {rush: boolean}
    options:
      in_turn: {price_minor: 0, cost_minor: 0, rush: false}
      rush: {price_minor: 700, cost_minor: 0, rush: true}
"""
TEXTS = """
feature.beads: Beads
option.beads.glass: Glass
option.beads.gold: Gold
feature.turn: When
option.turn.in_turn: In turn
option.turn.rush: Rush
operation.press: Press the beads on
"""


@pytest.fixture(scope="module")
def beaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ConfigurationModel]:
    folder = tmp_path_factory.mktemp("beaded") / "mug"
    shutil.copytree(FOLDER, folder)
    text = (folder / "line.yaml").read_text(encoding="utf-8")
    text = text.replace("engraving]}", "engraving, beads, turn]}").replace("rules:\n", f"{FEATURES}rules:\n")
    text = text.replace("bom:\n", "bom:\n  - {feature: beads}\n")
    text = text.replace(
        "  - {code: fire", "  - {code: press, work_centre: bench, run_s: 1200 * count(beads)}\n  - {code: fire"
    )
    (folder / "line.yaml").write_text(text, encoding="utf-8")
    with (folder / "texts" / "en.yaml").open("a", encoding="utf-8") as texts:
        texts.write(TEXTS)
    return folder, load_catalog(folder)


def every_beaded_mug() -> list[Answers]:
    found: list[Answers] = []
    beads = [(glass, gold) for glass, gold in product(range(4), repeat=2) if glass + gold <= 3]
    for size, glaze, turn, text, (glass, gold) in product(
        ("small", "large"), ("white", "blue", "raw"), ("in_turn", "rush"), (None, "Anna"), beads
    ):
        if (size, glaze) == ("large", "raw"):
            continue
        mug: dict[str, Answer] = {"size": size, "glaze": glaze, "sizing": "standard", "turn": turn}
        if text:
            mug["engraving"] = text
        if glass + gold:
            mug["beads"] = {code: count for code, count in (("glass", glass), ("gold", gold)) if count}
        found.append(mug)
    return found


def open_beadery(database: Database, beaded: tuple[Path, ConfigurationModel], rng: random.Random) -> None:
    """Every place keeps half for regulars, few beads are there, and some of all is taken at random."""
    kept = tuple(replace(one, kept=KeptShare("regulars", 50, 0)) for one in POTTERY.work_centres)
    beads = (StockRow("beads.glass", rng.randint(0, 3), 2), StockRow("beads.gold", rng.randint(0, 2), 3))
    with database.write() as db:
        releases.publish(db, beaded[0], beaded[1], now=NOW)
        promises.seed_plant(db, replace(POTTERY, work_centres=kept, stock=(*POTTERY.stock, *beads)), now=NOW)
        for number in range(rng.randint(0, 8)):
            load = OperationLoad("other", rng.choice(["wheel", "bench", "kiln"]), rng.choice([600, 2400, 4500]))
            try:
                promises.reserve(
                    db, "mug", Demand((load,), (), rng.randint(1, 3)), key=f"o{number}", now=NOW, expires_at=None
                )
            except BeyondHorizon:
                continue


def keeps(mug: Answers, choices: Answers) -> bool:
    """Return whether a mug has what was chosen; of beads as many or more."""
    beads, chosen = mug.get("beads", {}), choices.get("beads", {})
    assert isinstance(beads, Mapping)
    assert isinstance(chosen, Mapping)
    plain = {code: answer for code, answer in choices.items() if code != "beads"}
    return all(mug.get(code) == answer for code, answer in plain.items()) and all(
        beads.get(code, 0) >= count for code, count in chosen.items()
    )


def pressed(view: DraftView, feature: str, option: str) -> Answers:
    """Return the choices with an option: one more where a feature takes several."""
    choices = view.draft.selection.answers
    if view.model.feature(feature).kind is not FeatureKind.OPTIONS:
        return {**choices, feature: option}
    had = choices.get(feature, {})
    assert isinstance(had, Mapping)
    return {**choices, feature: {**had, option: had.get(option, 0) + 1}}


@pytest.mark.parametrize("seed", range(8))
def test_beads_that_add_up_and_rush_orders_are_told_exactly(
    database: Database, beaded: tuple[Path, ConfigurationModel], seed: int
) -> None:
    """N-5: two beads may take too long or be one too many where one is in time, and only for who waits their turn."""
    rng = random.Random(seed)
    open_beadery(database, beaded, rng)
    tools = (database, Configurators())
    draft = begun_mug(*tools, rng)

    told = set()
    for by in sorted(set(ready_days(database, beaded[1], now=NOW).values()) | {NOW.date()}):
        told |= assert_told_exactly(*tools, beaded[1], draft, by, now=NOW)
    assert True in told


@pytest.mark.parametrize("seed", range(4))
def test_what_was_learned_before_is_forgotten_where_the_plant_has_changed(
    database: Database, beaded: tuple[Path, ConfigurationModel], seed: int
) -> None:
    """N-9: the same date is asked for while orders come and go, beads arrive, and on the days after."""
    rng = random.Random(seed)
    open_beadery(database, beaded, rng)
    tools = (database, Configurators())
    draft = begun_mug(*tools, rng)
    days = sorted(set(ready_days(database, beaded[1], now=NOW).values()))
    by, now = days[len(days) // 2], NOW

    for change in ("nothing", "nothing", "back", "beads", "orders", "hour", "back", "day"):
        now += {"hour": timedelta(hours=1), "day": timedelta(days=1)}.get(change, timedelta())
        with database.write() as db:
            if change == "back":
                for number in range(0, 8, 2):
                    with suppress(ReservationNotFound):
                        promises.give_back(db, f"o{number}")
            elif change == "beads":
                promises.receive_later(db, "mug", "beads.glass", day=now.date(), quantity=2)
            elif change == "orders":
                load = OperationLoad("other", "bench", 2400)
                with suppress(BeyondHorizon):
                    promises.reserve(db, "mug", Demand((load,), (), 2), key="o4b", now=now, expires_at=None)
        assert_told_exactly(*tools, beaded[1], draft, by, now=now)


def begun_mug(database: Database, configurators: Configurators, rng: random.Random) -> DraftId:
    """Return a draft with some answers of a random mug."""
    new_id = id_maker(lambda: NOW, random.Random(5))
    draft = drafts.open_draft(database, configurators, "mug", owner="clerk", new_id=new_id, now=NOW, empty=True)
    for feature, answer in rng.choice(every_beaded_mug()).items():
        if feature == "sizing" or rng.random() < 0.5:
            drafts.choose_option(database, configurators, draft, READER, feature, answer, now=NOW)
    return draft


def ready_days(database: Database, model: ConfigurationModel, *, now: datetime) -> dict[int, date]:
    """Return the day each mug would be promised, by its place among all; those never ready are left out."""
    with database.read() as db:
        demands = [demand_of(variant_of(model, mug, None), 1) for mug in every_beaded_mug()]
        days = promises.inquire_each(db, "mug", demands, now=now)
    return {number: day for number, day in enumerate(days) if day is not None}


def assert_told_exactly(
    database: Database,
    configurators: Configurators,
    model: ConfigurationModel,
    draft: DraftId,
    by: date,
    *,
    now: datetime,
) -> set[bool]:
    """What is shown as possible has a mug in time, what is ruled out has none; returns which of both there were."""
    mugs, days = every_beaded_mug(), ready_days(database, model, now=now)
    in_time = [mugs[number] for number, day in days.items() if day <= by]
    view = needed_by(database, configurators, draft, by, now=now)
    assert view.dates_proven
    told = set()
    for feature in ("size", "glaze", "turn", "beads"):
        for option, each in view.state.features[feature].options.items():
            wanted = pressed(view, feature, option)
            beads = wanted.get("beads", {})
            assert isinstance(beads, Mapping)
            if each.status is Status.CHOSEN or sum(beads.values()) > 3:
                continue
            possible = any(keeps(mug, wanted) for mug in in_time)
            assert (each.status is not Status.RULED_OUT) == possible, (feature, option, by, dict(wanted))
            told.add(possible)
    return told


def test_one_more_bead_than_there_is_in_time_is_refused_by_its_name(
    database: Database, beaded: tuple[Path, ConfigurationModel]
) -> None:
    """One gold bead is there: the first is had by Monday, the second comes on Thursday; a way out drops one."""
    with database.write() as db:
        releases.publish(db, beaded[0], beaded[1], now=NOW)
        beads = (StockRow("beads.glass", 9, 2), StockRow("beads.gold", 1, 3))
        promises.seed_plant(db, replace(POTTERY, stock=(*POTTERY.stock, *beads)), now=NOW)
    tools = (database, Configurators())
    new_id = id_maker(lambda: NOW, random.Random(5))
    draft = drafts.open_draft(*tools, "mug", owner="clerk", new_id=new_id, now=NOW)
    needed_by(*tools, draft, date(2026, 3, 2))

    one = drafts.choose_option(*tools, draft, READER, "beads", {"gold": 1}, now=NOW)
    two = drafts.choose_option(*tools, draft, READER, "beads", {"gold": 2}, now=NOW)

    assert not isinstance(one, Refused)
    assert isinstance(two, Refused)
    assert [rule.id for rule in two.conflict.rules] == ["material:beads.gold"]


LIDS = """
  lid:
    kind: option
    default: cork
    options:
      cork: {price_minor: 0, cost_minor: 10}
      steel: {price_minor: 300, cost_minor: 200}
      brass: {price_minor: 500, cost_minor: 300}
"""


def test_options_that_come_too_late_are_refused_where_the_bill_takes_them(database: Database, tmp_path: Path) -> None:
    """N-1: only large mugs get their lid from the supplier; all lids that are late are said by one rule."""
    folder = tmp_path / "mug"
    shutil.copytree(FOLDER, folder)
    text = (folder / "line.yaml").read_text(encoding="utf-8")
    text = text.replace("engraving]}", "engraving, lid]}").replace("rules:\n", f"{LIDS}rules:\n")
    text = text.replace("bom:\n", "bom:\n  - {feature: lid, when: size == large}\n")
    (folder / "line.yaml").write_text(text, encoding="utf-8")
    with (folder / "texts" / "en.yaml").open("a", encoding="utf-8") as texts:
        texts.write("feature.lid: Lid\noption.lid.cork: Cork\noption.lid.steel: Steel\noption.lid.brass: Brass\n")
    model = load_catalog(folder)
    with database.write() as db:
        releases.publish(db, folder, model, now=NOW)
        lids = (StockRow("lid.cork", 5, 3), StockRow("lid.steel", 0, 3), StockRow("lid.brass", 0, 3))
        promises.seed_plant(db, replace(POTTERY, stock=(*POTTERY.stock, *lids)), now=NOW)
    tools = (database, Configurators())
    new_id = id_maker(lambda: NOW, random.Random(5))

    for size, had in (("small", {"cork", "steel", "brass"}), ("large", {"cork"})):
        draft = drafts.open_draft(
            *tools, "mug", owner="clerk", new_id=new_id, now=NOW, starting=Selection({"size": size})
        )
        view = needed_by(*tools, draft, date(2026, 3, 3))
        options = view.state.features["lid"].options
        assert {code for code, each in options.items() if each.status is not Status.RULED_OUT} == had
        assert view.dates_proven
    refused = drafts.choose_option(*tools, draft, READER, "lid", "brass", now=NOW)
    assert isinstance(refused, Refused)
    assert [rule.id for rule in refused.conflict.rules] == ["material:lid"]
    assert [(choice.feature, choice.option) for choice in refused.conflict.choices] == [
        ("size", "large"),
        ("lid", "brass"),
    ]


def needed_by(
    database: Database, configurators: Configurators, draft: DraftId, by: date, *, now: datetime = NOW
) -> DraftView:
    drafts.set_limits(database, configurators, draft, READER, need_by=by, budget_minor=None, quantity=1, now=now)
    with database.read() as db:
        return drafts.view_draft(db, configurators, draft, READER, now=now)


def given_up(mug: Answers, standing: Answers, kept: Answers) -> frozenset[str]:
    """Return what of the standing answers a mug has not; letters nobody had ordered count too."""
    asked = {*standing, "engraving"} - kept.keys()
    return frozenset(code for code in asked if mug.get(code) != standing.get(code))


def beads_left(mug: Answers, standing: Answers) -> tuple[int, ...]:
    """Return how many of each of the standing beads a mug has."""
    own, wanted = mug.get("beads", {}), standing.get("beads", {})
    assert isinstance(own, Mapping)
    assert isinstance(wanted, Mapping)
    return tuple(min(count, own.get(code, 0)) for code, count in wanted.items())


@pytest.mark.parametrize("seed", range(200, 203))
def test_goals_under_a_date_and_a_budget_are_the_best_of_all_mugs(
    database: Database, beaded: tuple[Path, ConfigurationModel], seed: int
) -> None:
    """C-15, N-7: every mug there is priced and promised; a goal is met by the best of them, or said not to be proven."""
    rng = random.Random(seed)
    open_beadery(database, beaded, rng)
    configurators = Configurators()
    tools = (database, configurators)
    mugs = every_beaded_mug()
    with database.read() as db:
        demands = [demand_of(variant_of(beaded[1], mug, None), 1) for mug in mugs]
        days = promises.inquire_each(db, "mug", demands, now=NOW)
        configurator = configurators.of(db, releases.current_release(db, "mug", now=NOW))
    known = [
        (mug, configurator.state(Selection(mug)).total_minor or 0, day)
        for mug, day in zip(mugs, days, strict=True)
        if day is not None
    ]
    new_id, told = id_maker(lambda: NOW, random.Random(5)), []
    for goal in (*Goal, *Goal):
        standing, price, _day = rng.choice([one for one in known if "beads" in one[0]])
        by, budget = rng.choice(sorted({day for *_rest, day in known})), price + rng.choice([-600, -100, 0, 500])
        reopen = [code for code in standing if code != "sizing" and rng.random() < 0.7]
        kept = {code: answer for code, answer in standing.items() if code not in reopen}
        weights = {code: rng.choice([1, 5]) for code in reopen}
        draft = drafts.open_draft(
            *tools,
            "mug",
            owner="clerk",
            new_id=new_id,
            now=NOW,
            starting=Selection(standing),
        )
        drafts.set_limits(*tools, draft, READER, need_by=by, budget_minor=budget, quantity=1, now=NOW)
        left = [one for one in known if one[1] <= budget and one[2] <= by and keeps(one[0], kept)]
        try:
            view = drafts.complete(*tools, draft, READER, goal=goal, weights=weights, reopen=reopen, now=NOW)
        except NoCompletion:
            assert left == [], (goal, standing, by, budget)
            continue
        assert isinstance(view, DraftView)
        assert view.promise is not None
        found, total_minor = view.draft.selection.answers, view.state.total_minor or 0
        assert any(found == mug and total_minor == cost and view.promise.date == day for mug, cost, day in left)
        told.append(view.is_best)
        if not view.is_best:
            continue
        lost = given_up(found, standing, kept)
        if goal is Goal.CLOSEST:
            penalties = [sum(weights.get(code, 1) for code in given_up(mug, standing, kept)) for mug, *_rest in left]
            assert sum(weights.get(code, 1) for code in lost) == min(penalties), (standing, reopen, weights, found)
            beads = beads_left(found, standing)  # of several pieces as many as can be, then the price
            alike = [
                (beads_left(mug, standing), cost) for mug, cost, _day in left if given_up(mug, standing, kept) == lost
            ]
            alike = [each for each in alike if all(map(ge, each[0], beads))]
            assert {each for each, _cost in alike} == {beads}, (standing, reopen, found)
            assert total_minor == min(cost for _beads, cost in alike)
            continue
        soonest = min(day for *_rest, day in left)
        left = [one for one in left if one[2] == soonest] if goal is Goal.FASTEST else left
        least = min(cost for _mug, cost, _day in left)
        assert total_minor == least
        fewest = min(len(given_up(mug, standing, kept)) for mug, cost, _day in left if cost == least)
        assert len(lost) == fewest, (goal, standing, reopen, found)
        assert goal is not Goal.FASTEST or view.promise.date == soonest
    assert True in told
