"""The web application: what a process serves."""

from fastapi import APIRouter, FastAPI

from web.framing import frame_app
from web.routes import (
    account,
    catalog,
    company,
    company_account,
    configure,
    customers,
    finance,
    floor,
    home,
    invoices,
    order_changes,
    orders,
    planning,
    quotes,
    registration,
    session,
    sign_in_methods,
    styleguide,
    users,
    wishes,
)
from web.routes.api.describing import describe_api
from web.routes.api.routers import ROUTERS as API_ROUTERS
from web.settings import Settings
from web.shop import Shop

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    configure.router,
    catalog.router,
    wishes.router,
    quotes.router,
    orders.router,
    order_changes.router,
    customers.router,
    floor.router,
    finance.router,
    planning.router,
    company.router,
    company_account.router,
    invoices.router,
    session.router,
    registration.router,
    account.router,
    sign_in_methods.router,
    users.router,
    styleguide.router,
    *API_ROUTERS,
)
"""Every router of ``web/routes``: a page exists when its router stands here."""


def create_app(settings: Settings, shop: Shop) -> FastAPI:
    """Return the application.

    Args:
        settings: What this installation decides; https in its origin makes cookies and transport strict.
        shop: The process's tools, opened once; the caller disposes of its database.
    """
    app = frame_app(settings, shop.database, clock=shop.clock, routers=ROUTERS)
    app.state.shop = shop
    describe_api(app)
    return app
