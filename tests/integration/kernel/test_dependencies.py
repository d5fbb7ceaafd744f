"""A handler's unit of work ends before its answer is sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Column, ForeignKey, MetaData, String, Table, insert, select

from kernel.database import Database
from web.dependencies import Db, ReadDb

tables = MetaData()
parent = Table("probe_parent", tables, Column("id", String, primary_key=True))
child = Table(
    "probe_child",
    tables,
    Column("id", String, primary_key=True),
    Column("parent", ForeignKey("probe_parent.id", deferrable=True, initially="DEFERRED"), nullable=False),
)


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    tables.create_all(database.engine)
    app = FastAPI()
    app.state.database = database

    @app.post("/orphan")
    def add_orphan(db: Db) -> dict[str, bool]:
        """Goes well until the commit checks the foreign key."""
        db.execute(insert(child).values(id="c", parent="nobody"))
        return {"ok": True}

    @app.post("/parent")
    def add_parent(db: Db) -> dict[str, bool]:
        db.execute(insert(parent).values(id="p"))
        return {"ok": True}

    @app.get("/parents")
    def parents(db: ReadDb) -> list[Any]:
        return list(db.execute(select(parent.c.id)).scalars())

    @app.get("/writing-get")
    def writing_get(db: ReadDb) -> dict[str, bool]:
        db.execute(insert(parent).values(id="q"))
        return {"ok": True}

    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def test_a_failing_commit_is_a_500_and_not_a_200(client: TestClient, database: Database) -> None:
    answer = client.post("/orphan")

    assert answer.status_code == 500
    with database.read() as db:
        assert db.execute(select(child)).all() == []


def test_what_a_handler_wrote_is_there_when_its_answer_is(client: TestClient) -> None:
    assert client.post("/parent").status_code == 200

    assert client.get("/parents").json() == ["p"]


def test_a_get_cannot_write(client: TestClient) -> None:
    assert client.get("/writing-get").status_code == 500

    assert client.get("/parents").json() == []
