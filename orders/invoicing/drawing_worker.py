"""The process that writes and draws invoices: ``python -m orders.invoicing.drawing_worker MEMORY_MB CPU_S``.

Takes an invoice as JSON and answers with its e-invoice (empty where the method asks for none) and its PDF, one after the
other, under the limits of the build sheet's process (`production.build_sheet.worker`).
"""

import gc
import json
import resource
import sys

from production.build_sheet.worker import DONE, FAILED, GARBAGE_AT, LENGTH, allow_cpu, read_frame, write_frame


def main(memory_mb: int, cpu_s: int) -> None:
    """Draw invoices until standard input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    from orders.invoicing.document import invoice_from_json
    from orders.invoicing.drawing import draw_invoice
    from orders.invoicing.model import Syntax
    from orders.invoicing.writing import einvoice

    gc.freeze()
    gc.set_threshold(GARBAGE_AT)
    while (request := read_frame(sys.stdin.buffer)) is not None:
        allow_cpu(cpu_s)
        try:
            invoice = invoice_from_json(json.loads(request))
            xml = einvoice(invoice)
            pdf = draw_invoice(invoice, xml if invoice.syntax is Syntax.CII else b"")
        except (ValueError, TypeError, KeyError, LookupError, MemoryError, OSError) as error:
            write_frame(sys.stdout.buffer, FAILED, f"{type(error).__name__}: {error}".encode()[:500])
        else:
            write_frame(sys.stdout.buffer, DONE, LENGTH.pack(len(xml)), xml, pdf)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
