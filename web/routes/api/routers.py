"""Every router of the API, for ``web/app.py``."""

from fastapi import APIRouter

from web.routes.api import (
    candidates,
    catalog,
    customer_groups,
    customers,
    drafts,
    floor,
    invoices,
    order_changes,
    order_events,
    orders,
    people,
    pieces,
    planning,
    plants,
    print_runs,
    remembering,
    sessions,
    stock,
    webhooks,
    wishes,
)

ROUTERS: tuple[APIRouter, ...] = (
    sessions.router,
    catalog.router,
    candidates.router,
    drafts.router,
    orders.router,
    order_changes.router,
    order_events.router,
    customers.router,
    customer_groups.router,
    *remembering.ROUTERS,
    *people.ROUTERS,
    floor.router,
    pieces.router,
    planning.router,
    stock.router,
    plants.router,
    print_runs.router,
    wishes.router,
    webhooks.router,
    invoices.router,
)
