"""A value nobody stated: warned of, asked of staff, or in the way, as each rule says; on the page and by program."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kernel.database import Database
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.releases import service as releases
from tests.journeys.person import Person
from tests.mugs import FOLDER, pottery
from tests.serving import app_of
from web.security.roles import Role
from web.security.service import user_add
from web.shop import Shop


@pytest.fixture
def sqlite_shop(sqlite_url: str, tmp_path: Path, now: datetime) -> Iterator[Shop]:
    database = Database(sqlite_url)
    with pottery(database, tmp_path, now=now) as shop:
        for role in (Role.STORE, Role.CUSTOMER):
            with database.write() as db:
                user_add(
                    db,
                    login_name=role.value,
                    display_name=role.value,
                    password="correct horse",
                    roles=frozenset({role}),
                    now=now,
                )
        yield shop
    database.dispose()


def sell(shop: Shop, folder: Path, policy: str, now: datetime) -> None:
    """Publish the mug with a rule that reads how hot a glaze is fired, which nobody states of the blue one."""
    mug = folder / "new" / "mug"
    shutil.copytree(FOLDER, mug)
    line = (mug / "line.yaml").read_text()
    line = line.replace("white: {", "white: {heat_c: 1180, ").replace("raw: {", "raw: {heat_c: 1000, ")
    rule = f"  - {{id: kiln_heat, that: glaze.heat_c <= 1200, when_missing: {policy}}}\n"
    (mug / "line.yaml").write_text(line.replace("rules:\n", "rules:\n" + rule))
    with (mug / "texts" / "en.yaml").open("a") as texts:
        texts.write("rule.kiln_heat: The kiln reaches 1200 °C.\n")
        texts.write("rule.kiln_heat.missing: How hot this glaze is fired is not stated.\n")
    with shop.database.write() as db:
        releases.publish(db, mug, load_catalog(mug), now=now)


def by_program(shop: Shop) -> tuple[TestClient, str, dict[str, str]]:
    client = TestClient(app_of(shop), base_url="http://127.0.0.1:8000")
    opened = client.post("/api/v1/drafts", json={"line": "mug"}).json()
    return client, f"/api/v1/drafts/{opened['draft_id']}", {"X-Draft-Key": opened["draft_key"]}


@pytest.mark.parametrize(
    ("policy", "status", "told", "confirm"),
    [
        ("warn", "available", True, []),
        ("ask", "not_known", True, ["kiln_heat"]),
        ("block", "ruled_out", False, []),
        ("ignore", "available", False, []),
    ],
)
def test_each_rule_says_what_becomes_of_a_value_nobody_stated(
    sqlite_shop: Shop, tmp_path: Path, now: datetime, policy: str, status: str, told: bool, confirm: list[str]
) -> None:
    sell(sqlite_shop, tmp_path, policy, now)
    client, draft, key = by_program(sqlite_shop)

    option = client.get(draft, headers=key).json()["state"]["features"]["glaze"]["options"]["blue"]
    pressed = client.put(f"{draft}/choices/glaze", json={"option": "blue"}, headers=key)

    assert option["status"] == status
    texts = [note["text"] for note in option["notes"] if note["missing"]]
    assert texts == (["How hot this glaze is fired is not stated."] if told else [])
    if status == "ruled_out":
        assert (pressed.status_code, pressed.json()["code"]) == (409, "OptionRuledOut")
        assert [rule["id"] for rule in pressed.json()["conflict"]["rules"]] == ["kiln_heat"]
        return
    assert pressed.json()["state"]["must_confirm"] == confirm
    quoted = client.post(f"{draft}/quotes", headers=key)
    if confirm:
        assert (quoted.status_code, quoted.json()["code"], quoted.json()["reason"]) == (
            409, "DraftNotQuotable", "unconfirmed",
        )  # fmt: skip
    else:
        assert quoted.status_code == 201


def test_staff_confirm_on_the_page_what_is_not_known_and_then_it_can_be_ordered(
    sqlite_shop: Shop, tmp_path: Path, now: datetime
) -> None:
    """The customer sees that it is asked, and cannot confirm it; the clerk opens the same draft and does."""
    sell(sqlite_shop, tmp_path, "ask", now)
    app = app_of(sqlite_shop)
    customer = Person(app)
    customer.sign_in("customer", "correct horse")
    customer.open("/configure/mug").press("Make yours")
    blue = next(each for each in customer.all("[value=blue]"))
    assert blue.get("data-status") == "not_known"
    assert "How hot this glaze is fired is not stated." in customer.text()
    customer.press("=blue")

    assert "Staff confirm this before you order How hot this glaze is fired is not stated." in customer.text()
    order = next(each for each in customer.all("button") if "Order" in "".join(each.itertext()))
    assert order.get("disabled") is not None
    assert [each for each in customer.all("button") if "".join(each.itertext()).strip() == "Confirm"] == []

    clerk = Person(app)
    clerk.sign_in("store", "correct horse")
    clerk.open(customer.path).press("Confirm")
    customer.open(customer.path)

    order = next(each for each in customer.all("button") if "Order" in "".join(each.itertext()))
    assert order.get("disabled") is None
    assert "Staff confirm this" not in customer.text()
