"""A need-by date rules out exactly what the plant promises for no day up to it: compared with all mugs there are."""

import random
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from configurator.model import Answer, Goal, Status
from kernel.database import Database
from kernel.ids import DraftId, id_maker
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.model import ConfigurationModel
from orders.drafts import promising
from orders.drafts import service as drafts
from orders.drafts.days import Sooner
from orders.drafts.model import DraftView, Refused
from orders.drafts.promising import days_of_step
from orders.drafts.service import Reader
from orders.drafts.variants import variant_of
from production.errors import BeyondHorizon
from production.model import Demand, MaterialNeed, OperationLoad, demand_of
from production.promise import service as promises
from tests.mugs import FOLDER, mug_configurators, mug_model, open_pottery

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
READER = Reader("clerk", is_staff=True)
TEXTS = (None, "A", "Anneliese"[:4], "Anneliese"[:8])
SIZES, GLAZES, HANDLES = ("small", "large"), ("white", "blue", "raw"), (60, 70, 90)

Answers = Mapping[str, Answer]


def every_mug() -> list[Answers]:
    """Return every valid mug; three handles and four texts stand for all of theirs, which mean the same to the plant or
    lie between."""
    found: list[Answers] = []
    for size, glaze, handle, text in product(SIZES, GLAZES, (None, *HANDLES), TEXTS):
        if (size, glaze) == ("large", "raw"):
            continue
        mug: dict[str, Answer] = {"size": size, "glaze": glaze, "sizing": "standard" if handle is None else "custom"}
        if handle is not None:
            mug["handle_mm"] = handle
        if text is not None:
            mug["engraving"] = text
        found.append(mug)
    return found


def fill(database: Database, rng: random.Random) -> None:
    """Take random room at the work centres and random glaze."""
    with database.write() as db:
        for number in range(rng.randint(0, 12)):
            centre = rng.choice(["wheel", "bench", "kiln"])
            load = OperationLoad("other", centre, rng.choice([600, 2400, 4500, 5400]))
            needs = (MaterialNeed("glaze.blue", 1, 3),) if rng.random() < 0.2 else ()
            try:
                promises.reserve(
                    db,
                    "mug",
                    Demand((load,), needs, rng.randint(1, 3)),
                    key=f"other-{number}",
                    now=NOW,
                    expires_at=None,
                )
            except BeyondHorizon:
                continue


def days_of(
    database: Database, mugs: list[Answers], quantity: int = 1, model: ConfigurationModel | None = None
) -> list[date | None]:
    """Return the day each mug is promised for, one inquiry each."""
    days: list[date | None] = []
    with database.read() as db:
        for mug in mugs:
            try:
                demand = demand_of(variant_of(model or mug_model(), mug, None), quantity)
                days.append(promises.inquire(db, "mug", demand, now=NOW).date)
            except BeyondHorizon:
                days.append(None)
    return days


def open_mug(database: Database, selection: Answers) -> DraftId:
    """Open a draft with choices."""
    new_id = id_maker(lambda: NOW, random.Random(5))
    tools = (database, mug_configurators())
    draft = drafts.open_draft(*tools, "mug", owner="clerk", new_id=new_id, now=NOW, empty=True)
    for feature, answer in selection.items():
        drafts.choose_option(*tools, draft, READER, feature, answer, now=NOW)
    return draft


def needed_by(
    database: Database, draft: DraftId, by: date, budget_minor: int | None = None, quantity: int = 1
) -> DraftView:
    """Set the need-by date and return the draft as it stands."""
    tools = (database, mug_configurators())
    drafts.set_limits(*tools, draft, READER, need_by=by, budget_minor=budget_minor, quantity=quantity, now=NOW)
    return view_of(database, draft)


def view_of(database: Database, draft: DraftId) -> DraftView:
    with database.read() as db:
        return drafts.view_draft(db, mug_configurators(), draft, READER, now=NOW)


def keeps(mug: Answers, choices: Answers) -> bool:
    return all(mug.get(feature) == answer for feature, answer in choices.items())


