"""A voucher, an offer that would not pay, finance who decides, and the list of what orders earn."""

import csv
import io

import pytest

from tests.journeys.conftest import enter
from tests.journeys.person import Person
from tests.journeys.test_customer_orders import WHO, begin
from web.shop import Shop


def with_voucher(shop: Shop, percent: str) -> Person:
    """Let finance add the voucher FRIENDS; return finance."""
    finance = enter(shop, login_name="finance")
    finance.open("/finance/prices").press(
        "Add the voucher", code="friends", percent=percent, reason="For friends", uses="1"
    )
    assert finance.status == 200, finance.text()
    assert "FRIENDS" in finance.text()
    return finance


def quoted(shop: Shop, htmx: bool = False) -> Person:
    """Return a guest before their quote."""
    guest = enter(shop, htmx=htmx)
    begin(guest, "jeans")
    guest.press("Order")
    assert guest.path.startswith("/quotes/"), guest.text()
    return guest


def test_a_voucher_is_taken_off_with_its_reason_and_goes_into_the_order(shop: Shop) -> None:
    """The quote is offered anew; the code was typed in small letters with a blank."""
    with_voucher(shop, "10")
    guest = quoted(shop)
    before = guest.path
    guest.press("Take it off", voucher=" friends ")
    assert guest.path != before
    assert "For friends" in guest.text()
    pay = "Order and pay €134.01"
    guest.press(pay, **WHO)
    assert guest.path.startswith("/orders/"), guest.text()
    assert "For friends" in guest.text()
    assert "€134.01" in guest.text()


@pytest.mark.parametrize(("code", "says"), [("none-such", "There is no voucher"), ("FRIENDS", "has been used up")])
def test_a_voucher_that_does_not_hold_keeps_the_quote_and_says_why(shop: Shop, code: str, says: str) -> None:
    """422 with the field in error; what was typed stands there still."""
    with_voucher(shop, "10")
    quoted(shop).press("Take it off", voucher="FRIENDS")
    guest = quoted(shop)
    guest.press("Take it off", voucher=code)
    assert guest.status == 422
    assert says in guest.text()
    guest.press("Order and pay €148.90", **WHO)
    assert guest.path.startswith("/orders/")


def test_what_would_not_pay_waits_for_finance_and_is_promised_when_they_agree(shop: Shop) -> None:
    """60 % off a pair of jeans is under the floor."""
    finance = with_voucher(shop, "60")
    guest = quoted(shop)
    guest.press("Take it off", voucher="FRIENDS")
    waiting = guest.path
    assert waiting.startswith("/approvals/")
    assert "We look at this offer first" in guest.text()
    assert enter(shop).open(waiting).status == 403

    finance.open("/finance/approvals")
    assert "FRIENDS" in finance.text()
    finance.press("Grant", note="Once, for friends.")
    assert "granted" in finance.text()

    guest.open(waiting).press("Get the quote")
    assert guest.path.startswith("/quotes/")
    guest.press("Order and pay €59.56", **WHO)
    number = guest.path.removeprefix("/orders/")

    rows = list(csv.DictReader(io.StringIO(finance.client.get("/finance/margins.csv").text)))
    assert [row["order"] for row in rows] == [number]
    assert rows[0]["net_minor"] == "5005"
    costs = ("material_minor", "labour_minor", "setup_minor", "capacity_minor")
    assert int(rows[0]["margin_minor"]) == 5005 - sum(int(rows[0][cost]) for cost in costs)
    assert number in finance.open("/finance/margins?by=percent").text()


def test_a_decline_is_told_and_the_choices_are_kept(shop: Shop) -> None:
    """The way back is to the draft."""
    finance = with_voucher(shop, "60")
    guest = quoted(shop)
    guest.press("Take it off", voucher="FRIENDS")
    finance.open("/finance/approvals").press("Decline", note="Not below cost.")
    guest.open(guest.path)
    assert "Not at this price" in guest.text()
    assert guest.links("/drafts/")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"code": "two words", "percent": "10", "reason": "r"}, "One word, please."),
        ({"code": "ok", "percent": "0", "reason": "r"}, "More than 0"),
        ({"code": "ok", "percent": "ten", "reason": "r"}, "More than 0"),
        ({"code": "ok", "percent": "10", "reason": ""}, "The customer is told why."),
        ({"code": "ok", "percent": "10", "reason": "r", "valid_until": "2020-01-01"}, "It ends before it begins."),
    ],
)
def test_a_price_rule_that_cannot_be_meant_says_which_field(shop: Shop, fields: dict[str, str], says: str) -> None:
    """What was typed is kept, nothing is stored."""
    finance = enter(shop, login_name="finance")
    finance.open("/finance/prices").press("Save the price rule", **fields)
    assert finance.status == 422
    assert says in finance.text()
    assert "No price rules" in enter(shop, login_name="finance").open("/finance/prices").text()


def test_a_price_rule_holds_for_everybody_until_it_is_ended(shop: Shop) -> None:
    """5.5 % off 148.90 are 8.19."""
    finance = enter(shop, login_name="finance")
    finance.open("/finance/prices").press(
        "Save the price rule", code="opening", percent="5,5", reason="Opening week", line="jeans"
    )
    assert "Order and pay €140.71" in quoted(shop).text()
    finance.open("/finance/prices").press("End")
    assert "Order and pay €148.90" in quoted(shop).text()


def test_a_quote_is_offered_in_another_currency_at_the_rate_of_finance(shop: Shop) -> None:
    """Steps of 0.05 for each line; back in euros it is what it was; a rate that is none is refused by its field."""
    finance = enter(shop, login_name="finance")
    finance.open("/finance/prices").press("Save the currency", currency="chf", rate="nought")
    assert finance.status == 422
    assert "A number above 0, please." in finance.text()
    finance.open("/finance/prices").press(
        "Save the currency", currency="chf", rate="0,95", step="0.05", countries="ch, li"
    )
    assert "1 EUR = 0.95 CHF" in finance.text()
    guest = quoted(shop)
    guest.press("CHF")
    assert "Order and pay CHF\N{NO-BREAK SPACE}141.45" in guest.text() or "Order and pay CHF141.45" in guest.text(), (
        guest.text()
    )
    guest.press("EUR")
    guest.press("Order and pay €148.90", **WHO)
    assert guest.path.startswith("/orders/"), guest.text()
