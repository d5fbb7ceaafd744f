"""The process that draws sheets: ``python -m production.build_sheet.worker MEMORY_MB CPU_S``.

Reads requests from standard input and answers on standard output, one frame each: four bytes of length, then JSON
(``{"sheet": …, "picture": …}``, ``{"diff": …}`` for what a change makes different, or ``{"slips": "labels", "sheets": […]}``) or, back, one byte (0 done, 1 failed) and the PDF or the reason. It lives under limits
of memory and, for each sheet, of processor time: a picture or a text that would take more ends this process, not the shop.
"""

import gc
import json
import resource
import struct
import sys
from typing import IO

LENGTH = struct.Struct(">I")
DONE, FAILED = b"\0", b"\1"
GARBAGE_AT = 50_000


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next frame; None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def write_frame(stream: IO[bytes], *parts: bytes) -> None:
    """Write one frame made of ``parts``."""
    stream.write(LENGTH.pack(sum(len(part) for part in parts)))
    for part in parts:
        stream.write(part)
    stream.flush()


def main(memory_mb: int, cpu_s: int) -> None:
    """Draw sheets until standard input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    from production.build_sheet.drawing import draw_diff, draw_labels, draw_sheet, draw_tickets
    from production.build_sheet.model import SheetData, SheetDiff

    collect_seldom()
    while (request := read_frame(sys.stdin.buffer)) is not None:
        allow_cpu(cpu_s)
        try:
            document = json.loads(request)
            if "diff" in document:
                pdf = draw_diff(SheetDiff.from_json(document["diff"]))
            elif "slips" in document:
                draw = {"labels": draw_labels, "tickets": draw_tickets}[document["slips"]]
                pdf = draw([SheetData.from_json(sheet) for sheet in document["sheets"]])
            else:
                pdf = draw_sheet(SheetData.from_json(document["sheet"]), document["picture"])
        except (ValueError, TypeError, KeyError, LookupError, MemoryError, OSError) as error:
            write_frame(sys.stdout.buffer, FAILED, f"{type(error).__name__}: {error}".encode()[:500])
        else:
            write_frame(sys.stdout.buffer, DONE, pdf)


def collect_seldom() -> None:
    """Let the garbage collector leave alone what is loaded, which stays, and look at the rest less often."""
    gc.freeze()
    gc.set_threshold(GARBAGE_AT)


def allow_cpu(cpu_s: int) -> None:
    """Let the process run so many seconds more; the kernel ends it when they are used up."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + cpu_s + 1, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