def check_statuses(view: DraftView, by: date, days: list[date | None]) -> None:
    """Fail unless each option is available exactly when some mug with it, all else kept, is promised in time."""
    mugs = every_mug()
    assert view.dates_proven
    in_time = [mug for mug, day in zip(mugs, days, strict=True) if day is not None and day <= by]
    choices = view.draft.selection.answers
    for feature in ("size", "glaze", "sizing"):
        others = {code: answer for code, answer in choices.items() if code != feature}
        for option, told in view.state.features[feature].options.items():
            if told.status is Status.CHOSEN:
                continue
            possible = any(keeps(mug, {**others, feature: option}) for mug in in_time)
            assert (told.status is not Status.RULED_OUT) == possible, (feature, option, by, dict(choices))
    others = {code: answer for code, answer in choices.items() if code != "engraving"}
    lengths = {len(str(mug.get("engraving", ""))) for mug in in_time if keeps(mug, others)}
    told_ranges = view.state.features["engraving"].ranges
    for length in {len(text) for text in TEXTS if text}:
        assert any(low <= length <= high for low, high in told_ranges) == (length in lengths)
    assert view.state.valid == any(keeps(mug, choices) for mug in in_time)


@pytest.mark.parametrize("seed", range(6))
def test_options_are_available_exactly_when_promised_in_time(database: Database, seed: int) -> None:
    """N-1: on a plant filled at random, after random choices, for several dates."""
    rng = random.Random(seed)
    open_pottery(database, now=NOW)
    fill(database, rng)
    mugs = every_mug()
    days = days_of(database, mugs)
    chosen = rng.choice(mugs)
    selection = {code: answer for code, answer in chosen.items() if rng.random() < 0.6 and code != "handle_mm"}
    draft = open_mug(database, selection)
    for by in sorted({day for day in days if day is not None} | {NOW.date() + timedelta(days=rng.randint(0, 6))}):
        check_statuses(needed_by(database, draft, by), by, days)


@pytest.mark.parametrize(("seed", "quantity"), [(100, 2), (101, 2), (102, 3), (103, 4)])
def test_several_pieces_are_available_exactly_when_all_are_promised_in_time(
    database: Database, seed: int, quantity: int
) -> None:
    """N-8: pieces stand in each other's way, so all cases are looked at."""
    rng = random.Random(seed)
    open_pottery(database, now=NOW)
    fill(database, rng)
    days = days_of(database, every_mug(), quantity)
    chosen = rng.choice(every_mug())
    selection = {code: answer for code, answer in chosen.items() if rng.random() < 0.5 and code != "handle_mm"}
    draft = open_mug(database, selection)
    for by in sorted({day for day in days if day is not None} | {NOW.date() + timedelta(days=rng.randint(0, 6))}):
        check_statuses(needed_by(database, draft, by, quantity=quantity), by, days)


@pytest.fixture
def side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConfigurationModel:
    """The mug shaped and engraved side by side, by the same hands: neither waits for the other."""
    folder = tmp_path / "mug"
    shutil.copytree(FOLDER, folder)
    line = folder / "line.yaml"
    text = line.read_text(encoding="utf-8")
    engrave = "work_centre: bench, run_s: 60 * engraving.length"
    text = text.replace(engrave, "work_centre: wheel, run_s: 3000 * engraving.length, after: []")
    line.write_text(text.replace("run_s: 3600}", "run_s: 3600, after: [shape, engrave]}"), encoding="utf-8")
    model = load_catalog(folder)
    monkeypatch.setattr("tests.mugs.FOLDER", folder)
    monkeypatch.setattr("tests.mugs.mug_model", lambda: model)
    return model


@pytest.mark.parametrize("seed", range(120, 123))
def test_work_side_by_side_at_one_place_is_told_exactly(
    database: Database, seed: int, side_by_side: ConfigurationModel
) -> None:
    """N-8: less of one piece of work may make the whole later, so all cases are looked at."""
    rng = random.Random(seed)
    open_pottery(database, now=NOW)
    fill(database, rng)
    days = days_of(database, every_mug(), model=side_by_side)
    draft = open_mug(database, {"size": rng.choice(SIZES)})
    for by in sorted({day for day in days if day is not None} | {NOW.date()}):
        check_statuses(needed_by(database, draft, by), by, days)


