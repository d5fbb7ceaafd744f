"""The floor's pages: choose a work centre once, then scan. A scan starts what waits and finishes what runs."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import Session

from configurator.model import Change
from kernel.errors import LotOneError, NotFound, NotPossible, NotValid
from modules_catalog.releases import service as releases
from orders.audit.model import Actor
from orders.lifecycle.repository import get_order_by_number
from orders.lifecycle.scanning import scan as scan_order
from orders.lifecycle.sheets import copy_sheet
from production.build_sheet.model import CopyReason
from production.build_sheet.scan_codes import ScanCode, ScanNotUnderstood, read_scan
from production.errors import PlantNotFound
from production.floor import service as floor
from production.floor.model import (
    Action,
    MeasuresMissing,
    OperationState,
    ScanTimeNotValid,
    WorkOperation,
    WorkOrder,
    WorkStatus,
)
from production.lots import service as lots
from production.lots.model import LotNotClear, PieceLot
from production.plants.model import Plant
from production.promise import service as promises
from web.forms import TheForm
from web.security.access import require_role
from web.security.roles import Role
from web.security.visitors import cookie_name, cookie_text
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond, wants_blocks
from web.translations import translations_for
from web.views import floor as view
from web.views.floor_cards import COMMANDS, REASONS, Command, Place, card_svg, read_card, read_command
from web.views.words import Words

router = APIRouter(dependencies=[Depends(require_role(Role.FLOOR))], include_in_schema=False)
PAGE = "floor/place.html"
YEAR_S = 365 * 24 * 3600
MOST_QUEUED = 200
MEASURED = "measured-"
LOT_OF = "lot-"
STEP_ACTIONS = frozenset({Action.PAUSE, Action.FAIL, Action.REWORK})
"""What is done to a step; with a sheet scanned as a whole, to the one that is done here."""
_MILLIMETRES = re.compile(r"\d{1,4}", re.ASCII)


class WrongWorkCentre(NotPossible):
    """The step is done elsewhere; facts: ``order``, ``line``, ``work_centre``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the screen is to show beside its queue."""

    job: str = ""
    last: str = ""
    armed: str = ""
    lot: str = ""
    copy: str = ""
    error: LotOneError | None = None
    typed: Mapping[str, str] = field(default_factory=dict)


@router.get("/floor", name="floor:home")
def home(request: Request, shop: TheShop, choose: Annotated[bool, Query()] = False) -> Response:
    """Go on at the work centre chosen last, or let one be chosen."""
    plants = _plants(shop)
    remembered = request.cookies.get(_cookie(request), "").partition(".")
    known = {(plant.line, centre.code) for plant in plants for centre in plant.work_centres}
    if not choose and (remembered[0], remembered[2]) in known:
        return go_to(request, Place(remembered[0], remembered[2]).href)
    locale = reader_locale(request)
    with shop.database.read() as db:
        lines = [
            (
                plant.line,
                _words(db, shop, plant.line, locale).line(),
                [(centre.name(locale), Place(plant.line, centre.code).href) for centre in plant.work_centres],
            )
            for plant in plants
        ]
    return respond(request, "floor/home.html", {"lines": lines})


@router.get("/floor/{line}/{work_centre}", name="floor:place")
def place(
    request: Request,
    shop: TheShop,
    line: str,
    work_centre: str,
    job: Annotated[str, Query(max_length=80)] = "",
    last: Annotated[str, Query(max_length=80)] = "",
    armed: Annotated[str, Query(max_length=20)] = "",
    lot: Annotated[str, Query(max_length=80)] = "",
    copy: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Show the screen of a work centre."""
    wanted = armed if read_command(armed) else ""
    response = _show(
        request, shop, Place(line, work_centre), Asked(job=job, last=last, armed=wanted, lot=lot, copy=copy)
    )
    secure = request.app.state.settings.origin.startswith("https://")
    cookie = cookie_text("floor", f"{line}.{work_centre}", secure=secure, max_age_s=YEAR_S)
    response.headers.append("Set-Cookie", cookie)
    return response


