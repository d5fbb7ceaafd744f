"""Configuring by program: the same drafts, choices and repairs as on the pages."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from configurator.errors import AnswerNotValid, FeatureNotFound
from configurator.model import Answer, Goal, Selection
from configurator.session_json import answer_from_json
from kernel.ids import CustomerId, DraftId, ProfileId
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind
from orders.drafts import service as drafts
from orders.drafts.days import NO_DAYS, Days
from orders.drafts.model import Draft, DraftView, Refused
from orders.drafts.promising import days_of_step
from orders.lifecycle.ideals import find_ideal, ideals_of
from web.errors import problem
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, ApiReader, Bearer, TheApiReader, problems
from web.routes.api.schemas import RefusedChoice
from web.security.access import Public, require_role
from web.security.roles import Role
from web.shop import Shop, TheShop
from web.templating import reader_locale
from web.views.documents import Json, draft_json, explanation_json, ideal_json, near_json, refused_json


def _options_asked(
    request: Request,
    options_of: Annotated[
        str | None,
        Query(
            max_length=2000,
            description="Features whose options and ranges are told, separated by commas; without it those of all. "
            "Empty: none. Of a line with thousands of options that is a far quicker answer.",
        ),
    ] = None,
) -> None:
    request.state.options_of = None if options_of is None else frozenset(options_of.split(","))


router = ApiRouter(prefix=PREFIX, tags=["drafts"], dependencies=[Public, Bearer])
OptionsOf = Depends(_options_asked)
OF_A_DRAFT = problems(403, 404, 409, 422)
REFUSABLE = {**OF_A_DRAFT, 409: {"model": RefusedChoice, "description": "Ruled out: why, and the ways out."}}


@router.post(
    "/drafts",
    name="api:open_draft",
    status_code=201,
    response_model=schemas.Draft,
    dependencies=[OptionsOf],
    responses=problems(404, 422),
)
def open_draft(request: Request, shop: TheShop, who: TheApiReader, body: schemas.OpenDraft) -> Response:
    """Open a draft: complete, valid, priced and dated from defaults, or empty.

    Without a session the answer carries `draft_key`. Send it as `X-Draft-Key` from then on: it is what makes the draft
    yours. One key may hold several drafts.
    """
    draft_id = drafts.open_draft(
        shop.database,
        shop.configurators,
        body.line,
        owner=who.reader.id,
        new_id=shop.new_id,
        now=shop.now(),
        customer_id=who.reader.customer_id,
        empty=body.empty,
    )
    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, draft_id, who.reader, now=shop.now())
    place = {"Location": f"{PREFIX}/drafts/{draft_id}"}
    shown = _shown(request, view, draft_key=who.draft_key)
    return JSONResponse(shown, status_code=201, headers=place)


@router.get(
    "/drafts/{draft_id}",
    name="api:draft",
    response_model=schemas.Draft,
    dependencies=[OptionsOf],
    responses=problems(403, 404),
)
def show_draft(
    request: Request,
    shop: TheShop,
    who: TheApiReader,
    draft_id: str,
    days: Annotated[str, Query(max_length=80, description="Step whose options get their days_delta.")] = "",
) -> Response:
    """Return a draft as it stands: the status, price and date of every option."""
    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, DraftId(draft_id), who.reader, now=shop.now())
        configurator = shop.configurators.of(db, view.draft.release)
        delta = days_of_step(db, configurator, view, days, now=shop.now()) if days else NO_DAYS
    return JSONResponse(_shown(request, view, days=delta))


@router.put(
    "/drafts/{draft_id}/choices/{feature}",
    name="api:choose",
    response_model=schemas.Draft,
    dependencies=[OptionsOf],
    responses=REFUSABLE,
)
def choose(
    request: Request, shop: TheShop, who: TheApiReader, draft_id: str, feature: str, body: schemas.Choice
) -> Response:
    """Answer a feature. In a choose-many feature `option` is added, or has its `count` set."""
    draft, asked, answer = _asked(shop, who, draft_id, feature, body)
    place = (shop.database, shop.configurators, draft.id, who.reader, asked.code)
    if answer == {}:
        return _after(request, shop, drafts.unchoose(*place, now=shop.now()))
    return _after(request, shop, drafts.choose_option(*place, answer, now=shop.now()))


@router.delete(
    "/drafts/{draft_id}/choices/{feature}",
    name="api:unchoose",
    response_model=schemas.Draft,
    dependencies=[OptionsOf],
    responses=OF_A_DRAFT,
)
def unchoose(request: Request, shop: TheShop, who: TheApiReader, draft_id: str, feature: str) -> Response:
    """Leave a feature open again."""
    with shop.database.read() as db:
        draft, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), who.reader)
    asked = _feature(model, feature)
    outcome = drafts.unchoose(shop.database, shop.configurators, draft.id, who.reader, asked.code, now=shop.now())
    return _after(request, shop, outcome)


@router.post(
    "/drafts/{draft_id}/explanations",
    name="api:explain",
    response_model=schemas.Explanation,
    responses=problems(403, 404, 422),
)
def explain(request: Request, shop: TheShop, who: TheApiReader, draft_id: str, body: schemas.Press) -> Response:
    """Say why an answer cannot be had, by a minimal conflict, and list the ways out, wider limits among them. Nothing is changed."""
    draft, asked, answer = _asked(shop, who, draft_id, body.feature, body)
    with shop.database.read() as db:
        conflict, repairs, eases = drafts.explain_option(
            db, shop.configurators, draft.id, who.reader, asked.code, answer, now=shop.now()
        )
        model = shop.configurators.of(db, draft.release).model
    return JSONResponse(explanation_json(model, conflict, repairs, eases, reader_locale(request)))


@router.post(
    "/drafts/{draft_id}/repairs",
    name="api:accept_repair",
    response_model=schemas.Draft,
    dependencies=[OptionsOf],
    responses=OF_A_DRAFT,
)
def accept_repair(
    request: Request, shop: TheShop, who: TheApiReader, draft_id: str, body: schemas.AcceptRepair
) -> Response:
    """Choose a ruled-out answer together with the changes of one of its repairs."""
    draft, asked, answer = _asked(shop, who, draft_id, body.feature, body)
    outcome = drafts.accept_repair(
        shop.database,
        shop.configurators,
        draft.id,
        who.reader,
        asked.code,
        answer,
        repair=body.repair,
        now=shop.now(),
    )
    return _after(request, shop, outcome)


@router.post(
    "/drafts/{draft_id}/undo",
    name="api:undo",
    response_model=schemas.Draft,
    dependencies=[OptionsOf],
    responses=OF_A_DRAFT,
)
def undo(request: Request, shop: TheShop, who: TheApiReader, draft_id: str) -> Response:
    """Take back the latest change."""
    return _after(
        request, shop, drafts.undo(shop.database, shop.configurators, DraftId(draft_id), who.reader, now=shop.now())
    )


@router.post(
    "/drafts/{draft_id}/completion",
    name="api:complete",
    response_model=schemas.Draft,
    dependencies=[OptionsOf],
    responses=OF_A_DRAFT,
)
def complete(request: Request, shop: TheShop, who: TheApiReader, draft_id: str, body: schemas.Complete) -> Response:
    """Answer everything still open, by a goal; choices already made are kept, but for those of `reopen`.

    With `like` the answer's `near` tells what of it could not be kept; what it says nothing of stays as it stands.
    """
    closest_to, known = None, None
    weights = body.weights or {}
    if body.like is not None and (body.to or body.goal != "closest"):
        raise AnswerNotValid(field="like", problem="it goes with `goal` `closest`, and not with `to`")
    with shop.database.read() as db:
        draft, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), who.reader)
        if body.like is not None:
            known = find_ideal(db, shop.configurators, draft, who.reader, body.like, now=shop.now())
            closest_to = known.target
    for code in (*weights, *body.reopen):
        _feature(model, code)
    if body.to:
        closest_to = Selection({code: answer_from_json(_feature(model, code), one) for code, one in body.to.items()})
    outcome = drafts.complete(
        shop.database,
        shop.configurators,
        DraftId(draft_id),
        who.reader,
        goal=Goal(body.goal),
        closest_to=closest_to,
        weights=weights,
        reopen=body.reopen,
        now=shop.now(),
    )
    if known is not None and isinstance(outcome, DraftView):
        told = _shown(request, outcome)
        return JSONResponse({**told, "near": near_json(known, outcome)})
    return _after(request, shop, outcome)


@router.get(
    "/drafts/{draft_id}/ideals", name="api:ideals", response_model=list[schemas.Ideal], responses=problems(403, 404)
)
def list_ideals(shop: TheShop, who: TheApiReader, draft_id: str) -> Response:
    """List what you may bring a draft close to: your usual, your company's presets, your orders and other drafts."""
    with shop.database.read() as db:
        draft, _model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), who.reader)
        found = ideals_of(db, shop.configurators, draft, who.reader, now=shop.now())
    return JSONResponse([ideal_json(each) for each in found])


