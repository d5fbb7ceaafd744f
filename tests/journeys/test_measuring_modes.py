"""Measured in other ways, corrected by try-ons and by what the wearer says; imported from a file."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kernel.ids import CustomerId
from modules_catalog.sizing.model import Measure
from orders.customers import repository as customers
from orders.customers.model import MeasurementProfile, Method, Purpose
from orders.drafts.again import usual_of
from orders.lifecycle import repository as orders
from tests.journeys.conftest import enter
from tests.journeys.ordering import released
from tests.journeys.person import Person
from tests.journeys.test_erase import deliver
from tests.journeys.test_store_measures import READINGS, new_customer
from web.cli import customers as command
from web.shop import Shop

PAIR = {
    "waist_circ_wear": "85",
    "hip_circ": "106",
    "thigh_circ": "65",
    "crotch_height": "74",
    "crotch_length_wear": "59",
}


@pytest.fixture
def clerk(shop: Shop, htmx: bool) -> Person:
    return enter(shop, htmx=htmx, login_name="store")


def newest(shop: Shop, card: str) -> MeasurementProfile:
    with shop.database.read() as db:
        customer_id = CustomerId(card.rpartition("/")[2])
        return customers.profiles_of(db, customer_id, purpose=Purpose.FIT)[0]


def test_a_pair_that_fits_is_measured_instead_of_the_body(shop: Shop, clerk: Person) -> None:
    """85 cm of waistband on a straight pair is a body of 842 mm; what was measured is kept beside it."""
    card = new_customer(clerk)
    clerk.open(f"{card}/measures?mode=garment").press("Keep the measures", sex="F", **{**PAIR, "hip_circ": ""})
    assert clerk.status == 422
    assert "Please measure this." in clerk.text("#measure-hip-circ")
    clerk.press("Keep the measures", sex="F", **PAIR)
    assert clerk.path == card
    profile = newest(shop, card)
    assert (profile.method, profile.measure_mm("waist_circ_wear"), profile.readings_each()) == (Method.GARMENT, 842, 1)
    assert profile.taken_from == {"waist": 850, "hip": 1060, "thigh": 650, "inseam": 740, "rise": 590}


def test_a_size_is_a_first_guess(shop: Shop, clerk: Person) -> None:
    card = new_customer(clerk)
    clerk.open(f"{card}/measures?mode=size").press("Keep the measures", sex="M", size_waist="32")
    assert clerk.status == 422
    clerk.press("Keep the measures", sex="M", size_waist="32", size_length="34")
    profile = newest(shop, card)
    assert (profile.method, profile.taken_from) == (Method.SIZE, {"waist_in": 32, "length_in": 34})


def test_staff_keep_what_is_rare_or_apart_with_a_reason(shop: Shop, clerk: Person) -> None:
    """The reason is kept with the measures; the impossible stays impossible."""
    card = new_customer(clerk)
    clerk.open(f"{card}/measures").press("Keep the measures", sex="F", **READINGS)
    assert clerk.status == 422
    clerk.press("Keep the measures", sex="F", reason_thigh_circ="wears a brace", **READINGS)
    assert clerk.path == card, clerk.text()
    assert newest(shop, card).reasons == {"thigh_circ": "wears a brace"}
    clerk.open(f"{card}/measures").press("Keep the measures", sex="F", **{**READINGS, "hip_circ": ["950", "950"]})
    assert clerk.status == 422
    assert list(clerk.all("[name=reason_hip_circ]")) == []


def test_try_ons_add_up_and_show_in_the_history(shop: Shop, clerk: Person) -> None:
    card = new_customer(clerk)
    clerk.open(f"{card}/measures").press("Keep the measures", sex="F", **{**READINGS, "thigh_circ": ["61", "61.4"]})
    clerk.open(card).press("Keep the correction", waist="8", inseam="-5")
    clerk.press("Keep the correction", waist="4", inseam="5")
    profile = newest(shop, card)
    assert profile.corrections_mm == {Measure.WAIST: 12}
    clerk.open(f"{card}/measures/history")
    assert "+12 mm" in clerk.text()
    drawn = clerk.client.get(f"{card}/measures/history").text
    assert (drawn.count("<polyline"), drawn.count("<circle")) == (5, 5)  # corrections are no measures
    clerk.open(card).press("Keep the correction", waist="60")
    assert clerk.status == 422


def test_what_the_wearer_says_corrects_the_next_pair_once(shop: Shop) -> None:
    """A little tight in the waist is 10 mm more next time; saying it twice changes nothing."""
    number = released(shop, "jeans", measured=True)
    clerk = enter(shop, login_name="store")
    assert clerk.open(f"/orders/{number}/fit").status == 409
    deliver(shop, number)
    clerk.open(f"/orders/{number}")
    assert f"/orders/{number}/fit" in [each.get("href") for each in clerk.all("a")]
    clerk.open(f"/orders/{number}/fit").press("Tell us", waist="too_small", hip="right", words="lovely cloth")
    assert "Thank you" in clerk.text()
    assert clerk.send_again() == 303
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        assert order.customer_id is not None
        profiles = customers.profiles_of(db, order.customer_id, purpose=Purpose.FIT)
        usual = usual_of(db, shop.configurators, order.customer_id, "jeans", now=shop.now())
    assert [each.corrections_mm for each in profiles] == [{Measure.WAIST: 10}, {}]
    assert profiles[1].id == order.profile_id
    assert usual.answers["sizing"] == "measured"
    assert enter(shop).open(f"/orders/{number}/fit").status == 403


def test_a_file_is_looked_through_and_then_added(shop: Shop) -> None:
    """With a mistake nothing is written; who is known by e-mail is not added twice."""
    clerk = enter(shop, login_name="store")
    clerk.open("/customers/import")
    token = str(next(clerk.all("[name=csrf_token]")).get("value"))

    def send(text: str, **fields: str) -> str:
        files = {"file": ("people.csv", text.encode(), "text/csv")}
        return clerk.client.post("/customers/import", data={"csrf_token": token, **fields}, files=files).text

    good = "name,email\nAda Lovelace,ada@example.org\nBo,bo@example.org\n"
    wrong = send(good + "Cy,nothing\n")
    assert "This cannot be right. (nothing)" in wrong
    assert "2 persons can be added" in send(good, dry_run="yes")
    with shop.database.read() as db:
        assert customers.find_customers(db, "example.org", purpose=Purpose.SALE) == []
        assert customers.find_customers(db, "ada", purpose=Purpose.SALE) == []
    assert "2 customers were added." in send(good)
    again = send(good + "Cy,cy@example.org\n")
    assert "1 customer was added." in again
    assert "2 were known by the e-mail address." in again


def test_the_command_tells_places_and_writes_only_without_dry_run(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "DATABASE_URL": sqlite_url,
        "BLOB_URL": str(tmp_path / "blobs"),
        "CACHE_DIR": str(tmp_path),
        "MASTER_KEY_FILE": str(tmp_path / "master.key"),
    }.items():
        monkeypatch.setenv(f"LOTONE_{name}", value)
    file = tmp_path / "people.csv"
    runner = CliRunner()
    file.write_text("name,email\nAda,ada\n")
    answer = runner.invoke(command.app, ["import", str(file)])
    assert (answer.exit_code, answer.stdout) == (1, f"{file}:2: email: This cannot be right. (ada)\n")
    file.write_text("name,email\nAda,ada@example.org\n")
    looked = runner.invoke(command.app, ["import", str(file), "--dry-run", "--json"])
    assert json.loads(looked.stdout) == {"ok": True, "rows": 1, "written": False, "problems": []}
    added = runner.invoke(command.app, ["import", str(file), "--json"])
    assert json.loads(added.stdout) == {
        "ok": True,
        "rows": 1,
        "written": True,
        "added": 1,
        "known": 0,
        "measured": 0,
        "problems": [],
    }
