"""The limited processes of invoices: one kind draws, one kind judges. Each starts when first needed."""

import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from kernel.canonical import canonical_json
from orders.invoicing.document import invoice_to_json
from orders.invoicing.model import Invoice, InvoiceNotValid, Syntax
from production.build_sheet.printing import SheetPrinter
from production.build_sheet.worker import LENGTH

JUDGING_MB = 2048
TIMEOUT_S = 300.0
"""On the wall; what a document may really cost is limited in processor time. A busy machine is no reason to give up."""


@dataclass(frozen=True, slots=True)
class PrintedInvoice:
    """The bytes of an invoice: its PDF, and its e-invoice where there is one."""

    pdf: bytes
    xml: bytes


class InvoicePrinter:
    """Draws and judges invoices in processes of their own. Safe to share between threads; close it at the end.

    Args:
        folder: Where the private fontconfig file and its cache are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._drawing = SheetPrinter(folder, module="orders.invoicing.drawing_worker", timeout_s=TIMEOUT_S)
        self._judging = SheetPrinter(
            folder, module="orders.invoicing.judging_worker", memory_mb=JUDGING_MB, timeout_s=TIMEOUT_S
        )

    def draw(self, invoice: Invoice) -> PrintedInvoice:
        """Return the invoice's files; the same bytes each time.

        Raises:
            SheetNotPrinted: it took more memory or time than it may.
        """
        reply = self._drawing.ask(canonical_json(invoice_to_json(invoice)))
        (length,) = LENGTH.unpack(reply[: LENGTH.size])
        rest = reply[LENGTH.size :]
        return PrintedInvoice(pdf=rest[length:], xml=rest[:length])

    def require_valid(self, invoice: Invoice) -> None:
        """Judge the invoice as an e-invoice; one that is none is not judged.

        Raises:
            InvoiceNotValid: it breaks the schema or a rule of EN 16931; facts: ``findings``.
        """
        if invoice.syntax is Syntax.NONE:
            return
        found = json.loads(self._judging.ask(canonical_json(invoice_to_json(invoice))))
        serious = [{"rule": each["rule"], "text": each["text"]} for each in found if not each["is_warning"]]
        if serious:
            raise InvoiceNotValid(orders=list(invoice.orders), findings=serious)

    def close(self) -> None:
        """End the processes."""
        self._drawing.close()
        self._judging.close()

    def __enter__(self) -> "InvoicePrinter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
