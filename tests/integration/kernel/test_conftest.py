"""The tests' own surroundings hold what they promise."""

import socket

import pytest

from kernel.database import Database


def test_other_machines_cannot_be_reached() -> None:
    with socket.socket() as outside, pytest.raises(RuntimeError, match="connect to"):
        outside.connect(("192.0.2.1", 80))


def test_other_names_cannot_be_looked_up() -> None:
    with pytest.raises(RuntimeError, match="looking up"):
        socket.getaddrinfo("example.org", 80)


def test_more_queries_than_allowed_fail(database: Database, max_queries) -> None:  # type: ignore[no-untyped-def]
    def two() -> None:
        with database.read() as db:
            db.connection().exec_driver_sql("SELECT 1")
            db.connection().exec_driver_sql("SELECT 2")

    with max_queries(database, 2):
        two()
    with pytest.raises(AssertionError, match="at most 1"), max_queries(database, 1):
        two()