@router.put(
    "/drafts/{draft_id}/limits",
    name="api:set_limits",
    response_model=schemas.Draft,
    dependencies=[OptionsOf],
    responses=OF_A_DRAFT,
)
def set_limits(request: Request, shop: TheShop, who: TheApiReader, draft_id: str, body: schemas.SetLimits) -> Response:
    """Set need-by date, budget and number of pieces: they rule options out like any choice."""
    outcome = drafts.set_limits(
        shop.database,
        shop.configurators,
        DraftId(draft_id),
        who.reader,
        need_by=body.need_by,
        budget_minor=body.budget_minor,
        quantity=body.quantity,
        now=shop.now(),
    )
    return _after(request, shop, outcome)


@router.post(
    "/drafts/{draft_id}/confirmations",
    name="api:confirm_unknown",
    response_model=schemas.Draft,
    dependencies=[OptionsOf, Depends(require_role(Role.STORE))],
    responses=problems(401, 403, 404, 409, 422),
)
def confirm_unknown(
    request: Request, shop: TheShop, who: TheApiReader, draft_id: str, body: schemas.Confirm
) -> Response:
    """Confirm, as staff, what a rule does not know."""
    outcome = drafts.confirm_unknown(
        shop.database, shop.configurators, DraftId(draft_id), who.reader, body.rule, now=shop.now()
    )
    return _after(request, shop, outcome)


