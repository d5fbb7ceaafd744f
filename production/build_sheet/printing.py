"""A pool of processes that draw sheets, reused from sheet to sheet and replaced when one dies."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from kernel.errors import NotAvailable
from production.build_sheet.fonts import write_fontconfig
from production.build_sheet.model import SheetData, SheetDiff
from production.build_sheet.worker import DONE, read_frame, write_frame

ROOT = Path(__file__).parents[2]
MEMORY_MB = 1536
CPU_S = 20
TIMEOUT_S = 60.0


class SheetNotPrinted(NotAvailable):
    """The sheet could not be drawn within its limits; facts: ``reason``."""


class SheetPrinter:
    """Draws sheets in worker processes. Safe to share between threads; close it, or use it in ``with``.

    Args:
        folder: Where the private fontconfig file and its cache are kept.
        workers: How many processes at most; each starts when first needed.
        memory_mb: Address space of one process.
        cpu_s: Processor seconds of one sheet.
        timeout_s: Seconds on the wall one sheet may take.
        module: The program of a process; another kind of document brings its own.
    """

    def __init__(
        self,
        folder: Path,
        *,
        workers: int = 1,
        memory_mb: int = MEMORY_MB,
        cpu_s: int = CPU_S,
        timeout_s: float = TIMEOUT_S,
        module: str = "production.build_sheet.worker",
    ) -> None:
        self._fontconfig = write_fontconfig(folder)
        self._command = [sys.executable, "-m", module, str(memory_mb), str(cpu_s)]
        self._timeout_s = timeout_s
        self._idle: queue.LifoQueue[subprocess.Popen[bytes] | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._workers = workers

    def draw(self, sheet: SheetData, picture_svg: str = "") -> bytes:
        """Return the PDF of a sheet; the same bytes each time.

        Raises:
            SheetNotPrinted: it was refused, or took more memory or time than a sheet may.
        """
        return self.ask(json.dumps({"sheet": sheet.to_json(), "picture": picture_svg}).encode())

    def draw_diff(self, diff: SheetDiff) -> bytes:
        """Return the PDF of what a revision changes; the same bytes each time.

        Raises:
            SheetNotPrinted: as ``draw``.
        """
        return self.ask(json.dumps({"diff": diff.to_json()}).encode())

    def draw_slips(self, kind: str, sheets: Sequence[SheetData]) -> bytes:
        """Return the PDF of ``labels`` for kits or of cut ``tickets``, made from sheets; empty where there is nothing to draw.

        Raises:
            SheetNotPrinted: as ``draw``.
        """
        return self.ask(json.dumps({"slips": kind, "sheets": [one.to_json() for one in sheets]}).encode())

    def ask(self, request: bytes) -> bytes:
        """Return what a process answers to a request in its own form.

        Raises:
            SheetNotPrinted: it was refused, or took more memory or time than it may.
        """
        worker = self._idle.get()
        try:
            if worker is not None and worker.poll() is not None:
                _end(worker)
                worker = None
            if worker is None:
                worker = self._start()
            return self._ask(worker, request)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all processes, waiting for those at work."""
        for _ in range(self._workers):
            worker = self._idle.get()
            if worker is not None:
                _end(worker)
        for _ in range(self._workers):
            self._idle.put(None)

    def __enter__(self) -> "SheetPrinter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own program, with numbers of our own
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={
                "FONTCONFIG_FILE": str(self._fontconfig),
                "HOME": str(self._fontconfig.parent),
                "LANG": "C.UTF-8",
                "PATH": "/usr/bin:/bin",
                "PYTHONHASHSEED": "0",
            },
        )

    def _ask(self, worker: "subprocess.Popen[bytes]", request: bytes) -> bytes:
        assert worker.stdin is not None  # noqa: S101 - opened as pipes
        assert worker.stdout is not None  # noqa: S101
        watch = threading.Timer(self._timeout_s, worker.kill)
        watch.start()
        try:
            write_frame(worker.stdin, request)
            reply = read_frame(worker.stdout)
        except BrokenPipeError:
            reply = None
        finally:
            watch.cancel()
        if reply is None:
            _end(worker)
            raise SheetNotPrinted(reason=f"the process ended ({worker.returncode})")
        if reply[:1] != DONE:
            raise SheetNotPrinted(reason=reply[1:].decode(errors="replace"))
        return reply[1:]


def _end(worker: "subprocess.Popen[bytes]") -> None:
    worker.kill()
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            pipe.close()
