"""Three-valued evaluation: rules E-1 … E-6 of docs/algorithms/expressions.md."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules_catalog.expressions.evaluate import (
    NOT_CHOSEN,
    NOT_KNOWN,
    AmbiguousReference,
    Piece,
    Result,
    Scope,
    amount,
    condition,
    evaluate,
    holds,
)
from modules_catalog.expressions.parser import Names, parse
from modules_catalog.expressions.tree import Expression

NAMES = Names({"cpu", "gpu", "case", "psu", "gift", "cooler"})

CARD = Piece("big", {"length_mm": 336, "tdp_w": 320, "maker": "N", "slots": None})
SMALL = Piece("small", {"length_mm": 180, "tdp_w": 75, "maker": "A", "slots": 2}, count=2)
SCOPE = Scope(
    {
        "cpu": (Piece("c", {"tdp_w": 65, "igpu": None, "cores": 8, "boost": Decimal("4.7")}),),
        "gpu": (CARD, SMALL),
        "case": (Piece("k", {"max_gpu_mm": 304, "boards": frozenset({"ATX", "Mini-ITX"}), "max_cooler_mm": None}),),
        "psu": (Piece("p", {"wattage_w": 600, "form": "ATX"}),),
        "gift": (Piece(True),),
    },
    many=frozenset({"gpu"}),
)
NO_CARD = Scope({code: pieces for code, pieces in SCOPE.chosen.items() if code != "gpu"}, SCOPE.many)


def tree(text: str) -> Expression:
    return parse(text, NAMES)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("psu.wattage_w - 2 * cpu.tdp_w", 470),
        ("cpu.boost + 0.3", Decimal("5.0")),
        ("floor(cpu.boost)", 4),
        ("floor(-0.5)", -1),
        ("psu.form in case.boards", True),
        ("psu.form not in {SFX, ATX}", False),
        ("sum(gpu.tdp_w)", 320 + 2 * 75),
        ("count(gpu)", 3),
        ("least(gpu.length_mm) + most(gpu.length_mm)", 180 + 336),
        ("size(case.boards)", 2),
        ("map(psu.form, {ATX: standard})", "standard"),
        ("map(psu.form, {SFX: small})", "ATX"),
        ("min(3, cpu.cores, 5) + max(1, 2)", 5),
        ("starts_with(psu.form, AT)", True),
        ("if(gift, 1, 2)", 1),
        ("gift == true", True),
        ("cpu == c", True),
        ("first_known(cpu.igpu, psu.form)", "ATX"),
        ("chosen(cooler)", False),
        ("chosen(gpu)", True),
        ("known(cpu.igpu)", False),
        ("known(cooler.height)", False),
        ("true iff not false", True),
    ],
)
def test_values(text: str, value: Result) -> None:
    assert evaluate(tree(text), SCOPE) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cpu.igpu == UHD", NOT_KNOWN),
        ("cpu.igpu + 1", NOT_KNOWN),
        ("sum(gpu.slots)", NOT_KNOWN),
        ("cpu.igpu == UHD and false", False),
        ("cpu.igpu == UHD or true", True),
        ("cpu.igpu == UHD or false", NOT_KNOWN),
        ("not (cpu.igpu == UHD)", NOT_KNOWN),
        ("cpu.igpu == UHD implies true", True),
        ("cpu.igpu == UHD implies false", NOT_KNOWN),
        ("cpu.igpu == UHD iff true", NOT_KNOWN),
        ("if(cpu.igpu == UHD, 1, 2)", NOT_KNOWN),
        ("if(cpu.igpu == UHD, 2, 2)", 2),
        ("first_known(cpu.igpu, case.max_cooler_mm)", NOT_KNOWN),
    ],
)
def test_not_known_is_kleenes_third_value(text: str, value: Result) -> None:
    """E-5: a part that is not known makes the whole not known, unless the other parts settle it."""
    assert evaluate(tree(text), SCOPE) is value or evaluate(tree(text), SCOPE) == value


def test_logic_is_kleenes_on_all_combinations() -> None:
    """E-5, over every pair of true, false and not known: `and` is the least, `or` the greatest."""
    words = {"true": 2, "cpu.igpu == x": 1, "false": 0}
    values = {2: True, 1: NOT_KNOWN, 0: False}
    for (left, a), (right, b) in product(words.items(), repeat=2):
        assert evaluate(tree(f"{left} and {right}"), SCOPE) is values[min(a, b)]
        assert evaluate(tree(f"({left}) or {right}"), SCOPE) is values[max(a, b)]
        assert evaluate(tree(f"({left}) implies {right}"), SCOPE) is values[max(2 - a, b)]
        assert evaluate(tree(f"not ({left})"), SCOPE) is values[2 - a]


@pytest.mark.parametrize(
    "text",
    [
        "gpu.length_mm <= case.max_gpu_mm",
        "not (gpu.length_mm <= 1)",
        "gpu.length_mm <= 1 or false",
        "gpu.length_mm <= 1 and false",
        "least(gpu.length_mm) > 5",
        "first_known(gpu.slots, 1) > 5",
        "gpu.slots > cpu.igpu",
    ],
)
def test_a_part_not_chosen_settles_a_that_rule_and_makes_a_condition_false(text: str) -> None:
    """E-3 and E-4: the comparison does not apply; the whole rule holds, a condition's comparison is false."""
    assert evaluate(tree(text), NO_CARD) is NOT_CHOSEN
    assert condition(tree(text), NO_CARD) is (text.startswith("not"))


