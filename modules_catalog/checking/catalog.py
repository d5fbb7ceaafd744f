"""All static findings of a loaded catalog. docs/catalog-findings.md lists their codes and the ways out."""

from collections.abc import Iterable

from modules_catalog.checking.amounts import amount_findings
from modules_catalog.checking.defaults import default_findings
from modules_catalog.checking.pictures import picture_findings
from modules_catalog.checking.prices import price_findings
from modules_catalog.checking.structure import structure_findings
from modules_catalog.checking.tables import table_findings
from modules_catalog.checking.texts import text_findings
from modules_catalog.checking.words import word_findings
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog


def static_findings(loaded: LoadedCatalog) -> tuple[Finding, ...]:
    """Return everything found without solving, once each, in the order of the checks; the loader's remarks come first."""
    found = (
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
    return tuple(dict.fromkeys(found))


def library_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that matter in a library: the lines that use it bring steps, a name and pictures."""
    return tuple(
        finding
        for finding in findings
        if finding.severity is not FindingSeverity.WARNING
        or not (
            finding.code in ("feature_on_no_step", "missing_picture")
            or (finding.code == "missing_translation" and finding.involves == ("line",))
        )
    )
