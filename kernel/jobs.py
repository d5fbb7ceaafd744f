"""Jobs: work that follows from a committed transaction, done once, also when a worker dies in the middle.

A job is a name and the ids it needs; what the name does is told to the worker. `enqueue` writes the
job with the caller's own transaction, so an order and its release are there together or not at all.
DBOS keeps the jobs in tables of its own in the same database (``docs/decisions/0001-jobs-on-dbos.md``).
Nothing but ids is stored with a job, and of a failure only the name of its error: both are kept in clear.
"""

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NewType

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, WorkflowStatus
from dbos._serialization import serialize_exception
from dbos._sys_db import WorkflowStatusInternal
from sqlalchemy.engine import URL
from sqlmodel import Session

from kernel import repository
from kernel.database import Database
from kernel.errors import LotOneError, NotAvailable, NotFound

JobName = NewType("JobName", str)
"""What a job does: ``orders.release``. Stays the same for as long as such jobs may be stored."""

JobFunction = Callable[..., None]
"""Does a job, given its ids. It opens its own units of work and may be called again after a crash."""

QUEUE = "lotone"
APPLICATION = "lotone"
APPLICATION_VERSION = "1"
"""Pinned, so that a new program goes on with stored jobs. Raise it only when ids change their meaning."""

ATTEMPTS = 5
_log = logging.getLogger(__name__)


class JobUnknown(NotFound):
    """No function was given for a stored job's name."""


class JobFailed(LotOneError):
    """A job's function raised; only the error's name is kept, for its text may name a person."""

    @property
    def data(self) -> dict[str, Any]:
        """The facts, under the name by which DBOS stores them."""
        return self.facts


class JobToRetry(NotAvailable):
    """A job's function met trouble that may pass."""


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What became of one job; ``error`` is the name of the error it failed with."""

    job_id: str
    name: JobName
    error: str | None


def enqueue(session: Session, name: JobName, *ids: str, key: str | None = None) -> str:
    """Store a job with the session's transaction and return the job's id.

    The same name and key store one job, however often and from wherever they are enqueued.

    Args:
        session: A unit of work for writing; the job exists when, and only when, it commits.
        name: What to do.
        ids: What to do it with; never personal data.
        key: What it must be done once for; by default the ids.
    """
    job_id = f"{name}:{key if key is not None else ':'.join(ids)}"
    kept = session.info["per_database"]
    if "jobs" not in kept:
        kept["jobs"] = _client(session.get_bind().engine)
    session.flush()
    kept["jobs"].enqueue_in_transaction(
        session,
        {"workflow_name": name, "queue_name": QUEUE, "workflow_id": job_id, "app_version": APPLICATION_VERSION},
        *ids,
    )
    return job_id


def first_time(session: Session, key: str) -> bool:
    """Return whether the effect ``key`` happens now for the first time, and remember it with this transaction.

    A job may be run again when its worker died after its last commit. What must not happen twice is
    guarded by this in the same unit of work: either the effect and its key are there, or neither.
    """
    return repository.add_effect(session, key)


def prepare_jobs(database: Database) -> None:
    """Create or bring up to date the tables of the job system and register its one queue."""
    quiet_dbos()
    DBOS.migrate(dbos_url(database.url))
    client = _client(database.engine)
    client.register_queue(QUEUE, worker_concurrency=2, polling_interval_sec=0.25)
    client.destroy()


def run_pending(database: Database, jobs: Mapping[JobName, JobFunction], *, most: int = 10_000) -> list[JobOutcome]:
    """Do all stored jobs now, in this thread, also those that they store; return what became of each, in order.

    For the demo and tests. Jobs are claimed and finished by the same statements as in a worker; what
    is left out are its threads and the waits between attempts.

    Args:
        database: Where the jobs are stored.
        jobs: What each name does.
        most: Stop after so many jobs.
    """
    client = _client(database.engine)
    system = client._sys_db
    queue = system.get_queue(QUEUE)
    outcomes: list[JobOutcome] = []
    while queue is not None and len(outcomes) < most:
        claim = f"run-pending-{len(outcomes)}"
        claimed, _ = system.start_queued_workflows(
            queue, "run-pending", APPLICATION_VERSION, None, owner_xid=claim, is_latest_version=True
        )
        if not claimed:
            break
        statuses = sorted(
            system.get_workflow_statuses(claimed), key=lambda each: (each["created_at"], each["workflow_uuid"])
        )
        for status in statuses:
            name = JobName(status["name"])
            error = _attempt_in_a_row(name, jobs, _stored_ids(status))
            system.update_workflow_outcome(
                status["workflow_uuid"],
                "ERROR" if error else "SUCCESS",
                output=None if error else "null",
                error=_stored_error(name, error) if error else None,
                owner_xid=claim,
            )
            outcomes.append(JobOutcome(status["workflow_uuid"], name, error))
    client.destroy()
    return outcomes


def failed_jobs(database: Database) -> list[JobOutcome]:
    """Return the jobs that were given up, oldest first."""
    client = _client(database.engine)
    rows = client.list_workflows(status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"], load_input=False)
    client.destroy()
    return [JobOutcome(row.workflow_id, JobName(row.name), _error_name(row)) for row in rows]


def attempt(name: JobName, function: JobFunction, ids: tuple[str, ...]) -> None:
    """Call a job's function; what it raises is told by name only.

    Raises:
        JobToRetry: It met trouble that may pass.
        JobFailed: It raised anything else.
    """
    try:
        function(*ids)
    except Exception as error:
        places = " < ".join(
            f"{frame.filename}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__))
        )
        _log.warning("job %s %s: %s at %s", name, ids, type(error).__name__, places)
        kind = JobToRetry if isinstance(error, NotAvailable) else JobFailed
        raise kind(job=name, error=type(error).__name__) from None


def quiet_dbos() -> None:
    """Let DBOS speak through the program's own log, and only when something is wrong."""
    log = logging.getLogger("dbos")
    log.handlers.clear()
    log.propagate = True
    log.setLevel(logging.WARNING)


def dbos_url(url: URL) -> str:
    """Return the database's URL in full, as DBOS takes it."""
    return url.render_as_string(hide_password=False)


def _client(engine: Any) -> DBOSClient:
    quiet_dbos()
    return DBOSClient(
        system_database_engine=engine,
        application_name=APPLICATION,
        serializer=DBOSPortableJSONSerializer(),
        lazy=True,
    )


def _stored_ids(status: WorkflowStatusInternal) -> tuple[str, ...]:
    return tuple(json.loads(status["inputs"])["positionalArgs"])


def _stored_error(name: JobName, error: str) -> str:
    return serialize_exception(JobFailed(job=name, error=error), None, DBOSPortableJSONSerializer())[0]


def _error_name(row: WorkflowStatus) -> str:
    data = getattr(row.error, "data", None)
    return str(data["error"]) if isinstance(data, dict) else row.status


def _attempt_in_a_row(name: JobName, jobs: Mapping[JobName, JobFunction], ids: tuple[str, ...]) -> str | None:
    error = ""
    for _ in range(ATTEMPTS):
        try:
            attempt(name, jobs.get(name, _no_function), ids)
        except JobToRetry as trouble:
            error = str(trouble.facts["error"])
        except JobFailed as failure:
            return str(failure.facts["error"])
        else:
            return None
    return error


def _no_function(*ids: str) -> None:
    raise JobUnknown(ids=list(ids))