@pytest.mark.parametrize("seed", range(20, 26))
def test_every_way_out_is_promised_in_time(database: Database, seed: int) -> None:
    """N-2: a press under a date is taken only where some mug with it is in time; so are all the repairs of a refusal."""
    rng = random.Random(seed)
    open_pottery(database, now=NOW)
    fill(database, rng)
    mugs = every_mug()
    days = days_of(database, mugs)
    by = rng.choice([day for day in days if day is not None])
    in_time = [mug for mug, day in zip(mugs, days, strict=True) if day is not None and day <= by]
    draft = open_mug(database, {**rng.choice(in_time)})
    choices = needed_by(database, draft, by).draft.selection.answers
    for feature, option in [("size", "large"), ("glaze", "blue"), ("sizing", "custom"), ("engraving", "Anneliese"[:8])]:
        with database.read() as db:
            conflict, repairs, _eases = drafts.explain_option(
                db, mug_configurators(), draft, READER, feature, option, now=NOW
            )
        wanted = {**choices, feature: option}
        possible = any(keeps(mug, {feature: option}) for mug in in_time)
        if any(keeps(mug, wanted) for mug in in_time):
            assert conflict is None
            continue
        if conflict is None:  # answers it makes pointless are dropped with the press
            assert any(keeps(mug, {k: v for k, v in wanted.items() if k != "handle_mm"}) for mug in in_time)
            continue
        assert bool(repairs) == possible
        for repair in repairs:
            assert any(keeps(mug, repair.selection.answers) for mug in in_time)


def test_a_full_bench_rules_engraving_out_by_its_name_and_date(database: Database) -> None:
    """The bench is full today: an engraved mug cannot be ready on Monday, a plain one can."""
    open_pottery(database, now=NOW)
    with database.write() as db:
        for number in range(18):
            load = OperationLoad("other", "bench", 5400)
            promises.reserve(db, "mug", Demand((load,)), key=f"bench-{number}", now=NOW, expires_at=None)
    draft = open_mug(database, {"size": "small", "glaze": "white", "sizing": "standard"})
    plain, engraved = days_of(database, [every_mug()[0], {**every_mug()[0], "engraving": "A"}])
    assert plain == date(2026, 3, 2)
    assert engraved == date(2026, 3, 3)

    view = needed_by(database, draft, date(2026, 3, 2))
    refused = drafts.choose_option(database, mug_configurators(), draft, READER, "engraving", "A", now=NOW)

    assert view.dates_proven
    assert view.state.features["engraving"].ranges == ()
    assert isinstance(refused, Refused)
    assert [(rule.id, rule.values) for rule in refused.conflict.rules] == [("capacity:bench", {"by": "2026-03-02"})]
    assert [(choice.feature, choice.option) for choice in refused.conflict.choices] == [("engraving", "A")]
    assert refused.repairs == ()


def test_a_budget_says_by_how_much_it_is_passed(database: Database) -> None:
    """15.00 for a large mug against 14.00."""
    open_pottery(database, now=NOW)
    draft = open_mug(database, {"size": "small"})
    needed_by(database, draft, date(2026, 3, 6), budget_minor=1400)

    refused = drafts.choose_option(database, mug_configurators(), draft, READER, "size", "large", now=NOW)

    assert isinstance(refused, Refused)
    assert [(rule.id, rule.values) for rule in refused.conflict.rules] == [("budget", {"over_minor": "100"})]


def test_a_date_nothing_can_be_ready_by_rules_everything_out(database: Database) -> None:
    """Yesterday: nothing is left, and the draft still has its date."""
    open_pottery(database, now=NOW)
    draft = open_mug(database, {"size": "small", "glaze": "white", "sizing": "standard"})

    view = needed_by(database, draft, date(2026, 3, 1))

    assert not view.state.valid
    assert view.late
    assert view.promise is not None
    assert view.promise.date == date(2026, 3, 2)
    assert all(
        told.status in (Status.RULED_OUT, Status.CHOSEN)
        for feature in view.state.features.values()
        for told in feature.options.values()
    )


