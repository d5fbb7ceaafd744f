"""Each thing UVL can say, by itself: read and answered exactly, or refused with its line and a way out."""

from fractions import Fraction

import pytest

from modules_catalog.uvl.errors import UvlNotValid
from modules_catalog.uvl.importing import catalog_of
from modules_catalog.uvl.reading import feature_model_of
from tests.unit.modules_catalog.test_uvl_products import products

AB = "features\n\tR\n\t\toptional\n\t\t\tA {p 2, size {wide 3}, on, name 'x'}\n\t\t\tB {p 5}\n"
TYPED = "features\n\tR\n\t\tmandatory\n\t\t\tInteger N {min 1, max 4}\n\t\t\tReal X {min 0.5, max 1.5, step 0.5}\n"
TEXTS = "features\n\tR\n\t\tmandatory\n\t\t\tString S {values ['a', 'bcd']}\n\t\toptional\n\t\t\tA\n"


def told(text: str) -> set[str]:
    """The products as the names selected, the root left out, and what they carry."""
    found = set()
    for selected, carried in products(catalog_of(feature_model_of(text, "m.uvl"))):
        values = {
            name: f"{float(value):g}" if isinstance(value, int | Fraction) else str(value) for name, value in carried
        }
        found.add(" ".join(name + (f"={values[name]}" if name in values else "") for name in sorted(selected - {"R"})))
    return found


READ = [
    # Boolean
    ("A", {"A", "A B"}),
    ("!A", {"", "B"}),
    ("A => B", {"", "B", "A B"}),
    ("A <=> B", {"", "A B"}),
    ("A & !B", {"A"}),
    ("A | B", {"A", "B", "A B"}),
    ("(A | B) & !(A & B)", {"A", "B"}),
    ("A => B => !A", {"", "A", "B"}),  # joined from the left
    ("true", {"", "A", "B", "A B"}),
    ("A | false", {"A", "A B"}),
    # Arithmetic over attributes; what is not selected counts 0
    ("A.p + B.p > 2", {"B", "A B"}),
    ("2 * A.p - B.p == -1", {"A B"}),
    ("A.p / 2 >= 1", {"A", "A B"}),
    ("A.p * B.p != 10", {"", "A", "B"}),
    ("A.size.wide > 2", {"A", "A B"}),
    ("-A.p < 0", {"A", "A B"}),
    ("floor(A.p) <= 1", {"", "B"}),
    # Aggregates, over all or below a feature
    ("sum(p) <= 5", {"", "A", "B"}),
    ("sum(p, R) >= 7", {"A B"}),
    ("sum(p, B) >= 5", {"B", "A B"}),
    ("sum(R, p) >= 7", {"A B"}),  # the order some tools write
    ("avg(p, B) == 5", {"B", "A B"}),
    ("avg(p) > 3", {"B", "A B"}),
]


@pytest.mark.parametrize(("constraint", "expected"), READ, ids=[each[0] for each in READ])
def test_a_constraint_is_answered_exactly(constraint: str, expected: set[str]) -> None:
    assert told(f"{AB}constraints\n\t{constraint}\n") == expected


GROUPS = [
    ("alternative", {"A", "B", "C"}),
    ("or", {"A", "B", "C", "A B", "A C", "B C", "A B C"}),
    ("mandatory", {"A B C"}),
    ("[2]", {"A B", "A C", "B C"}),
    ("[1..2]", {"A", "B", "C", "A B", "A C", "B C"}),
    ("[2..*]", {"A B", "A C", "B C", "A B C"}),
    ("[0..1]", {"", "A", "B", "C"}),
]


@pytest.mark.parametrize(("group", "expected"), GROUPS, ids=[each[0] for each in GROUPS])
def test_a_group_is_answered_exactly(group: str, expected: set[str]) -> None:
    assert told(f"features\n\tR\n\t\t{group}\n\t\t\tA\n\t\t\tB\n\t\t\tC\n") == expected


