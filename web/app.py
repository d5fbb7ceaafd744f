"""The web application: what a process serves."""

from fastapi import APIRouter, FastAPI

from web.framing import frame_app
from web.routes import (
    account,
    account_joining,
    again,
    catalog,
    company,
    company_account,
    configure,
    customer_care,
    customer_groups,
    customer_import,
    customers,
    feedback,
    figures,
    finance,
    floor,
    handovers,
    home,
    invoices,
    kept_shares,
    measuring,
    metrics,
    order_changes,
    order_events,
    orders,
    pieces,
    planning,
    plant_calendar,
    plant_sequence,
    print_runs,
    quote_papers,
    quotes,
    registration,
    reserves,
    risks,
    session,
    sign_in_methods,
    stock,
    stocktake,
    styleguide,
    supplier_orders,
    users,
    webhooks,
    wishes,
)
from web.routes.api.describing import describe_api
from web.routes.api.routers import ROUTERS as API_ROUTERS
from web.settings import Settings
from web.shop import Shop
from web.watching import Watched

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    again.router,
    configure.router,
    catalog.router,
    wishes.router,
    handovers.router,
    quotes.router,
    quote_papers.router,
    orders.router,
    feedback.router,
    order_changes.router,
    order_events.router,
    customer_import.router,
    customers.router,
    measuring.router,
    customer_care.router,
    floor.router,
    pieces.router,
    print_runs.router,
    finance.router,
    customer_groups.router,
    plant_calendar.router,
    risks.router,
    figures.router,
    plant_sequence.router,
    reserves.router,
    kept_shares.router,
    planning.router,
    supplier_orders.router,
    stocktake.router,
    stock.router,
    metrics.router,
    company.router,
    company_account.router,
    invoices.router,
    session.router,
    registration.router,
    account.router,
    account_joining.router,
    sign_in_methods.router,
    users.router,
    webhooks.router,
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
    app.state.watched = Watched()
    describe_api(app)
    return app
