"""The author's pages: releases of each line, candidates with what the gate says, and the way to publish one."""

import json
import re
from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import Response
from sqlmodel import Session

from kernel.errors import NotFound
from modules_catalog.comparing.catalogs import catalog_changes
from modules_catalog.exchange.documents import document_of, files_of_document
from modules_catalog.exchange.errors import ArchiveNotValid
from modules_catalog.exchange.gathering import with_file
from modules_catalog.exchange.zips import MOST_PACKED, unzipped, zipped
from modules_catalog.loading.catalog import LoadedCatalog, read_catalog
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.loading.problems import CatalogNotValid
from modules_catalog.releases import service as releases
from orders.publishing import service as publishing
from orders.publishing.candidates import StartInPast
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views import catalog as view
from web.views.catalog_changes import change_groups
from web.views.catalog_impact import impact_view
from web.views.words import Words

router = APIRouter(dependencies=[Depends(require_role(Role.AUTHOR))], include_in_schema=False)
HOME, CONTENT, FILE = "catalog/home.html", "catalog/content.html", "catalog/file.html"
VIEWS = ("findings", "impact", "differences", "modules", "rules", "work", "files")
ZIP_BEGINS = b"PK"
_ODD = re.compile(r"[^A-Za-z0-9._-]", re.ASCII)


class FileNotFound(NotFound):
    """The catalog has no such file."""


@router.get("/catalog", name="catalog:home")
def home(request: Request, shop: TheShop) -> Response:
    """Show the releases of each line, and the candidates."""
    return _home(request, shop)


@router.post("/catalog/uploads", name="catalog:upload")
def upload(request: Request, shop: TheShop, actor: TheActor, catalog: Annotated[UploadFile, File()]) -> Response:
    """Take a zip or a document as a candidate and have it checked; what is none comes back with what is wrong."""
    content = catalog.file.read(MOST_PACKED + 1)
    try:
        with shop.database.read() as db:
            lend = publishing.files_of_library(db, now=shop.now())
            files = (unzipped if content.startswith(ZIP_BEGINS) else files_of_document)(content, lend)
    except ArchiveNotValid as refused:
        return _home(request, shop, problem=view.archive_problem(refused.facts, reader_locale(request)), status=422)
    except CatalogNotValid as refused:
        locale = reader_locale(request)
        lines = [f"{found.where}: {view.in_words(found.message, locale)}" for found in refused.findings]
        return _home(request, shop, problem="\n".join(lines), status=422)
    return _candidate_of(request, shop, files, actor)


@router.get("/catalog/{content}", name="catalog:content")
def show_content(
    request: Request, shop: TheShop, content: str, part: Annotated[str, Query(alias="view", max_length=20)] = ""
) -> Response:
    """Show a release or a candidate: what the gate found, what it would do, what differs, what is in it."""
    return _show(request, shop, content, part)


@router.get("/catalog/{content}/export.zip", name="catalog:export_zip")
def export_zip(shop: TheShop, content: str) -> Response:
    """Return the catalog's folders as a zip."""
    with shop.database.read() as db:
        files = publishing.files_of(db, content)
    return _download(zipped(files), "application/zip", f"{files.folder}-{content[:8]}.zip")


@router.get("/catalog/{content}/export.json", name="catalog:export_document")
def export_document(shop: TheShop, content: str) -> Response:
    """Return the catalog as one JSON document, its tables as rows."""
    with shop.database.read() as db:
        files = publishing.files_of(db, content)
    told = json.dumps(document_of(files), ensure_ascii=False, indent=1).encode()
    return _download(told, "application/json", f"{files.folder}-{content[:8]}.json")


