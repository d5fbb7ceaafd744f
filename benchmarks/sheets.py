"""Build sheets in a batch: ``python -m benchmarks.sheets [--json]``.

Sheets of the demo catalogs (a measured pair of jeans with a monogram in two scripts, a PC), each with another order number,
drawn one after the other in one process as a worker draws them. The peer, measured in the same run, is a plain one-page
table by WeasyPrint as it comes: its own stylesheet, fonts found anew, no QR code, no picture.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks._recording import ROOT, record, surroundings
from production.build_sheet.fonts import write_fontconfig

SHEETS = 24
WARM = 3


def samples() -> list[tuple[Any, str]]:
    """Return a sheet and its picture for each line."""
    import modules_catalog
    from modules_catalog.loading.catalog import load_catalog
    from modules_catalog.pictures.compose import compose
    from production.build_sheet.composing import sheet_data
    from production.build_sheet.model import SheetOrder
    from production.build_sheet.sheet_texts import sheet_texts
    from production.exploding import explode
    from production.model import FinishedMeasure, FitParts, FitPiece, FitTrim
    from production.plants.loading import load_plant

    fit = FitParts(
        (FitPiece("front-F-S-01", "front", 1, "A01-01"), FitPiece("back-F-S-01", "back", 1, "A02-01")),
        (FitTrim("waist", 12, 120), FitTrim("hem", 23, 60)),
        tuple(
            FinishedMeasure(code, target_mm, 13)
            for code, target_mm in (("waist", 842), ("hip", 1012), ("thigh", 610), ("inseam", 802), ("rise", 648))
        ),
    )
    more: Mapping[str, Mapping[str, str]] = {
        "jeans": {"monogram_position": "back_pocket", "monogram_thread": "copper", "sizing": "measured"},
        "pc": {"monogram_position": "case_front"},
    }
    found = []
    for line, choices in more.items():
        folder = Path(modules_catalog.__file__).parent / "catalogs" / line
        model = load_catalog(folder)
        hidden = {feature.code for feature in model.features if feature.shown_when is not None}
        answers: dict[str, Any] = {
            feature.code: feature.default
            for feature in model.features
            if feature.default is not None and feature.code not in hidden
        }
        answers |= {"monogram_text": "李雷 & Ana", **choices}
        parts = fit if line == "jeans" else None
        picture = compose(folder, answers, is_plain=True)
        sheet = sheet_data(
            model,
            explode(model, answers, parts),
            answers,
            SheetOrder("XX-2026-000001", "A", date(2026, 12, 2), date(2026, 11, 22), "A-17"),
            load_plant(line),
            picture_svg=picture,
            fit=parts,
            texts=sheet_texts("en"),
        )
        found.append((sheet, picture))
    return found


def numbered(sheet: Any, number: int) -> Any:
    """Return the sheet of another order: codes, measures, two of its choices and the text are its own."""
    order = f"XX-2026-{number:06d}"
    steps = tuple(replace(one, scan=one.scan.replace("XX-2026-000001", order)) for one in sheet.steps)
    scan = sheet.scan.replace("XX-2026-000001", order)
    return replace(
        sheet,
        order=replace(sheet.order, number=order),
        steps=steps,
        scan=scan,
        measures=tuple(replace(one, target_mm=one.target_mm + number) for one in sheet.measures),
        choices=tuple(
            replace(one, value=f"{one.value} {number}") if at in (1, 6) else one for at, one in enumerate(sheet.choices)
        ),
        texts=tuple(replace(one, text=f"{one.text[:-1]}{chr(ord('a') + number % 26)}") for one in sheet.texts),
    )


def peer_ms() -> float:
    """Return the processor milliseconds of a plain one-page document, best of five."""
    from weasyprint import HTML

    rows = "".join(f"<tr><td>{n}</td><td>Part number {n}</td><td>1 pcs</td><td></td></tr>" for n in range(30))
    source = f"<h1>Order 123</h1><table style='width:100%'>{rows}</table>"
    times = []
    for _ in range(5):
        start = time.process_time()
        HTML(string=source).write_pdf()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def run(sheets: int) -> dict[str, Any]:
    from pypdfium2 import PdfDocument

    from production.build_sheet.drawing import draw_sheet
    from production.build_sheet.worker import collect_seldom

    collect_seldom()
    chosen = samples()
    for sheet, picture in chosen * WARM:
        draw_sheet(sheet, picture)
    identical = all(draw_sheet(sheet, picture) == draw_sheet(sheet, picture) for sheet, picture in chosen)
    lines: dict[str, Any] = {}
    pages_of_all, cpu_of_all = 0, 0.0
    for sheet, picture in chosen:
        times, pages = [], 0
        for number in range(2, 2 + sheets):
            own = numbered(sheet, number)
            start = time.process_time()
            pdf = draw_sheet(own, picture)
            times.append(time.process_time() - start)
            pages += len(PdfDocument(pdf))
        lines[sheet.line] = {
            "pages": pages // sheets,
            "cpu_ms_per_page": round(1000 * sum(times) / pages, 1),
            "best_cpu_ms_per_page": round(1000 * min(times) * sheets / pages, 1),
            "bytes": len(pdf),
        }
        pages_of_all += pages
        cpu_of_all += sum(times)
    return {
        "identical": identical,
        "cpu_ms_per_page": round(1000 * cpu_of_all / pages_of_all, 1),
        "pages_per_s_core": round(pages_of_all / cpu_of_all, 1),
        "plain_weasyprint_page_cpu_ms": round(peer_ms(), 1),
        "lines": lines,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--sheets", type=int, default=SHEETS)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/sheets.json")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        print(json.dumps(run(given.sheets)))
        return
    with tempfile.TemporaryDirectory(prefix="lotone-bench-") as folder:
        environment = {**os.environ, "FONTCONFIG_FILE": str(write_fontconfig(Path(folder)))}
        command = [sys.executable, "-m", "benchmarks.sheets", "--inside", "--sheets", str(given.sheets)]
        inside = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    result = {**surroundings(), **json.loads(inside.stdout.splitlines()[-1])}
    if given.record:
        record("sheets", result)
    print(json.dumps(result) if given.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
