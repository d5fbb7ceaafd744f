"""The frame around all pages: security, errors, static files, templates, health. It knows no page."""

from collections.abc import Iterable

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text

from kernel.clock import Clock
from kernel.database import Database
from web import static_files
from web.dependencies import ReadDb
from web.errors import UnexpectedErrors, install_error_handlers
from web.security.forgery import refuse_forgery
from web.security.headers import HeadersMiddleware
from web.security.limiting import limiter_for, refuse_excess
from web.security.visitors import VisitorMiddleware
from web.settings import Settings
from web.templating import the_look


def frame_app(settings: Settings, database: Database, *, clock: Clock, routers: Iterable[APIRouter]) -> FastAPI:
    """Return an application that serves ``routers`` inside the frame.

    Args:
        settings: What this installation decides; https in its origin makes cookies and transport strict.
        database: Opened once a process; the caller disposes of it.
        clock: Tells the present moment; tests and the demo pass a standing one.
        routers: The pages.
    """
    secure = settings.origin.startswith("https://")
    app = FastAPI(
        title="Lot One",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_excess), Depends(refuse_forgery)],
    )
    app.state.settings = settings
    app.state.database = database
    app.state.clock = clock
    app.state.limiter = limiter_for(settings)
    app.state.static_files, app.state.templates = the_look()
    install_error_handlers(app)
    # The last one added stands outermost: headers and visitor are there for the 500 page too.
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(VisitorMiddleware, secure=secure)
    app.add_middleware(HeadersMiddleware, secure=secure)
    app.include_router(static_files.router)
    app.include_router(health)
    for router in routers:
        app.include_router(router)
    return app


health = APIRouter(include_in_schema=False)


@health.get("/healthz", name="health:alive")
def alive() -> JSONResponse:
    """Answer as long as the process lives."""
    return JSONResponse({"status": "ok"})


@health.get("/readyz", name="health:ready")
def ready(request: Request, db: ReadDb) -> JSONResponse:
    """Answer when the database does."""
    db.connection().execute(text("SELECT 1"))
    return JSONResponse({"status": "ok", "static": request.app.state.static_files.version})
