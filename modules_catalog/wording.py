"""Words of the catalog for its author: English made of a message and its facts, which the edge can say in other languages."""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any

from kernel.money import Money, format_money

Fact = str | int | Money
"""What stands at a place of a message; a ``Said`` is a ``str`` and is said in the reader's language too."""


class Said(str):
    """A text in English that remembers of what it is made.

    Attributes:
        message: The English message, with places ``%(name)s``.
        facts: {place: what stands there}.
    """

    __slots__ = ("facts", "message")
    message: str
    facts: Mapping[str, Fact]

    def __new__(cls, message: str, facts: Mapping[str, Fact]) -> "Said":
        """Return the English text."""
        text = super().__new__(cls, message % {name: _english(fact) for name, fact in facts.items()})
        text.message, text.facts = message, dict(facts)
        return text


def said(message: str, /, **facts: object) -> Said:
    """Return a message with its facts; docs/web.md says how messages written in this call get their translations.

    A fact is a text, a number, an amount or another ``Said``; anything else stands there as it prints itself.
    """
    return Said(
        message, {name: fact if isinstance(fact, str | int | Money) else str(fact) for name, fact in facts.items()}
    )


def nearest(name: str, known: Collection[str]) -> str:
    """Return the known name most like one that is not known; empty where none is like it."""
    return next(iter(get_close_matches(name, sorted(known), 1)), "")


def meant(name: str, known: Collection[str], otherwise: str = "") -> str:
    """Return the end of a message about a name nobody knows: the one that was probably meant, if there is one."""
    near = nearest(name, known)
    return said("; did you mean `%(word)s`?", word=near) if near else otherwise


def worded(text: str, say: Callable[[str], str], money: Callable[[Money], str]) -> str:
    """Return a text in a reader's language; one that is not ``Said`` as it is.

    Args:
        text: What is to be told.
        say: Gives a message in the reader's language.
        money: Writes an amount as the reader does.
    """
    if not isinstance(text, Said):
        return text
    facts = {
        name: money(fact) if isinstance(fact, Money) else worded(fact, say, money) if isinstance(fact, str) else fact
        for name, fact in text.facts.items()
    }
    return say(text.message) % facts


def said_to_json(text: str) -> Any:
    """Return a text so that it can be kept, with what it is made of."""
    if not isinstance(text, Said):
        return str(text)
    return {"message": text.message, "facts": {name: _fact_to_json(fact) for name, fact in text.facts.items()}}


def said_from_json(kept: Any) -> str:
    """Return a text that was kept."""
    if not isinstance(kept, Mapping):
        return str(kept)
    return Said(kept["message"], {name: _fact_from_json(fact) for name, fact in kept["facts"].items()})


def _english(fact: Fact) -> str:
    return format_money(fact, "en") if isinstance(fact, Money) else str(fact)


def _fact_to_json(fact: Fact) -> Any:
    if isinstance(fact, Money):
        return {"amount_minor": fact.amount_minor, "currency": fact.currency}
    return fact if isinstance(fact, int) else said_to_json(fact)


def _fact_from_json(kept: Any) -> Fact:
    if isinstance(kept, Mapping) and "currency" in kept:
        return Money(kept["amount_minor"], kept["currency"])
    return kept if isinstance(kept, int) else said_from_json(kept)
