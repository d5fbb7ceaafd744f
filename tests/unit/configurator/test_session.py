"""The JSONL session: a whole conversation, and requests that must not end it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from configurator.configurator import Configurator
from configurator.session import Session
from modules_catalog.loading.catalog import load_catalog
from web.cli.configure import answer_lines

CATALOG = Path(__file__).parents[2] / "data" / "catalogs" / "small"


@pytest.fixture(scope="module")
def configurator() -> Configurator:
    return Configurator(load_catalog(CATALOG))


@pytest.fixture
def session(configurator: Configurator) -> Session:
    return Session(configurator)


def chosen(reply: dict[str, Any]) -> dict[str, Any]:
    features = reply["state"]["features"]
    return {code: told["chosen"] for code, told in features.items() if told["chosen"] is not None}


def status(reply: dict[str, Any], feature: str) -> dict[str, str]:
    return {code: told["status"] for code, told in reply["state"]["features"][feature]["options"].items()}


def test_a_conversation_from_defaults_over_a_conflict_to_a_repair_and_back(session: Session) -> None:
    opened = session.reply({"op": "open", "defaults": True, "need_by": "2026-12-18"})

    assert opened["ok"]
    assert opened["state"]["complete"]
    assert opened["state"]["valid"]
    assert opened["state"]["promise"] is None
    assert chosen(opened) == {
        "cpu": "c3",
        "motherboard": "b1",
        "psu": "p1",
        "case": "k1",
        "gift": "no",
        "width": 20,
    }
    assert opened["state"]["price"]["total_minor"] == 220
    assert status(opened, "motherboard") == {"b1": "chosen", "b2": "ruled_out"}
    assert opened["state"]["features"]["width"]["ranges"] == [[10, 30]]

    refused = session.reply({"op": "choose", "feature": "gpu", "option": "g2"})

    assert not refused["ok"]
    assert refused["error"]["code"] == "OptionRuledOut"
    assert refused["conflict"] == {
        "choices": [{"feature": "case", "option": "k1"}, {"feature": "gpu", "option": "g2"}],
        "rules": [{"id": "length", "reason": "This card is 350 mm long; the case takes 310 mm."}],
    }
    assert refused["repairs"] == [
        {
            "changes": [{"feature": "case", "from": "k1", "to": "k2"}],
            "price_delta_minor": 320,
            "days_delta": None,
        }
    ]
    assert chosen(refused) == chosen(opened)

    repaired = session.reply({"op": "accept", "repair": 0})

    assert chosen(repaired) == {**chosen(opened), "case": "k2", "gpu": {"g2": 1}}
    assert repaired["state"]["complete"]
    assert repaired["state"]["price"]["total_minor"] == 540
    assert session.reply({"op": "accept", "repair": 0})["error"]["code"] == "RepairNotFound"
    assert chosen(session.reply({"op": "undo"})) == chosen(opened)
    assert session.reply({"op": "undo"})["error"]["code"] == "NothingToUndo"


def test_an_empty_session_is_completed_to_the_cheapest(session: Session) -> None:
    empty = session.reply({"op": "open"})
    whole = session.reply({"op": "complete", "goal": "cheapest"})

    assert chosen(empty) == {}
    assert not empty["state"]["complete"]
    assert whole["state"]["complete"]
    assert whole["state"]["price"]["total_minor"] == empty["state"]["price"]["total_minor"]


def test_counts_are_set_and_pieces_added(session: Session) -> None:
    session.reply({"op": "open"})
    session.reply({"op": "choose", "feature": "gpu", "option": "g1"})
    assert chosen(session.reply({"op": "choose", "feature": "gpu", "option": "g1"})) == {"gpu": {"g1": 2}}
    assert chosen(session.reply({"op": "choose", "feature": "gpu", "option": "g1", "count": 1})) == {"gpu": {"g1": 1}}
    assert chosen(session.reply({"op": "unchoose", "feature": "gpu"})) == {}


def test_a_third_card_is_refused_by_the_feature_itself(session: Session) -> None:
    session.reply({"op": "open"})
    session.reply({"op": "choose", "feature": "gpu", "option": "g1", "count": 2})

    conflict = session.reply({"op": "why_not", "feature": "gpu", "option": "g2"})["conflict"]

    assert conflict == {
        "choices": [{"feature": "gpu", "option": "g1"}, {"feature": "gpu", "option": "g2"}],
        "rules": [],
    }


def test_a_text_needs_its_question_to_be_asked(session: Session) -> None:
    session.reply({"op": "open", "defaults": True})

    refused = session.reply({"op": "choose", "feature": "text", "text": "Ana"})
    repaired = session.reply({"op": "accept", "repair": 0})

    assert refused["conflict"]["choices"] == [
        {"feature": "gift", "option": "no"},
        {"feature": "text", "option": "Ana"},
    ]
    assert chosen(repaired)["text"] == "Ana"
    assert chosen(repaired)["gift"] == "yes"
    lines = {line["key"]: line["amount_minor"] for line in repaired["state"]["price"]["lines"]}
    assert lines["surcharge.letters"] == 30


def test_not_known_can_be_chosen_and_must_be_confirmed(session: Session) -> None:
    opened = session.reply({"op": "open", "defaults": True})
    taken = session.reply({"op": "choose", "feature": "cooler", "option": "o3"})

    assert status(opened, "cooler") == {"o1": "available", "o2": "ruled_out", "o3": "not_known"}
    assert taken["ok"]
    assert taken["state"]["must_confirm"] == ["cooler_fits"]
    (note,) = taken["state"]["features"]["cooler"]["options"]["o3"]["notes"]
    assert note == {
        "rule": "cooler_fits",
        "missing": True,
        "text": "The height of this cooler is not known; we measure before we build.",
    }


def test_a_budget_rules_out_what_is_too_dear(session: Session) -> None:
    opened = session.reply({"op": "open", "budget_minor": 300})
    refused = session.reply({"op": "choose", "feature": "gpu", "option": "g1"})

    assert status(opened, "gpu") == {"g1": "ruled_out", "g2": "ruled_out"}
    assert refused["conflict"] == {
        "choices": [{"feature": "gpu", "option": "g1"}],
        "rules": [{"id": "budget", "reason": "Over the budget by 0.80 EUR."}],
    }
    assert refused["repairs"] == []


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ([1], "RequestNotValid"),
        ({}, "RequestNotValid"),
        ({"op": "dance"}, "RequestNotValid"),
        ({"op": "choose"}, "RequestNotValid"),
        ({"op": "choose", "feature": "cpu"}, "RequestNotValid"),
        ({"op": "choose", "feature": "wings", "option": "x"}, "FeatureNotFound"),
        ({"op": "choose", "feature": "cpu", "option": "x"}, "OptionNotFound"),
        ({"op": "choose", "feature": "cpu", "option": 7}, "AnswerNotValid"),
        ({"op": "choose", "feature": "cpu", "option": "c1", "count": 2}, "AnswerNotValid"),
        ({"op": "choose", "feature": "gpu", "option": "g1", "count": -1}, "RequestNotValid"),
        ({"op": "choose", "feature": "width", "value": 22}, "AnswerNotValid"),
        ({"op": "choose", "feature": "width", "value": 20.5}, "AnswerNotValid"),
        ({"op": "choose", "feature": "width", "value": "wide"}, "AnswerNotValid"),
        ({"op": "choose", "feature": "text", "text": "Анна"}, "AnswerNotValid"),
        ({"op": "choose", "feature": "text", "text": "toolong"}, "AnswerNotValid"),
        ({"op": "accept", "repair": 3}, "RepairNotFound"),
        ({"op": "undo"}, "NothingToUndo"),
        ({"op": "complete", "goal": "shiniest"}, "RequestNotValid"),
        ({"op": "open", "need_by": "soon"}, "RequestNotValid"),
        ({"op": "open", "defaults": True, "budget_minor": 1}, "NoCompletion"),
    ],
)
def test_a_request_that_cannot_be_answered_changes_nothing(session: Session, request_: object, code: str) -> None:
    before = session.selection

    reply = session.reply(request_)

    assert not reply["ok"]
    assert reply["error"]["code"] == code
    assert reply["error"]["message"]
    assert session.selection == before


def test_every_line_is_answered_by_one_line_even_broken_ones(session: Session) -> None:
    replies = io.StringIO()

    answer_lines(session, io.StringIO('{"op":"open"}\n\nnot json\n[]\n{"op":"state"}\n'), replies)

    told = [json.loads(line) for line in replies.getvalue().splitlines()]
    assert [reply["ok"] for reply in told] == [True, False, False, True]
