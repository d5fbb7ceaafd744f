"""Ids: short, random, sorted by the time they were made. An id is a name, never a secret."""

import random
import threading
from collections.abc import Callable
from typing import NewType

from kernel.clock import Clock

CustomerId = NewType("CustomerId", str)
ProfileId = NewType("ProfileId", str)
DraftId = NewType("DraftId", str)
QuoteId = NewType("QuoteId", str)
OrderId = NewType("OrderId", str)
SheetId = NewType("SheetId", str)
UserId = NewType("UserId", str)

IdMaker = Callable[[], str]
"""Returns a new id at every call, each sorting after the one before."""

ID_LENGTH = 20
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS = 52
_STEP_BITS = 24


def id_maker(clock: Clock, rng: random.Random) -> IdMaker:
    """Return a maker of 20-character ids: 48 bits of milliseconds, then 52 random bits, in Crockford's base 32.

    Two ids of one maker in the same millisecond, or after the clock went back, differ by a random
    step upwards, so ids sort in the order they were made. The maker may be shared by threads.

    Args:
        clock: Tells the time of each id.
        rng: ``random.SystemRandom()`` in service; seeded in tests and the demo.
    """
    lock = threading.Lock()
    last = -1

    def make() -> str:
        nonlocal last
        milliseconds = int(clock().timestamp() * 1000)
        with lock:
            fresh = milliseconds << _RANDOM_BITS | rng.getrandbits(_RANDOM_BITS)
            last = fresh if fresh >> _RANDOM_BITS > last >> _RANDOM_BITS else last + 1 + rng.getrandbits(_STEP_BITS)
            return _encode(last)

    return make


def _encode(value: int) -> str:
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(5 * (ID_LENGTH - 1), -1, -5))
