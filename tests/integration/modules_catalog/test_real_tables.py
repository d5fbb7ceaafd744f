"""The PC line's rules on thousands of real parts, tables standing in for its own."""

from pathlib import Path

import pytest

from modules_catalog.loading.catalog import LoadedCatalog, read_catalog
from modules_catalog.loading.files import BUILT_IN_CATALOGS, read_files
from modules_catalog.model import FeatureKind


@pytest.fixture(scope="module")
def real_parts(real_data: Path) -> LoadedCatalog:
    return read_catalog(read_files(BUILT_IN_CATALOGS / "pc", tables=real_data / "pc-parts"))


def test_every_row_becomes_an_option(real_parts: LoadedCatalog) -> None:
    counts = {feature.code: len(feature.options) for feature in real_parts.model.features}

    assert {code: counts[code] for code in
            ("cpu", "motherboard", "memory", "gpu", "case", "psu", "cooler", "storage", "fan", "os")} == {
        "cpu": 655, "motherboard": 3120, "memory": 4100, "gpu": 3236, "case": 3184, "psu": 2774, "cooler": 2048,
        "storage": 2935, "fan": 2869, "os": 9,
    }  # fmt: skip


def test_prices_exist_everywhere_and_depend_on_the_id_alone(real_parts: LoadedCatalog) -> None:
    cpu = real_parts.model.feature("cpu")

    assert not any(option.price_known for option in cpu.options)
    assert {option.price_minor % 100 for option in cpu.options} == {90}
    assert len({option.price_minor for option in cpu.options}) >= 200
    first = cpu.options[0]
    assert (first.code, first.price_minor) == ("1108a9a6-5414-44d0-a9ca-add54f8a80fa", 4290)


def test_rules_and_the_rest_are_the_lines_own(real_parts: LoadedCatalog) -> None:
    own = read_catalog(read_files(BUILT_IN_CATALOGS / "pc")).model
    model = real_parts.model

    assert [(rule.id, rule.condition) for rule in model.rules] == [(rule.id, rule.condition) for rule in own.rules]
    assert [feature.code for feature in model.features] == [feature.code for feature in own.features]
    assert model.operations == own.operations
    assert all(feature.kind in FeatureKind for feature in model.features)
