"""When the parts are there, and where they come from."""

from hypothesis import given
from hypothesis import strategies as st

from production.model import MaterialNeed
from production.promise.material import Receipt, Supply, SupplyKind, plan_material, with_substitutes

NOW = 1_000


def kinds(plan: object) -> list[tuple[SupplyKind, int, int]]:
    return [(one.kind, one.quantity, one.usable_s) for one in plan.takes]  # type: ignore[attr-defined]


def test_stock_is_taken_before_receipts_and_receipts_before_the_supplier() -> None:
    supply = {"dye": Supply(2, (Receipt(2, 5_000, 9), Receipt(1, 3_000, 1)), 9_000)}
    plan = plan_material([MaterialNeed("dye", 2)], 2, supply, NOW)

    assert kinds(plan) == [
        (SupplyKind.STOCK, 2, NOW),
        (SupplyKind.RECEIPT, 1, 3_000),
        (SupplyKind.RECEIPT, 1, 5_000),
    ]
    assert (plan.ready_s, plan.latest) == (5_000, "dye")


def test_a_supplier_who_is_quicker_than_a_receipt_is_asked_instead() -> None:
    supply = {"dye": Supply(0, (Receipt(1, 9_000, 9),), 4_000)}

    assert kinds(plan_material([MaterialNeed("dye", 1)], 1, supply, NOW)) == [(SupplyKind.SUPPLIER, 1, 4_000)]


def test_what_is_overdue_is_there_now() -> None:
    supply = {"dye": Supply(0, (Receipt(1, 10, 9),), 4_000)}
    plan = plan_material([MaterialNeed("dye", 1)], 1, supply, NOW)

    assert (plan.ready_s, plan.latest) == (NOW, None)


def test_without_the_latest_the_next_sets_the_date() -> None:
    supply = {"a": Supply(0, (), 4_000), "b": Supply(0, (), 7_000), "c": Supply(5, (), 9_000)}
    plan = plan_material([MaterialNeed(code, 1) for code in "abc"], 1, supply, NOW)

    assert (plan.ready_s, plan.latest) == (7_000, "b")
    assert plan.ready_without("b", NOW) == 4_000


supplies = st.builds(
    Supply,
    st.integers(0, 9),
    st.lists(st.tuples(st.integers(0, 9_999), st.integers(0, 9)), max_size=4).map(
        lambda rows: tuple(Receipt(number, usable_s, free) for number, (usable_s, free) in enumerate(rows))
    ),
    st.integers(NOW, 9_999),
)


@given(supply=supplies, more=st.integers(0, 9), need=st.integers(0, 12), pieces=st.integers(1, 3))
def test_a_need_is_covered_exactly_and_more_stock_is_never_later(
    supply: Supply, more: int, need: int, pieces: int
) -> None:
    needs = [MaterialNeed("x", need)]
    plan = plan_material(needs, pieces, {"x": supply}, NOW)
    richer = plan_material(needs, pieces, {"x": Supply(supply.free + more, supply.receipts, supply.supplier_s)}, NOW)

    assert sum(take.quantity for take in plan.takes) == need * pieces
    assert all(take.quantity > 0 and take.usable_s >= NOW for take in plan.takes)
    assert sum(take.quantity for take in plan.takes if take.kind is SupplyKind.STOCK) <= supply.free
    assert richer.ready_s <= plan.ready_s


def test_a_substitute_covers_the_whole_need_when_it_is_there_sooner() -> None:
    """M-9: never a mixture; who is as early as the material itself does not replace it, the best named first wins."""
    supply = {
        "main": Supply(1, (), 9_000),
        "slow": Supply(0, (Receipt(1, 5_000, 9),), 9_000),
        "quick": Supply(2, (Receipt(2, 3_000, 9),), 9_000),
        "same": Supply(9, (Receipt(3, 3_000, 9),), 9_000),
    }
    others = {"main": ("slow", "quick", "same")}
    one = plan_material([MaterialNeed("main", 1)], 1, supply, NOW, others)
    three = plan_material([MaterialNeed("main", 1)], 3, {**supply, "same": supply["quick"]}, NOW, others)

    assert [(take.code, take.stands_for) for take in one.takes] == [("main", "")]
    assert [(take.code, take.kind, take.quantity, take.stands_for) for take in three.takes] == [
        ("quick", SupplyKind.STOCK, 2, "main"),
        ("quick", SupplyKind.RECEIPT, 1, "main"),
    ]
    assert (three.ready_s, three.latest) == (3_000, "quick")


def test_what_is_needed_anyway_stands_for_nothing_else() -> None:
    """M-9: neither a need of its own nor a substitute that is taken already is counted twice."""
    supply = {
        "a": Supply(0, (), 9_000),
        "b": Supply(0, (), 9_000),
        "c": Supply(5, (), 9_000),
        "d": Supply(5, (), 9_000),
    }
    needs = [MaterialNeed("a", 3), MaterialNeed("b", 3), MaterialNeed("d", 3)]
    plan = plan_material(needs, 1, supply, NOW, {"a": ("d", "c"), "b": ("c",)})

    assert [(take.code, take.stands_for) for take in plan.takes] == [("c", "a"), ("b", ""), ("d", "")]
    assert {one.code for one in with_substitutes(needs, {"a": ("d", "c"), "x": ("y",)})} == {"a", "b", "c", "d"}


@given(
    free=st.lists(st.integers(0, 6), min_size=3, max_size=3),
    supplier=st.lists(st.integers(1_000, 9_000), min_size=3, max_size=3),
    wanted=st.integers(1, 6),
)
def test_a_substitute_never_makes_it_later(free: list[int], supplier: list[int], wanted: int) -> None:
    """M-9."""
    supply = {code: Supply(free[at], (), supplier[at]) for at, code in enumerate("abc")}
    alone = plan_material([MaterialNeed("a", wanted)], 1, supply, NOW)
    helped = plan_material([MaterialNeed("a", wanted)], 1, supply, NOW, {"a": ("b", "c")})

    assert helped.ready_s <= alone.ready_s
    assert sum(take.quantity for take in helped.takes) == wanted
    assert len({take.code for take in helped.takes}) == 1