@router.get("/floor/{line}/{work_centre}/cards", name="floor:cards")
def cards(request: Request, shop: TheShop, line: str, work_centre: str) -> Response:
    """Show the cards to be printed and hung at the work centre, so that everything can be done by scanning."""
    here = Place(line, work_centre)
    locale = reader_locale(request)
    with shop.database.read() as db:
        name = view.place_name(promises.plant_of(db, line), work_centre, locale)
    shown = [(*view.command_words(one), Markup(card_svg(one.card))) for one in COMMANDS]  # noqa: S704 - our own drawing
    values = {"name": name, "href": here.href, "cards": shown, "place_card": Markup(card_svg(here.card))}  # noqa: S704
    return respond(request, "floor/cards.html", values)


@router.post("/floor/{line}/{work_centre}/scans", name="floor:scan")
def scan(request: Request, shop: TheShop, actor: TheActor, form: TheForm, line: str, work_centre: str) -> Response:
    """Do what was scanned or pressed. Sending the form twice does it once."""
    here = Place(line, work_centre)
    code = (str(form.get("code", "")).strip() or str(form.get("press", "")))[:80]
    card = read_card(code)
    if isinstance(card, Place):
        return go_to(request, card.href)
    if isinstance(card, Command):
        return go_to(request, f"{here.href}?armed={card}")
    typed = {name.removeprefix(MEASURED): str(text).strip() for name, text in form.items() if name.startswith(MEASURED)}
    command = read_command(str(form.get("action", "")))
    action = Action.NEXT if command is None or command.action is None else command.action
    at_job = str(form.get("job", ""))[:80]
    try:
        scanned = _scanned(shop, code, at_job, actor)
        if isinstance(scanned, PieceLot):
            return _after(request, shop, here, Asked(job=at_job, lot=scanned.lot))
        with shop.database.write() as db:
            if command is not None and command.action is None:
                copy_sheet(
                    db,
                    scanned.order,
                    scanned.revision,
                    scanned.piece,
                    reason=CopyReason.DAMAGED,
                    actor=actor,
                    now=shop.now(),
                )
                return _after(request, shop, here, Asked(job=at_job, copy=code))
            if scanned.operation is None and action is Action.NEXT:
                return _after(request, shop, here, Asked(job=_step_here(db, here, scanned)))
            if scanned.operation is None and action in STEP_ACTIONS:
                code = _step_here(db, here, scanned)
                scanned = read_scan(code)
            measured = _checked(db, here, scanned, action, typed)
            scan_order(
                db,
                code,
                action,
                scan_id=f"floor:{str(form.get('scan_id', ''))[:40]}",
                actor=actor,
                now=shop.now(),
                happened_at=_happened_at(str(form.get("at", ""))),
                measured_mm=measured,
                reason=command.reason if command is not None else "",
            )
    except (NotFound, NotPossible, NotValid) as error:
        at = (at_job or code) if isinstance(error, ScanNotUnderstood | LotNotClear) else code
        asked = Asked(job=at, error=error, typed=typed, armed="" if command is None else str(command))
        return _show(request, shop, here, asked, status=error.http_status)
    return _after(request, shop, here, Asked(last=code))


def _happened_at(typed: str) -> datetime | None:
    """Return when a scan that was sent late was made; None for one that is made now.

    Raises:
        ScanTimeNotValid: it is no moment.
    """
    if not typed:
        return None
    try:
        found = datetime.fromisoformat(typed[:40])
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ScanTimeNotValid(at=typed[:40])
    return found


@router.post("/floor/{line}/{work_centre}/lots", name="floor:record_lots")
def record_lots(
    request: Request, shop: TheShop, actor: TheActor, form: TheForm, line: str, work_centre: str
) -> Response:
    """Note the lots that were chosen for the piece on the screen."""
    here = Place(line, work_centre)
    code = str(form.get("job", ""))[:80]
    recorded = ""
    try:
        scanned = read_scan(code)
        with shop.database.write() as db:
            for name, chosen in form.items():
                lot = str(chosen).strip()[:80]
                if name.startswith(LOT_OF) and lot:
                    material = name.removeprefix(LOT_OF)
                    noted = lots.record_lot(
                        db, scanned.order, scanned.piece, lot, material=material, by=actor.id, now=shop.now()
                    )
                    recorded = noted.lot
    except (NotFound, NotPossible, NotValid) as error:
        return _show(request, shop, here, Asked(job=code, error=error), status=error.http_status)
    return _after(request, shop, here, Asked(job=code, lot=recorded))