@router.put(
    "/drafts/{draft_id}/customer",
    name="api:assign_customer",
    response_model=schemas.Draft,
    dependencies=[OptionsOf, Depends(require_role(Role.STORE))],
    responses=problems(401, 403, 404, 409, 422),
)
def assign_customer(
    request: Request, shop: TheShop, who: TheApiReader, draft_id: str, body: schemas.Assign
) -> Response:
    """Say, as staff, whose draft it is and which of their measures it is made to."""
    profile_id = ProfileId(body.profile_id) if body.profile_id else None
    with shop.database.write() as db:
        drafts.assign_customer(
            db,
            DraftId(draft_id),
            who.reader,
            customer_id=CustomerId(body.customer_id),
            profile_id=profile_id,
            now=shop.now(),
        )
    drafts.settle_panels(shop.database, shop.configurators, DraftId(draft_id), who.reader, now=shop.now())
    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, DraftId(draft_id), who.reader, now=shop.now())
    return JSONResponse(_shown(request, view))


def _after(request: Request, shop: Shop, outcome: DraftView | Refused) -> Response:
    locale = reader_locale(request)
    if isinstance(outcome, DraftView):
        return JSONResponse(_shown(request, outcome))
    with shop.database.read() as db:
        configurator = shop.configurators.of(db, outcome.view.draft.release)
        days = days_of_step(db, configurator, outcome.view, "", repairs=outcome.repairs, now=shop.now())
    return problem(
        request,
        409,
        "OptionRuledOut",
        facts=refused_json(outcome, locale, days=days, options_of=request.state.options_of),
    )


def _shown(request: Request, view: DraftView, *, days: Days = NO_DAYS, draft_key: str = "") -> Json:
    locale = reader_locale(request)
    return draft_json(view, locale, days=days, draft_key=draft_key, options_of=request.state.options_of)


def _asked(
    shop: Shop, who: ApiReader, draft_id: str, feature: str, body: schemas.Choice
) -> tuple[Draft, Feature, Answer]:
    with shop.database.read() as db:
        draft, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), who.reader)
    asked = _feature(model, feature)
    return draft, asked, _answer(asked, draft.selection.answers.get(feature), body)


def _answer(feature: Feature, chosen: Answer | None, body: schemas.Choice) -> Answer:
    """Return the answer a body stands for.

    Raises:
        AnswerNotValid: nothing was given, or something of another kind.
    """
    given = next((one for one in (body.option, body.value, body.text) if one is not None), None)
    if given is None:
        raise AnswerNotValid(feature=feature.code, problem="`option`, `value` or `text` is wanted")
    answer = answer_from_json(feature, given)
    if feature.kind is not FeatureKind.OPTIONS:
        if body.count is not None:
            raise AnswerNotValid(feature=feature.code, problem="only features with several options have counts")
        return answer
    counts = dict(chosen) if isinstance(chosen, Mapping) else {}
    code = str(answer)
    counts[code] = max(1, counts.get(code, 0)) if body.count is None else body.count
    return {one: count for one, count in counts.items() if count}


def _feature(model: ConfigurationModel, code: str) -> Feature:
    if not model.has_feature(code):
        raise FeatureNotFound(feature=code)
    return model.feature(code)
