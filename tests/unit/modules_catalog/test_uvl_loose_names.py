"""Published models leave names plain that UVL wants quoted; they are read all the same."""

import pytest

from modules_catalog.uvl.importing import catalog_of
from modules_catalog.uvl.loose_names import loose_names, with_quoted_names
from modules_catalog.uvl.reading import feature_model_of

PUBLISHED = """features
	F_root {abstract}
		optional
			F_a/b+c
			F_0//x+y
			x86-64 {price 3}
			64BIT
			Plain // F_a/b+c
constraints
	F_0//x+y => !x86-64 // as sold
	Plain | 64BIT
"""


def test_names_with_signs_are_known_by_their_declaration() -> None:
    """A comment beside a feature, and in a file of such names two slashes inside a name, are told apart."""
    assert loose_names(PUBLISHED) == {"F_a/b+c", "F_0//x+y", "x86-64", "64BIT"}
    catalog = catalog_of(feature_model_of(PUBLISHED))
    assert list(catalog.codes) == ["F_root", "F_a/b+c", "F_0//x+y", "x86-64", "64BIT", "Plain"]
    assert len(set(catalog.codes.values())) == 6
    assert "F_0//x+y" in catalog.files["texts/en.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "features\n\tA\n\t\toptional\n\t\t\tB//why\n\t\t\tInteger C\nconstraints\n\tC-1 > 0\n\tC/2 == 1\n",
        'features\n\tA\n\t\toptional\n\t\t\t"a/b"\nconstraints\n\t"a/b" => A\n',
        "features\n\tA\n\t\t[1..2]\n\t\t\tB\n\t\t\tC\nconstraints\n\tB => A\n",
    ],
)
def test_texts_without_such_names_stay_as_they_are(text: str) -> None:
    """Comments without a blank before them and arithmetic without blanks are no names."""
    assert with_quoted_names(text) == text


def test_a_name_beside_an_operator_is_not_torn_apart() -> None:
    """`A-B` is a name only where it was declared; `A` stays one of its own."""
    text = "features\n\tR\n\t\toptional\n\t\t\tA\n\t\t\tB\n\t\t\tA-B\nconstraints\n\tA => A-B\n\tA-B => B\n"
    assert with_quoted_names(text).splitlines()[-2:] == ['\tA => "A-B"', '\t"A-B" => B']
