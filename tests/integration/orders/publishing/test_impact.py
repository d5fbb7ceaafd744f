"""The impact of a candidate on drafts, quotes and orders: broken, changed and unchanged, and nothing is modified."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from configurator.configurator import Configurator
from configurator.model import Selection
from kernel.database import Database
from kernel.ids import DraftId
from modules_catalog.loading.catalog import load_catalog, read_catalog
from modules_catalog.loading.files import read_files
from modules_catalog.releases.service import publish_loaded
from orders.audit.model import Actor
from orders.drafts import service as drafts
from orders.drafts.model import Refused
from orders.drafts.service import Reader
from orders.lifecycle.repository import running_orders
from orders.lifecycle.service import place_order
from orders.publishing.document import report_from_json, report_to_json
from orders.publishing.impact import impact_report
from orders.publishing.model import Case, CaseKind, Effect, Impact, ImpactReport, Trial
from orders.quotes.service import issue_quote
from tests.mugs import FOLDER, pottery
from web.shop import Shop
from web.views.catalog_impact import impact_view

ME = Reader("visitor-1")
CLERK = Actor("clerk", "store")
TABLES = ("draft", "draft_step", "quote", "customer_order", "catalog_release", "catalog_release_start", "audit_entry")


@pytest.fixture
def shop(database: Database, tmp_path: Path, now: datetime) -> Iterator[Shop]:
    with pottery(database, tmp_path, now=now) as opened:
        yield opened


def a_draft(shop: Shop, now: datetime, **choices: str) -> DraftId:
    tools = (shop.database, shop.configurators)
    draft = drafts.open_draft(*tools, "mug", owner=ME.id, new_id=shop.new_id, now=now)
    for feature, option in choices.items():
        drafts.choose_option(*tools, draft, ME, feature, option, now=now)
    return draft


def offered(shop: Shop, draft: DraftId, now: datetime) -> Any:
    return issue_quote(shop.database, shop.configurators, draft, ME, new_id=shop.new_id, actor=CLERK, now=now)


def ordered(shop: Shop, draft: DraftId, now: datetime) -> str:
    quote = offered(shop, draft, now)
    with shop.database.write() as db:
        return place_order(db, quote.id, new_id=shop.new_id, actor=CLERK, now=now).number


def candidate(tmp_path: Path, *edits: tuple[str, str]) -> Configurator:
    """Return the mug with some of its lines written otherwise."""
    folder = tmp_path / "new" / "mug"
    shutil.copytree(FOLDER, folder)
    line = folder / "line.yaml"
    for old, new in edits:
        assert old in line.read_text()
        line.write_text(line.read_text().replace(old, new, 1))
    return Configurator(load_catalog(folder))


def impact_of(shop: Shop, new: Configurator, now: datetime, **more: Any) -> ImpactReport:
    with shop.database.read() as db:
        return impact_report(db, shop.configurators, new, now=now, **more)


def words(report: ImpactReport, new: Configurator, locale: str = "en") -> list[tuple[str, str, tuple[str, ...]]]:
    return [(line.effect, line.cases, line.texts) for line in impact_view(report, None, new.model, locale).lines]


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.read() as db:
        known = set(db.connection().dialect.get_table_names(db.connection()))
        return {
            table: sorted(tuple(map(str, row)) for row in db.connection().execute(text(f"SELECT * FROM {table}")))
            for table in sorted(known - {"dbos"})
            if table in TABLES
        }


def test_the_same_catalog_changes_nothing(shop: Shop, tmp_path: Path, now: datetime) -> None:
    a_draft(shop, now)
    ordered(shop, a_draft(shop, now, glaze="blue"), now)

    report = impact_of(shop, candidate(tmp_path), now)

    assert (report.looked_at, report.left_out) == (3, 0)
    assert [report.count(effect) for effect in (Effect.BROKEN, Effect.CHANGED)] == [0, 0]


def test_a_new_rule_breaks_what_it_forbids_and_says_so_in_words(shop: Shop, tmp_path: Path, now: datetime) -> None:
    """Of the three kinds each that has the forbidden pair is broken; the others stay as they are; nothing is written."""
    a_draft(shop, now, glaze="blue", size="large")
    quote = offered(shop, a_draft(shop, now, glaze="blue", size="large"), now)
    order = ordered(shop, a_draft(shop, now), now)
    new = candidate(tmp_path, ("rules:\n", "rules:\n  - {id: blue_small, excludes: [glaze == blue, size == large]}\n"))
    before = everything(shop.database)

    report = impact_of(shop, new, now)

    assert everything(shop.database) == before
    assert {kind: report.count(Effect.BROKEN, kind) for kind in CaseKind} == {
        CaseKind.DRAFT: 2,
        CaseKind.QUOTE: 1,
        CaseKind.ORDER: 0,
    }
    (broken,) = [impact for impact in report.impacts if impact.trial.effect is Effect.BROKEN]
    assert broken.trial.conflict is not None
    assert {(choice.feature, choice.option) for choice in broken.trial.conflict.choices} == {
        ("glaze", "blue"),
        ("size", "large"),
    }
    assert [rule.id for rule in broken.trial.conflict.rules] == ["blue_small"]
    ((effect, cases, texts),) = words(report, new)
    assert (effect, cases) == ("broken", f"{quote.number}, 2 drafts")
    assert "could not be had together: blue_small" in texts[0]
    assert order not in cases


def test_price_options_and_questions_that_change_are_told(shop: Shop, tmp_path: Path, now: datetime) -> None:
    order = ordered(shop, a_draft(shop, now, glaze="blue"), now)
    a_draft(shop, now)
    dearer = candidate(tmp_path, ("blue: {price_minor: ", "blue: {price_minor: 1"))

    report = impact_of(shop, dearer, now)

    changed = {case.reference: impact.trial for impact in report.impacts for case in impact.cases
               if impact.trial.effect is Effect.CHANGED}  # fmt: skip
    assert order in changed
    assert len(changed) == 2  # the order and its draft; the white one stays
    assert (changed[order].price_delta_minor or 0) > 0
    ((_, _, texts),) = words(report, dearer)
    assert texts[0].startswith("The price of one would be €")


def test_an_option_that_is_gone_is_named_and_breaks_nothing(shop: Shop, tmp_path: Path, now: datetime) -> None:
    a_draft(shop, now, glaze="blue")
    folder_text = (FOLDER / "line.yaml").read_text()
    blue = next(line for line in folder_text.splitlines(keepends=True) if line.strip().startswith("blue: {"))

    report = impact_of(shop, candidate(tmp_path, (blue, "")), now)

    (impact,) = report.impacts
    assert (impact.trial.effect, impact.trial.gone) == (Effect.CHANGED, (("glaze", "blue"),))
    assert impact.trial.asked == ("glaze",)


def test_more_work_moves_the_date(shop: Shop, tmp_path: Path, now: datetime) -> None:
    """The kiln takes days instead of minutes: the same mug would be ready later, at the same price."""
    a_draft(shop, now)
    line = (FOLDER / "line.yaml").read_text()
    kiln = next(each for each in line.splitlines() if "work_centre: kiln" in each)
    slow = candidate(tmp_path, (kiln, kiln.replace("run_s: ", "run_s: 100000 + ", 1)))

    (impact,) = impact_of(shop, slow, now).impacts

    assert impact.trial.effect is Effect.CHANGED
    assert impact.trial.price_delta_minor == 0
    assert (impact.trial.days_delta or 0) > 0 or impact.trial.day_after is None
    assert impact.trial.day_before is not None


def test_work_is_bounded_and_progress_told(shop: Shop, tmp_path: Path, now: datetime) -> None:
    """Equal choices are tried once; the oldest are left out and counted; drafts of last year are not looked at."""
    a_draft(shop, now, size="large")
    now += timedelta(days=100)
    for _ in range(4):
        a_draft(shop, now - timedelta(hours=1))
    a_draft(shop, now, glaze="blue")
    steps: list[tuple[int, int]] = []

    report = impact_of(
        shop, candidate(tmp_path), now, most=3, on_progress=lambda done, total: steps.append((done, total))
    )

    assert (report.looked_at, report.left_out) == (3, 2)
    assert steps == [(1, 2), (2, 2)]


def test_a_report_is_kept_and_comes_back(shop: Shop, tmp_path: Path, now: datetime) -> None:
    a_draft(shop, now, glaze="blue", size="large")
    ordered(shop, a_draft(shop, now), now)
    new = candidate(tmp_path, ("rules:\n", "rules:\n  - {id: no_blue, excludes: [glaze == blue, size == large]}\n"))
    report = impact_of(shop, new, now)

    told = report_to_json(report)
    again = report_from_json(told)

    assert report_to_json(again) == told
    assert words(again, new) == words(report, new)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "It would be ready on Tue 10 Mar (+3 days)."),
        ("zh_Hant", "完成日會是 3月10日週二（晚 3 天）。"),
        ("zh_Hans", "完成日会是 3月10日周二（晚 3 天）。"),
    ],
)
def test_dates_are_told_in_the_readers_language(tmp_path: Path, locale: str, text: str) -> None:
    new = candidate(tmp_path)
    day = datetime(2026, 3, 10).date()
    trial = Trial(
        Effect.CHANGED, price_before_minor=1, price_after_minor=1, day_before=day - timedelta(3), day_after=day
    )
    draft = Case(CaseKind.DRAFT, "d", "r", Selection())
    report = ImpactReport("mug", "r", (Impact((draft,), trial),), 1, 0)

    assert words(report, new, locale)[0][2] == (text,)


def test_what_the_report_lists_as_broken_stays_as_it_was_when_the_candidate_is_published(
    shop: Shop, tmp_path: Path, now: datetime
) -> None:
    """The quote is accepted as offered, the order and the draft keep their catalog; only a new draft meets the rule."""
    tools = (shop.database, shop.configurators)
    draft = a_draft(shop, now, glaze="blue", size="large")
    number = ordered(shop, draft, now)
    quote = offered(shop, a_draft(shop, now, glaze="blue", size="large"), now)
    candidate(tmp_path, ("rules:\n", "rules:\n  - {id: blue_small, excludes: [glaze == blue, size == large]}\n"))
    later = now + timedelta(hours=1)
    with shop.database.write() as db:
        published = publish_loaded(db, read_catalog(read_files(tmp_path / "new" / "mug")), now=now)
        accepted = place_order(db, quote.id, new_id=shop.new_id, actor=CLERK, now=later)

    assert (accepted.release, accepted.price) == (quote.release, quote.price)
    with shop.database.read() as db:
        (running,) = [each for each in running_orders(db, "mug", limit=9)[0] if each.number == number]
        kept = drafts.view_draft(db, shop.configurators, draft, ME, now=later)
    assert {running.release, kept.draft.release, accepted.release} == {quote.release}
    assert kept.state.valid
    new = a_draft(shop, later, glaze="blue")
    with shop.database.read() as db:
        assert drafts.view_draft(db, shop.configurators, new, ME, now=later).draft.release == published
    refused = drafts.choose_option(*tools, new, ME, "size", "large", now=later)
    assert isinstance(refused, Refused)
