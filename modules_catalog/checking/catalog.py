"""All static findings of a loaded catalog. docs/catalog-findings.md lists their codes and the ways out."""

from modules_catalog.checking.amounts import amount_findings
from modules_catalog.checking.defaults import default_findings
from modules_catalog.checking.pictures import picture_findings
from modules_catalog.checking.prices import price_findings
from modules_catalog.checking.structure import structure_findings
from modules_catalog.checking.tables import table_findings
from modules_catalog.checking.texts import text_findings
from modules_catalog.checking.words import word_findings
from modules_catalog.findings import Finding
from modules_catalog.loading.catalog import LoadedCatalog


def static_findings(loaded: LoadedCatalog) -> tuple[Finding, ...]:
    """Return everything found without solving, in the order of the checks; the loader's remarks come first."""
    return (
        *loaded.remarks,
        *structure_findings(loaded),
        *price_findings(loaded),
        *amount_findings(loaded),
        *default_findings(loaded),
        *word_findings(loaded),
        *table_findings(loaded),
        *text_findings(loaded),
        *picture_findings(loaded),
    )
