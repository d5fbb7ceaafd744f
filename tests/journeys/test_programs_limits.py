"""A program meets a budget or a need-by date: told what its choices come to, and which limits would let them through."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.journeys.test_programs_order import API, open_draft
from tests.serving import app_of
from web.routes.api.schemas import Draft, Explanation, RefusedChoice
from web.shop import Shop


@pytest.fixture
def client(shop: Shop) -> TestClient:
    return TestClient(app_of(shop), base_url=f"http://127.0.0.1:8000{API}")


def limit(client: TestClient, path: str, key: dict[str, str], **limits: Any) -> dict[str, Any]:
    answer = client.put(f"{path}/limits", json=limits, headers=key)
    assert answer.status_code == 200, answer.text
    Draft.model_validate(answer.json())
    told: dict[str, Any] = answer.json()
    return told


def test_choices_beyond_a_budget_tell_what_they_come_to_and_what_helps(client: TestClient) -> None:
    """As on the page: the price as chosen, the budget it needs, whether others keep it, and the least there is."""
    path, key, opened = open_draft(client, "jeans")
    assert opened["beyond"] is None
    ready = opened["state"]["promise"]["date"]

    short = limit(client, path, key, budget_minor=12550)["beyond"]
    assert short == {
        "total_minor": 14890,
        "ready": ready,
        "eases": [{"budget_minor": 14890, "need_by": None}],
        "has_other": True,
        "least_minor": None,
    }
    none = limit(client, path, key, budget_minor=4000)["beyond"]
    assert (none["has_other"], none["least_minor"], none["eases"]) == (False, 11800, short["eases"])
    assert client.get(path, headers=key).json()["beyond"] == none
    assert limit(client, path, key, **none["eases"][0])["beyond"] is None


def test_a_refusal_names_the_limits_that_would_let_the_answer_through(client: TestClient) -> None:
    """The explanation and the refusal agree; with the limits set the answer is taken, and nothing was before."""
    path, key, opened = open_draft(client, "jeans")
    raw = {"option": "raw_21"}
    for limits, wider in (
        ({"budget_minor": 16000}, {"budget_minor": 18390, "need_by": None}),
        ({"need_by": "2026-11-27"}, {"budget_minor": None, "need_by": "2026-12-15"}),
        ({"budget_minor": 16000, "need_by": "2026-11-27"}, {"budget_minor": 18390, "need_by": "2026-12-15"}),
    ):
        before = limit(client, path, key, **limits)
        explained = client.post(f"{path}/explanations", json={"feature": "cloth", **raw}, headers=key).json()
        Explanation.model_validate(explained)
        refused = client.put(f"{path}/choices/cloth", json=raw, headers=key)
        RefusedChoice.model_validate(refused.json())
        assert (refused.status_code, refused.json()["code"]) == (409, "OptionRuledOut")
        assert refused.json()["eases"] == explained["eases"] == [wider]
        assert client.get(path, headers=key).json()["version"] == before["version"]
        limit(client, path, key, **wider)
        taken = client.put(f"{path}/choices/cloth", json=raw, headers=key)
        assert (taken.status_code, taken.json()["beyond"]) == (200, None)
        client.post(f"{path}/undo", headers=key)
    assert opened["state"]["price"]["total_minor"] == 14890


def test_what_rules_alone_refuse_has_no_wider_limits(client: TestClient) -> None:
    path, key, opened = open_draft(client, "jeans")
    limit(client, path, key, budget_minor=90000)
    features = opened["state"]["features"]
    feature, option = next(
        (code, option)
        for code, told in features.items()
        if told["kind"] == "option"
        for option, each in told["options"].items()
        if each["status"] == "ruled_out"
    )
    assert client.put(f"{path}/choices/{feature}", json={"option": option}, headers=key).json()["eases"] == []
