"""The roles people have in Lot One."""

from enum import StrEnum


class Role(StrEnum):
    """What a person does here; one person may do several things."""

    CUSTOMER = "customer"
    STORE = "store"
    BUYER = "buyer"
    PLANNER = "planner"
    FLOOR = "floor"
    AUTHOR = "author"
    FINANCE = "finance"
    ADMIN = "admin"


STAFF = frozenset({Role.STORE, Role.PLANNER, Role.FLOOR, Role.AUTHOR, Role.FINANCE, Role.ADMIN})
"""Roles of the maker's own people: their sessions are short."""
