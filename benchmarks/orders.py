"""Orders a second, whole: ``python -m benchmarks.orders [--json] [--orders 200]``.

A draft of the demo's PC becomes a quote (price, promise, capacity and material reserved) and the quote an order
(reservation confirmed, order, known facts, audit entry and release job written), each in its own transaction, through the services
the pages use; drafts are opened beforehand. By one client, by eight processes at once, and by eight of which two are ended by kill −9 half-way, on
SQLite and PostgreSQL. Then the queued releases of some orders are done by one worker: explosion, build sheet, work on the
floor. At the end: every order a client was told of is there once, each with its reservation and one job, the audit chain whole. The peer in the
same run is the database itself: one transaction that inserts one row and commits.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

import modules_catalog
from benchmarks._order_clients import served
from benchmarks._orders_chart import orders_svg
from benchmarks._recording import RESULTS, record, surroundings
from benchmarks.quotes import postgresql
from kernel.clock import fixed_clock
from kernel.ids import DraftId
from kernel.jobs import run_pending
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.releases import service as releases
from orders.audit.model import Actor
from orders.audit.service import first_broken_link
from orders.drafts import service as drafts
from orders.drafts.service import Reader
from orders.lifecycle.service import RELEASE_JOB, place_order
from orders.quotes.service import issue_quote
from production.plants.loading import load_plant
from production.promise import service as promises
from web.jobs import job_functions
from web.migrations.run import upgrade
from web.opening import open_shop
from web.settings import Settings
from web.shop import Shop

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLERK = Actor("clerk", "store")
READER = Reader("clerk", is_staff=True)
ORDERS = 200
CLIENTS = 8
KILLED = 2
RELEASED = 12


def settings_of(url: str, folder: Path) -> Settings:
    """Return the settings all processes of a run share."""
    return Settings(
        database_url=url,
        blob_url=str(folder / "blobs"),
        cache_dir=str(folder / "cache"),
        master_key_file=str(folder / "master.key"),
        outbox_dir=str(folder / "outbox"),
    )


def shop_of(settings: Settings) -> Shop:
    """Open a shop on which it is always the same moment."""
    return open_shop(settings, clock=fixed_clock(NOW))


def opened(settings: Settings) -> Shop:
    """Return a shop on a new database with the PC line published and its plant seeded."""
    shop = shop_of(settings)
    upgrade(shop.database)
    catalog = Path(modules_catalog.__file__).parent / "catalogs" / "pc"
    with shop.database.write() as db:
        releases.publish(db, catalog, load_catalog(catalog), now=NOW)
        promises.seed_plant(db, load_plant("pc"), now=NOW)
    return shop


def open_drafts(shop: Shop, count: int) -> list[DraftId]:
    """Open so many drafts from the line's defaults."""
    return [
        drafts.open_draft(shop.database, shop.configurators, "pc", owner="clerk", new_id=shop.new_id, now=NOW)
        for _ in range(count)
    ]


def order(shop: Shop, draft: DraftId) -> tuple[float, float]:
    """Quote a draft and order the quote; return the milliseconds of both."""
    start = time.perf_counter()
    quote = issue_quote(shop.database, shop.configurators, draft, READER, new_id=shop.new_id, actor=CLERK, now=NOW)
    quoted = time.perf_counter()
    with shop.database.write() as db:
        place_order(db, quote.id, new_id=shop.new_id, actor=CLERK, now=NOW)
    return 1000 * (quoted - start), 1000 * (time.perf_counter() - quoted)


def figures(times: list[float]) -> dict[str, float]:
    """Return median and 95th percentile in milliseconds."""
    ranked = sorted(times)
    return {"p50_ms": round(statistics.median(ranked), 1), "p95_ms": round(ranked[int(0.95 * len(ranked))], 1)}


def summed(found: list[tuple[float, float]], took_s: float) -> dict[str, Any]:
    """Return the figures of so many orders in so many seconds."""
    return {
        "orders_per_s": round(len(found) / took_s, 1),
        "quote": figures([quote for quote, _ in found]),
        "place": figures([placed for _, placed in found]),
        "ordered": len(found),
    }


def by_one(shop: Shop, waiting: list[DraftId]) -> dict[str, Any]:
    """Order all drafts, one after the other."""
    start, cpu_s = time.perf_counter(), time.process_time()
    found = [order(shop, draft) for draft in waiting]
    took_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu_s
    return {**summed(found, took_s), "own_cpu_ms": round(1000 * cpu_s / len(found), 1)}


