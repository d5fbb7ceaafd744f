"""Candidates by program: bring a catalog in, read what the gate says, publish what passes."""

from datetime import UTC
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from modules_catalog.comparing.catalogs import catalog_changes
from modules_catalog.exchange.documents import MOST_LETTERS, document_of, files_of_document
from modules_catalog.exchange.zips import unzipped, zipped
from modules_catalog.loading.catalog import read_catalog
from orders.publishing import service as publishing
from orders.publishing.candidates import Candidate, review_to_json
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.routes.catalog import ZIP_BEGINS
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop
from web.templating import reader_locale
from web.views.catalog import candidate_state, finding_json
from web.views.catalog_changes import change_json, change_texts

AUTHOR = Depends(require_role(Role.AUTHOR))
router = ApiRouter(prefix=f"{PREFIX}/catalog", tags=["publishing"], dependencies=[AUTHOR, Bearer])


async def read_content(request: Request) -> bytes:
    """Return the body of a request; what is larger than a catalog may be is cut off one byte beyond, and refused."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_LETTERS:
            break
    return bytes(content[: MOST_LETTERS + 1])


TheContent = Annotated[bytes, Depends(read_content)]
_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {"$ref": "#/components/schemas/CatalogDocument"}},
        },
    }
}


@router.post(
    "/candidates",
    name="api:add_candidate",
    status_code=201,
    responses=problems(401, 403, 422),
    openapi_extra=_SENT,
)
def add_candidate(
    request: Request,
    shop: TheShop,
    who: TheApiReader,
    content: TheContent,
) -> schemas.Candidate:
    """Bring a catalog in as a candidate and have it checked; the same content is checked anew."""
    with shop.database.read() as db:
        lend = publishing.files_of_library(db, now=shop.now())
        files = (unzipped if content.startswith(ZIP_BEGINS) else files_of_document)(content, lend)
    with shop.database.write() as db:
        name = publishing.add_candidate(db, files, actor=who.actor, now=shop.now())
        return _told(publishing.get_candidate(db, name), reader_locale(request))


@router.get("/candidates", name="api:candidates", responses=problems(401, 403))
def list_candidates(request: Request, shop: TheShop) -> list[schemas.Candidate]:
    """Return all candidates, the latest first."""
    with shop.database.read() as db:
        return [_told(each, reader_locale(request)) for each in publishing.candidates(db)]


@router.get("/candidates/{candidate}", name="api:candidate", responses=problems(401, 403, 404))
def show_candidate(request: Request, shop: TheShop, candidate: str) -> schemas.Candidate:
    """Return a candidate: how far its check is, the gate's findings, and what it would do to drafts, quotes and orders."""
    with shop.database.read() as db:
        return _told(publishing.get_candidate(db, candidate), reader_locale(request))


@router.post(
    "/candidates/{candidate}/publication", name="api:publish_candidate", responses=problems(401, 403, 404, 409, 422)
)
def publish(shop: TheShop, who: TheApiReader, candidate: str, body: schemas.Publish) -> schemas.Published:
    """Publish a candidate the gate lets through, now or from a moment on; refused while unchecked or with errors."""
    start = None if body.effective_from is None else body.effective_from.astimezone(UTC)
    release = publishing.publish_candidate(
        shop.database, candidate, actor=who.actor, now=shop.now(), effective_from=start
    )
    return schemas.Published(release=release)


@router.delete("/candidates/{candidate}", name="api:drop_candidate", status_code=204, responses=problems(401, 403, 404))
def drop(shop: TheShop, who: TheApiReader, candidate: str) -> Response:
    """Remove a candidate."""
    with shop.database.write() as db:
        publishing.drop_candidate(db, candidate, actor=who.actor, now=shop.now())
    return Response(status_code=204)


@router.get("/contents/{content}.zip", name="api:content_zip", responses=problems(401, 403, 404))
def export_zip(shop: TheShop, content: str) -> Response:
    """Return a release or a candidate as a zip."""
    with shop.database.read() as db:
        return Response(zipped(publishing.files_of(db, content)), media_type="application/zip")


@router.get("/contents/{content}", name="api:content", responses=problems(401, 403, 404))
def export_document(shop: TheShop, content: str) -> schemas.CatalogDocument:
    """Return a release or a candidate as one document, its tables as rows; sent back, it is the same content."""
    with shop.database.read() as db:
        return schemas.CatalogDocument.model_validate(document_of(publishing.files_of(db, content)))


@router.get("/differences", name="api:differences", responses=problems(401, 403, 404, 422))
def differences(
    request: Request,
    shop: TheShop,
    before: Annotated[str, Query(max_length=64)],
    after: Annotated[str, Query(max_length=64)],
) -> list[schemas.CatalogDifference]:
    """Return what differs between two releases or candidates, each as facts and as a sentence."""
    with shop.database.read() as db:
        old, new = (read_catalog(publishing.files_of(db, each)) for each in (before, after))
        plant = publishing.plant_in_force(db, new.files.folder)
    changes = catalog_changes(old, new)
    texts = change_texts(changes, old.model, new.model, reader_locale(request), plant=plant)
    return [
        schemas.CatalogDifference.model_validate(change_json(change, text))
        for change, text in zip(changes, texts, strict=True)
    ]


def _told(candidate: Candidate, locale: str) -> schemas.Candidate:
    review = None
    if candidate.review is not None:
        told = [finding_json(finding, locale) for finding in candidate.review.findings]
        review = {**review_to_json(candidate.review), "findings": told}
    return schemas.Candidate(
        candidate=candidate.id,
        line=candidate.line,
        added_at=candidate.added_at,
        state=candidate_state(candidate),
        stage=candidate.stage,
        done=candidate.done,
        total=candidate.total,
        review=review,
    )