def _scanned(shop: Shop, code: str, at_job: str, actor: Actor) -> ScanCode | PieceLot:
    """Return what was scanned: a code of ours, or the lot of a material for the piece on the screen, which is noted.

    Raises:
        ScanNotUnderstood: it is neither.
        LotNotClear: lots of that name came of several of its materials.
    """
    try:
        return read_scan(code)
    except ScanNotUnderstood:
        if not at_job:
            raise
        try:
            piece = read_scan(at_job)
            with shop.database.write() as db:
                return lots.record_lot(db, piece.order, piece.piece, code, by=actor.id, now=shop.now())
        except NotFound:
            pass
        raise


def _after(request: Request, shop: Shop, here: Place, asked: Asked) -> Response:
    if wants_blocks(request):
        return _show(request, shop, here, asked)
    if asked.copy:
        return go_to(request, f"{here.href}?copy={asked.copy}")
    if asked.lot:
        return go_to(request, f"{here.href}?job={asked.job}&lot={quote(asked.lot)}")
    return go_to(request, f"{here.href}?last={asked.last}" if asked.last else f"{here.href}?job={asked.job}")


def _checked(
    db: Session, here: Place, scanned: ScanCode, action: Action, typed: Mapping[str, str]
) -> Mapping[str, int]:
    """Return the measures taken, when the scan is for this work centre and finishes with all it has to measure.

    Raises:
        WrongWorkCentre: the step is done elsewhere.
        MeasuresMissing: one was not typed, or is no number.
    """
    work, status = floor.work_order(db, scanned.order, scanned.piece)
    if scanned.operation is None or action is not Action.NEXT or scanned.revision != work.revision:
        return {}
    operation = work.operation(scanned.operation)
    if Place(work.line, operation.work_centre) != here:
        raise WrongWorkCentre(order=work.order_number, line=work.line, work_centre=operation.work_centre)
    if status.operations[operation.number] is not OperationState.RUNNING:
        return {}
    wanted = view.measures_to_take(work, operation)
    missing = [code for code in wanted if not _MILLIMETRES.fullmatch(typed.get(code, ""))]
    if missing:
        raise MeasuresMissing(order=work.order_number, operation=operation.number, measures=missing)
    return {code: int(typed[code]) for code in wanted}


def _step_here(db: Session, here: Place, scanned: ScanCode) -> str:
    """Return the scan code of the piece's step at this work centre, for a sheet scanned as a whole."""
    work, status = floor.work_order(db, scanned.order, scanned.piece)
    operation = _operation_here(work, status, here)
    return str(ScanCode(work.order_number, work.revision, operation.number, work.piece))


def _operation_here(work: WorkOrder, status: WorkStatus, here: Place) -> WorkOperation:
    """Return the first unfinished step at this work centre, else the first unfinished anywhere, else the last."""
    open_steps = [one for one in work.operations if status.operations[one.number] is not OperationState.FINISHED]
    at_here = [one for one in open_steps if one.work_centre == here.work_centre]
    return next(iter([*at_here, *open_steps]), work.operations[-1])


def _show(request: Request, shop: Shop, here: Place, asked: Asked, *, status: int = 200) -> Response:
    locale = reader_locale(request)
    with shop.database.read() as db:
        plant = promises.plant_of(db, here.line)
        place_name = view.place_name(plant, here.work_centre, locale)
        words = _words(db, shop, here.line, locale)
        entries = floor.queue(db, here.line, here.work_centre, limit=MOST_QUEUED)
        told = _told_of_error(db, asked.error, locale) if asked.error is not None else None
        if asked.lot:
            told = view.told_of_lot(asked.lot, translations_for(locale))
        if asked.copy:
            told = view.told_of_copy(read_scan(asked.copy), translations_for(locale))
        job = _job(db, here, asked.last or asked.job, locale, asked)
        if asked.last and job is not None:
            told = view.told_of_job(job, translations_for(locale))
            job = None if job.state in ("finished", "scrapped", "cancelled", "shipped") else job
        if job is None:
            runs = [one for one in entries if one.state is not OperationState.WAITING]
            first = next(iter([*runs, *(one for one in entries if one.is_ready)]), None)
            job = _job(db, here, view.entry_scan(first), locale, asked) if first else None
    queue, ready = view.waiting_jobs(entries, here.href, words, skip=job.scan if job else "")
    page = view.FloorPage(
        line=here.line,
        line_name=words.line(),
        work_centre=here.work_centre,
        work_centre_name=place_name,
        href=here.href,
        job=job,
        queue=queue,
        ready=ready,
        armed=asked.armed,
        told=told,
        scan_id=secrets.token_urlsafe(16),
    )
    command = read_command(asked.armed)
    values = {
        "page": page,
        "armed_words": view.command_words(command) if command else ("", ""),
        "reasons": {action.value: reasons for action, reasons in REASONS.items()},
        "reason_names": view.REASON_NAMES,
        "action_names": view.ACTION_NAMES,
        "state_names": view.STATE_NAMES,
    }
    return respond(request, PAGE, values, blocks=["floor_screen"], status=status)


