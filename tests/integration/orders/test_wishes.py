"""Wishes that could not be met are counted once a draft, by what they lacked, and lead to nobody."""

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from configurator.model import Conflict, ConflictRule
from kernel.database import Database
from kernel.ids import DraftId
from orders.drafts import service as drafts
from orders.drafts.model import DraftView, Refused
from orders.drafts.service import Reader
from orders.drafts.wishing import lacked_in
from orders.wishes.model import Lacked, Wish, WishCount, WishKind, WordsNotValid
from orders.wishes.service import forget_drafts, record_wishes, take_words, wishes_between
from tests.journeys.person import Person, words_of
from tests.mugs import mug_model, pottery
from tests.serving import app_of
from web.security.roles import Role
from web.security.service import user_add
from web.shop import Shop

ME = Reader("visitor-1")
TABLES = ("wish_count", "wish_words", "wish_seen")


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


def press(shop: Shop, draft: DraftId, now: datetime, option: str = "raw") -> DraftView | Refused:
    return drafts.choose_option(shop.database, shop.configurators, draft, ME, "glaze", option, now=now)


def limit(shop: Shop, draft: DraftId, now: datetime, **limits: Any) -> DraftView:
    given = {"need_by": None, "budget_minor": None, "quantity": 1, **limits}
    outcome = drafts.set_limits(shop.database, shop.configurators, draft, ME, **given, now=now)
    assert isinstance(outcome, DraftView)
    return outcome


def counted(database: Database, day: date) -> list[WishCount]:
    with database.read() as db:
        return wishes_between(db, since=day, until=day)[0]


def test_a_refused_press_is_counted_with_its_rule_once_a_draft(shop: Shop, now: datetime) -> None:
    """The same press sent again, as by a reload, counts once; another draft counts anew; the ranking adds up."""
    first, second = a_draft(shop, now, size="large"), a_draft(shop, now, size="large")

    outcomes = [press(shop, draft, now) for draft in (first, first, second)]
    press(shop, first, now, option="blue")  # can be had: nothing to count

    assert all(isinstance(outcome, Refused) for outcome in outcomes)
    assert counted(shop.database, now.date()) == [
        WishCount("mug", WishKind.OPTION, "glaze.raw", Lacked.RULES, ("raw_small",), 2, now.date())
    ]


def test_a_day_and_a_price_that_cannot_be_met_are_counted_by_what_they_lack(shop: Shop, now: datetime) -> None:
    """Not again with every press while the limit stands, but anew for another day."""
    draft = a_draft(shop, now)
    late = limit(shop, draft, now, need_by=now.date() - timedelta(days=1))
    assert late.late
    limit(shop, draft, now, need_by=now.date() - timedelta(days=1), quantity=2)
    limit(shop, draft, now, need_by=now.date() - timedelta(days=2))
    limit(shop, draft, now, budget_minor=100)
    limit(shop, draft, now, budget_minor=1_000_000)

    found = {(each.kind, each.lacked): each.count for each in counted(shop.database, now.date())}

    kinds = {kind for kind, _ in found}
    assert kinds == {WishKind.NEED_BY, WishKind.BUDGET}
    assert found[WishKind.BUDGET, Lacked.BUDGET] == 1
    assert sum(count for (kind, _), count in found.items() if kind is WishKind.NEED_BY) == 2


def test_nothing_that_is_stored_leads_to_the_draft_or_its_owner(shop: Shop, now: datetime) -> None:
    draft = a_draft(shop, now, size="large")
    press(shop, draft, now)
    with shop.database.write() as db:
        take_words(db, "Mail me: a@b.org", draft=draft, line="mug", release=mug_model().release, day=now.date())

    with shop.database.read() as db:
        stored = " ".join(
            str(tuple(row)) for table in TABLES for row in db.connection().execute(text(f"SELECT * FROM {table}"))
        )

    assert "raw_small" in stored
    assert "[…]" in stored
    for secret in (draft, ME.id, "a@b.org"):
        assert secret not in stored


def test_presses_at_the_same_time_are_all_counted(shop: Shop, now: datetime) -> None:
    """Eight drafts at once: no count is lost, and one draft pressing eight times counts once."""
    wish = Wish(WishKind.OPTION, "glaze.raw", Lacked.RULES, ("raw_small",))

    def record(draft: str) -> int:
        with shop.database.write() as db:
            return record_wishes(db, (wish,), draft=draft, line="mug", release=mug_model().release, day=now.date())

    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(record, [f"draft-{number}" for number in range(8)] + ["draft-x"] * 8))

    assert sorted(new) == [0] * 7 + [1] * 9
    assert [each.count for each in counted(shop.database, now.date())] == [9]


def test_words_are_kept_once_a_draft_and_refused_when_empty_or_too_long(shop: Shop, now: datetime) -> None:
    release = mug_model().release
    kept = {"line": "mug", "release": release, "day": now.date()}
    with shop.database.write() as db:
        for draft in ("a", "a", "b"):
            assert take_words(db, " a  lid ", draft=draft, **kept) == "a lid"  # type: ignore[arg-type]
        for text_ in ("", "   ", "x" * 1201):
            with pytest.raises(WordsNotValid):
                take_words(db, text_, draft="a", **kept)  # type: ignore[arg-type]

    with shop.database.read() as db:
        counts, words = wishes_between(db, since=now.date(), until=now.date())
    assert [(said.text, said.line, said.release) for said in words] == [("a lid", "mug", release)] * 2
    assert [(each.kind, each.lacked, each.count) for each in counts] == [(WishKind.WORDS, Lacked.MODULE, 2)]


