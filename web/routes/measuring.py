"""Measuring a customer: with the tape, from a pair that fits, or from a size; corrected at a try-on; looked back on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from kernel.ids import CustomerId, DraftId
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.from_garment import body_of_size
from modules_catalog.sizing.model import Measure, Sex
from orders.audit.model import Actor
from orders.customers import repository as customers
from orders.customers import service as registry
from orders.customers.model import COUNTER_MEASURES, Method, ProfileNotFound, Purpose, ReadingNotValid
from orders.drafts import service as drafts
from orders.drafts.service import Reader
from web.forms import TheForm
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheReader, TheShop
from web.templating import go_to, respond
from web.views.measuring import (
    LENGTH_SIZES,
    WAIST_SIZES,
    MeasuringForm,
    empty_form,
    empty_garment_form,
    garment_form,
    judged_form,
)
from web.views.trend import trends

router = APIRouter(
    prefix="/customers/{customer_id}", dependencies=[Depends(require_role(Role.STORE))], include_in_schema=False
)


@router.get("/measures", name="measuring:form")
def form(
    request: Request,
    shop: TheShop,
    customer_id: str,
    draft: Annotated[str, Query(max_length=20)] = "",
    unit: str = "cm",
    mode: str = "tape",
) -> Response:
    """Show the form: tape, a pair that fits, or a size."""
    with shop.database.read() as db:
        profiles = customers.profiles_of(db, CustomerId(customer_id), purpose=Purpose.FIT)
    method = Method(mode) if mode in {each.value for each in Method} else Method.TAPE
    empty = empty_garment_form if method is Method.GARMENT else empty_form
    shown = empty("in" if unit == "in" else "cm", profiles[0].sex.value if profiles else "")
    return _show(request, shop, customer_id, shown, method, draft)


@router.post("/measures", name="measuring:keep")
def keep(
    request: Request, shop: TheShop, reader: TheReader, actor: TheActor, form: TheForm, customer_id: str
) -> Response:
    """Keep the measures, or show the form again with what needs another look."""
    draft = str(form.get("draft", ""))
    unit = "in" if form.get("unit") == "in" else "cm"
    sex = str(form.get("sex", ""))
    sex = sex if sex in {each.value for each in Sex} else ""
    reasons = {name: str(form.get(f"reason_{name}", "")).strip()[:200] for name in COUNTER_MEASURES}
    reasons = {name: reason for name, reason in reasons.items() if reason}
    typed = {name: tuple(str(text) for text in form.getlist(name)) for name in COUNTER_MEASURES}
    confirmed = frozenset(str(name) for name in form.getlist("confirmed")) & set(COUNTER_MEASURES)
    mode = str(form.get("mode", "tape"))
    taken_from: dict[str, int] = {}
    match mode:
        case "garment":
            method = Method.GARMENT
            block, cloth = _garment_kind(form)
            judged, readings, taken_from = garment_form(unit, sex, typed, block, cloth, reasons)
            confirmed = frozenset()
        case "size":
            return _keep_size(request, shop, reader, actor, form, customer_id, sex, draft)
        case _:
            method = Method.TAPE
            judged, readings = judged_form(unit, sex, typed, confirmed, reasons)
    if not judged.is_clean:
        return _show(request, shop, customer_id, judged, method, draft, status=422)
    return _kept(
        request, shop, reader, actor, customer_id, Sex(sex), readings, method, draft, taken_from, reasons, confirmed
    )


@router.get("/measures/history", name="measuring:history")
def history(request: Request, shop: TheShop, customer_id: str) -> Response:
    """Show every set of measures and how each measure changed."""
    with shop.database.read() as db:
        customer = registry.known_customer(db, CustomerId(customer_id), purpose=Purpose.FIT)
        profiles = customers.profiles_of(db, customer.id, purpose=Purpose.FIT)
    values = {"customer": customer, "trends": trends(profiles), "profiles": profiles, "names": COUNTER_MEASURES}
    return respond(request, "customers/history.html", values)


@router.post("/corrections", name="measuring:correct")
def correct(request: Request, shop: TheShop, actor: TheActor, customer_id: str, form: TheForm) -> Response:
    """Keep what a try-on showed, in millimetres a measure; the next pair is made so."""
    with shop.database.read() as db:
        profiles = customers.profiles_of(db, CustomerId(customer_id), purpose=Purpose.FIT)
    if not profiles:
        raise ProfileNotFound(customer_id=customer_id)
    with shop.database.write() as db:
        registry.correct_fit(db, profiles[0], _corrections(form), new_id=shop.new_id, actor=actor, now=shop.now())
    return go_to(request, f"/customers/{customer_id}")


def _corrections(form: FormData) -> dict[Measure, int]:
    corrections = {}
    for measure in Measure:
        text = str(form.get(measure.value, "")).strip().replace("−", "-") or "0"
        try:
            corrections[measure] = int(text)
        except ValueError:
            raise ReadingNotValid(measure=measure.value, reason="not_understood") from None
    return corrections


def _garment_kind(form: FormData) -> tuple[FitBlock, ClothFamily]:
    block, cloth = str(form.get("block", "")), str(form.get("cloth", ""))
    return (
        FitBlock(block) if block in {each.value for each in FitBlock} else FitBlock.STRAIGHT,
        ClothFamily(cloth) if cloth in {each.value for each in ClothFamily} else ClothFamily.RIGID,
    )


def _keep_size(
    request: Request,
    shop: Shop,
    reader: Reader,
    actor: Actor,
    form: FormData,
    customer_id: str,
    sex: str,
    draft: str,
) -> Response:
    waist, length = (_size(str(form.get(name, "")), sizes) for name, sizes in SIZES.items())
    if not sex or waist is None or length is None:
        return _show(request, shop, customer_id, empty_form("in", sex), Method.SIZE, draft, status=422, size_wrong=True)
    readings: dict[str, tuple[int, ...]] = {
        name: (value,) for name, value in body_of_size(Sex(sex), waist, length).items()
    }
    taken_from = {"waist_in": waist, "length_in": length}
    return _kept(
        request, shop, reader, actor, customer_id, Sex(sex), readings, Method.SIZE, draft, taken_from, {}, frozenset()
    )


SIZES = {"size_waist": WAIST_SIZES, "size_length": LENGTH_SIZES}


def _choices(sizes: range) -> list[tuple[str, str]]:
    return [("", "–"), *((str(size), str(size)) for size in sizes)]


def _size(text: str, sizes: range) -> int | None:
    return int(text) if text.strip().isdecimal() and int(text) in sizes else None


def _kept(
    request: Request,
    shop: Shop,
    reader: Reader,
    actor: Actor,
    customer_id: str,
    sex: Sex,
    readings: dict[str, tuple[int, ...]],
    method: Method,
    draft: str,
    taken_from: dict[str, int],
    reasons: dict[str, str],
    confirmed: frozenset[str],
) -> Response:
    now = shop.now()
    with shop.database.write() as db:
        profile = registry.record_measurements(
            db,
            CustomerId(customer_id),
            sex=sex,
            readings=readings,
            confirmed=confirmed,
            method=method,
            reasons=reasons,
            taken_from=taken_from,
            new_id=shop.new_id,
            actor=actor,
            now=now,
        )
        if draft:
            drafts.assign_customer(
                db, DraftId(draft), reader, customer_id=profile.customer_id, profile_id=profile.id, now=now
            )
    if draft:
        drafts.settle_panels(shop.database, shop.configurators, DraftId(draft), reader, now=now)
    return go_to(request, f"/drafts/{draft}/fit-report" if draft else f"/customers/{customer_id}")


def _show(
    request: Request,
    shop: Shop,
    customer_id: str,
    form: MeasuringForm,
    method: Method,
    draft: str,
    *,
    status: int = 200,
    size_wrong: bool = False,
) -> Response:
    with shop.database.read() as db:
        customer = registry.known_customer(db, CustomerId(customer_id), purpose=Purpose.FIT)
    values = {
        "customer": customer,
        "form": form,
        "draft": draft,
        "mode": method.value,
        "waist_sizes": _choices(WAIST_SIZES),
        "length_sizes": _choices(LENGTH_SIZES),
        "size_wrong": size_wrong,
    }
    return respond(request, "customers/measure.html", values, blocks=["measuring_form"], status=status)
