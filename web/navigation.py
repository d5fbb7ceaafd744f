"""The links of the page's header, by role. A link shows as soon as its route exists."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.routing import NoMatchFound

from web.security.model import User
from web.security.roles import Role


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the header."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    label: str
    route: str
    parameters: tuple[tuple[str, str], ...] = ()
    roles: frozenset[Role] = frozenset()


def _(message: str) -> str:
    return message


ENTRIES = (
    _Entry(_("Jeans"), "configure:start", (("line", "jeans"),)),
    _Entry(_("PC"), "configure:start", (("line", "pc"),)),
    _Entry(_("Customers"), "customers:list", roles=frozenset({Role.STORE})),
    _Entry(_("Orders"), "orders:list", roles=frozenset({Role.STORE, Role.BUYER, Role.CUSTOMER, Role.FINANCE})),
    _Entry(_("Floor"), "floor:home", roles=frozenset({Role.FLOOR})),
    _Entry(_("Load"), "planner:load", roles=frozenset({Role.PLANNER})),
    _Entry(_("Stock"), "stock:home", roles=frozenset({Role.PLANNER, Role.FLOOR})),
    _Entry(_("Catalog"), "catalog:home", roles=frozenset({Role.AUTHOR})),
    _Entry(_("Wishes"), "wishes:list", roles=frozenset({Role.AUTHOR, Role.PLANNER})),
    _Entry(_("Company"), "company:home", roles=frozenset({Role.BUYER})),
    _Entry(_("Invoices"), "invoices:list", roles=frozenset({Role.STORE, Role.FINANCE})),
    _Entry(_("Margin"), "finance:margin", roles=frozenset({Role.FINANCE})),
    _Entry(_("Prices"), "finance:prices", roles=frozenset({Role.FINANCE})),
    _Entry(_("Approvals"), "finance:approvals", roles=frozenset({Role.FINANCE})),
    _Entry(_("Accounts"), "users:list", roles=frozenset({Role.ADMIN})),
)


def links(request: Request, user: User | None) -> tuple[Link, ...]:
    """Return the header's links for a reader; labels are translated by the template."""
    here = request.url.path
    shown = []
    for entry in ENTRIES:
        if entry.roles and (user is None or not user.may_act_as(*entry.roles)):
            continue
        href = _href(request, entry.route, dict(entry.parameters))
        if href:
            shown.append(Link(entry.label, href, is_current=here == href or here.startswith(f"{href}/")))
    return tuple(shown)


def _href(request: Request, route: str, parameters: dict[str, Any]) -> str:
    try:
        return str(request.app.url_path_for(route, **parameters))
    except NoMatchFound:
        return ""
