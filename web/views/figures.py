"""The values of the planner's page of figures: shares in words, charts, tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from production.metrics.model import Figures, LeadTime, Share, Use
from production.plants.model import Plant
from web.formats import date as shown_date
from web.formats import short_date
from web.translations import translations_for
from web.views.charts import Column, HeatCell, Part, columns, heat_map, split
from web.views.floor import measure_name, operation_name
from web.views.words import Words

DAY_S = 86_400
MOST_DAYS_APART = 14
"""Longer periods show the use of work centres by week."""
MOST_SLIPPAGE = 10
"""Days early or late that are shown one by one; what is further off stands in the last column."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of the top row: its name, its value, and what it is made of."""

    name: str
    value: str
    of: str


@dataclass(frozen=True, slots=True)
class LeadPart:
    """One part of the lead time: its colour, its name, days on average and the share of the whole."""

    kind: str
    name: str
    days: str
    percent: str


@dataclass(frozen=True, slots=True)
class FiguresView:
    """All of one period, ready to show; a chart is None where there is nothing to draw."""

    headlines: tuple[Headline, ...]
    slippage: Markup | None
    lead: Markup | None
    lead_parts: tuple[LeadPart, ...]
    lead_days: str
    built: Markup | None
    wip: Markup | None
    uses: Markup | None
    operations: tuple[tuple[str, ...], ...]
    measures: tuple[tuple[str, ...], ...]
    adherence: tuple[tuple[str, ...], ...]
    is_empty: bool


def percent(per_mille: int | None) -> str:
    """Return thousandths as percent, ``99.9 %``; a dash where there is nothing to share."""
    if per_mille is None:
        return "–"
    whole, tenth = divmod(per_mille, 10)
    return f"{whole}.{tenth} %" if tenth else f"{whole} %"


def tenths(value: int) -> str:
    """Return tenths with their sign: ``+0.5``, ``−1.2``, ``0.0``."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{abs(value) // 10}.{abs(value) % 10}"


def mean_days(seconds: int, pieces: int) -> str:
    """Return the mean in days with one decimal; a dash without pieces."""
    if pieces == 0:
        return "–"
    found = round(10 * seconds / pieces / DAY_S)
    return f"{found // 10}.{found % 10}"


def figures_view(figures: Figures, plant: Plant, words: Words, first: date, last: date) -> FiguresView:
    """Return a period's figures as the page shows them."""
    say = translations_for(words.locale).gettext
    adhering = sum((each.share for each in figures.adherence.values()), Share())
    return FiguresView(
        headlines=(*_promises(figures, words), *_flow(figures, words)),
        slippage=_slippage_chart(figures.slippage_days, words) if figures.slippage_days else None,
        lead=_lead_chart(figures.lead, words) if figures.lead.pieces else None,
        lead_parts=tuple(_lead_parts(figures.lead, words)),
        lead_days=mean_days(figures.lead.total_s, figures.lead.pieces),
        built=_day_chart(say("Pieces built each day"), figures.built_on, first, last, words) if figures.built else None,
        wip=_day_chart(say("Pieces on the floor at the end of each day"), figures.wip_at, first, last, words)
        if any(figures.wip_at.values())
        else None,
        uses=use_chart(figures, plant, words, first, last) if figures.uses else None,
        operations=tuple(
            (operation_name(code, words), str(each.first), percent(each.share.per_mille), str(each.sent_back))
            for code, each in figures.operations.items()
        ),
        measures=tuple(
            (
                measure_name(code, words.locale),
                str(each.first),
                percent(each.share.per_mille),
                tenths(each.mean_off_tenth_mm or 0),
            )
            for code, each in figures.measures.items()
        ),
        adherence=tuple(
            (
                words.work_centre(code),
                str(each.ahead),
                str(each.within),
                str(each.behind),
                percent(each.share.per_mille),
            )
            for code, each in figures.adherence.items()
        )
        + (((say("All"), "", "", "", percent(adhering.per_mille)),) if len(figures.adherence) > 1 else ()),
        is_empty=not (figures.released or figures.built or figures.wip_s),
    )


