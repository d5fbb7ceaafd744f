"""Clauses of a constraint say exactly what it says, and none of them says what another one says already."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from modules_catalog.uvl.formulas import Fixed, Formula, Joined, Selected, clauses, negated

CODES = ("A", "B", "C", "D", "E")


def joins(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    two = st.tuples(inner, inner)
    return st.one_of(
        inner.map(negated),
        st.builds(Joined, st.sampled_from(["and", "or"]), several),
        st.builds(Joined, st.sampled_from(["implies", "iff"]), two),
    )


FORMULAS = st.recursive(st.sampled_from([Selected(code) for code in CODES]), joins, max_leaves=14)


def holds(formula: Formula, chosen: dict[str, bool]) -> bool:
    match formula:
        case Selected(code=code):
            return chosen[code]
        case Fixed(value=value):
            return value
        case Joined(operator=operator, operands=operands):
            told = [holds(operand, chosen) for operand in operands]
            match operator:
                case "not":
                    return not told[0]
                case "and" | "or":
                    return all(told) if operator == "and" else any(told)
                case "implies":
                    return told[1] or not told[0]
                case _:
                    return told[0] is told[1]
    raise AssertionError(formula)


@given(FORMULAS)
def test_they_hold_exactly_when_the_formula_does(formula: Formula) -> None:
    found = clauses(formula, 1_000)

    assert found is not None
    for values in product((False, True), repeat=len(CODES)):
        chosen = dict(zip(CODES, values, strict=True))
        said = all(any(holds(part, chosen) for part in clause) for clause in found)
        assert said is holds(formula, chosen), chosen


@given(FORMULAS)
def test_none_says_less_than_another_one_or_nothing_at_all(formula: Formula) -> None:
    found = [frozenset(clause) for clause in clauses(formula, 1_000) or []]

    assert len(found) == len(set(found))
    assert not [(one, other) for one in found for other in found if one < other]
    assert not [clause for clause in found for part in clause if negated(part) in clause]


def test_what_spreads_to_too_many_is_not_spread() -> None:
    """Ten pairs of which one has to hold together: 1,024 clauses."""
    pairs = tuple(Joined("and", (Selected(f"a{at}"), Selected(f"b{at}"))) for at in range(10))

    assert clauses(Joined("or", pairs), 1_000) is None
    assert len(clauses(Joined("or", pairs[:9]), 1_000) or []) == 512
