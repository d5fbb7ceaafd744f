"""The application on a shop of the test's own; its routes are prepared once a process, which takes longer than most tests."""

from copy import copy
from functools import cache
from types import SimpleNamespace
from typing import cast

from fastapi import FastAPI
from starlette.datastructures import State

from kernel.clock import system_clock
from web.app import create_app
from web.security.limiting import limiter_for
from web.settings import Settings
from web.shop import Shop


@cache
def _prepared(settings: Settings) -> FastAPI:
    return create_app(settings, cast("Shop", SimpleNamespace(database=None, clock=system_clock)))


def app_of(shop: Shop, settings: Settings | None = None) -> FastAPI:
    """Return what `create_app` returns, with its routes already prepared: everything that is kept stays the caller's own."""
    settings = settings or Settings()
    app = copy(_prepared(settings))
    app.state = State({**app.state._state, "shop": shop, "database": shop.database, "clock": shop.clock})
    app.state.limiter = limiter_for(settings)
    app.middleware_stack = None
    return app
