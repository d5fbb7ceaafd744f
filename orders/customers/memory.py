"""What may be used again of what we remember: how old an answer may be, and which answers were about the occasion. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from kernel.canonical import canonical_json
from orders.customers.model import KnownFact

MOST_LETTERS = 400
"""How long a remembered answer may be; what is longer is asked again."""

#: An answer about taste is offered again for so long; after that it is asked as if we had never known it.
REUSED_FOR = timedelta(days=2 * 365)


def is_reusable(fact: KnownFact, now: datetime) -> bool:
    """Return whether the answer may still be offered."""
    return now - fact.learned_at < REUSED_FOR


def remembered_text(answer: str | int | Mapping[str, int]) -> str | None:
    """Return an answer as it is remembered, several options with their counts as JSON; ``None`` where it is too long."""
    text = canonical_json(dict(answer)).decode() if isinstance(answer, Mapping) else str(answer)
    return text if len(text) <= MOST_LETTERS else None


def remembered_counts(text: str) -> dict[str, int]:
    """Return several options with their counts as they are remembered; empty where the text is none."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    counts = read if isinstance(read, dict) else {}
    return {code: count for code, count in counts.items() if type(count) is int and count > 0}


def usual_answers(facts: Mapping[str, KnownFact], line: str, *, now: datetime) -> dict[str, str]:
    """Return {feature: answer} of what is remembered for a line and may be offered again."""
    beginning = f"{line}."
    return {
        key.removeprefix(beginning): fact.value
        for key, fact in sorted(facts.items())
        if key.startswith(beginning) and is_reusable(fact, now)
    }
