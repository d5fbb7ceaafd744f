"""What a request handler takes: the unit of work. Both end before the answer is sent, so a failed commit is seen."""

from collections.abc import Iterator
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlmodel import Session

from kernel.database import Database


def the_database(request: Request) -> Database:
    """Return the database the application was started with (``app.state.database``)."""
    return cast(Database, request.app.state.database)


def writing(database: Annotated[Database, Depends(the_database)]) -> Iterator[Session]:
    """Open the request's transaction and commit it when the handler has returned."""
    with database.write() as session:
        yield session


def reading(database: Annotated[Database, Depends(the_database)]) -> Iterator[Session]:
    """Open a snapshot to read from; nothing can be written in it."""
    with database.read() as session:
        yield session


Db = Annotated[Session, Depends(writing, scope="function")]
"""The session of a handler that changes something: one transaction, committed before the answer."""

ReadDb = Annotated[Session, Depends(reading, scope="function")]
"""The session of a handler that only reads."""
