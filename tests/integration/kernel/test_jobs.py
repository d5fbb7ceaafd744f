"""Jobs are stored with their transaction and done once."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from sqlalchemy import text

import kernel.worker as worker_module
from kernel.database import Database, DatabaseBusy
from kernel.errors import NotAvailable, NotPossible
from kernel.jobs import JobName, JobOutcome, enqueue, failed_jobs, first_time, run_pending
from kernel.worker import NoWorkerSlot, run_worker
from kernel.worker_slots import worker_slots

NOTE = JobName("probe.note")
WORKER_PROCESS = Path(__file__).with_name("worker_process.py")


def store(database: Database, *orders: str) -> None:
    with database.write() as db:
        for order in orders:
            enqueue(db, NOTE, order)


def until(found: Callable[[], bool]) -> None:
    """Wait for something another process does."""
    for _ in range(2_400):
        if found():
            return
        time.sleep(0.05)
    pytest.fail("waited two minutes in vain")


def test_a_job_is_done_once_with_its_ids(database: Database) -> None:
    done: list[tuple[str, ...]] = []
    store(database, "a", "b")

    outcomes = run_pending(database, {NOTE: lambda *ids: done.append(ids)})
    again = run_pending(database, {NOTE: lambda *ids: done.append(ids)})

    assert outcomes == [JobOutcome("probe.note:a", NOTE, None), JobOutcome("probe.note:b", NOTE, None)]
    assert done == [("a",), ("b",)]
    assert again == []


def test_a_job_goes_with_its_transaction(database: Database) -> None:
    with pytest.raises(NotPossible), database.write() as db:
        enqueue(db, NOTE, "a")
        raise NotPossible

    assert run_pending(database, {NOTE: lambda *ids: pytest.fail("it was rolled back")}) == []


def test_the_same_key_is_one_job(database: Database) -> None:
    done: list[str] = []
    store(database, "a", "a")
    store(database, "a")
    run_pending(database, {NOTE: done.append})
    store(database, "a")
    with database.write() as db:
        enqueue(db, NOTE, "a", key="again")
    run_pending(database, {NOTE: done.append})

    assert done == ["a", "a"]


def test_a_job_stores_further_jobs(database: Database) -> None:
    done: list[str] = []
    following = JobName("probe.following")

    def note(order: str) -> None:
        with database.write() as db:
            enqueue(db, following, order)

    store(database, "a")
    outcomes = run_pending(database, {NOTE: note, following: done.append})

    assert [outcome.name for outcome in outcomes] == [NOTE, following]
    assert done == ["a"]


def test_an_effect_happens_the_first_time_only_and_with_its_transaction(database: Database) -> None:
    with pytest.raises(NotPossible), database.write() as db:
        assert first_time(db, "release:a")
        raise NotPossible

    answers = []
    for _ in range(2):
        with database.write() as db:
            answers.append(first_time(db, "release:a"))
    assert answers == [True, False]


def test_passing_trouble_is_tried_again(database: Database) -> None:
    calls: list[str] = []

    def second_time(order: str) -> None:
        calls.append(order)
        if len(calls) < 3:
            raise NotAvailable

    store(database, "a")

    assert [outcome.error for outcome in run_pending(database, {NOTE: second_time})] == [None]
    assert calls == ["a", "a", "a"]


def test_of_a_failure_only_its_name_is_kept(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Its text may name a person, and the job system keeps and logs in clear."""

    def refuse(order: str) -> None:
        raise NotPossible(customer="Ana Example")

    store(database, "a")
    with caplog.at_level(logging.DEBUG):
        outcomes = run_pending(database, {NOTE: refuse})

    assert outcomes == failed_jobs(database) == [JobOutcome("probe.note:a", NOTE, "NotPossible")]
    assert "NotPossible at" in caplog.text
    assert "Ana" not in caplog.text
    assert not any("Ana" in content for content in everything_stored(database))


def test_a_job_without_a_function_fails(database: Database) -> None:
    store(database, "a")

    assert [outcome.error for outcome in run_pending(database, {})] == ["JobUnknown"]


def test_a_slot_is_held_by_one(database: Database) -> None:
    first, second = worker_slots(database), worker_slots(database)

    assert [first.take(0), second.take(0), second.take(1)] == [True, False, True]
    first.release(0)
    assert second.take(0)
    assert second.holds()
    first.close()
    second.close()


def everything_stored(database: Database) -> Iterator[str]:
    schema = "" if database.is_sqlite else "dbos."
    with database.read() as db:
        for table in ("workflow_status", "workflow_input", "workflow_output", "operation_outputs"):
            yield from (str(row) for row in db.execute(text(f"SELECT * FROM {schema}{table}")))