@router.get("/catalog/{content}/files/{path:path}", name="catalog:file")
def show_file(
    request: Request,
    shop: TheShop,
    content: str,
    path: str,
    download: Annotated[bool, Query()] = False,
    line: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Show a file to be edited, with the line a finding names, or return it as it is."""
    with shop.database.read() as db:
        files = publishing.files_of(db, content)
    if path not in files.files:
        raise FileNotFound(file=path)
    if download:
        return _download(files.files[path], "application/octet-stream", path.rpartition("/")[2])
    return _file(request, shop, content, path, files.files[path], line=line)


@router.post("/catalog/{content}/files/{path:path}", name="catalog:change_file")
def change_file(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    content: str,
    path: str,
    text: Annotated[str, Form()] = "",
    table: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Make a candidate of the catalog with one file written otherwise: as typed, or as sent."""
    sent = table.file.read(MOST_PACKED + 1) if table is not None and table.filename else b""
    changed = sent or text.replace("\r\n", "\n").encode()
    try:
        changed.decode()
        with shop.database.read() as db:
            files = with_file(publishing.files_of(db, content), path, changed)
    except UnicodeDecodeError:
        problem = view.archive_problem({"reason": "not_text", "name": path}, reader_locale(request))
        return _file(request, shop, content, path, text.encode(), problem=problem)
    except ArchiveNotValid as refused:
        problem = view.archive_problem(refused.facts, reader_locale(request))
        return _file(request, shop, content, path, changed, problem=problem)
    return _candidate_of(request, shop, files, actor)


@router.post("/catalog/{content}/checks", name="catalog:check")
def check(request: Request, shop: TheShop, actor: TheActor, content: str) -> Response:
    """Check a candidate once more, or a release as if it were one."""
    with shop.database.read() as db:
        files = publishing.files_of(db, content)
    return _candidate_of(request, shop, files, actor)


@router.post("/catalog/{content}/publication", name="catalog:publish")
def publish(
    request: Request, shop: TheShop, actor: TheActor, content: str, effective_from: Annotated[str, Form()] = ""
) -> Response:
    """Publish a candidate that passes, now or from the beginning of a day."""
    now = shop.now()
    try:
        start = _start(effective_from, now)
        release = publishing.publish_candidate(shop.database, content, actor=actor, now=now, effective_from=start)
    except StartInPast:
        return _show(
            request, shop, content, "", problem=view.archive_problem({"reason": "from_past"}, _locale(request))
        )
    return go_to(request, f"/catalog/{release}")


@router.post("/catalog/{content}/removal", name="catalog:drop")
def drop(request: Request, shop: TheShop, actor: TheActor, content: str) -> Response:
    """Remove a candidate."""
    with shop.database.write() as db:
        publishing.drop_candidate(db, content, actor=actor, now=shop.now())
    return go_to(request, "/catalog")


def _home(request: Request, shop: Shop, *, problem: str = "", status: int = 200) -> Response:
    now, locale = shop.now(), _locale(request)
    with shop.database.read() as db:
        lines = [
            view.LineCard(
                line,
                Words(releases.model_of(db, releases.current_release(db, line, now=now)), locale).line(),
                view.starts_of_line(releases.starts_of(db, line), now=now),
            )
            for line in releases.current_lines(db, now=now)
        ]
        waiting = [
            view.CandidateRow(each.id, each.line, each.added_at, view.candidate_state(each))
            for each in publishing.candidates(db)
        ]
    return respond(request, HOME, {"lines": lines, "candidates": waiting, "problem": problem}, status=status)


def _show(request: Request, shop: Shop, content: str, part: str, *, problem: str = "") -> Response:
    now, locale = shop.now(), _locale(request)
    with shop.database.read() as db:
        candidate = publishing.find_candidate(db, content)
        files = publishing.files_of(db, content)
        before = _before(db, files.folder, content, now)
        starts = view.starts_of_line(releases.starts_of(db, files.folder), now=now)
        base = releases.files_of(db, before) if before else None
        in_force = publishing.release_in_force(db, files.folder, now)
        plant = publishing.plant_in_force(db, files.folder)
    loaded = _loaded(files)
    review = candidate.review if candidate else None
    shown = part if part in VIEWS else "findings" if candidate else "modules"
    if loaded is None and shown not in ("findings", "files"):
        shown = "findings"
    model = loaded.model if loaded else None
    old = read_catalog(base) if base is not None and shown in ("differences", "impact") else None
    impact = None
    if review and review.impact and model and shown == "impact":
        impact = impact_view(review.impact, old.model if old else None, model, locale)
    values = {
        "content": content,
        "line": files.folder,
        "name": Words(model, locale).line() if model else files.folder,
        "candidate": candidate,
        "state": view.candidate_state(candidate) if candidate else "",
        "review": review,
        "stage": view.stage_name(candidate.stage, locale) if candidate else "",
        "starts": tuple(start for start in starts if start.release == content),
        "is_stale": review is not None and review.compared_with != in_force,
        "is_in_force": content == in_force,
        "view": shown,
        "views": _views(candidate is not None, readable=model is not None, compared=bool(before)),
        "findings": view.finding_groups(review.findings, files, locale) if review else (),
        "impact": impact,
        "impact_rows": [(row.kind, row.broken, row.changed, row.unchanged) for row in impact.rows] if impact else (),
        "changes": change_groups(catalog_changes(old, loaded), old.model, loaded.model, locale, plant=plant)
        if old and loaded and shown == "differences"
        else (),
        "modules": view.module_rows(model, locale) if model and shown == "modules" else (),
        "rules": view.rule_rows(model, locale) if model and shown == "rules" else (),
        "work_rows": view.operation_rows(model, locale) if model and shown == "work" else (),
        "files": view.file_rows(files) if shown == "files" else (),
        "problem": problem,
        "today": now.date().isoformat(),
    }
    return respond(request, CONTENT, values, blocks=["content"], status=422 if problem else 200)


def _views(is_candidate: bool, *, readable: bool, compared: bool) -> list[str]:
    """Return the parts of the page there is something to show of."""
    left_out = {"findings", "impact"} if not is_candidate else set()
    if not compared:
        left_out |= {"differences", "impact"}
    if not readable:
        left_out |= set(VIEWS) - {"findings", "files"}
    return [each for each in VIEWS if each not in left_out]


def _before(db: Session, line: str, content: str, now: datetime) -> str:
    """Return what a catalog is compared with: for a candidate the release in force, for a release the one before it."""
    starts = [
        release for release, effective, _ in releases.starts_of(db, line) if effective <= now or release == content
    ]
    if content in starts:
        return next((release for release in starts[starts.index(content) :] if release != content), "")
    return starts[0] if starts else ""


def _loaded(files: CatalogFiles) -> LoadedCatalog | None:
    try:
        return read_catalog(files)
    except CatalogNotValid:
        return None


def _candidate_of(request: Request, shop: Shop, files: CatalogFiles, actor: TheActor) -> Response:
    with shop.database.write() as db:
        candidate = publishing.add_candidate(db, files, actor=actor, now=shop.now())
    return go_to(request, f"/catalog/{candidate}")


def _file(
    request: Request, shop: Shop, content: str, path: str, written: bytes, *, problem: str = "", line: int = 0
) -> Response:
    try:
        text = written.decode() if len(written) <= view.EDITABLE_BYTES else None
    except UnicodeDecodeError:
        text = None
    values = {
        "content": content,
        "path": path,
        "text": text,
        "problem": problem,
        "bytes": len(written),
        "line": line,
        "around": view.lines_around(text or "", line),
    }
    return respond(request, FILE, values, status=422 if problem else 200)


def _start(text: str, now: datetime) -> datetime | None:
    """Return the beginning of a day, UTC; ``None`` for now, which today is too."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise StartInPast(value=text) from None
    return None if day == now.date() else datetime.combine(day, time.min, UTC)


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{_ODD.sub("-", name)}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


def _locale(request: Request) -> str:
    return reader_locale(request)
