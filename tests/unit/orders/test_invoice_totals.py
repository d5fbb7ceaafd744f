"""Net lines, tax and sums of invoices: exact to the cent, as EN 16931 rounds."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.customers.billing.numbers import plausible_endpoint, plausible_iban, plausible_vat_id, vat_country
from orders.invoicing.amounts import unit_price
from orders.invoicing.composing import BillableLine, PiecesBack, credit_note, credit_pieces
from orders.invoicing.document import invoice_from_json, invoice_to_json
from orders.invoicing.model import InvoiceKind, InvoiceLine, NothingToBill, PartyNotValid, PaymentMeans
from orders.invoicing.seller import load_seller
from orders.invoicing.totalling import tax_of
from orders.pricing.model import VatCategory
from orders.pricing.tax import Supply, Vat, net_amounts, vat_of
from tests.invoices import COMPANY, DAY, FRENCH, LINES, SELLER, SWISS, invoice, order

RATES = st.sampled_from(
    [Decimal(rate) for rate in ("0.05", "0.055", "0.07", "0.081", "0.16", "0.19", "0.20", "0.21", "0.22")]
)
PRICES = st.lists(st.integers(-30_000, 200_000).filter(bool), min_size=1, max_size=12)
STANDARD = Vat(VatCategory.STANDARD, Decimal("0.19"))


def rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@given(gross=st.lists(st.integers(-30_000, 200_000), max_size=30), rate=RATES)
def test_net_lines_add_up_to_the_net_of_the_whole_and_none_is_a_cent_off(gross: list[int], rate: Decimal) -> None:
    """I-2: the sum is rounded once; each line is less than one minor unit from its own exact net."""
    nets = net_amounts(gross, rate)

    assert sum(nets) == rounded(Decimal(sum(gross)) / (1 + rate))
    assert all(abs(net - Decimal(each) / (1 + rate)) <= 1 for net, each in zip(nets, gross, strict=True))


@given(gross=st.integers(0, 10_000_000), rate=RATES)
def test_one_rate_misses_the_agreed_price_by_a_cent_at_most(gross: int, rate: Decimal) -> None:
    """I-4: where some net and its rounded tax make the price, that net is found; else a cent is missing."""
    (net,) = net_amounts([gross], rate)
    missing = gross - net - tax_of(net, rate)
    can_be_met = any(each + tax_of(each, rate) == gross for each in range(net - 2, net + 3))

    assert abs(missing) <= 1
    assert (missing == 0) == can_be_met


@given(prices=st.lists(PRICES, min_size=1, max_size=4), days=st.data())
def test_sums_hold_as_the_standard_says(prices: list[list[int]], days: st.DataObject) -> None:
    """BR-CO-10 to BR-CO-17 over several orders, rates and discounts; what is owed is what was agreed."""
    dates = [days.draw(st.sampled_from([DAY, date(2020, 9, 1)])) for _ in prices]
    orders = [
        order(
            f"JE-2026-{number:06d}",
            delivered_on=day,
            lines=tuple(BillableLine(f"line {at}", "", 1, amount) for at, amount in enumerate(amounts)),
        )
        for number, (amounts, day) in enumerate(zip(prices, dates, strict=True), 1)
    ]
    if sum(map(sum, prices)) <= 0:
        with pytest.raises(NothingToBill):
            invoice(*orders, buyer=COMPANY)
        return
    made = invoice(*orders, buyer=COMPANY, paid_minor=0)
    totals = made.totals

    assert totals.lines_minor == sum(line.net_minor for line in made.lines)
    assert totals.allowances_minor == sum(each.net_minor for each in made.allowances)
    assert (
        totals.net_minor == totals.lines_minor - totals.allowances_minor == sum(each.base_minor for each in totals.vat)
    )
    assert totals.tax_minor == sum(each.tax_minor for each in totals.vat)
    assert all(each.tax_minor == rounded(each.base_minor * each.vat.rate) for each in totals.vat)
    assert totals.gross_minor == totals.net_minor + totals.tax_minor
    assert totals.due_minor == totals.gross_minor + totals.rounding_minor == sum(map(sum, prices))
    assert abs(totals.rounding_minor) <= len(totals.vat)
    assert min(line.net_minor for line in made.lines) > 0
    assert all(each.net_minor > 0 for each in made.allowances)


@given(quantity=st.integers(1, 99), net=st.integers(1, 10_000_000))
def test_quantity_times_price_is_the_line(quantity: int, net: int) -> None:
    """I-5: no part of a cent is lost in the price of one piece."""
    price = unit_price(InvoiceLine("", quantity, net, STANDARD, ""))

    assert price.net_minor * quantity == net * price.base


def test_a_known_invoice() -> None:
    """158.90 with 19 % in it: worked out by hand."""
    made = invoice()

    assert [(line.name, line.net_minor) for line in made.lines] == [
        ("Jeans", 10_840),
        ("Cloth: Indigo selvedge", 1_261),
        ("Warranty: five years", 1_672),
    ]
    assert [(each.reason, each.net_minor) for each in made.allowances] == [("Wash: rinse", 420)]
    assert (made.totals.net_minor, made.totals.tax_minor, made.totals.rounding_minor) == (13_353, 2_537, 0)
    assert made.totals.due_minor == 15_890
    assert made.due_on == date(2026, 12, 16)


def test_a_price_no_net_can_make_is_rounded_openly() -> None:
    """0.02 net bears no cent of 19 %, 0.03 bears one: between 0.02 and 0.04 lies 0.03, made by rounding a cent away."""
    made = invoice(order(lines=(BillableLine("Button", "", 1, 3),)))

    assert (made.totals.gross_minor, made.totals.rounding_minor, made.totals.due_minor) == (4, -1, 3)


def test_paid_before_is_not_asked_again() -> None:
    """Money that came first is set off, never below nothing, and then nothing is due later."""
    made = invoice(means=PaymentMeans.CARD, paid_minor=99_999)

    assert (made.totals.paid_minor, made.totals.due_minor, made.due_on) == (15_890, 0, DAY)


def test_nothing_is_not_invoiced() -> None:
    with pytest.raises(NothingToBill):
        invoice(order(lines=()))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, STANDARD),
        ({"country": "FR"}, Vat(VatCategory.STANDARD, Decimal("0.20"))),
        ({"country": "FR", "is_company": True}, Vat(VatCategory.STANDARD, Decimal("0.20"))),
        (
            {"country": "FR", "is_company": True, "vat_id": "FR42999999006"},
            Vat(VatCategory.INTRA_COMMUNITY, Decimal(0)),
        ),
        (
            {"country": "FR", "is_company": True, "vat_id": "FR42999999006", "is_service": True},
            Vat(VatCategory.REVERSE_CHARGE, Decimal(0)),
        ),
        ({"country": "FR", "is_company": True, "vat_id": "FR42999999006", "is_carried_away": True}, STANDARD),
        ({"country": "CH", "is_company": True}, Vat(VatCategory.EXPORT, Decimal(0))),
        ({"country": "CH"}, Vat(VatCategory.STANDARD, Decimal("0.081"))),
        ({"is_company": True, "vat_id": "DE987654328"}, STANDARD),
        ({"is_reduced": True}, Vat(VatCategory.STANDARD, Decimal("0.07"))),
        ({"day": date(2020, 9, 1)}, Vat(VatCategory.STANDARD, Decimal("0.16"))),
    ],
)
def test_how_a_supply_is_taxed(changes: dict[str, object], expected: Vat) -> None:
    """I-1, case by case."""
    assert vat_of(replace(Supply("DE", "DE", DAY), **changes)) == expected  # type: ignore[arg-type]


def test_a_business_elsewhere_in_the_eu_pays_the_net_price() -> None:
    """158.90 agreed with 20 % in it: 132.42 without; goods and service are told apart."""
    made = invoice(order(country="FR", is_company=True, agreed_rate=Decimal("0.20")), buyer=FRENCH)

    assert made.totals.due_minor == 13_241
    assert {each.vat.category: each.base_minor for each in made.totals.vat} == {
        VatCategory.REVERSE_CHARGE: 1_658,
        VatCategory.INTRA_COMMUNITY: 11_583,
    }
    assert made.totals.tax_minor == 0


def test_a_credit_note_takes_back_all_or_one_order_of_it() -> None:
    """Of a collective invoice only the cancelled order's lines come back."""
    both = invoice(order(), order("JE-2026-000002", lines=LINES[:1]), buyer=COMPANY)
    whole = credit_note(both, issued_on=DAY)
    part = credit_note(both, issued_on=DAY, order="JE-2026-000002")

    assert (whole.kind, whole.totals.agreed_minor) == (InvoiceKind.CREDIT_NOTE, both.totals.agreed_minor)
    assert part.totals.agreed_minor == 12_900
    assert part.orders == ("JE-2026-000002",)
    assert part.refers_to is not None
    assert part.refers_to.number == both.number


