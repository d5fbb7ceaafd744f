"""Price rules and vouchers: who gets what off, to a cent, and what cannot be meant."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import CustomerId
from orders.pricing.rules import Buyer, PriceRule, PriceRuleNotValid, best_rule, rule_discount
from orders.pricing.vouchers import Voucher, VoucherNotUsable, VoucherNotValid, clean_code

DAY = date(2026, 11, 23)
RULES = st.builds(
    PriceRule,
    code=st.sampled_from(["a", "b", "c", "d"]),
    reason=st.just({"en": "why"}),
    percent_bp=st.integers(1, 10_000),
    line=st.sampled_from([None, "jeans", "pc"]),
    group=st.sampled_from([None, "students"]),
    customer_id=st.sampled_from([None, CustomerId("c1"), CustomerId("c2")]),
    least_quantity=st.integers(1, 20),
    valid_from=st.dates(date(2026, 11, 20), date(2026, 11, 26)),
    valid_until=st.one_of(st.none(), st.dates(date(2026, 11, 26), date(2026, 11, 30))),
)


def rule(**changes: Any) -> PriceRule:
    return PriceRule(**{"code": "ten", "reason": {"en": "Ten"}, "percent_bp": 1000, "valid_from": DAY, **changes})


def voucher(**changes: Any) -> Voucher:
    values = {"code": "SPRING-26", "reason": {"en": "Spring"}, "valid_from": DAY, "uses_left": 3, "percent_bp": 1500}
    return Voucher(**{**values, **changes})


@given(rules=st.lists(RULES, max_size=6), quantity=st.integers(1, 20), student=st.booleans())
def test_the_best_rule_is_the_one_that_takes_most_off_of_those_whose_conditions_all_hold(
    rules: list[PriceRule], quantity: int, student: bool
) -> None:
    """Told from the conditions one by one."""
    buyer = Buyer(CustomerId("c1"), frozenset({"students"}) if student else frozenset())
    best = best_rule(rules, buyer, line="jeans", quantity=quantity, day=DAY)

    fitting = []
    for each in rules:
        if each.line in (None, "jeans") and each.customer_id in (None, "c1") and quantity >= each.least_quantity:
            in_time = each.valid_from <= DAY <= (each.valid_until or DAY)
            if in_time and (each.group is None or student):
                fitting.append(each)
    assert (best is None) == (not fitting)
    assert best is None or best.percent_bp == max(each.percent_bp for each in fitting)


@pytest.mark.parametrize(
    ("percent_bp", "catalog_minor", "off"),
    [(1250, 13_900, -1738), (1250, 13_896, -1737), (10_000, 500, -500), (1, 4_999, 0), (1, 5_000, -1)],
)
def test_a_share_is_rounded_half_up_once(percent_bp: int, catalog_minor: int, off: int) -> None:
    """12.5 % of 139.00 are 17.375, so 17.38."""
    assert rule_discount(rule(percent_bp=percent_bp), catalog_minor).amount_minor == off


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"percent_bp": 0}, "percent"),
        ({"percent_bp": 10_001}, "percent"),
        ({"code": "two words"}, "code"),
        ({"reason": {"zh_Hant": "九折"}}, "reason"),
        ({"valid_until": date(2026, 11, 22)}, "valid_until"),
        ({"least_quantity": 0}, "least_quantity"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(changes: dict[str, Any], field: str) -> None:
    """The error names the field."""
    with pytest.raises(PriceRuleNotValid) as refused:
        rule(**changes)
    assert refused.value.facts["field"] == field


@pytest.mark.parametrize(
    ("changes", "price_minor", "off"),
    [
        ({}, 10_010, -1502),
        ({"percent_bp": 0, "amount_minor": 2_000}, 10_000, -2_000),
        ({"percent_bp": 0, "amount_minor": 2_000}, 1_500, -1_500),
    ],
)
def test_a_voucher_takes_its_share_or_amount_but_never_more_than_the_price(
    changes: dict[str, Any], price_minor: int, off: int
) -> None:
    """Nobody is paid for ordering."""
    assert voucher(**changes).discount_on(price_minor, line="jeans", currency="EUR", day=DAY).amount_minor == off


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"valid_from": date(2026, 11, 24)}, "not_yet"),
        ({"valid_from": date(2026, 11, 1), "valid_until": date(2026, 11, 22)}, "over"),
        ({"line": "pc"}, "line"),
        ({"percent_bp": 0, "amount_minor": 500, "currency": "TWD"}, "currency"),
        ({"least_minor": 10_001}, "too_little"),
    ],
)
def test_a_voucher_that_does_not_hold_says_why(changes: dict[str, Any], reason: str) -> None:
    """The customer reads the reason, not "invalid"."""
    with pytest.raises(VoucherNotUsable) as refused:
        voucher(**changes).discount_on(10_000, line="jeans", currency="EUR", day=DAY)
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "spring"}, "code"),
        ({"code": "ABC"}, "code"),
        ({"amount_minor": 100}, "percent"),
        ({"percent_bp": 0}, "percent"),
        ({"uses_left": -1}, "amount"),
    ],
)
def test_a_voucher_that_cannot_be_meant_is_refused(changes: dict[str, Any], field: str) -> None:
    """A share or an amount, not both and not neither."""
    with pytest.raises(VoucherNotValid) as refused:
        voucher(**changes)
    assert refused.value.facts["field"] == field


def test_a_code_is_found_however_it_is_typed() -> None:
    """Spaces, small letters and full-width signs are the keyboard's, not the customer's, fault."""
    assert clean_code(" spring-26 ") == "SPRING-26"
    assert clean_code("spring–26") == "SPRING26"