def test_a_period_a_line_and_the_order_are_kept(shop: Shop, now: datetime) -> None:
    """Most first; days outside do not count; after some weeks a draft is forgotten while its count stays."""
    today = now.date()
    release = mug_model().release
    with shop.database.write() as db:
        for number, (day, subject) in enumerate(
            [(today, "a.x"), (today, "a.y"), (today, "a.y"), (today - timedelta(days=40), "a.x")]
        ):
            wish = Wish(WishKind.OPTION, subject, Lacked.RULES, ("r",))
            record_wishes(db, (wish,), draft=f"d{number}", line="mug", release=release, day=day)
        forget_drafts(db, today=today + timedelta(days=60))
        assert record_wishes(db, (wish,), draft="d3", line="mug", release=release, day=today) == 1  # forgotten
        assert record_wishes(db, (Wish(WishKind.OPTION, "a.x", Lacked.RULES, ("r",)),), draft="d0", line="mug",
                             release=release, day=today) == 0  # not yet  # fmt: skip

    with shop.database.read() as db:
        month = wishes_between(db, since=today - timedelta(days=29), until=today)[0]
        other = wishes_between(db, since=today, until=today, line="jeans")[0]
        past = wishes_between(db, since=today - timedelta(days=50), until=today - timedelta(days=30))[0]
    assert [(each.subject, each.count) for each in month] == [("a.x", 2), ("a.y", 2)]
    assert other == []
    assert [(each.subject, each.count) for each in past] == [("a.x", 1)]


@pytest.mark.parametrize(
    ("rules", "lacked"),
    [
        (("raw_small",), Lacked.RULES),
        (("need_by",), Lacked.TIME),
        (("need_by:together",), Lacked.TIME),
        (("need_by:rush", "raw_small"), Lacked.TIME),
        (("raw_small", "capacity:kiln"), Lacked.CAPACITY),
        (("material:glaze.blue", "need_by:together"), Lacked.PART),
        (("panels",), Lacked.PART),
        (("budget",), Lacked.BUDGET),
    ],
)
def test_a_limit_is_what_was_lacking_before_any_rule(rules: tuple[str, ...], lacked: Lacked) -> None:
    """A day nothing can keep is time, not a rule an author could change."""
    conflict = Conflict((), tuple(ConflictRule(rule, {}) for rule in rules))

    assert lacked_in(conflict) is lacked


def test_authors_and_planners_read_it_on_a_page_as_csv_and_by_program(shop: Shop, now: datetime) -> None:
    """A customer says what is missing on the configure page; nobody else than author and planner reads it."""
    for role in (Role.AUTHOR, Role.STORE):
        with shop.database.write() as db:
            user_add(db, login_name=role.value, display_name=role.value, password="correct horse",
                     roles=frozenset({role}), now=now)  # fmt: skip
    app = app_of(shop)
    customer = Person(app)
    customer.open("/configure/mug").press("Make yours")
    customer.press("=large")
    customer.press("=raw")
    assert customer.status == 409
    customer.press("Tell us", text="=a lid, write to a@b.org")
    assert "We keep this, and not who said it: “=a lid, write to […]”" in customer.text()

    author = Person(app)
    author.sign_in("author", "correct horse")
    page = author.open("/wishes").text()
    assert "Glaze: Unglazed" in page
    lacking = [words_of(cell) for cell in author.all("td") if cell.get("data-label") == "What would have to change"]
    assert lacking == ["A module that keeps the rule, or a milder rule", "A new module"]
    assert "=a lid, write to […]" in page
    answer = author.client.get("/wishes.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["line", "kind", "wish", "lacked", "because", "count", "last_day"]
    assert ["mug", "option", "glaze.raw", "rules", "raw_small", "1", now.date().isoformat()] in rows
    assert rows[-1][2] == "'=a lid, write to […]"
    assert author.open("/wishes?from=2026-03-02&to=2026-03-01").status == 422

    clerk = Person(app)
    clerk.sign_in("store", "correct horse")
    assert clerk.open("/wishes").status == 403

    programs = TestClient(app, base_url="http://127.0.0.1:8000")
    opened = programs.post("/api/v1/drafts", json={"line": "mug"}).json()
    key = {"X-Draft-Key": opened["draft_key"]}
    said = programs.post(f"/api/v1/drafts/{opened['draft_id']}/wishes", json={"text": "a saucer"}, headers=key)
    assert (said.status_code, said.json()) == (201, {"text": "a saucer"})
    token = programs.post("/api/v1/sessions", json={"login_name": "author", "password": "correct horse"}).json()[
        "token"
    ]
    programs.cookies.clear()
    told = programs.get("/api/v1/wishes", headers={"Authorization": f"Bearer {token}"}).json()
    assert [each["subject"] for each in told["counts"] if each["kind"] == "option"] == ["glaze.raw"]
    assert [each["text"] for each in told["words"]] == ["a saucer", "=a lid, write to […]"]
    assert programs.get("/api/v1/wishes").status_code == 401