def test_kept_and_read_again_it_is_the_same() -> None:
    """The legal snapshot loses nothing."""
    one = invoice(order(country="CH", is_company=True), buyer=SWISS, locale="zh_Hant")
    back = credit_note(one, issued_on=DAY)

    assert invoice_from_json(invoice_to_json(one)) == one
    assert invoice_from_json(invoice_to_json(back)) == back


def test_numbers_that_cannot_be_right() -> None:
    """Check digits are judged offline; whether a number is registered is another question."""
    assert plausible_vat_id("DE999999903")
    assert plausible_vat_id("GB 980 7806 84")
    assert not plausible_vat_id("DE999999904")
    assert not plausible_vat_id("")
    assert plausible_iban("DE89 3704 0044 0532 0130 00")
    assert not plausible_iban("DE89370400440532013001")
    assert plausible_endpoint("0088:7300010000001")
    assert not plausible_endpoint("7300010000001")
    assert vat_country("EL094259216") == "GR"


@pytest.mark.parametrize(
    ("line", "becomes", "field"),
    [
        ("vat_id: DE999999903", "vat_id: DE999999904", "party.vat_id"),
        ("iban: DE89370400440532013000", "iban: DE89370400440532013001", "account.iban"),
        ("  city: Berlin\n", "", "party.city"),
        ("payment_days: 14", "payment_day: 14", "payment_day"),
        ("  email:", "  mail:", "party.mail"),
    ],
)
def test_a_seller_file_says_what_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, line: str, becomes: str, field: str
) -> None:
    """The field is named, and nothing is taken over."""
    from orders.invoicing.seller import DEMO_SELLER

    path = tmp_path_factory.mktemp("seller") / "seller.yaml"
    path.write_text(DEMO_SELLER.read_text("utf-8").replace(line, becomes, 1), "utf-8")

    with pytest.raises(PartyNotValid) as refused:
        load_seller(path)

    assert refused.value.facts["field"] == field
    assert load_seller() == SELLER


