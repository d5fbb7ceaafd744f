"""Spans of time: from and to, the end not part of it. Pure."""

from collections.abc import Iterable

Span = tuple[int, int]
"""From and to, in seconds; the end is not part of it."""


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans ascending, with those that touch or overlap joined, without empty ones."""
    joined: list[Span] = []
    for from_s, to_s in sorted(span for span in spans if span[0] < span[1]):
        if joined and from_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(to_s, joined[-1][1]))
        else:
            joined.append((from_s, to_s))
    return joined
