"""Text to tree and back; what is wrong, and where."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules_catalog.expressions.errors import ExpressionNotValid
from modules_catalog.expressions.parser import Names, parse, parse_with_positions
from modules_catalog.expressions.printing import printed
from modules_catalog.expressions.tree import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Expression,
    Logic,
    Reference,
    SetOf,
)

FEATURES = ("case", "cpu", "gift", "gpu", "psu")
NAMES = Names(frozenset(FEATURES))

# --- every tree the parser can make ---------------------------------------------------------------

_texts = st.text(st.characters(exclude_characters="\n", exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=8)
_numbers = st.one_of(
    st.integers(-(10**12), 10**12), st.decimals("-9999", "9999", places=2, allow_nan=False, allow_infinity=False)
)
_literals = st.one_of(_texts, _numbers, st.booleans())
_attributes = st.sampled_from(["length_mm", "tdp_w", "größe", "a1"])
_references = st.builds(Reference, st.sampled_from(FEATURES), st.none() | _attributes)
_leaves = st.one_of(
    st.builds(Constant, _literals),
    st.builds(SetOf, st.frozensets(_literals, max_size=3)),
    _references,
    st.builds(Aggregate, st.just("count"), st.sampled_from(FEATURES)),
    st.builds(
        lambda f, a, n: Aggregate(n, f, Reference(f, a)),
        st.sampled_from(FEATURES),
        _attributes,
        st.sampled_from(["sum", "least", "most"]),
    ),
    st.builds(lambda f: Call("chosen", (Reference(f),)), st.sampled_from(FEATURES)),
)


def _combined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pair = st.tuples(inner, inner)
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    entries = st.lists(st.tuples(_literals, _literals), min_size=1, max_size=3, unique_by=lambda entry: entry[0])
    return st.one_of(
        st.builds(lambda o, p: Arithmetic(o, *p), st.sampled_from("+-*"), pair),
        st.builds(lambda o, p: Comparison(o, *p), st.sampled_from(["==", "!=", "<", ">=", "in", "not in"]), pair),
        st.builds(Logic, st.sampled_from(["and", "or"]), several),
        st.builds(Logic, st.sampled_from(["implies", "iff"]), pair),
        st.builds(lambda one: Logic("not", (one,)), inner),
        st.builds(lambda n, one: Call(n, (one,)), st.sampled_from(["floor", "known", "size"]), inner),
        st.builds(Call, st.sampled_from(["min", "max", "first_known"]), several),
        st.builds(lambda a, b, c: Call("if", (a, b, c)), inner, inner, inner),
        st.builds(lambda a, b: Call("starts_with", (a, b)), inner, inner),
        st.builds(lambda one, m: Call("map", (one,), tuple(m)), inner, entries),
    )


expressions = st.recursive(_leaves, _combined, max_leaves=12)


@given(expressions)
def test_a_printed_tree_parses_to_the_same_tree(expression: Expression) -> None:
    """Nothing is lost or regrouped between tree and text."""
    assert parse(printed(expression), NAMES) == expression


@given(st.text(st.sampled_from('gpu.length case(){}[],:"\\ <>=!+-*/1.5andornotimpliesifsum'), max_size=40))
def test_any_text_is_parsed_or_refused_with_a_place_inside_it(text: str) -> None:
    """Nothing but `ExpressionNotValid` comes out of bad text."""
    refusal = _refusal_of(text)

    assert refusal is None or (refusal.problem and 0 <= refusal.position <= len(text))


def _refusal_of(text: str) -> ExpressionNotValid | None:
    try:
        parse(text, NAMES)
    except ExpressionNotValid as refusal:
        return refusal
    return None


# --- meaning of the words -------------------------------------------------------------------------


def test_precedence_runs_from_not_over_and_or_implies_to_iff() -> None:
    a, b, c = (Comparison("==", Reference("cpu"), Constant(n)) for n in (1, 2, 3))
    text = "not cpu == 1 and cpu == 2 or cpu == 3 implies cpu == 1 iff cpu == 2"

    assert parse(text, NAMES) == Logic(
        "iff", (Logic("implies", (Logic("or", (Logic("and", (Logic("not", (a,)), b)), c)), a)), b)
    )


def test_subtraction_groups_to_the_left_and_implication_to_the_right() -> None:
    assert parse("1 - 2 - 3", NAMES) == Arithmetic("-", Arithmetic("-", Constant(1), Constant(2)), Constant(3))
    yes = Constant(True)
    assert parse("true implies true implies true", NAMES) == Logic("implies", (yes, Logic("implies", (yes, yes))))


def test_a_bare_word_is_a_feature_if_there_is_one_and_else_a_text() -> None:
    assert parse("cpu == acid", NAMES) == Comparison("==", Reference("cpu"), Constant("acid"))
    assert parse("cpu in {gpu, acid}", NAMES) == Comparison("in", Reference("cpu"), SetOf(frozenset({"gpu", "acid"})))


def test_inside_derived_attributes_a_bare_word_is_a_column_first() -> None:
    names = Names({"gpu"}, "gpu", {"slot_width", "gpu"})

    assert parse("floor(slot_width) + gpu", names) == Arithmetic(
        "+", Call("floor", (Reference("gpu", "slot_width"),)), Reference("gpu", "gpu")
    )


def test_numbers_stay_exact() -> None:
    assert parse("0.10", NAMES) == Constant(Decimal("0.10"))
    assert parse("-7", NAMES) == Constant(-7)


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        (
            "gpu.length_mm <= kase.max",
            17,
            "there is no feature `kase` (a text with a dot stands in double quotes); did you mean `case`?",
        ),
        ("gpu.a <= ", 9, "ends too early"),
        ("", 0, "ends too early"),
        ("cpu = 3", 4, "`=` is not understood here"),
        ("cpu == 12oz", 7, "`12oz` is not understood here; a text that is no plain word stands in double quotes"),
        ("1 < 2 < 3", 6, "`<` is not expected here"),
        ("sum(gpu.a + cpu.b)", 0, "sum runs over the chosen options of one feature; this reads cpu, gpu"),
        ("1 + sum(3)", 4, "sum runs over the chosen options of one feature; this reads none"),
        ("count(gpu.a)", 0, "count asks of a feature: count(gpu)"),
        ("chosen(acid)", 0, "chosen asks of a feature: chosen(gpu)"),
        ("round(1)", 0, "there is no function `round`; did you mean `count`?"),
        ("if(true, 1)", 0, "if takes so many arguments: 3; here are 2"),
        ("map(cpu, {a: b, a: c})", 0, "map has two entries for the same value"),
        ("map(cpu, 3)", 0, "map needs its entries as {from: to, …}"),
        ("not " * 200 + "true", 324, "nested too deeply"),
    ],
)
def test_a_mistake_is_named_where_it_stands(text: str, position: int, problem: str) -> None:
    with pytest.raises(ExpressionNotValid) as caught:
        parse(text, NAMES)

    assert (caught.value.position, caught.value.problem) == (position, problem)


def test_parts_know_where_they_stand_in_the_text() -> None:
    parsed = parse_with_positions("gpu.tdp_w <= psu.wattage_w", NAMES)
    assert isinstance(parsed.expression, Comparison)

    assert parsed.position(parsed.expression.right) == 13
