"""Import and export keep the products: every one of a small model, and no other."""

from fractions import Fraction
from unittest.mock import patch

from hypothesis import given, settings

from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.model import ConfigurationModel, FeatureKind
from modules_catalog.uvl import crosstree
from modules_catalog.uvl.exporting import exported
from modules_catalog.uvl.importing import ImportedCatalog, catalog_of
from modules_catalog.uvl.reading import feature_model_of
from modules_catalog.uvl.writing import written_model
from tests.oracles.catalog import valid_configurations
from tests.oracles.uvl import Model, Product, models


def loaded(catalog: ImportedCatalog) -> ConfigurationModel:
    """The catalog's files as the loader reads them."""
    files = {f"model/{name}": text.encode() for name, text in catalog.files.items()}
    return read_catalog(CatalogFiles("model", files)).model


def products(catalog: ImportedCatalog) -> set[Product]:
    """Every valid configuration of the catalog, in the feature model's words."""
    model = loaded(catalog)
    found = set()
    for judged in valid_configurations(model):
        answers = judged.answers
        selected = frozenset(name for name, code in catalog.codes.items() if answers[code] == "yes")
        carried = {}
        for name, value in catalog.values.items():
            if value.code not in answers:
                continue
            answer, feature = answers[value.code], model.feature(value.code)
            if feature.kind is FeatureKind.OPTION:
                carried[name] = model.text(f"option.{value.code}.{answer}", "en")
            elif feature.kind is FeatureKind.DECIMAL:
                carried[name] = Fraction(answer, 10**feature.digits)
            else:
                carried[name] = answer
        found.add((selected, tuple(sorted(carried.items()))))
    return found


@settings(max_examples=25, deadline=None)
@given(model=models())
def test_an_import_has_the_products_of_the_model(model: Model) -> None:
    """Each valid product is a valid configuration and each valid configuration is one."""
    assert products(catalog_of(feature_model_of(model.text()))) == model.products()


@settings(max_examples=15, deadline=None)
@given(model=models())
def test_wide_constraints_keep_the_products(model: Model) -> None:
    """The clauses and lifted sums of wide constraints say the same as the constraints themselves."""
    with patch.object(crosstree, "NARROW", 1):
        catalog = catalog_of(feature_model_of(model.text()))

    assert products(catalog) == model.products()


@settings(max_examples=40, deadline=None)
@given(model=models())
def test_a_written_model_reads_back_as_it_was(model: Model) -> None:
    """Writing and reading again changes nothing but where things stand."""
    text = written_model(feature_model_of(model.text()))

    assert written_model(feature_model_of(text)) == text
    assert catalog_of(feature_model_of(text)).files == catalog_of(feature_model_of(model.text())).files


@settings(max_examples=25, deadline=None)
@given(model=models())
def test_an_export_reads_back_with_the_same_products(model: Model) -> None:
    """What is exported and imported again has the same products, unless something is said to be left out."""
    first = catalog_of(feature_model_of(model.text()))
    uvl = exported(loaded(first))
    if uvl.left_out:
        return

    again = catalog_of(feature_model_of(uvl.text))

    assert products(again) == products(first)
