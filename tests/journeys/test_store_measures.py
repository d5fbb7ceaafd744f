"""In the store: a customer is added, measured with plausibility, and a measured pair is ordered and printed."""

import io
import json

import pypdf
import pytest

from orders.lifecycle import repository as orders
from orders.lifecycle.sheets import customer_reference, order_fit, order_sheets, pieces_to_print
from production.promise import service as promises
from tests.journeys.conftest import do_jobs, enter
from tests.journeys.person import Person, words_of
from web.qr_reading import read_qr_codes
from web.shop import Shop

READINGS = {
    "waist_circ_wear": ["84.6", "85"],
    "hip_circ": ["101", "101.5"],
    "thigh_circ": ["61", "62.5"],
    "crotch_height": ["77", "77.4"],
    "crotch_length_wear": ["57", "57.3"],
}


def new_customer(person: Person) -> str:
    person.open("/customers").press("Add", within="#new-customer", name="李雷 Novák", email="lei@example.org")
    assert person.path.startswith("/customers/"), person.text()
    return person.path


@pytest.fixture
def clerk(shop: Shop, htmx: bool) -> Person:
    return enter(shop, htmx=htmx, login_name="store")


def test_a_measured_pair_from_the_tape_to_the_sheet(shop: Shop, clerk: Person) -> None:
    """Two readings apart ask for a third; then the fit report, the order, and a sheet with the five measures."""
    customer = new_customer(clerk)
    clerk.press("Start jeans")
    draft = clerk.path.rpartition("/")[0]
    clerk.press("=measured", within="#feature-sizing")
    clerk.open(f"{customer}/measures?draft={draft.removeprefix('/drafts/')}")
    clerk.press("Keep the measures", sex="F", **READINGS)
    assert clerk.status == 422
    assert "15 mm" in clerk.text("#measure-thigh-circ") or "1.5 cm" in clerk.text("#measure-thigh-circ")

    clerk.press("Keep the measures", sex="F", **{**READINGS, "thigh_circ": ["61", "62.5", "61.4"]})
    assert clerk.path.endswith("/fit-report"), clerk.text()
    assert "Measures of the finished pair" in clerk.text()

    clerk.open(draft).press("Order")
    pay = next(each for each in clerk.all("button") if "Order and pay" in "".join(each.itertext()))
    clerk.press(words_of(pay), street="Ringstraße 1", city="Berlin")
    number = clerk.path.removeprefix("/orders/")
    do_jobs(shop)
    pdf = clerk.client.get(f"/orders/{number}/build-sheet.pdf").content
    read_back(pdf, number)
    same_bytes_again(shop, number, pdf)


def read_back(pdf: bytes, number: str) -> None:
    """The sheet says what to make without naming the customer; its twin is attached; each step has its code."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert number in text
    assert "Waist, top edge" in text
    assert "Novák" not in text
    twin = json.loads(reader.attachments["spec.json"][0])
    steps = {step["scan"] for step in twin["steps"]}
    assert len(twin["measures"]) == 5
    assert steps | {f"L1:{number}:A:S"} == set(read_qr_codes(pdf))
    assert len(steps) >= 10


def same_bytes_again(shop: Shop, number: str, pdf: bytes) -> None:
    """Drawing the sheet once more gives the very bytes that were issued."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        model = shop.configurators.of(db, order.release).model
        fit = order_fit(db, model, order)
        plant, reference = promises.plant_of(db, order.line), customer_reference(db, order)
        sheets, picture = order_sheets(model, plant, order, fit, reference, pieces_to_print(db, order))
    assert shop.printer.draw(sheets[0], picture) == pdf


def test_impossible_and_rare_measures_are_asked_again(shop: Shop, clerk: Person) -> None:
    """The impossible blocks, the rare may be confirmed; what was typed stays."""
    customer = new_customer(clerk)
    clerk.open(f"{customer}/measures")
    clerk.press("Keep the measures", sex="F", **{**READINGS, "thigh_circ": ["61", "61"], "hip_circ": ["950", "950"]})
    assert clerk.status == 422
    assert "No body measures that" in clerk.text("#measure-hip-circ")
    assert [each.get("value") for each in clerk.all("[name=hip_circ]")][:2] == ["950", "950"]

    clerk.press(
        "Keep the measures", sex="F", **{**READINGS, "thigh_circ": ["61", "61"], "waist_circ_wear": ["150", "150"]}
    )
    assert clerk.status == 422
    assert "Not measured yet" in enter(shop, login_name="store").open(customer).text()
