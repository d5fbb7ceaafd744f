"""Wishes that could not be met: a customer says what was missing, authors and planners read what was wished for."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.errors import NotValid
from kernel.ids import DraftId
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases
from orders.drafts import service as drafts
from orders.wishes.cleaning import MOST_LETTERS
from orders.wishes.model import WishCount, WishWords
from orders.wishes.service import take_words, wishes_between
from production.errors import PlantNotFound
from production.plants.model import Plant
from production.promise import service as promises
from web import formats
from web.security.access import Public, require_role
from web.security.roles import Role
from web.shop import Shop, TheReader, TheShop
from web.templating import reader_locale, respond
from web.views.wishes import lacked_totals, wish_rows, wishes_csv

router = APIRouter(include_in_schema=False)
READERS = (Role.AUTHOR, Role.PLANNER)
Reading = Depends(require_role(*READERS))
USUAL_DAYS = 30
MOST_DAYS = 3660


class PeriodNotValid(NotValid):
    """A period begins after it ends, or is longer than ten years."""


@router.post("/drafts/{draft_id}/wishes", name="wishes:take_words", dependencies=[Public])
def say_wish(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    draft_id: str,
    step: Annotated[str, Form(max_length=80)],
    text: Annotated[str, Form(max_length=4 * MOST_LETTERS)] = "",
) -> Response:
    """Take what a customer missed, without saying who it was, and show what is kept of it."""
    with shop.database.read() as db:
        draft, _model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), reader)
    said = ""
    if text.strip():
        with shop.database.write() as db:
            said = take_words(db, text, draft=draft.id, line=draft.line, release=draft.release, day=shop.now().date())
    values = {"draft": draft.id, "step": step, "said": said}
    return respond(request, "wishes/thanks.html", values, blocks=["wish"], status=200 if said else 422)


@router.get("/wishes", name="wishes:list", dependencies=[Reading])
def list_wishes(
    request: Request,
    shop: TheShop,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
    line: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show what could not be met in a period, the most frequent first."""
    since, until = period(since, until, today=shop.now().date())
    locale = reader_locale(request)
    with shop.database.read() as db:
        counts, words = wishes_between(db, since=since, until=until, line=line)
        models = _models(db, shop)
        plants = {line: _plant(db, line) for line in models}
    values = {
        "rows": [
            (row.wish, row.line, row.lacked, row.because, row.count, formats.date(row.last_day, locale=locale))
            for row in wish_rows(counts, models, locale, plants)
        ],
        "totals": lacked_totals(counts, locale),
        "words": words,
        "lines": [(code, model.text("line", locale)) for code, model in sorted(models.items())],
        "since": since.isoformat(),
        "until": until.isoformat(),
        "line": line,
    }
    return respond(request, "wishes/list.html", values, blocks=["found_wishes"])


@router.get("/wishes.csv", name="wishes:csv", dependencies=[Reading])
def export_wishes(
    shop: TheShop,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
    line: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Return a period as CSV."""
    since, until = period(since, until, today=shop.now().date())
    counts: list[WishCount]
    words: list[WishWords]
    with shop.database.read() as db:
        counts, words = wishes_between(db, since=since, until=until, line=line)
    headers = {"Content-Disposition": f'attachment; filename="wishes-{since}-{until}.csv"'}
    return Response("\ufeff" + wishes_csv(counts, words), media_type="text/csv; charset=utf-8", headers=headers)


def period(since: date | None, until: date | None, *, today: date) -> tuple[date, date]:
    """Return a period, by default the last thirty days.

    Raises:
        PeriodNotValid: it begins after it ends, or is too long.
    """
    until = until or today
    since = since or until - timedelta(days=USUAL_DAYS - 1)
    if since > until or (until - since).days > MOST_DAYS:
        raise PeriodNotValid(since=since.isoformat(), until=until.isoformat())
    return since, until


def _models(db: Session, shop: Shop) -> dict[str, ConfigurationModel]:
    now = shop.now()
    return {
        line: releases.model_of(db, releases.current_release(db, line, now=now))
        for line in releases.current_lines(db, now=now)
    }


def _plant(db: Session, line: str) -> Plant | None:
    try:
        return promises.plant_of(db, line)
    except PlantNotFound:
        return None