def test_over_nothing_a_sum_and_a_count_are_zero() -> None:
    assert evaluate(tree("sum(gpu.tdp_w) + count(gpu)"), NO_CARD) == 0


def test_a_plain_reference_speaks_of_each_chosen_option() -> None:
    """E-2: one card too long is enough; a sum beside it still sees all."""
    assert evaluate(tree("gpu.length_mm <= case.max_gpu_mm"), SCOPE) is False
    assert evaluate(tree("gpu.length_mm <= 400"), SCOPE) is True
    assert evaluate(tree("gpu.slots <= 4"), SCOPE) is NOT_KNOWN
    assert evaluate(tree("gpu.slots <= 1"), SCOPE) is False
    assert evaluate(tree("gpu.tdp_w < sum(gpu.tdp_w)"), SCOPE) is True


def test_only_the_branch_taken_of_an_if_is_read() -> None:
    assert evaluate(tree("psu.wattage_w >= if(chosen(cooler), cooler.watts, 0)"), SCOPE) is True


def test_holds_counts_not_known_as_false_and_no_condition_as_true() -> None:
    assert not holds(tree("cpu.igpu == UHD"), SCOPE)
    assert holds(None, SCOPE)
    assert holds(tree("gift"), SCOPE)
    assert not holds(tree("cooler.quiet"), SCOPE)


def test_an_amount_leaves_out_terms_of_parts_not_chosen() -> None:
    """E-6: 300 seconds, and nothing for a cooler that is not there."""
    assert amount(tree("300 + cooler.fit_s + 10 * count(gpu) - 5"), NO_CARD) == 295
    assert amount(tree("300 + cpu.igpu"), SCOPE) is NOT_KNOWN
    assert amount(tree("if(cooler.water, 420, 180)"), SCOPE) == 180


def test_an_amount_that_does_not_say_which_piece_is_a_mistake_of_the_program() -> None:
    with pytest.raises(AmbiguousReference):
        amount(tree("3 * gpu.tdp_w"), SCOPE)
    assert amount(tree("3 * gpu.tdp_w"), SCOPE.narrowed("gpu", CARD)) == 960


@given(st.lists(st.integers(0, 500), max_size=4), st.integers(0, 1500))
def test_a_sum_counts_each_piece_as_often_as_it_is_chosen(watts: list[int], most: int) -> None:
    pieces = tuple(Piece(str(i), {"tdp_w": w}, count=i + 1) for i, w in enumerate(watts))
    scope = Scope({"gpu": pieces}, frozenset({"gpu"}))

    expected = sum(w * (i + 1) for i, w in enumerate(watts)) <= most
    assert evaluate(tree(f"sum(gpu.tdp_w) <= {most}"), scope) is expected
