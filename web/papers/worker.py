"""The process that draws papers: ``python -m web.papers.worker MEMORY_MB CPU_S``.

Takes a page of ours and a name for it as JSON and answers with the PDF, under the limits of the build sheet's process
(`production.build_sheet.worker`). Nothing but ``data:`` is fetched; the same page always gives the same bytes.
"""

import gc
import json
import resource
import sys
from pathlib import Path

from production.build_sheet.worker import DONE, FAILED, GARBAGE_AT, allow_cpu, read_frame, write_frame

STYLESHEET = Path(__file__).parent / "paper.css"


def main(memory_mb: int, cpu_s: int) -> None:
    """Draw papers until standard input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from production.build_sheet.drawing import data_only_fetcher

    fonts = FontConfiguration()
    style = CSS(string=STYLESHEET.read_text("utf-8"), font_config=fonts, url_fetcher=data_only_fetcher())
    gc.freeze()
    gc.set_threshold(GARBAGE_AT)
    while (request := read_frame(sys.stdin.buffer)) is not None:
        allow_cpu(cpu_s)
        try:
            asked = json.loads(request)
            pdf = HTML(string=asked["html"], url_fetcher=data_only_fetcher()).write_pdf(
                stylesheets=[style],
                font_config=fonts,
                pdf_variant="pdf/a-3b",
                pdf_identifier=bytes.fromhex(asked["identifier"])[:16],
            )
        except (ValueError, TypeError, KeyError, LookupError, MemoryError, OSError) as error:
            write_frame(sys.stdout.buffer, FAILED, f"{type(error).__name__}: {error}".encode()[:500])
        else:
            write_frame(sys.stdout.buffer, DONE, pdf)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
