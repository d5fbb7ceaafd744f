"""A quote on paper, ordered from at home by its link, and beside another one."""

import re
from io import BytesIO

from pypdf import PdfReader

from orders.lifecycle import repository as orders
from tests.journeys.conftest import enter
from tests.journeys.person import Person
from tests.journeys.test_customer_orders import begin
from tests.journeys.test_store_measures import new_customer
from web.qr_reading import read_qr_codes
from web.shop import Shop


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def quoted(person: Person, line: str = "jeans") -> str:
    begin(person, line)
    return person.press("Order").path


def test_a_quote_as_pdf_says_what_the_page_says_and_is_the_same_each_time(shop: Shop) -> None:
    """Number, price, date, validity; readable by whoever may read the quote only."""
    guest = enter(shop)
    path = quoted(guest)
    first, again = (guest.client.get(f"{path}/quote.pdf") for _ in range(2))
    text = text_of(first.content)

    assert first.content == again.content
    assert first.headers["content-type"] == "application/pdf"
    number = re.search(r"Q-\d{4}-\d{6}", guest.text())
    assert number is not None
    assert number.group() in text
    assert "€148.90" in text
    assert "cannot be sent back for a change of mind" in text
    assert enter(shop).client.get(f"{path}/quote.pdf").status_code == 403


def test_a_paper_from_the_store_is_ordered_at_home_by_its_code_once(shop: Shop) -> None:
    """The QR leads to a page without anybody's name; the second press finds the order, and a wrong link nothing."""
    clerk = enter(shop, login_name="store")
    new_customer(clerk)
    clerk.press("Start jeans")
    clerk.press("Order")
    path = clerk.path
    answer = clerk.client.post(
        f"{path}/papers", data={"csrf_token": next(clerk.all("[name=csrf_token]")).get("value") or ""}
    )
    codes = [code for code in read_qr_codes(answer.content) if "/offers/" in code]
    assert len(codes) == 1
    assert "Novák" not in text_of(answer.content)

    home = enter(shop)
    home.open(codes[0].removeprefix(shop.origin))
    assert "Novák" not in home.text()
    pay = next(each for each in home.all("button") if "Order and pay" in "".join(each.itertext()))
    home.press("".join(pay.itertext()).strip(), street="Ringstraße 1", city="Berlin")
    assert "Thank you" in home.text()
    assert home.send_again() == 200
    with shop.database.read() as db:
        assert len(orders.find_orders(db)) == 1
    assert "Ordered." in home.open(codes[0].removeprefix(shop.origin)).text()
    assert home.client.get("/offers/no-such-link").status_code == 404


def test_quotes_stand_side_by_side_with_what_differs_first(shop: Shop) -> None:
    """Two pairs in different cloth."""
    guest = enter(shop)
    quoted(guest)
    draft = guest.open("/").press("Make yours").path.rpartition("/")[0]
    guest.open(f"{draft}/cloth").press("=indigo_12", within="#feature-cloth")
    guest.press("Order")
    guest.open("/compare")
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in guest.all("tr")]
    differing = next(row for row in rows if row[0] == "Cloth")

    assert set(differing[1:]) == {"Indigo selvedge 14 oz", "Indigo 12 oz"}
    assert rows.index(differing) < next(number for number, row in enumerate(rows) if row[0] == "Fly")
    assert "Nothing to compare" in enter(shop).open("/compare").text()
