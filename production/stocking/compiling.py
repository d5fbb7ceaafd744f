"""Compiles hot loops where numba is installed; without it they run as they are, slower, with equal answers."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Return the function compiled by numba, or itself where numba is not installed."""
    try:
        from numba import njit
    except ImportError:
        return function
    return cast(F, njit(cache=True, nogil=True)(function))
