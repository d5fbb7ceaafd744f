"""What may be used again of what we remember: how old an answer may be, and which answers were about the occasion. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from orders.customers.model import KnownFact

#: An answer about taste is offered again for so long; after that it is asked as if we had never known it.
REUSED_FOR = timedelta(days=2 * 365)


def is_reusable(fact: KnownFact, now: datetime) -> bool:
    """Return whether the answer may still be offered."""
    return now - fact.learned_at < REUSED_FOR


def usual_answers(facts: Mapping[str, KnownFact], line: str, *, now: datetime) -> dict[str, str]:
    """Return {feature: answer} of what is remembered for a line and may be offered again."""
    beginning = f"{line}."
    return {
        key.removeprefix(beginning): fact.value
        for key, fact in sorted(facts.items())
        if key.startswith(beginning) and is_reusable(fact, now)
    }