def by_processes(settings: Settings, waiting: list[DraftId], folder: Path, *, kill: int = 0) -> dict[str, Any]:
    """Order all drafts by eight processes, of which some are killed."""
    done = served(settings, shop_of, order, waiting, folder, clients=CLIENTS, kill=kill)
    found = {"tried_again": done.tried_again, "killed": done.killed, "ready_s": round(done.ready_s, 1)}
    return {**summed(done.found, done.took_s), **found}


def plain_commits(shop: Shop, times: int = 200) -> dict[str, float]:
    """Return what the database takes for one row in one transaction."""
    found = []
    for number in range(times):
        start = time.perf_counter()
        with shop.database.write() as db:
            db.connection().execute(
                text("INSERT INTO number_series (series, last) VALUES (:name, 1)"), {"name": f"bench-{number}"}
            )
        found.append(1000 * (time.perf_counter() - start))
    return figures(found)


def faults(shop: Shop, told: int) -> dict[str, int]:
    """Return what is lost, doubled, without its reservation or without its job, and whether the audit chain is broken.

    Args:
        shop: Where it was ordered.
        told: How many orders the clients were told of; one that was killed may not have heard of its last.
    """
    with shop.database.read() as db:
        connection = db.connection()
        rows = list(connection.execute(text("SELECT id, quote_id FROM customer_order")))
        held = connection.execute(text("SELECT key FROM production_reservation WHERE state = 'confirmed'"))
        holding = set(held.scalars().all())
        table = "workflow_status" if connection.dialect.name == "sqlite" else "dbos.workflow_status"
        stored = connection.execute(text(f"SELECT workflow_uuid FROM {table}"))
        jobs = Counter(stored.scalars().all())
        broken = first_broken_link(db)
    quotes = Counter(quote for _order, quote in rows)
    return {
        "lost": max(0, told - len(quotes)),
        "unheard": len(quotes) - told,
        "doubled": len(rows) - len(quotes),
        "without_reservation": len({f"quote:{quote}" for quote in quotes} - holding),
        "without_one_job": sum(jobs[f"{RELEASE_JOB}:{order}"] != 1 for order, _quote in rows),
        "audit_broken": int(broken is not None),
    }


def measured(url: str, orders: int) -> dict[str, Any]:
    """Return all figures on one database."""
    with tempfile.TemporaryDirectory(prefix="lotone-bench-") as name:
        folder = Path(name)
        settings = settings_of(url, folder)
        shop = opened(settings)
        try:
            order(shop, open_drafts(shop, 1)[0])  # loads, compiles and warms what a running shop has ready
            row: dict[str, Any] = {"one_client": by_one(shop, open_drafts(shop, orders))}
            row["processes"] = by_processes(settings, open_drafts(shop, orders + CLIENTS), folder)
            row["killed"] = by_processes(settings, open_drafts(shop, orders + CLIENTS), folder, kill=KILLED)
            told = 1 + 2 * CLIENTS + sum(row[key]["ordered"] for key in ("one_client", "processes", "killed"))
            row["faults"] = faults(shop, told)
            start = time.perf_counter()
            outcomes = run_pending(shop.database, job_functions(shop), most=RELEASED)
            took = time.perf_counter() - start
            failed = [outcome.error for outcome in outcomes if outcome.error]
            row["worker"] = {"jobs_per_s": round(len(outcomes) / took, 2), "jobs": len(outcomes), "failed": len(failed)}
            row["plain_commit"] = plain_commits(shop)
        finally:
            shop.close()
    return row


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/orders.json and .svg")
    given = parser.parse_args()
    result: dict[str, Any] = {**surroundings(), "orders": given.orders}
    with tempfile.TemporaryDirectory(prefix="lotone-bench-") as folder:
        result["sqlite"] = measured(f"sqlite:///{folder}/lotone.db", given.orders)
    with postgresql() as url:
        if url is not None:
            result["postgresql"] = measured(url, given.orders)
    if given.record:
        record("orders", result)
        (RESULTS / "orders.svg").write_text(orders_svg(result), encoding="utf-8")
    if given.json:
        print(json.dumps(result))
    else:
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
