"""The configure page of any line: every answer is a form, htmx only swaps what changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from configurator.model import Answer, Goal
from kernel.ids import CustomerId, DraftId
from modules_catalog.model import Feature, FeatureKind
from orders.drafts import service as drafts
from orders.drafts.days import NO_DAYS
from orders.drafts.model import DraftView, LimitNotValid, Refused
from orders.drafts.pictures import product_picture
from orders.drafts.promising import days_of_step
from orders.drafts.service import AnswerNotValid, Reader, open_draft
from orders.drafts.sharing import SharedDraftNotFound
from orders.lifecycle.ideals import IdealNotFound, KnownIdeal, find_ideal, ideals_of
from web.security.access import Public
from web.shop import Shop, TheReader, TheShop
from web.templating import go_to, reader_locale, respond, wants_blocks
from web.views.configuring import NOTHING_TYPED, configure_page
from web.views.fitting import fit_report
from web.views.home import line_card
from web.views.listing import lists_of, options_to_date
from web.views.narrowing import ALL, Narrowing, narrowing_of

router = APIRouter(dependencies=[Public], include_in_schema=False)
PAGE = "configure/page.html"
KEEP = "keep"
MATTERS = 5
"""How much more an answer that matters weighs than one that does not."""

Wanted = list[Annotated[str, StringConstraints(max_length=200)]]


def _asked_in_address(
    q: Annotated[str, Query(max_length=80)] = "",
    only: Annotated[Wanted, Query(max_length=100)] = [],  # noqa: B006 - read, never changed
    sort: Annotated[Wanted, Query(max_length=40)] = [],  # noqa: B006
) -> Narrowing:
    return narrowing_of(q, only, sort)


def _asked_in_form(
    q: Annotated[str, Form(max_length=80)] = "",
    only: Annotated[Wanted, Form(max_length=100)] = [],  # noqa: B006
    sort: Annotated[Wanted, Form(max_length=40)] = [],  # noqa: B006
) -> Narrowing:
    return narrowing_of(q, only, sort)


AskedNarrowing = Annotated[Narrowing, Depends(_asked_in_address)]
"""What the lists of the page asked for are narrowed by."""
SentNarrowing = Annotated[Narrowing, Depends(_asked_in_form)]
"""What the lists of the page were narrowed by where a press was made."""


@router.get("/configure/{line}", name="configure:start")
def start(request: Request, shop: TheShop, reader: TheReader, line: str) -> Response:
    """Go on with the draft begun earlier, or show what can be begun."""
    with shop.database.read() as db:
        latest = drafts.latest_draft(db, reader, line)
        if latest is not None:
            return go_to(request, f"/drafts/{latest.id}")
        card = line_card(db, shop.configurators, line, reader_locale(request), now=shop.now())
    return respond(request, "configure/start.html", {"card": card})


@router.post("/configure/{line}", name="configure:open")
def open_new(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    line: str,
    empty: Annotated[bool, Form()] = False,
    customer_id: Annotated[str, Form()] = "",
) -> Response:
    """Open a new draft: complete from defaults, or empty; staff may open it for a customer."""
    draft_id = open_draft(
        shop.database,
        shop.configurators,
        line,
        owner=reader.id,
        new_id=shop.new_id,
        now=shop.now(),
        customer_id=CustomerId(customer_id) if customer_id and reader.is_staff else reader.customer_id,
        empty=empty,
    )
    return go_to(request, f"/drafts/{draft_id}")


@router.get("/drafts/{draft_id}", name="configure:draft")
def first_step(
    request: Request, shop: TheShop, reader: TheReader, draft_id: str, step: Annotated[str, Query()] = ""
) -> Response:
    """Go to a step of a draft, by default the first."""
    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, DraftId(draft_id), reader, now=shop.now())
    codes = [each.code for each in view.model.steps]
    return go_to(request, f"/drafts/{draft_id}/{step if step in codes else codes[0]}")


@router.get("/drafts/{draft_id}/picture.svg", name="configure:picture")
def picture(request: Request, shop: TheShop, reader: TheReader, draft_id: str) -> Response:
    """Draw the product as chosen; the address changes with every version of the draft."""
    with shop.database.read() as db:
        draft, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), reader)
    svg = product_picture(model, draft.selection.answers)
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=86400, immutable"})


@router.get("/drafts/{draft_id}/fit-report", name="configure:fit_report")
def show_fit(request: Request, shop: TheShop, reader: TheReader, draft_id: str) -> Response:
    """Show what the pair is made of, what is trimmed, how close each measure comes and how sure we are."""
    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, DraftId(draft_id), reader, now=shop.now())
    return respond(request, "configure/fit.html", {"draft": draft_id, "report": fit_report(view)})


@router.get("/drafts/{draft_id}/{step}", name="configure:page")
def page(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    draft_id: str,
    step: str,
    narrowing: AskedNarrowing,
    best: Annotated[str, Query(pattern="^(yes|no|)$")] = "",
    near: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Show one step; ``best`` says what came of choosing by a goal just now, ``near`` what it was to come close to."""
    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, DraftId(draft_id), reader, now=shop.now())
        known = find_ideal(db, shop.configurators, view.draft, reader, near, now=shop.now()) if near else None
    if best:
        view = replace(view, is_best=best == "yes")
    return _show(request, shop, reader, view, step, narrowing=narrowing, near=known)


