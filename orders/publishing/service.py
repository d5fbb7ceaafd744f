"""Use cases of a candidate: bring one in, check it, publish what passes, drop it.

A check solves for many seconds, so it is a job; it writes nothing but its progress and what it found.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlmodel import Session

from configurator.configurator import Configurator
from kernel.clock import Clock
from kernel.database import Database
from kernel.jobs import JobName, enqueue
from modules_catalog.checking.libraries import published_alone
from modules_catalog.exchange.gathering import LibraryFiles
from modules_catalog.loading.catalog import LoadedCatalog, read_catalog
from modules_catalog.loading.files import BUILT_IN_CATALOGS, CatalogFiles, built_in_library, users_of
from modules_catalog.loading.problems import CatalogNotValid
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases
from modules_catalog.releases.errors import ReleaseNotFound
from modules_catalog.releases.packing import packed, unpacked
from orders.audit import repository as audit
from orders.audit.model import Actor
from orders.audit.service import record
from orders.drafts.configurators import Configurators
from orders.publishing import repository
from orders.publishing.candidates import Candidate, CandidateNotChecked, CandidateNotPassed, Review, StartInPast
from orders.publishing.gate import Stage, gate_findings
from orders.publishing.impact import can_be_tried, impact_report
from production.errors import PlantNotFound
from production.plants.model import Plant
from production.promise import service as promises

CHECK_JOB = JobName("catalog.check")
ADDED = "candidate"
PROGRESS_STEPS = 20
"""Progress within a stage is written so many times."""


def add_candidate(db: Session, files: CatalogFiles, *, actor: Actor, now: datetime) -> str:
    """Store a catalog as a candidate, queue its check, and return its name; the same content is checked anew."""
    candidate = files.release()
    record(db, f"catalog:{candidate}", ADDED, actor=actor, now=now, line=files.folder)
    # Counted over all times it was brought, for a job of the same name and number is done once.
    check = sum(entry.action == ADDED for entry, _previous, _hash in audit.entries(db, f"catalog:{candidate}"))
    repository.add_candidate(db, candidate, files.folder, packed(files), check=check, now=now)
    enqueue(db, CHECK_JOB, candidate, str(check))
    return candidate


def check_candidate(
    database: Database, configurators: Configurators, candidate: str, check: str, *, clock: Clock
) -> None:
    """Find what is wrong with a candidate and what it would do, and keep it with the candidate and how long it took.

    Raises:
        CandidateNotFound: it was dropped meanwhile.
    """
    now = clock()
    with database.read() as db:
        files = unpacked(repository.content_of(db, candidate))
        in_force = release_in_force(db, files.folder, now)
        plant = plant_in_force(db, files.folder)
        users = releases.users_in_force(db, files.folder, now=now)
    try:
        loaded = read_catalog(files)
    except CatalogNotValid as error:
        review = Review(now, in_force, error.findings, None)
    else:
        review = _review(database, configurators, loaded, plant, in_force, check=int(check), now=now)
        alone = tuple(published_alone(loaded, {*users, *users_of(BUILT_IN_CATALOGS / files.folder)}))
        review = replace(review, findings=(*alone, *review.findings))
    review = replace(review, took_s=round((clock() - now).total_seconds()))
    with database.write() as db:
        repository.save_review(db, candidate, check=int(check), review=review)


def publish_candidate(
    database: Database, candidate: str, *, actor: Actor, now: datetime, effective_from: datetime | None = None
) -> str:
    """Publish a candidate the gate lets through, and return the release's name; the candidate is done with.

    Raises:
        CandidateNotFound: there is no such candidate.
        CandidateNotChecked: its check has not ended, or another release came into force since.
        CandidateNotPassed: the gate found errors; nothing is published.
        StartInPast: it would come into force before now: what was in force is never changed afterwards.
    """
    if effective_from is not None and effective_from < now:
        raise StartInPast(effective_from=effective_from.isoformat())
    with database.read() as db:
        _require_passed(db, candidate, now)
        loaded = read_catalog(unpacked(repository.content_of(db, candidate)))
    with database.write() as db:
        found = _require_passed(db, candidate, now)
        release = releases.publish_loaded(db, loaded, now=now, effective_from=effective_from)
        start = (effective_from or now).isoformat()
        record(db, f"catalog:{release}", "published", actor=actor, now=now, line=found.line, effective_from=start)
        repository.drop_candidate(db, candidate)
    return release


def _require_passed(db: Session, candidate: str, now: datetime) -> Candidate:
    found = repository.get_candidate(db, candidate)
    if found.review is None or found.review.compared_with != release_in_force(db, found.line, now):
        raise CandidateNotChecked(candidate=candidate)
    if not found.review.passes:
        raise CandidateNotPassed(candidate=candidate)
    return found


def drop_candidate(db: Session, candidate: str, *, actor: Actor, now: datetime) -> None:
    """Remove a candidate nobody wants to publish any more.

    Raises:
        CandidateNotFound: there is no such candidate.
    """
    found = repository.get_candidate(db, candidate)
    repository.drop_candidate(db, candidate)
    record(db, f"catalog:{candidate}", "candidate_dropped", actor=actor, now=now, line=found.line)


def files_of(db: Session, content: str) -> CatalogFiles:
    """Return the files of a release or of a candidate.

    Raises:
        ReleaseNotFound: there is neither.
    """
    if repository.has_candidate(db, content):
        return unpacked(repository.content_of(db, content))
    return releases.files_of(db, content)


def files_of_library(db: Session, *, now: datetime) -> LibraryFiles:
    """Return where the libraries are found that were not sent: in the releases in force, then among the built-in ones."""
    known: dict[str, dict[str, bytes]] = {}
    for line in releases.current_lines(db, now=now):
        files = releases.files_of(db, releases.current_release(db, line, now=now))
        for library in files.libraries:
            prefix = f"{library}/"
            own = {name: content for name, content in files.files.items() if name.startswith(prefix)}
            known.setdefault(library, own)
    return lambda name: known.get(name) or built_in_library(name)


def candidates(db: Session) -> list[Candidate]:
    """Return all candidates, the latest first."""
    return repository.candidates(db)


def get_candidate(db: Session, candidate: str) -> Candidate:
    """Return one candidate.

    Raises:
        CandidateNotFound: there is none.
    """
    return repository.get_candidate(db, candidate)


def find_candidate(db: Session, content: str) -> Candidate | None:
    """Return the candidate of this name, or ``None`` for a release or nothing."""
    return repository.get_candidate(db, content) if repository.has_candidate(db, content) else None


def _review(
    database: Database,
    configurators: Configurators,
    loaded: LoadedCatalog,
    plant: Plant | None,
    in_force: str,
    *,
    check: int,
    now: datetime,
) -> Review:
    built: list[Configurator] = []

    def build(model: ConfigurationModel) -> Configurator:
        built.append(configurators.build(model))
        return built[-1]

    def on_progress(stage: Stage, done: int, total: int) -> None:
        if done % max(1, total // PROGRESS_STEPS) == 0 or done == total:
            with database.write() as db:
                repository.note_progress(db, loaded.model.release, check=check, stage=stage, done=done, total=total)

    findings = gate_findings(loaded, plant=plant, build=build, on_progress=on_progress)
    impact = None
    if built and in_force not in ("", loaded.model.release) and can_be_tried(findings):
        with database.read() as db:
            impact = impact_report(
                db, configurators, built[-1], now=now, on_progress=partial(on_progress, Stage.IMPACT)
            )
    return Review(now, in_force, findings, impact)


def release_in_force(db: Session, line: str, now: datetime) -> str:
    """Return the release of a line that is in force; empty where none is."""
    try:
        return releases.current_release(db, line, now=now)
    except ReleaseNotFound:
        return ""


def plant_in_force(db: Session, line: str) -> Plant | None:
    """Return the plant that makes a line; ``None`` where there is none."""
    try:
        return promises.plant_of(db, line)
    except PlantNotFound:
        return None
