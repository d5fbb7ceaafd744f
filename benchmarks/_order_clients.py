"""Clients of ``benchmarks/orders.py``: each a process of its own with a shop of its own on the same database.

They are forked from one process that has read the program and opened nothing yet, as web servers fork theirs: its modules
are loaded once for all. A client orders one draft before it is counted, and writes a line for each order once it is
committed. Some are ended by kill −9 in the middle of their work.
"""

import json
import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

from kernel.errors import NotAvailable
from kernel.ids import DraftId
from web.settings import Settings
from web.shop import Shop

READY_S = 900
PRELOADED = ["web.opening", "web.jobs", "web.migrations.run", "configurator.planning.artefact"]
Order = Callable[[Shop, DraftId], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Served:
    """What the clients did: milliseconds of quote and order each, the seconds it took, how often one had to try again.

    ``ready_s`` is how long it took until all were ready.
    """

    found: list[tuple[float, float]]
    took_s: float
    ready_s: float
    tried_again: int
    killed: int


def serve(
    settings: Settings,
    shop_of: Callable[[Settings], Shop],
    order: Order,
    drafts: list[DraftId],
    number: int,
    folder: Path,
    start: Barrier,
) -> None:
    """Order the first of the drafts, and the others one after the other from the moment all clients are ready."""
    shop = shop_of(settings)
    shop.warm_up()
    order_at_last(order, shop, drafts[0])
    with (folder / f"client-{number}.jsonl").open("w") as out:
        start.wait(READY_S)
        for draft in drafts[1:]:
            out.write(json.dumps(order_at_last(order, shop, draft)) + "\n")
            out.flush()
    shop.close()


def order_at_last(order: Order, shop: Shop, draft: DraftId) -> tuple[float, float, int]:
    """Order a draft, again while it is told to; return the milliseconds of quote and order and how often it was again."""
    again = 0
    while True:
        try:
            return (*order(shop, draft), again)
        except NotAvailable:
            again += 1
            time.sleep(random.uniform(0.01, 0.05))


def served(
    settings: Settings,
    shop_of: Callable[[Settings], Shop],
    order: Order,
    drafts: list[DraftId],
    folder: Path,
    *,
    clients: int,
    kill: int = 0,
) -> Served:
    """Return what so many processes did with their shares of the drafts; ``kill`` of them die half-way by kill −9."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    start = context.Barrier(clients + 1)
    processes = [
        context.Process(
            target=serve, args=(settings, shop_of, order, drafts[at::clients], at, folder, start), daemon=True
        )
        for at in range(clients)
    ]
    born = time.perf_counter()
    for process in processes:
        process.start()
    start.wait(READY_S)
    began = time.perf_counter()
    for at in range(kill):
        while len(_lines(folder, at)) < len(drafts[at::clients]) // 2:
            time.sleep(0.002)
        processes[at].kill()
    for process in processes:
        process.join()
    took_s = time.perf_counter() - began
    lines = [line for at in range(clients) for line in _lines(folder, at)]
    return Served(
        found=[(quote, placed) for quote, placed, _again in lines],
        took_s=took_s,
        ready_s=began - born,
        tried_again=int(sum(again for _quote, _placed, again in lines)),
        killed=sum(process.exitcode == -9 for process in processes),
    )


def _lines(folder: Path, client: int) -> list[list[float]]:
    """Return what a client wrote of the orders it had committed; a line broken off counts not."""
    written = (folder / f"client-{client}.jsonl").read_text().split("\n")[:-1]
    return [json.loads(line) for line in written]
