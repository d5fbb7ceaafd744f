"""The worker: does stored jobs until it is told to stop, and takes over what a dead worker left behind.

DBOS resumes the jobs of a worker that comes back under its own name. What its open edition leaves out
is done here: every few seconds a worker tries the locks of the other slots, and whoever gets one puts
the dead worker's unfinished jobs back into the queue.
"""

import logging
from collections.abc import Mapping
from threading import Event

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from dbos._error import DBOSMaxStepRetriesExceeded

from kernel.database import Database
from kernel.errors import NotAvailable
from kernel.jobs import (
    APPLICATION,
    APPLICATION_VERSION,
    ATTEMPTS,
    JobFailed,
    JobFunction,
    JobName,
    JobToRetry,
    attempt,
    dbos_url,
    quiet_dbos,
)
from kernel.worker_slots import WorkerSlots, worker_name, worker_slots

_log = logging.getLogger(__name__)
_MOST_RESTARTS = 20
FIRST_WAIT_S = 1.0
"""Before the second attempt at a job; doubled before each further one."""


class NoWorkerSlot(NotAvailable):
    """As many workers as the installation allows are at work already."""


class WorkerSlotLost(NotAvailable):
    """The database no longer holds this worker's slot; another may be doing its jobs."""


def run_worker(
    database: Database,
    jobs: Mapping[JobName, JobFunction],
    *,
    stop: Event,
    slots: int = 2,
    reap_every_s: float = 5.0,
    finish_within_s: int = 20,
) -> None:
    """Do stored jobs until ``stop`` is set, then let the running ones finish.

    One process runs one worker at a time: DBOS keeps its state per process.

    Args:
        database: Where the jobs are stored; its tables are up to date.
        jobs: What each name does.
        stop: Set by whoever wants the worker to end.
        slots: How many workers may be at work on this database at once; the same number for all of them.
        reap_every_s: How often to look for dead workers, in seconds.
        finish_within_s: How long running jobs may take to finish after ``stop``, in seconds.

    Raises:
        NoWorkerSlot: All slots are held.
        WorkerSlotLost: The connection holding the slot broke; end the process and start anew.
    """
    locks = worker_slots(database)
    try:
        own = next((slot for slot in range(slots) if locks.take(slot)), None)
        if own is None:
            raise NoWorkerSlot(slots=slots)
        _launch(database, jobs, own)
        try:
            others = [slot for slot in range(slots) if slot != own]
            while not stop.wait(reap_every_s):
                if not locks.holds():
                    raise WorkerSlotLost(slot=own)
                _take_over_from_the_dead(locks, others)
        finally:
            DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=finish_within_s)
    finally:
        locks.close()


def _take_over_from_the_dead(locks: WorkerSlots, others: list[int]) -> None:
    for slot in others:
        if not locks.take(slot):
            continue
        try:
            for handle in DBOS._recover_pending_workflows([worker_name(slot)]):
                _log.warning("job %s taken over from %s", handle.get_workflow_id(), worker_name(slot))
        finally:
            locks.release(slot)


def _launch(database: Database, jobs: Mapping[JobName, JobFunction], slot: int) -> None:
    """Start DBOS in this process, with nothing of it that leaves the machine or needs a licence."""
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_url": dbos_url(database.url),
        "application_version": APPLICATION_VERSION,
        "executor_id": worker_name(slot),
        "run_migrations": False,
        "use_listen_notify": False,
        "enable_otlp": False,
        "log_level": "WARNING",
        "max_executor_threads": 4,
        "serializer": DBOSPortableJSONSerializer(),
    }
    DBOS(config=config)
    quiet_dbos()
    for name, function in jobs.items():
        _register(name, function)
    DBOS.launch()


def _register(name: JobName, function: JobFunction) -> None:
    """Make a workflow of one step, whose attempts are repeated while the trouble may pass."""

    @DBOS.step(
        name=f"{name}.attempt",
        retries_allowed=True,
        max_attempts=ATTEMPTS,
        interval_seconds=FIRST_WAIT_S,
        backoff_rate=2.0,
        should_retry=lambda error: isinstance(error, JobToRetry),
    )
    def step(*ids: str) -> None:
        attempt(name, function, ids)

    @DBOS.workflow(name=name, max_recovery_attempts=_MOST_RESTARTS)
    def workflow(*ids: str) -> None:
        try:
            step(*ids)
        except DBOSMaxStepRetriesExceeded as given_up:
            last = given_up.errors[-1]
            raise JobFailed(job=name, error=last.facts["error"] if isinstance(last, JobToRetry) else "") from None
