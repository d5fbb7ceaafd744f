"""The values of the list of promises at risk: why, and what can be done, each as a link or a press."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from orders.lifecycle.risks import PromiseAtRisk
from production.sequencing.alarming import WayOut, WayOutKind
from web.translations import translations_for
from web.views.planning import minutes
from web.views.words import Words


@dataclass(frozen=True, slots=True)
class WayRow:
    """One thing that can be done: a link, or where ``swap_with`` stands a press that brings the piece before that one."""

    label: str
    href: str = ""
    swap_with: str = ""
    piece: int = 0


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One promise at risk, in words."""

    number: str
    is_order: bool
    promised: date
    expected: date | None
    reasons: tuple[str, ...]
    ways: tuple[WayRow, ...]


def risk_rows(found: Iterable[PromiseAtRisk], line: str, words: Words, day_name: Any) -> list[RiskRow]:
    """Return promises at risk as the page lists them; ``day_name`` writes a day."""
    return [
        RiskRow(
            number=one.number,
            is_order=one.is_order,
            promised=one.promised,
            expected=one.expected,
            reasons=tuple(_reasons(one, words, day_name)),
            ways=tuple(_way(one, way, line, words, day_name) for way in one.ways_out),
        )
        for one in found
    ]


def _reasons(one: PromiseAtRisk, words: Words, day_name: Any) -> Iterable[str]:
    say = translations_for(words.locale).gettext
    if one.expected is not None and one.waits_at:
        yield say("It waits at %(centre)s and is expected on %(day)s.") % {
            "centre": words.work_centre(one.waits_at),
            "day": day_name(one.expected),
        }
    elif one.expected is not None:
        yield say("What is left takes until %(day)s.") % {"day": day_name(one.expected)}
    for lack in one.lacks:
        if lack.work_centre and lack.day is not None:
            yield say("%(centre)s lacks %(hours)s h on %(day)s.") % {
                "centre": words.work_centre(lack.work_centre),
                "hours": minutes(lack.missing),
                "day": day_name(lack.day),
            }
        elif lack.day is not None:
            yield say("%(amount)s of %(material)s can be used only on %(day)s.") % {
                "amount": lack.missing,
                "material": words.material(lack.material),
                "day": day_name(lack.day),
            }
        else:
            yield say("%(amount)s of %(material)s are missing.") % {
                "amount": lack.missing,
                "material": words.material(lack.material),
            }


def _way(one: PromiseAtRisk, way: WayOut, line: str, words: Words, day_name: Any) -> WayRow:
    say = translations_for(words.locale).gettext
    if way.kind is WayOutKind.OVERTIME and way.day is not None:
        label = say("Overtime at %(centre)s on %(day)s") % {
            "centre": words.work_centre(way.work_centre),
            "day": day_name(way.day),
        }
        href = f"/planning/{line}/calendar?work_centre={way.work_centre}&day={way.day.isoformat()}&kind=overtime"
        return WayRow(label, href)
    if way.kind is WayOutKind.SWAP:
        label = say("Bring it before %(number)s") % {"number": way.order_number}
        return WayRow(label, swap_with=f"{way.order_number}/{way.piece}", piece=one.pieces[0] if one.pieces else 1)
    return WayRow(say("Talk to the customer"), f"/planning/orders/{one.number}#promise")


def risk_json(one: PromiseAtRisk) -> dict[str, Any]:
    """Return a promise at risk for a program."""
    return {
        "number": one.number,
        "is_order": one.is_order,
        "promised": one.promised.isoformat(),
        "expected": one.expected.isoformat() if one.expected else None,
        "waits_at": one.waits_at or None,
        "pieces": list(one.pieces),
        "lacks": [
            {
                "work_centre": lack.work_centre or None,
                "day": lack.day.isoformat() if lack.day else None,
                "material": lack.material or None,
                "missing": lack.missing,
            }
            for lack in one.lacks
        ],
        "ways_out": [
            {
                "kind": way.kind.value,
                "work_centre": way.work_centre or None,
                "day": way.day.isoformat() if way.day else None,
                "order": way.order_number or None,
                "piece": way.piece or None,
            }
            for way in one.ways_out
        ],
    }
