"""The process that judges e-invoices: ``python -m orders.invoicing.judging_worker MEMORY_MB CPU_S``.

Takes an e-invoice, or an invoice as JSON to be written as one, and answers with the findings as JSON. Saxon reserves
tens of gigabytes of addresses it never uses, so what is limited here is data, not addresses.
"""

import dataclasses
import json
import resource
import sys

from production.build_sheet.worker import DONE, FAILED, allow_cpu, read_frame, write_frame


def main(memory_mb: int, cpu_s: int) -> None:
    """Judge e-invoices until standard input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
    from orders.invoicing.document import invoice_from_json
    from orders.invoicing.judging import findings
    from orders.invoicing.writing import einvoice

    while (request := read_frame(sys.stdin.buffer)) is not None:
        allow_cpu(cpu_s)
        try:
            is_json = request.lstrip()[:1] == b"{"
            found = findings(einvoice(invoice_from_json(json.loads(request))) if is_json else request)
        except (ValueError, TypeError, KeyError, LookupError, MemoryError, OSError) as error:
            write_frame(sys.stdout.buffer, FAILED, f"{type(error).__name__}: {error}".encode()[:500])
        else:
            write_frame(sys.stdout.buffer, DONE, json.dumps([dataclasses.asdict(each) for each in found]).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
