"""What makes no sense for the features at hand is refused before anything is computed."""

import pytest

from modules_catalog.expressions.errors import ExpressionNotValid
from modules_catalog.expressions.parser import Names, parse_with_positions
from modules_catalog.expressions.tree import Comparison, Constant, Expression, Reference, SetOf
from modules_catalog.expressions.types import FeatureType, ValueType, each_read, resolved

T = ValueType
SCHEMA = {
    "cpu": FeatureType(T.TEXT, {"socket": T.TEXT, "tdp_w": T.INTEGER, "igpu": T.ANY, "ecc": T.BOOLEAN}),
    "gpu": FeatureType(T.TEXT, {"length_mm": T.DECIMAL, "maker": T.TEXT}, many=True),
    "storage": FeatureType(T.TEXT, {"kind": T.TEXT}, many=True),
    "case": FeatureType(T.TEXT, {"max_gpu_mm": T.INTEGER, "boards": T.SET}),
    "gift": FeatureType(T.BOOLEAN),
    "words": FeatureType(T.TEXT, {"length": T.INTEGER}),
    "width": FeatureType(T.INTEGER),
}


def checked(text: str, wanted: ValueType | None = None) -> Expression:
    return resolved(parse_with_positions(text, Names(frozenset(SCHEMA))), SCHEMA, wanted=wanted)


@pytest.mark.parametrize(
    "text",
    [
        "gpu.length_mm <= case.max_gpu_mm",
        "sum(gpu.length_mm) + count(storage) <= 3.5 * width",
        "cpu.socket in case.boards and not gift",
        "gift == cpu.ecc",
        "cpu.igpu == 3 or cpu.igpu == UHD or cpu.igpu in case.boards",
        "first_known(cpu.igpu, none) == none",
        "map(cpu.socket, {TR4: sTR4}) == sTR4",
        "storage.kind == HDD implies count(gpu) < 2",
        "if(gift, words.length, 0) > 2",
        "size(case.boards) >= 1 and starts_with(cpu.socket, LGA)",
    ],
)
def test_what_makes_sense_is_taken(text: str) -> None:
    checked(text, T.BOOLEAN)


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("cpu.sockte == AM5", 0, "`cpu` has no attribute `sockte`; did you mean `socket`?"),
        ("gift and cpu.tdp_w", 9, "`cpu.tdp_w` is a number where yes or no is wanted"),
        ("cpu.socket == 3", 0, "compares a text with a number: `cpu.socket == 3`"),
        ("cpu.socket < AM5", 0, "`<` compares numbers, not a text"),
        ("1 + cpu.socket > 2", 4, "`cpu.socket` is a text where a number is wanted"),
        ("cpu.tdp_w in case.boards", 0, "the set holds texts, `cpu.tdp_w` is a number"),
        ("cpu.socket in cpu.tdp_w", 14, "`cpu.tdp_w` is a number where a set is wanted"),
        ("cpu.socket in {AM5, 3}", 14, 'a text is never in {"AM5", 3}'),
        ("case.boards in case.boards", 0, "`case.boards` is a set; only a single value can be in a set"),
        ("sum(cpu.tdp_w) > 3", 0, "sum runs over several options; `cpu` takes one: say `cpu`"),
        ("count(cpu) > 3", 0, "count runs over several options; `cpu` takes one: say `chosen(cpu)`"),
        ("most(gpu.maker) > 3", 5, "most of a text; a number is wanted"),
        ("gpu.length_mm > 3 and storage.kind == HDD", 0, "speaks of each option of gpu, storage: one at most"),
        ("if(gift, 3, none) == 3", 0, "if gives a number or a text: one kind only"),
        ("map(cpu.socket, {3: 4}) == 4", 0, "map: 3 is never a text"),
        ("floor(gift) == 3", 6, "floor: `gift` is yes or no where a number is wanted"),
        ("words", 0, "yes or no is wanted, this is a text"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(text: str, position: int, problem: str) -> None:
    with pytest.raises(ExpressionNotValid) as caught:
        checked(text, T.BOOLEAN)

    assert (caught.value.problem, caught.value.position) == (problem, position)


def test_yes_and_no_beside_a_boolean_become_true_and_false() -> None:
    """Whoever compiles the tree meets one spelling only; a text feature keeps the words."""
    assert checked("gift == yes") == Comparison("==", Reference("gift"), Constant(True))
    assert checked("no != cpu.ecc") == Comparison("!=", Constant(False), Reference("cpu", "ecc"))
    assert checked("gift in {yes}") == Comparison("in", Reference("gift"), SetOf(frozenset({True})))
    assert checked("cpu == yes") == Comparison("==", Reference("cpu"), Constant("yes"))


def test_each_is_what_is_read_plainly_of_features_with_several_options() -> None:
    assert each_read(checked("gpu.length_mm <= case.max_gpu_mm + sum(gpu.length_mm)"), SCHEMA) == {"gpu"}
    assert each_read(checked("sum(gpu.length_mm) <= 3 and chosen(storage)"), SCHEMA) == frozenset()
