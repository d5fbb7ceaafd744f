"""The planner reads what became of four weeks; a program reads the same; a monitoring program reads counts and no names."""

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from kernel.clock import fixed_clock
from orders.lifecycle.agreements import figures_of_line
from production.metrics.model import Share
from tests.journeys.conftest import NOW, enter
from tests.journeys.test_programs_order import token
from web.app import create_app
from web.demo.history import seed_history
from web.settings import Settings
from web.shop import Shop

TOKEN = "t" * 32
FIRST, LAST = NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=28)
PERIOD = f"from={FIRST.isoformat()}&to={LAST.isoformat()}"


@pytest.fixture
def later(shop: Shop) -> Shop:
    """The shop four weeks on, four pairs ordered and built meanwhile."""
    opened = replace(shop, clock=fixed_clock(NOW + timedelta(weeks=4)))
    seed_history(opened, {"jeans": 4})
    return opened


def test_planner_program_and_monitor_read_the_same_figures(later: Shop) -> None:
    """Four built, one of them sent back after a check; the page says so in words, the API in sums."""
    with later.database.read() as db:
        found = figures_of_line(db, "jeans", FIRST, LAST, now=later.now())
    assert (found.built, found.kept) == (4, Share(4, 4))
    assert sum(each.sent_back for each in found.operations.values()) == 1

    planner = enter(later, login_name="planner")
    page = planner.open(f"/planning/jeans/metrics?{PERIOD}").text()
    assert "4 of 4 pieces" in page
    assert "100 %" in page

    client = TestClient(create_app(Settings(), later), base_url="http://127.0.0.1:8000/api/v1")
    answer = client.get(f"/planning/jeans/metrics?{PERIOD}", headers=token(client, "planner"))
    told = answer.json()
    assert (answer.status_code, told["built"], told["on_time"]["promise"]) == (200, 4, {"part": 4, "whole": 4})
    assert told["lead_time"]["total_s"] == found.lead.total_s

    watched = TestClient(create_app(Settings(metrics_token=TOKEN), later), base_url="http://127.0.0.1:8000")
    lines = watched.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text.splitlines()
    assert 'lotone_promise_pieces{against="promise",count="kept",line="jeans"} 4.0' in lines
    assert 'lotone_floor_events_total{kind="released",line="jeans"} 4.0' in lines
    assert [one for one in lines if "JE-" in one or "demo-" in one] == []


def test_a_period_that_is_none_is_refused_and_the_usual_one_shown(shop: Shop) -> None:
    """The last day before the first; the page keeps its form, the API says what would do."""
    planner = enter(shop, login_name="planner")
    planner.open("/planning/jeans/metrics?from=2026-11-20&to=2026-11-10")
    assert (planner.status, "at most a year apart" in planner.text()) == (422, True)

    client = TestClient(create_app(Settings(), shop), base_url="http://127.0.0.1:8000/api/v1")
    answer = client.get("/planning/jeans/metrics?from=2026-11-20&to=2026-11-10", headers=token(client, "planner"))
    assert (answer.status_code, answer.json()["code"]) == (422, "PeriodNotValid")


@pytest.mark.parametrize("sent", ["", "Bearer ", f"Bearer {'f' * 32}", f"Basic {TOKEN}"])
def test_without_the_right_token_the_monitor_reads_nothing(shop: Shop, sent: str) -> None:
    """Neither an installation with a token nor one without lets a wrong or an empty one in."""
    for settings in (Settings(), Settings(metrics_token=TOKEN)):
        client = TestClient(create_app(settings, shop), base_url="http://127.0.0.1:8000")
        answer = client.get("/metrics", headers={"Authorization": sent} if sent else {})
        assert (answer.status_code, answer.json()["code"]) == (401, "SignInNeeded")