@given(prices=PRICES, parcels=st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_what_is_credited_piece_by_piece_is_the_whole_invoice(prices: list[int], parcels: list[int]) -> None:
    """I-6: each line, each allowance and what was agreed; every credit note adds up by itself."""
    of = sum(parcels)
    lines = tuple(BillableLine(f"line {at}", "", of, amount) for at, amount in enumerate(prices))
    if sum(prices) <= 0:
        return
    one = invoice(order("JE-2026-000001", lines=lines))
    notes, before = [], 0
    for pieces in parcels:
        back = PiecesBack(before, pieces, of)
        notes.append(
            credit_pieces(one, back, issued_on=DAY, order="JE-2026-000001", agreed_minor=one.totals.agreed_minor)
        )
        before += pieces

    assert sum(note.totals.agreed_minor for note in notes) == one.totals.agreed_minor
    assert sum(note.totals.net_minor for note in notes) == one.totals.net_minor
    for line in one.lines:
        shares = [each for note in notes for each in note.lines if each.name == line.name]
        assert sum(each.net_minor for each in shares) == line.net_minor
    for note in notes:
        assert note.totals.gross_minor == note.totals.net_minor + note.totals.tax_minor
        assert note.totals.due_minor == note.totals.gross_minor + note.totals.rounding_minor
        assert abs(note.totals.rounding_minor) <= len(prices) + 1
