"""The error families every room shares.

::

    LotOneError
    ├── NotFound       404  there is no such thing
    ├── NotPermitted   403  the role or a consent is missing
    ├── NotPossible    409  valid in itself, not in the present state
    ├── NotValid       422  the input itself is wrong
    └── NotAvailable   503  try again later

Errors carry facts as keyword arguments; the edge (``web/errors.py``) turns them into words
in the reader's language. The class name is the error's public ``code``.
"""

from typing import Any, ClassVar


class LotOneError(Exception):
    """Base of all errors Lot One raises on purpose.

    Args:
        facts: What a reader, a test or a program needs to act on it; JSON-able values.
    """

    http_status: ClassVar[int] = 500

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(", ".join(f"{name}={value!r}" for name, value in facts.items()))

    @property
    def code(self) -> str:
        """The stable public code: the name of the class."""
        return type(self).__name__


class NotFound(LotOneError):
    """There is no such thing."""

    http_status = 404


class NotPermitted(LotOneError):
    """The role, or a consent, is missing."""

    http_status = 403


class NotPossible(LotOneError):
    """Valid in itself, but not in the present state."""

    http_status = 409


class NotValid(LotOneError):
    """The input itself is wrong."""

    http_status = 422


class NotAvailable(LotOneError):
    """Not now; trying again later may work."""

    http_status = 503
