"""Strands: what a material comes to under the answers of the features it depends on."""

from pathlib import Path

from configurator.configurator import Configurator
from configurator.model import Answer
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.model import FeatureKind
from orders.drafts.strands import material_strand
from tests.mugs import mug_model

CATALOGS = Path(__file__).parents[3] / "modules_catalog" / "catalogs"


def test_a_part_the_bill_takes_one_of_is_there_where_it_is_chosen() -> None:
    """N-3: the same levels as working the bill line out for every row, several pieces or one."""
    model = load_catalog(CATALOGS / "pc")
    configurator = Configurator(model)
    rows = {each.code: configurator.row_answers(each.code) for each in model.features}

    for feature in ("cpu", "storage"):
        is_many = model.feature(feature).kind is FeatureKind.OPTIONS
        for option in model.feature(feature).options[:3]:
            strand = material_strand(model, f"{feature}.{option.code}", rows)

            assert strand is not None
            assert list(strand.kinds) == [feature]
            found = [strand.levels[kind,] for kind in strand.kinds[feature]]
            taken: list[Answer] = [{option.code: 1}, option.code]
            assert found == [(int(row in taken), "") for row in rows[feature]]
            assert strand.least == (0, "")
            each = tuple(level[0] for level, row in zip(found, rows[feature], strict=True) if row is not None)
            assert strand.by_sum == ((0, {feature: each}) if is_many else None)


def test_a_material_nothing_names_has_no_strand() -> None:
    """A component of a fit, or a part of another line."""
    model = mug_model()
    rows = {each.code: Configurator(model).row_answers(each.code) for each in model.features}

    assert material_strand(model, "nothing.of_it", rows) is None