def _job(db: Session, here: Place, code: str, locale: str, asked: Asked) -> view.Job | None:
    """Return the job a code stands for, or ``None`` when it stands for nothing on the floor."""
    try:
        scanned = read_scan(code)
        work, status = floor.work_order(db, scanned.order, scanned.piece)
        operation = (
            _operation_here(work, status, here) if scanned.operation is None else work.operation(scanned.operation)
        )
    except (ScanNotUnderstood, NotFound):
        return None
    order = get_order_by_number(db, work.order_number)
    events = floor.events(db, work.order_number, work.piece)
    unread = frozenset(asked.error.facts["measures"]) if isinstance(asked.error, MeasuresMissing) else frozenset()
    words = Words(releases.model_of(db, order.release), locale)
    return view.job_of(
        work,
        status,
        operation,
        events,
        order.selection.answers,
        words,
        typed=asked.typed,
        unread=unread,
        lots=_lots(db, work, words),
    )


def _lots(db: Session, work: WorkOrder, words: Words) -> tuple[view.LotBox, ...]:
    at_hand = lots.lots_at_hand(db, work)
    recorded = [one for one in lots.lots_of(db, work.order_number) if one.piece == work.piece]
    return tuple(
        view.LotBox(
            material,
            words.material(material),
            tuple(one.lot for one in recorded if one.material == material),
            tuple(one.lot for one in at_hand.get(material, ())),
        )
        for material in sorted({*at_hand, *(one.material for one in recorded)})
    )


def _told_of_error(db: Session, error: LotOneError, locale: str) -> view.Told:
    translations, facts = translations_for(locale), error.facts
    if error.code == "OutOfSequence":
        order = get_order_by_number(db, str(facts["order"]))
        words = Words(releases.model_of(db, order.release), locale)
        work, _status = floor.work_order(db, order.number)
        steps = [view.step_name(work.operation(number), words) for number in facts["waits_for"]]
        return view.told_of_error(error, translations, steps=steps)
    if error.code == "SheetObsolete":
        order = get_order_by_number(db, str(facts["order"]))
        words = Words(releases.model_of(db, order.release), locale)
        changes = [Change(each["feature"], each["from"], each["to"]) for each in facts.get("changes", ())]
        return view.told_of_error(error, translations, steps=view.told_changes(changes, words))
    if isinstance(error, WrongWorkCentre):
        other = Place(str(facts["line"]), str(facts["work_centre"]))
        name = view.place_name(promises.plant_of(db, other.line), other.work_centre, locale)
        return view.told_of_error(error, translations, place=(other.href, name))
    return view.told_of_error(error, translations)


def _words(db: Session, shop: Shop, line: str, locale: str) -> Words:
    release = releases.current_release(db, line, now=shop.now())
    return Words(releases.model_of(db, release), locale)


def _plants(shop: Shop) -> list[Plant]:
    """Return the plants of the lines on offer."""
    found = []
    with shop.database.read() as db:
        for line in releases.current_lines(db, now=shop.now()):
            try:
                found.append(promises.plant_of(db, line))
            except PlantNotFound:
                continue
    return found


def _cookie(request: Request) -> str:
    return cookie_name("floor", secure=request.app.state.settings.origin.startswith("https://"))
