"""Things matched by their codes: what came, what went, and which parts of the others differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modules_catalog.comparing.model import CatalogChange, Kind, Subject

Facts = Mapping[str, str]
"""What can change about a thing: {part of it: as written}."""


@dataclass(frozen=True, slots=True)
class Things:
    """Things of one kind by their codes, before and after."""

    subject: Subject
    before: Mapping[str, Facts]
    after: Mapping[str, Facts]


def thing_changes(things: Things) -> Iterator[CatalogChange]:
    """Yield what came and went, and of what stayed one difference for each part that differs."""
    for code in dict.fromkeys((*things.before, *things.after)):
        if code not in things.after:
            yield CatalogChange(things.subject, Kind.REMOVED, code)
        elif code not in things.before:
            yield CatalogChange(things.subject, Kind.ADDED, code)
        else:
            was, now = things.before[code], things.after[code]
            for what in dict.fromkeys((*was, *now)):
                if was.get(what, "") != now.get(what, ""):
                    yield CatalogChange(things.subject, Kind.CHANGED, code, what, was.get(what, ""), now.get(what, ""))