def _promises(figures: Figures, words: Words) -> Sequence[Headline]:
    say = translations_for(words.locale).gettext

    def of(share: Share) -> str:
        return say("%(part)s of %(whole)s pieces") % {"part": share.part, "whole": share.whole}

    return (
        Headline(say("Promise kept"), percent(figures.kept.per_mille), of(figures.kept)),
        Headline(say("First promise kept"), percent(figures.kept_first.per_mille), of(figures.kept_first)),
        Headline(say("By the day asked for"), percent(figures.requested.per_mille), of(figures.requested)),
    )


def _flow(figures: Figures, words: Words) -> Sequence[Headline]:
    say = translations_for(words.locale).gettext
    passes = sum((each.share for each in figures.operations.values()), Share())
    tries = say("%(part)s of %(whole)s first tries") % {"part": passes.part, "whole": passes.whole}
    adhering = sum((each.share for each in figures.adherence.values()), Share())
    starts = say("%(part)s of %(whole)s operations") % {"part": adhering.part, "whole": adhering.whole}
    last = max(figures.wip_at, default=None)
    on_floor = str(figures.wip_at[last]) if last else "–"
    scrapped = say("%(scrapped)s scrapped, %(released)s released") % {
        "scrapped": figures.scrapped,
        "released": figures.released,
    }
    return (
        Headline(say("Right the first time"), percent(passes.per_mille), tries),
        Headline(say("Begun by plan"), percent(adhering.per_mille), starts),
        Headline(say("Built"), str(figures.built), scrapped),
        Headline(say("On the floor"), on_floor, say("at the end of the last full day")),
    )


def _slippage_chart(found: Mapping[int, int], words: Words) -> Markup:
    translations = translations_for(words.locale)
    shown: dict[int, int] = {}
    for days, count in found.items():
        held = max(-MOST_SLIPPAGE, min(MOST_SLIPPAGE, days))
        shown[held] = shown.get(held, 0) + count
    drawn = []
    for days in range(min(0, *shown), max(0, *shown) + 1):
        count = shown.get(days, 0)
        if days == 0:
            when = translations.gettext("on the day")
        elif days < 0:
            when = translations.ngettext("%(num)d day early", "%(num)d days early", -days) % {"num": -days}
        else:
            when = translations.ngettext("%(num)d day late", "%(num)d days late", days) % {"num": days}
        text = f"{'+' if days > 0 else '−' if days < 0 else ''}{abs(days)}"
        drawn.append(Column(count, text, f"{when}: {count}", "cant" if days > 0 else "fits"))
    return columns(translations.gettext("Days between the first promise and the last operation"), drawn)


LEAD_KINDS = ("office", "first_wait", "between", "work", "stopped")


def _lead_names(words: Words) -> Mapping[str, str]:
    say = translations_for(words.locale).gettext
    return {
        "office": say("until it is on the floor"),
        "first_wait": say("waits for its first operation"),
        "between": say("waits and moves between operations"),
        "work": say("is worked on"),
        "stopped": say("stopped: paused, held, a failed check"),
    }


def _lead_seconds(lead: LeadTime) -> Mapping[str, int]:
    found = (lead.office_s, lead.first_wait_s, lead.between_s, lead.work_s, lead.stopped_s)
    return dict(zip(LEAD_KINDS, found, strict=True))


def _lead_parts(lead: LeadTime, words: Words) -> Sequence[LeadPart]:
    names = _lead_names(words)
    return [
        LeadPart(kind, names[kind], mean_days(seconds, lead.pieces), percent(Share(seconds, lead.total_s).per_mille))
        for kind, seconds in _lead_seconds(lead).items()
    ]