def test_what_sets_the_date_is_told_with_what_would_be_sooner(database: Database) -> None:
    """The bench is full today: without engraving the mug would be ready on Monday."""
    open_pottery(database, now=NOW)
    with database.write() as db:
        for number in range(18):
            load = OperationLoad("other", "bench", 5400)
            promises.reserve(db, "mug", Demand((load,)), key=f"bench-{number}", now=NOW, expires_at=None)
    draft = open_mug(database, {"size": "small", "glaze": "white", "sizing": "standard", "engraving": "A"})
    with database.read() as db:
        view = drafts.view_draft(db, mug_configurators(), draft, READER, now=NOW)

        days = days_of_step(db, mug_configurators().of(db, view.draft.release), view, "mug", now=NOW)

    assert view.promise is not None
    assert view.promise.binding.code == "bench"
    assert days.sooner == (Sooner("engraving", None, date(2026, 3, 2)),)


@pytest.mark.parametrize("seed", range(40, 44))
def test_a_day_from_which_on_is_never_after_what_is_promised(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N-6: where nobody works out a press, the day shown is no later than the day of any mug with the option."""
    monkeypatch.setattr(promising, "MOST_KINDS", 0)
    rng = random.Random(seed)
    open_pottery(database, now=NOW)
    fill(database, rng)
    mugs = every_mug()
    days = days_of(database, mugs)
    chosen = next(mug for mug, day in zip(mugs, days, strict=True) if day is not None and "handle_mm" not in mug)
    draft = open_mug(database, chosen)
    with database.read() as db:
        view = drafts.view_draft(db, mug_configurators(), draft, READER, now=NOW)
        told = days_of_step(db, mug_configurators().of(db, view.draft.release), view, "mug", now=NOW)

    assert view.promise is not None
    assert {feature for feature, _ in told.options} >= {"size", "glaze", "sizing"}
    for (feature, option), delta in told.options.items():
        earliest = min(day for mug, day in zip(mugs, days, strict=True) if day is not None and mug[feature] == option)
        assert not delta.proven
        assert delta.date <= earliest, (feature, option)
        assert delta.days == (delta.date - view.promise.date).days


@pytest.mark.parametrize("seed", range(60, 64))
def test_the_soonest_is_the_first_day_of_any_mug_with_what_stays(database: Database, seed: int) -> None:
    """N-7: by the plant's own promises, among all mugs; what is given up first is chosen anew."""
    rng = random.Random(seed)
    open_pottery(database, now=NOW)
    fill(database, rng)
    mugs = every_mug()
    days = days_of(database, mugs)
    chosen = rng.choice([mug for mug, day in zip(mugs, days, strict=True) if day is not None])
    draft = open_mug(database, chosen)
    stays = rng.choice([("size",), ("glaze",), ()])
    reopen = [code for code in chosen if code not in stays]

    view = drafts.complete(database, mug_configurators(), draft, READER, goal=Goal.FASTEST, reopen=reopen, now=NOW)

    kept = {code: chosen[code] for code in stays}
    assert isinstance(view, DraftView)
    assert view.promise is not None
    assert keeps(view.draft.selection.answers, kept)
    assert view.state.complete
    assert view.is_best
    assert view.promise.date == min(
        day for mug, day in zip(mugs, days, strict=True) if day is not None and keeps(mug, kept)
    )


def test_the_closest_under_a_budget_gives_up_what_matters_least(database: Database) -> None:
    """A cent less than it costs: the blue glaze goes, unless it matters more than the size."""
    open_pottery(database, now=NOW)
    mug: Answers = {"size": "large", "glaze": "blue", "sizing": "standard"}
    tools = (database, mug_configurators())
    draft = open_mug(database, mug)
    total = view_of(database, draft).state.total_minor or 0
    drafts.set_limits(*tools, draft, READER, need_by=None, budget_minor=total - 1, quantity=1, now=NOW)
    found = []
    for weights in ({"size": 5}, {"glaze": 5}):
        view = drafts.complete(*tools, draft, READER, goal=Goal.CLOSEST, reopen=list(mug), weights=weights, now=NOW)
        assert isinstance(view, DraftView)
        assert view.is_best
        found.append((view.draft.selection.answers["size"], view.draft.selection.answers["glaze"]))
        drafts.undo(*tools, draft, READER, now=NOW)

    assert found == [("large", "white"), ("small", "blue")]
