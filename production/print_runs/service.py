"""Use cases of print runs: ask for one, draw it as a job with progress, find the one PDF it came to.

Source: docs/algorithms/build-sheet.md, rules P-1 to P-3.
"""

import io
import json
from collections.abc import Sequence
from datetime import date, datetime

from pypdfium2 import PdfDocument
from sqlmodel import Session

from kernel.blobs import BlobStore
from kernel.database import Database
from kernel.ids import IdMaker
from kernel.jobs import JobName, enqueue
from production.build_sheet import service as sheets
from production.build_sheet.model import SheetData
from production.build_sheet.printing import SheetPrinter
from production.build_sheet.repository import IssuedDiff, IssuedSheet
from production.build_sheet.service import SheetNotFound
from production.floor import service as floor
from production.plants.model import MINUTES_A_DAY
from production.print_runs import repository
from production.print_runs.model import (
    NothingToPrint,
    PieceId,
    PrintKind,
    PrintRun,
    PrintRunId,
    PrintRunNotFound,
    PrintRunNotReady,
)
from production.promise import service as promises
from production.promise.calendar import utc, wall_clock_s

PRINT_JOB = JobName("production.print_run")
AT_ONCE = 20
"""How many pieces are drawn between two steps of the progress bar."""


def pieces_of_day(db: Session, line: str, day: date) -> list[PieceId]:
    """Return the pieces on the floor whose first step is planned for a day of the plant, in that order.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    zone = promises.plant_of(db, line).timezone
    from_s, to_s = wall_clock_s(day, 0, zone), wall_clock_s(day, MINUTES_A_DAY, zone)
    return repository.pieces_beginning(db, line, utc(from_s), utc(to_s))


def ask_for_prints(
    db: Session, line: str, day: date, kind: PrintKind, *, new_id: IdMaker, by: str, now: datetime
) -> PrintRun:
    """Return a print run of a day, queued.

    Raises:
        NothingToPrint: nothing is to be begun on the day.
        PlantNotFound: no plant makes the line.
    """
    pieces = pieces_of_day(db, line, day)
    if not pieces:
        raise NothingToPrint(line=line, day=day.isoformat())
    run = PrintRun(PrintRunId(new_id()), line, day, kind, tuple(pieces), by, now)
    repository.add_run(db, run)
    enqueue(db, PRINT_JOB, run.id)
    return run


def do_print_run(database: Database, blobs: BlobStore, printer: SheetPrinter, run_id: PrintRunId) -> None:
    """Draw a print run into one PDF, telling its progress; begun again it begins anew, done it is left alone.

    Raises:
        PrintRunNotFound: there is no such run.
        SheetNotPrinted: labels or tickets could not be drawn; the job is tried again.
    """
    with database.read() as db:
        run = print_run(db, run_id)
    if run.is_over:
        return
    parts: list[bytes] = []
    missing: list[PieceId] = []
    found: list[SheetData] = []
    changes: dict[str, IssuedDiff] = {}
    for at in range(0, len(run.pieces), AT_ONCE):
        chunk = run.pieces[at : at + AT_ONCE]
        with database.read() as db:
            issued = {piece: _issued(db, piece) for piece in chunk}
        if run.kind is not PrintKind.DIFFS:
            missing += [piece for piece, sheet in issued.items() if sheet is None]
        there = [sheet for sheet in issued.values() if sheet is not None]
        if run.kind is PrintKind.SHEETS:
            parts += [blobs.get(sheet.pdf).content for sheet in there]
        elif run.kind is PrintKind.DIFFS:
            with database.read() as db:
                changes |= {one.order_number: one for piece in chunk if (one := _diff(db, piece)) is not None}
        else:
            said = [SheetData.from_json(json.loads(blobs.get(sheet.specification).content)) for sheet in there]
            found += said
            if run.kind is PrintKind.LABELS and said:
                parts.append(printer.draw_slips("labels", said))
        with database.write() as db:
            repository.save_progress(db, run_id, {"done": at + len(chunk)})
    if run.kind is PrintKind.TICKETS and found:
        drawn = printer.draw_slips("tickets", found)
        parts += [drawn] if drawn else []
    parts += [blobs.get(one.pdf).content for one in changes.values()]
    pdf = blobs.put(joined(parts), "application/pdf") if parts else None
    over = {"missing": [list(one) for one in missing], "pdf_blob": pdf, "is_over": True, "done": len(run.pieces)}
    with database.write() as db:
        repository.save_progress(db, run_id, over)


def print_run(db: Session, run_id: PrintRunId) -> PrintRun:
    """Return a print run.

    Raises:
        PrintRunNotFound: there is none.
    """
    run = repository.find_run(db, run_id)
    if run is None:
        raise PrintRunNotFound(run=run_id)
    return run


def print_runs(db: Session, line: str, *, limit: int = 20) -> tuple[PrintRun, ...]:
    """Return the print runs of a line, the newest first."""
    return repository.runs_of(db, line, limit)


def printed(db: Session, blobs: BlobStore, run_id: PrintRunId) -> bytes:
    """Return the PDF of a print run.

    Raises:
        PrintRunNotFound: there is no such run.
        PrintRunNotReady: it is still being drawn, or nothing was to be drawn.
    """
    run = print_run(db, run_id)
    if run.pdf is None:
        raise PrintRunNotReady(run=run_id, done=run.done, total=len(run.pieces))
    return blobs.get(run.pdf).content


def joined(parts: Sequence[bytes]) -> bytes:
    """Return the pages of several PDFs as one."""
    if len(parts) == 1:
        return parts[0]
    whole = PdfDocument.new()
    for part in parts:
        source = PdfDocument(part)
        whole.import_pages(source)
        source.close()
    out = io.BytesIO()
    whole.save(out)
    whole.close()
    return out.getvalue()


def _issued(db: Session, piece: PieceId) -> IssuedSheet | None:
    number, at = piece
    work, _status = floor.work_order(db, number, at)
    try:
        return sheets.issued_sheet(db, number, work.revision, at)
    except SheetNotFound:
        return None


def _diff(db: Session, piece: PieceId) -> IssuedDiff | None:
    """Return what the present revision of a piece's order changes for the floor; None where it changes nothing."""
    number, at = piece
    work, _status = floor.work_order(db, number, at)
    return sheets.issued_diff(db, number, work.revision) if sheets.has_diff(db, number, work.revision) else None
