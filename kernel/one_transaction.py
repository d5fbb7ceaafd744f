"""Several units of work of one request that come true together: one transaction, opened by the first that writes.

What is read and decided before the first write holds no lock, as without it. From then on every unit of work the
request opens is a savepoint of the one transaction, and what it reads sees what it wrote.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session

First = Callable[[Session], None]
"""Runs in a unit of work of its own as soon as the transaction is open; its error ends the transaction."""


class _TakenBack(Exception):
    """Ends a transaction that is not to come true."""


class OneTransaction:
    """The units of work of one request, kept together until it is known what becomes of them.

    One thread at a time may work in it.

    Args:
        owner: The database; units of work of another one do not belong together with these.
        connect: Opens a connection in a new transaction that can write; makes it true at the block's end, undoes it on
            an error.
        session_info: What sessions of this database carry.
    """

    def __init__(
        self,
        owner: object,
        connect: Callable[[], AbstractContextManager[Connection]],
        session_info: dict[str, Any],
    ) -> None:
        self.owner = owner
        self._connect = connect
        self._session_info = session_info
        self._stack = ExitStack()
        self._connection: Connection | None = None
        self._first: First | None = None
        self.kept_units = 0

    @property
    def is_joined(self) -> bool:
        """Whether units of work that write belong to it."""
        return self._first is not None

    @property
    def is_open(self) -> bool:
        """Whether something was written, so that also reading belongs to it."""
        return self._connection is not None

    def begin_with(self, first: First) -> None:
        """Let the units of work from now on belong together, after ``first``."""
        self._first = first

    @contextmanager
    def unit(self, *, is_kept: bool) -> Iterator[Session]:
        """Open one unit of work in the transaction; taken back alone on an error, or always where not to be kept."""
        if self._connection is None:
            self._open()
        if not is_kept:
            with self._session() as session:  # Closing it takes its savepoint back.
                yield session
            return
        with self._session() as session, session.begin():
            yield session
        self.kept_units += 1

    def finish(self) -> None:
        """Make everything true and give the connection back."""
        self._connection, self._first = None, None
        self._stack.close()

    def take_back(self) -> None:
        """Undo what was not made true and give the connection back."""
        self._connection, self._first = None, None
        undone = _TakenBack()
        self._stack.__exit__(type(undone), undone, None)

    def _open(self) -> None:
        self._connection = self._stack.enter_context(self._connect())
        has_begun = False
        try:
            if self._first is not None:
                with self._session() as session, session.begin():
                    self._first(session)
            has_begun = True
        finally:
            if not has_begun:
                self.take_back()

    def _session(self) -> Session:
        return Session(
            self._connection,
            expire_on_commit=False,
            info=self._session_info,
            join_transaction_mode="create_savepoint",
        )


present: ContextVar[OneTransaction | None] = ContextVar("present", default=None)
"""The transaction of the request this runs for, where its units of work are to come true together."""