def _lead_chart(lead: LeadTime, words: Words) -> Markup:
    say = translations_for(words.locale).gettext
    parts = [
        Part(_lead_seconds(lead)[each.kind], f"{each.name}: {each.days}", each.kind)
        for each in _lead_parts(lead, words)
    ]
    return split(say("Where the time from order to last operation went"), parts)


def _day_chart(label: str, found: Mapping[date, int], first: date, last: date, words: Words) -> Markup:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    drawn = [
        Column(
            found.get(day, 0),
            f"{day.day}.{day.month}.",
            f"{shown_date(day, locale=words.locale)}: {found.get(day, 0)}",
        )
        for day in days
    ]
    return columns(label, drawn)


def use_chart(figures: Figures, plant: Plant, words: Words, first: date, last: date) -> Markup:
    """Return how much of what it could have worked each work centre worked, by day, or by week in a longer period."""
    say = translations_for(words.locale).gettext
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    by_day = len(days) <= MOST_DAYS_APART
    groups: dict[tuple[int, int], list[date]] = {}
    for day in days:
        week = day.isocalendar()
        groups.setdefault((0, day.toordinal()) if by_day else (week.year, week.week), []).append(day)
    codes = [centre.code for centre in plant.work_centres]
    shown = [some for some in groups.values() if any((code, day) in figures.uses for code in codes for day in some)]
    names = [
        short_date(some[0], locale=words.locale)
        if by_day
        else say("week %(number)s") % {"number": some[0].isocalendar().week}
        for some in shown
    ]
    rows = []
    for code in codes:
        centre = words.work_centre(code)
        cells = [
            _use_cell(
                sum((figures.uses.get((code, day), Use()) for day in some), Use()),
                f"{centre}, {name}",
                some,
                plant.line,
            )
            for some, name in zip(shown, names, strict=True)
        ]
        rows.append((centre, cells))
    return heat_map(say("Use of work centres"), names, rows)


def _use_cell(use: Use, where: str, days: Sequence[date], line: str) -> HeatCell:
    text = "–" if use.per_mille is None else f"{min(use.per_mille // 10, 999)} %"
    href = f"/planning/{line}/metrics?from={days[0].isoformat()}&to={days[-1].isoformat()}"
    return HeatCell((use.per_mille or 0) // 10, text, f"{where}: {text}", href)


def figures_json(figures: Figures, line: str, first: date, last: date) -> dict[str, Any]:
    """Return a period's figures for a program."""
    lead = figures.lead
    return {
        "line": line,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "released": figures.released,
        "built": figures.built,
        "scrapped": figures.scrapped,
        "on_time": {
            "promise": _share_json(figures.kept),
            "first_promise": _share_json(figures.kept_first),
            "request": _share_json(figures.requested),
        },
        "slippage_days": {str(days): count for days, count in figures.slippage_days.items()},
        "lead_time": {"pieces": lead.pieces, "total_s": lead.total_s}
        | {f"{kind}_s": seconds for kind, seconds in _lead_seconds(lead).items()},
        "wip": {
            "piece_seconds": figures.wip_s,
            "at_end_of_day": {day.isoformat(): count for day, count in figures.wip_at.items()},
        },
        "built_on": {day.isoformat(): count for day, count in figures.built_on.items()},
        "operations": {
            code: {**_share_json(each.share), "sent_back": each.sent_back} for code, each in figures.operations.items()
        },
        "measures": {
            code: {**_share_json(each.share), "off_mm": each.off_mm} for code, each in figures.measures.items()
        },
        "use": [
            {"work_centre": code, "day": day.isoformat(), "worked_s": use.worked_s, "capacity_s": use.capacity_s}
            for (code, day), use in figures.uses.items()
        ],
        "adherence": {
            code: {"ahead": each.ahead, "within": each.within, "behind": each.behind}
            for code, each in figures.adherence.items()
        },
    }


def _share_json(share: Share) -> dict[str, int]:
    return {"part": share.part, "whole": share.whole}