class Workers:
    """Worker processes of one test."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.running: list[subprocess.Popen[bytes]] = []
        with database.write() as db:
            db.execute(text("CREATE TABLE probe_started (who TEXT)"))
            db.execute(text("CREATE TABLE probe_noted (id TEXT)"))

    def start(self, temper: str) -> subprocess.Popen[bytes]:
        url = self.database.url.render_as_string(hide_password=False)
        root = str(Path(__file__).parents[3])
        command = [sys.executable, str(WORKER_PROCESS), url, temper]
        self.running.append(subprocess.Popen(command, env={**os.environ, "PYTHONPATH": root}))
        return self.running[-1]

    def column(self, table: str) -> list[str]:
        with self.database.read() as db:
            return sorted(db.execute(text(f"SELECT * FROM {table}")).scalars())


@pytest.fixture
def workers(database: Database) -> Iterator[Workers]:
    made = Workers(database)
    yield made
    for process in made.running:
        process.kill()
        process.wait()


def test_a_job_of_a_killed_worker_is_taken_over_by_the_living_one(workers: Workers) -> None:
    """kill -9 in the middle: the survivor gets the dead worker's slot and does the job, once."""
    store(workers.database, "a")
    doomed = workers.start("hanging")
    until(lambda: workers.column("probe_started") == ["hanging"])
    survivor = workers.start("diligent")
    second = worker_slots(workers.database)
    until(lambda: not (second.take(1) and second.release(1) is None))
    second.close()

    doomed.kill()
    until(lambda: workers.column("probe_noted") == ["a"])
    store(workers.database, "b")
    until(lambda: workers.column("probe_noted") == ["a", "b"])
    survivor.send_signal(signal.SIGTERM)

    assert survivor.wait(timeout=120) == 0
    assert workers.column("probe_started") == ["diligent", "diligent", "hanging"]


def test_a_restarted_worker_goes_on_with_its_own_jobs(workers: Workers) -> None:
    store(workers.database, "a")
    doomed = workers.start("hanging")
    until(lambda: workers.column("probe_started") == ["hanging"])
    doomed.kill()
    doomed.wait()
    workers.start("diligent")
    until(lambda: workers.column("probe_noted") == ["a"])

    assert workers.column("probe_started") == ["diligent", "hanging"]


def test_a_worker_in_this_process_needs_no_other_machine(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Sockets are closed in tests: DBOS calls nobody. Of a failure it tells the name only. A worker too many is refused."""
    done: list[str] = []
    refusing = JobName("probe.refusing")
    stop = threading.Event()

    def refuse(order: str) -> None:
        raise NotPossible(customer="Ana Example")

    worker = threading.Thread(
        target=run_worker,
        args=(database, {NOTE: done.append, refusing: refuse}),
        kwargs={"stop": stop, "slots": 1, "reap_every_s": 0.2},
    )
    with caplog.at_level(logging.DEBUG):
        worker.start()
        with database.write() as db:
            enqueue(db, refusing, "a")
            enqueue(db, NOTE, "a")
        until(lambda: done == ["a"] and len(failed_jobs(database)) == 1)
        with pytest.raises(NoWorkerSlot):
            run_worker(database, {}, stop=stop, slots=1)
        stop.set()
        worker.join(timeout=120)

    assert not worker.is_alive()
    assert failed_jobs(database) == [JobOutcome("probe.refusing:a", refusing, "NotPossible")]
    assert "Ana" not in caplog.text
    assert not any("Ana" in content for content in everything_stored(database))


def test_a_worker_gives_up_after_five_attempts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passing trouble is waited out; what does not pass is given up under its own name."""
    monkeypatch.setattr(worker_module, "FIRST_WAIT_S", 0.01)
    calls: list[str] = []
    stop = threading.Event()

    def never(order: str) -> None:
        calls.append(order)
        raise DatabaseBusy

    worker = threading.Thread(target=run_worker, args=(database, {NOTE: never}), kwargs={"stop": stop})
    worker.start()
    store(database, "a")
    until(lambda: len(failed_jobs(database)) == 1)
    stop.set()
    worker.join(timeout=120)

    assert failed_jobs(database) == [JobOutcome("probe.note:a", NOTE, "DatabaseBusy")]
    assert calls == ["a"] * 5


def test_dbos_is_the_version_whose_inside_was_read() -> None:
    """`run_pending` and the take-over use what DBOS does not promise to keep; read them again before raising it."""
    assert version("dbos").rpartition(".")[0] == "3.4"
