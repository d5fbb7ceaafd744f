"""UVL text as values, and what is refused with its place."""

from pathlib import Path

import pytest

from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.uvl.errors import UvlNotFound, UvlNotValid, UvlOutNotEmpty
from modules_catalog.uvl.importing import catalog_of, import_uvl
from modules_catalog.uvl.model import GroupKind
from modules_catalog.uvl.reading import feature_model_of, read_feature_model

TREE = """features
    Car {abstract, wheels 4, colours ['red', 'blue'], size {wide 1.5}} // a comment
        mandatory
            /* another,
               over two lines */
            "Engine room"

        [1..*]
            A
            B {constraint A => "Engine room", constraints [A | B]}
"""


def test_a_tree_with_attributes_comments_and_constraints() -> None:
    """Everything stands where it is written."""
    model = feature_model_of(TREE)

    assert [feature.name for feature in model.features()] == ["Car", "Engine room", "A", "B"]
    assert dict(model.root.attributes) == {
        "abstract": True,
        "wheels": 4,
        "colours": ("red", "blue"),
        "size": {"wide": 1.5},
    }
    assert [(group.kind, group.low, group.high) for group in model.root.groups] == [
        (GroupKind.MANDATORY, 1, 1),
        (GroupKind.CARDINALITY, 1, 2),
    ]
    assert [one.source.line for one in model.constraints] == [10, 10]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("constraints\n\tA\n", "m.uvl:1: there is no tree: a section `features` with one root feature is wanted"),
        ("features\n\tA\n\tB\n", "m.uvl:3: a feature model has one root feature; put both under a common one"),
        ("features\n\tA\n\t\tB\n", "m.uvl:3: `B` stands where a group is wanted"),
        ("features\n\tA\nconstraints\n\tA => \n", "m.uvl:4: the end of the line is not expected here"),
        ("features\n\tA\nconstraints\n\tA => Bb\n", "m.uvl:4: there is no feature `Bb`"),
        ("features\n\tA {p 1}\nconstraints\n\tA.q > 1\n", "m.uvl:4: `A` has no attribute `q`; it has p"),
        ("features\n\tA {p 1}\nconstraints\n\tA + 1 & A\n", "m.uvl:4: `&` joins conditions"),
        ("features\n\tA {p 1}\nconstraints\n\t1 / A.p > 2 & A\n", ""),
        ("features\n\tA\n\t\tmandatory\n\t\t\tA\n", "m.uvl:4: two features are called `A`"),
        ("include\n\tBoolean.clones\nfeatures\n\tA\n", "m.uvl:2: `Boolean.clones` is no language level"),
        ("imports\n\tx\nfeatures\n\tA\n", "m.uvl:2: a text by itself has nowhere to import from"),
        ("features\n\tA\n\t\tmandatory\n\t\t\tB cardinality [1..*]\n", "m.uvl:4: a catalog needs a bound"),
        ("features\n\tA /* x\n", "m.uvl:2: this comment has no end"),
        ("features\n\tA\n\t\t[3..4]\n\t\t\tB\n", "m.uvl:3: at least 3 of 1 features cannot be taken"),
    ],
)
def test_what_is_refused_names_its_line(text: str, said: str) -> None:
    """Each mistake says file, line and what is wanted."""
    if not said:
        catalog_of(feature_model_of(text, "m.uvl"))
        return
    with pytest.raises(UvlNotValid) as error:
        catalog_of(feature_model_of(text, "m.uvl"))

    assert str(error.value).startswith(said)


def test_an_imported_model_stands_under_its_alias(tmp_path: Path) -> None:
    """Features and constraints of another file come with the prefix; the map names them so."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "motor.uvl").write_text(
        "features\n\tMotor\n\t\tor\n\t\t\tGas\n\t\t\tEl\nconstraints\n\t!Gas\n"
    )
    main = tmp_path / "car.uvl"
    main.write_text("imports\n\tparts.motor as m\nfeatures\n\tCar\n\t\toptional\n\t\t\tm.Motor\nconstraints\n\tm.El\n")

    model = read_feature_model(main)

    assert [feature.name for feature in model.features()] == ["Car", "m.Motor", "m.Gas", "m.El"]
    assert [str(one.source) for one in model.constraints] == ["car.uvl:8", "parts/motor.uvl:7"]
    assert catalog_of(model).codes["m.Motor"] == "m_Motor"


def test_a_refused_import_writes_nothing(tmp_path: Path) -> None:
    """Neither a mistake nor a folder that holds something leaves files behind."""
    bad, out = tmp_path / "bad.uvl", tmp_path / "out"
    bad.write_text("features\n\tA\nconstraints\n\tB\n")

    with pytest.raises(UvlNotValid):
        import_uvl(bad, out)
    assert not out.exists()
    with pytest.raises(UvlNotFound):
        import_uvl(tmp_path / "none.uvl", out)
    bad.write_text("features\n\tA\n")
    with pytest.raises(UvlOutNotEmpty):
        import_uvl(bad, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.uvl"]
    import_uvl(bad, out)
    assert (out / "uvl-map.json").read_text() == '{\n "A": {\n  "feature": "A",\n  "option": "yes"\n }\n}\n'


def test_a_branch_of_very_many_features_is_parted_into_steps() -> None:
    """Small branches are a step each; a large one is parted like the root, its leaves with it."""
    leaves = "\n".join(f"\t\t\t\t\tL{number}" for number in range(300))
    text = (
        "features\n\tR\n\t\toptional\n\t\t\tSmall\n\t\t\t\tor\n\t\t\t\t\tA\n\t\t\t\t\tB\n\t\t\tLarge\n\t\t\t\toptional\n"
        f"{leaves}\n\t\t\t\t\tInner\n\t\t\t\t\t\toptional\n\t\t\t\t\t\t\tC\n\t\t\tLeaf\n"
    )

    catalog = catalog_of(feature_model_of(text))
    files = {f"model/{name}": content.encode() for name, content in catalog.files.items()}
    steps = read_catalog(CatalogFiles("model", files)).model.steps

    assert [(step.code, len(step.features)) for step in steps] == [("R", 2), ("Small", 3), ("Large", 301), ("Inner", 2)]
    assert steps[0].features == ("R", "Leaf")
