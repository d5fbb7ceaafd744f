"""Processes: the web server, the worker, and both at once for the demo shop.

Each loads what it needs when it needs it: the pages are a third of all there is to load, and the worker has none.
"""

import gc
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

from fastapi import FastAPI

from kernel.worker import run_worker
from web.jobs import job_functions
from web.migrations import run as migrations
from web.opening import open_shop
from web.periodic import run_periodically
from web.settings import Settings, environment_with
from web.webhook_posting import run_webhooks


def serve_pages(settings: Settings, *, host: str, port: int) -> None:
    """Serve until told to stop."""
    from web.app import create_app

    settings = replace(settings, host=host, port=port)
    shop = open_shop(settings)
    shop.warm_up()
    _serve(settings, create_app(settings, shop))
    shop.close()


def _serve(settings: Settings, app: FastAPI) -> None:
    import uvicorn

    _spare_the_collector()
    # uvicorn ends its work on a signal and then raises it anew: unless it ends the process by an exception, what
    # stands in finally blocks around us would never run.
    signal.signal(signal.SIGTERM, _leave)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,
    )
    uvicorn.Server(config).run()


def _spare_the_collector() -> None:
    """Have the garbage collector never again go through what was loaded and compiled: it stays for good.

    A full collection of it takes a quarter of a second, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def work(settings: Settings) -> None:
    """Do stored jobs and what is due by the clock, until SIGTERM or SIGINT."""
    logging.basicConfig(level=settings.log_level.upper())
    shop = open_shop(settings)
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    _spare_the_collector()
    clockwork = threading.Thread(target=run_periodically, args=(shop, stop), daemon=True)
    clockwork.start()
    threading.Thread(target=run_webhooks, args=(shop, stop), daemon=True).start()
    run_worker(shop.database, job_functions(shop), stop=stop, slots=settings.worker_slots)


def run_demo_shop(settings: Settings, *, host: str, port: int) -> None:
    """Bring the demo up on its database, start web server and worker, and end both on SIGTERM or SIGINT.

    The pages open as soon as there is something to configure; the demo's orders are placed meanwhile.
    """
    from web.app import create_app
    from web.demo.people import DEMO_PASSWORD, DEMO_PEOPLE
    from web.demo.seeding import seed_catalogs_with_history, seed_orders_once, seed_people

    settings = replace(settings, host=host, port=port)
    shop = open_shop(settings)
    migrations.upgrade(shop.database)
    seed_catalogs_with_history(shop)
    seed_people(shop)
    shop.warm_up()
    app = create_app(settings, shop)
    signal.signal(signal.SIGTERM, _leave)
    with _worker_process(settings):
        print(f"Lot One is at http://{host}:{port}", flush=True)
        print(f"Sign in with the password {DEMO_PASSWORD} as:", flush=True)
        for person in DEMO_PEOPLE:
            print(f"  {person.login_name:10} {person.display_name}", flush=True)
        threading.Thread(target=seed_orders_once, args=(shop,), daemon=True).start()
        _serve(settings, app)
    shop.close()


@contextmanager
def _worker_process(settings: Settings) -> Iterator[None]:
    """Run a worker beside this process; it ends with the block, also when the block is told to stop."""
    process = subprocess.Popen(
        [sys.executable, "-m", "web.cli.app", "worker"],
        start_new_session=True,
        env=environment_with(LOTONE_PUBLIC_URL=settings.origin),  # the links in mails lead to this server
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