WHOLE = [
    ("typed_numbers", f"{TYPED}constraints\n\tN * 2 + X <= 3.5\n\tX != 1\n", {"N=1 X=0.5", "N=1 X=1.5"}),
    ("sum_of_a_number", f"{TYPED}constraints\n\tsum(N) >= 3\n\tavg(X, R) > 1\n", {"N=3 X=1.5", "N=4 X=1.5"}),
    ("sum_of_a_number_nobody_has_to_take",
     "features\n\tR\n\t\toptional\n\t\t\tInteger N {min 1, max 2}\nconstraints\n\tsum(N) < 2\n", {"", "N=1"}),
    ("rounding", f"{TYPED}constraints\n\tceil(X) == N\n\tN > 1\n", {"N=2 X=1.5"}),
    ("equal_texts", f"{TEXTS}constraints\n\tA => S == 'a'\n", {"S=a", "S=bcd", "A S=a"}),
    ("length_of_a_text", f"{TEXTS}constraints\n\tlen(S) > 1\n", {"S=bcd", "A S=bcd"}),
    ("copies", "features\n\tR\n\t\toptional\n\t\t\tB cardinality [1..3] {p 2}\nconstraints\n\tsum(p) < 5\n",
     {"", "B=1", "B=2"}),
    ("constraints_as_attributes",
     "features\n\tR\n\t\toptional\n\t\t\tA {constraint B}\n\t\t\tB {constraints [A => C, !C]}\n\t\t\tC\n", {"B"}),
    ("names_in_quotes",
     'features\n\tR\n\t\toptional\n\t\t\t"or"\n\t\t\t"rim 2"\n\t\t\t"a.b"\nconstraints\n\t"or" & !"rim 2" & "a.b"\n',
     {"a.b or"}),
    ("namespace_and_levels",
     "namespace a.b\n\ninclude\n\tBoolean.*\n\tArithmetic\n\tType.string-constraints\n\nfeatures\n\tR\n", {""}),
    ("comments", "features // tree\n\tR /* a\n\tb */\n\t\toptional\n\t\t\tA\n", {"", "A"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [each[1:] for each in WHOLE], ids=[each[0] for each in WHOLE])
def test_a_model_is_answered_exactly(text: str, expected: set[str]) -> None:
    assert told(text) == expected


REFUSED = [
    ("A.p / B.p > 1", "only numbers divide; multiply the other side of the comparison instead"),
    ("avg(p) + 1 > 3", "avg stands alone on one side of a comparison: avg(price) <= 10"),
    ("A.name > 3", "a text is compared with a number; compare len(…) of it instead"),
    ("A.p", "`A.p` is not true or false; compare it with something"),
    ("sum(q) > 1", "no feature has the attribute `q`"),
    ("sum(nam, A) > 1", "no feature under `A` has the attribute `nam`; did you mean `name`?"),
    ("sum(A) > 1", "no feature has the attribute `A`"),
    ("A.p & B", "`A.p` is not true or false; compare it with something"),
    ("len(A) > 1", "`A` is no text; len reads String features and texts"),
    ("max(p) > 1", "`(` is not expected here"),
    ("A % B", "`%` is not understood here; names with such signs stand in double quotes"),
]


@pytest.mark.parametrize(("constraint", "said"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_cannot_be_said_is_refused_at_its_line(constraint: str, said: str) -> None:
    with pytest.raises(UvlNotValid) as error:
        catalog_of(feature_model_of(f"{AB}constraints\n\tA => B\n\t{constraint}\n", "m.uvl"))

    assert str(error.value) == f"m.uvl:8: {said}"


TREES = [
    ("\t\t\tA cardinality [0..*]\n", "a catalog needs a bound: say the greatest number of copies instead of *"),
    ("\t\t\tA cardinality [1..2]\n\t\t\t\toptional\n\t\t\t\t\tB\n", "copies"),
    ("\t\t\tInteger A cardinality [1..2]\n", "copies"),
    ("\t\t\tInteger A {min 5, max 1}\n", "no number is left for `A`: at least 5, at most 1"),
    ("\t\t\tx.A\n", "`x` is not imported; a name with a dot that is no import stands in double quotes"),
]


@pytest.mark.parametrize(("feature", "said"), TREES, ids=[each[1] for each in TREES])
def test_a_feature_that_cannot_be_is_refused_at_its_line(feature: str, said: str) -> None:
    with pytest.raises(UvlNotValid) as error:
        catalog_of(feature_model_of(f"features\n\tR\n\t\toptional\n{feature}", "m.uvl"))

    assert str(error.value).startswith("m.uvl:4: ")
    assert said in str(error.value)
