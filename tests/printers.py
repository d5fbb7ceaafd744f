"""Printers shared by all tests of a process: what draws is started once."""

import atexit
import tempfile
from functools import cache
from pathlib import Path

from orders.invoicing.printing import InvoicePrinter
from production.build_sheet.printing import SheetPrinter
from web.papers.printing import WORKER as PAPERS


@cache
def _fonts() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="lotone-fonts-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


@cache
def sheet_printer() -> SheetPrinter:
    """Draws build sheets."""
    printer = SheetPrinter(_fonts())
    atexit.register(printer.close)
    return printer


@cache
def paper_printer() -> SheetPrinter:
    """Draws the papers of the web: quotes and the like."""
    printer = SheetPrinter(_fonts(), module=PAPERS)
    atexit.register(printer.close)
    return printer


@cache
def invoice_printer() -> InvoicePrinter:
    """Writes and draws invoices."""
    printer = InvoicePrinter(_fonts())
    atexit.register(printer.close)
    return printer