@router.post("/drafts/{draft_id}/choices/{feature}", name="drafts:choose_option")
def choose_option(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    draft_id: str,
    feature: str,
    step: Annotated[str, Form()],
    narrowing: SentNarrowing,
    option: Annotated[str, Form()] = "",
    value: Annotated[str, Form()] = "",
    count: Annotated[int | None, Form()] = None,
) -> Response:
    """Answer a feature; a ruled-out answer comes back as 409 with the conflict and the ways out."""
    with shop.database.read() as db:
        draft, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), reader)
    if not model.has_feature(feature):
        raise AnswerNotValid(feature=feature)
    answer = _answer(model.feature(feature), draft.selection.answers.get(feature), option, value, count)
    if answer is None:
        outcome = drafts.unchoose(shop.database, shop.configurators, DraftId(draft_id), reader, feature, now=shop.now())
    else:
        outcome = drafts.choose_option(
            shop.database, shop.configurators, DraftId(draft_id), reader, feature, answer, now=shop.now()
        )
    return _after(request, shop, reader, outcome, step, narrowing=narrowing, feature=feature)


@router.post("/drafts/{draft_id}/repairs", name="drafts:accept_repair")
def accept_repair(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    draft_id: str,
    step: Annotated[str, Form()],
    narrowing: SentNarrowing,
    feature: Annotated[str, Form()],
    option: Annotated[str, Form()],
    repair: Annotated[int, Form()],
) -> Response:
    """Take one of the ways out that were offered."""
    with shop.database.read() as db:
        draft, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), reader)
    if not model.has_feature(feature):
        raise AnswerNotValid(feature=feature)
    answer = _answer(model.feature(feature), draft.selection.answers.get(feature), option, option, None)
    if answer is None:
        raise AnswerNotValid(feature=feature, option=option)
    outcome = drafts.accept_repair(
        shop.database, shop.configurators, DraftId(draft_id), reader, feature, answer, repair=repair, now=shop.now()
    )
    return _after(request, shop, reader, outcome, step, narrowing=narrowing, feature=feature)


@router.post("/drafts/{draft_id}/undo", name="drafts:undo")
def undo(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    draft_id: str,
    step: Annotated[str, Form()],
    narrowing: SentNarrowing,
) -> Response:
    """Take back the latest change."""
    outcome = drafts.undo(shop.database, shop.configurators, DraftId(draft_id), reader, now=shop.now())
    return _after(request, shop, reader, outcome, step, narrowing=narrowing)


