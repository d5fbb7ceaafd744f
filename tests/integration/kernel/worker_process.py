"""A worker in a process of its own, for tests that kill it: ``worker_process.py URL diligent|hanging``."""

import signal
import sys
import threading
import time

from sqlalchemy import text

from kernel.database import Database
from kernel.jobs import JobName, first_time
from kernel.worker import run_worker

NOTE = JobName("probe.note")


def main(url: str, temper: str) -> None:
    database = Database(url)

    def note(order: str) -> None:
        with database.write() as db:
            db.execute(text("INSERT INTO probe_started VALUES (:who)"), {"who": temper})
        if temper == "hanging":
            time.sleep(600)
        with database.write() as db:
            if first_time(db, f"note:{order}"):
                db.execute(text("INSERT INTO probe_noted VALUES (:order)"), {"order": order})

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_worker(database, {NOTE: note}, stop=stop, reap_every_s=0.3, finish_within_s=5)


if __name__ == "__main__":
    main(*sys.argv[1:])