@router.post("/drafts/{draft_id}/completion", name="drafts:complete")
def complete(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    draft_id: str,
    step: Annotated[str, Form()],
    narrowing: SentNarrowing,
    goal: Annotated[str, Form(max_length=80)] = "cheapest",
    care: Annotated[list[str] | None, Form()] = None,
    shared: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Answer everything that is still open; with ``care`` (feature=keep, matters or any) what need not stay is chosen anew.

    ``goal`` is a goal, or the code of something to come close to; the link of a shared copy given as ``shared`` goes before.
    """
    cares = dict(each.rpartition("=")[::2] for each in care or [])
    loose = [code for code, level in cares.items() if level != KEEP]
    token = shared.strip().rpartition("/")[2]
    named = f"shared:{token}" if token else "" if goal in [each.value for each in Goal] else goal
    known = None
    with shop.database.read() as db:
        draft, _model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), reader)
        try:
            known = find_ideal(db, shop.configurators, draft, reader, named, now=shop.now()) if named else None
        except (SharedDraftNotFound, IdealNotFound):
            if not token:
                raise
            view = drafts.view_draft(db, shop.configurators, DraftId(draft_id), reader, now=shop.now())
    if token and known is None:
        return _show(request, shop, reader, view, step, narrowing=narrowing, problem="shared", typed={"shared": shared})
    weights = {code: MATTERS for code in loose if cares[code] == "matters"}
    if known is not None:
        weights |= {code: MATTERS for code in known.possible.answers if code not in cares}
    outcome = drafts.complete(
        shop.database,
        shop.configurators,
        DraftId(draft_id),
        reader,
        goal=Goal.CLOSEST if known else Goal(goal),
        closest_to=known.target if known else None,
        weights=weights,
        reopen=loose,
        now=shop.now(),
    )
    if isinstance(outcome, DraftView) and not wants_blocks(request):
        found = [("best", "yes" if outcome.is_best else "no"), *([("near", known.ideal.code)] if known else [])]
        return go_to(request, f"{narrowing.address(f'/drafts/{draft_id}/{step}', *found)}#found")
    return _after(request, shop, reader, outcome, step, narrowing=narrowing, near=known)


@router.post("/drafts/{draft_id}/limits", name="drafts:set_limits")
def set_limits(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    draft_id: str,
    step: Annotated[str, Form()],
    narrowing: SentNarrowing,
    need_by: Annotated[str, Form(max_length=40)] = "",
    budget: Annotated[str, Form(max_length=40)] = "",
    quantity: Annotated[str, Form(max_length=10)] = "1",
    feature: Annotated[str, Form()] = "",
    option: Annotated[str, Form()] = "",
) -> Response:
    """Set need-by date, budget and number of pieces; an empty field lifts its limit.

    With ``feature`` and ``option`` that answer is chosen then: it was refused under the limits as they were.
    """
    try:
        outcome = drafts.set_limits(
            shop.database,
            shop.configurators,
            DraftId(draft_id),
            reader,
            need_by=_day(need_by, today=shop.now().date()),
            budget_minor=_minor(budget),
            quantity=_pieces(quantity),
            now=shop.now(),
        )
    except LimitNotValid as error:
        with shop.database.read() as db:
            view = drafts.view_draft(db, shop.configurators, DraftId(draft_id), reader, now=shop.now())
        typed = {"need_by": need_by, "budget": budget, "quantity": quantity}
        return _show(
            request, shop, reader, view, step, narrowing=narrowing, problem=str(error.facts["field"]), typed=typed
        )
    if isinstance(outcome, DraftView) and feature and outcome.model.has_feature(feature):
        asked = outcome.model.feature(feature)
        answer = _answer(asked, outcome.draft.selection.answers.get(feature), option, option, None)
        if answer is not None:
            outcome = drafts.choose_option(
                shop.database, shop.configurators, DraftId(draft_id), reader, feature, answer, now=shop.now()
            )
    return _after(request, shop, reader, outcome, step, narrowing=narrowing)


@router.post("/drafts/{draft_id}/confirmations", name="drafts:confirm_unknown")
def confirm_unknown(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    draft_id: str,
    step: Annotated[str, Form()],
    rule: Annotated[str, Form()],
    narrowing: SentNarrowing,
) -> Response:
    """Let staff confirm what a rule does not know."""
    outcome = drafts.confirm_unknown(shop.database, shop.configurators, DraftId(draft_id), reader, rule, now=shop.now())
    return _after(request, shop, reader, outcome, step, narrowing=narrowing)


def _after(
    request: Request,
    shop: Shop,
    reader: Reader,
    outcome: DraftView | Refused,
    step: str,
    *,
    narrowing: Narrowing = ALL,
    near: KnownIdeal | None = None,
    feature: str = "",
) -> Response:
    """Show what came of a press: the changed blocks to htmx, to everybody else the page's own address, at the feature."""
    if isinstance(outcome, Refused):
        return _show(request, shop, reader, outcome.view, step, refused=outcome, narrowing=narrowing)
    if not wants_blocks(request):
        place = f"#feature-{feature}" if feature else ""
        return go_to(request, f"{narrowing.address(f'/drafts/{outcome.draft.id}/{step}')}{place}")
    return _show(request, shop, reader, outcome, step, narrowing=narrowing, near=near)


def _show(
    request: Request,
    shop: Shop,
    reader: Reader,
    view: DraftView,
    step: str,
    *,
    refused: Refused | None = None,
    narrowing: Narrowing = ALL,
    problem: str = "",
    typed: Mapping[str, str] = NOTHING_TYPED,
    near: KnownIdeal | None = None,
) -> Response:
    codes = [each.code for each in view.model.steps]
    shown = step if step in codes else codes[0]
    days = NO_DAYS
    lists = lists_of(view, shown, reader_locale(request), narrowing)
    with shop.database.read() as db:
        ideals = ideals_of(db, shop.configurators, view.draft, reader, now=shop.now())
        if view.promise is not None:
            days = days_of_step(
                db,
                shop.configurators.of(db, view.draft.release),
                view,
                shown,
                repairs=refused.repairs if refused else (),
                shown=options_to_date(lists, narrowing),
                now=shop.now(),
            )
    page = configure_page(
        view,
        shown,
        reader_locale(request),
        days=days,
        today=shop.now().date(),
        refused=refused,
        narrowing=narrowing,
        lists=lists,
        problem=problem,
        typed=typed,
        ideals=ideals,
        near=near,
        is_staff=reader.is_staff,
    )
    status = 409 if refused else 422 if problem else 200
    return respond(request, PAGE, {"page": page}, blocks=["bench"], status=status)


def _answer(feature: Feature, chosen: Answer | None, option: str, value: str, count: int | None) -> Answer | None:
    """Return the answer a form stands for; ``None`` leaves the feature open.

    Raises:
        AnswerNotValid: the line has no such option, or the value is no number.
    """
    match feature.kind:
        case FeatureKind.TEXT:
            return value.strip() or None
        case FeatureKind.INTEGER | FeatureKind.DECIMAL:
            return _scaled(feature, value)
        case FeatureKind.OPTIONS:
            _require_option(feature, option)
            counts = dict(chosen) if isinstance(chosen, Mapping) else {}
            counts[option] = counts.get(option, 0) + 1 if count is None else max(0, count)
            return {code: number for code, number in counts.items() if number} or None
        case FeatureKind.BOOLEAN:
            if option not in ("yes", "no"):
                raise AnswerNotValid(feature=feature.code, option=option)
            return option
        case _:
            if not option:
                return None
            _require_option(feature, option)
            return option


def _require_option(feature: Feature, code: str) -> None:
    if all(option.code != code for option in feature.options):
        raise AnswerNotValid(feature=feature.code, option=code)


def _scaled(feature: Feature, text: str) -> int | None:
    if not text.strip():
        return None
    try:
        scaled = Decimal(text.strip().replace(",", ".")).scaleb(feature.digits)
    except InvalidOperation:
        raise AnswerNotValid(feature=feature.code, value=text) from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise AnswerNotValid(feature=feature.code, value=text)
    return int(scaled)


def _day(text: str, *, today: date) -> date | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise LimitNotValid(field="need_by", value=text) from None
    if day < today:
        raise LimitNotValid(field="need_by", value=text)
    return day


def _minor(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip().replace(",", ".")) * 100
    except InvalidOperation:
        raise LimitNotValid(field="budget", value=text) from None
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise LimitNotValid(field="budget", value=text)
    return int(amount)


def _pieces(text: str) -> int:
    try:
        return int(text.strip() or "1")
    except ValueError:
        raise LimitNotValid(field="quantity", value=text) from None
