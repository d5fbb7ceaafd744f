"""What the API tells of each thing, as JSON values. STATE, CONFLICT and REPAIR are those of ``lotone configure``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from configurator.model import Change, Conflict, Repair
from configurator.session_json import chosen_json, conflict_json, repair_json, state_json
from modules_catalog.model import ConfigurationModel, FeatureKind
from orders.customers.model import Customer, MeasurementProfile
from orders.drafts.days import NO_DAYS, Days
from orders.drafts.model import Beyond, DraftView, Ease, Refused
from orders.lifecycle.changing import Proposal
from orders.lifecycle.ideals import Ideal, IdealKind, KnownIdeal
from orders.lifecycle.model import Order, OrderReturn, Revision, Shipment, letter_of
from orders.messages.model import SentMessage
from orders.quotes.model import Quote
from production.floor.model import Piece, QueueEntry, ScanOutcome
from production.lots.model import Lot, PieceLot
from production.model import Promise
from production.plants.model import Plant
from production.print_runs.model import PrintRun
from production.promise.document import promise_from_json
from web.views.floor import entry_scan
from web.views.words import Words

Json = dict[str, Any]


def draft_json(
    view: DraftView,
    locale: str,
    *,
    days: Days = NO_DAYS,
    draft_key: str = "",
    options_of: Collection[str] | None = None,
) -> Json:
    """Return a draft as it stands, as Draft; the options of all features, or only those of some."""
    draft = view.draft
    return {
        "draft_id": draft.id,
        "draft_key": draft_key or None,
        "line": draft.line,
        "release": draft.release,
        "version": draft.version,
        "quantity": draft.quantity,
        "need_by": draft.need_by.isoformat() if draft.need_by else None,
        "budget_minor": draft.budget_minor,
        "customer_id": draft.customer_id,
        "profile_id": draft.profile_id,
        "confirmed": sorted(draft.confirmed),
        "late": view.late,
        "can_be_quoted": view.can_be_quoted,
        "is_best": view.is_best,
        "beyond": beyond_json(view.beyond) if view.beyond else None,
        "changes": [_change(view.model, change) for change in view.changes],
        "sooner": [
            {"feature": each.feature, "option": each.option, "ready": each.date.isoformat()} for each in days.sooner
        ],
        "state": full_state_json(view, locale, days=days, options_of=options_of),
    }


def ideal_json(ideal: Ideal) -> Json:
    """Return something a draft can be brought close to."""
    return {
        "code": ideal.code,
        "kind": ideal.kind.value,
        "name": ideal.name or (ideal.key if ideal.kind is IdealKind.ORDER else None),
        "changed_at": ideal.at.isoformat() if ideal.at else None,
    }


def near_json(known: KnownIdeal, view: DraftView) -> Json:
    """Return what came of bringing a draft close to something."""
    return {
        "code": known.ideal.code,
        "unlike": [_change(view.model, change) for change in known.unlike(view.draft.selection)],
        "gone": {code: dict(one) if isinstance(one, Mapping) else one for code, one in known.gone.items()},
    }


def beyond_json(beyond: Beyond) -> Json:
    """Return how choices beyond the budget or the need-by date stand, and what would let them through."""
    promise = beyond.aside.promise
    return {
        "total_minor": beyond.aside.state.total_minor,
        "ready": promise.date.isoformat() if promise else None,
        "eases": [ease_json(ease) for ease in beyond.eases],
        "has_other": beyond.has_other,
        "least_minor": beyond.least_minor,
    }


def ease_json(ease: Ease) -> Json:
    """Return the limits to set instead."""
    return {"budget_minor": ease.budget_minor, "need_by": ease.need_by.isoformat() if ease.need_by else None}


def full_state_json(
    view: DraftView, locale: str, *, days: Days = NO_DAYS, options_of: Collection[str] | None = None
) -> Json:
    """Return STATE with the promise, and with the days of the options somebody looked at."""
    state = state_json(view.model, view.state, locale, options_of=options_of)
    state["promise"] = promise_json(view.promise, view.model, view.plant, locale) if view.promise else None
    for (feature, option), delta in days.options.items():
        told = state["features"][feature]["options"].get(option)
        if told:
            told["days_delta"], told["days_proven"] = delta.days, delta.proven
    for feature, each in view.state.features.items():
        kind = view.model.feature(feature).kind
        if view.promise and kind is FeatureKind.OPTION and each.chosen is not None:
            chosen = state["features"][feature]["options"].get(str(each.chosen))
            if chosen:
                chosen["days_delta"], chosen["days_proven"] = 0, True
    return state


def promise_json(promise: Promise, model: ConfigurationModel, plant: Plant | None, locale: str) -> Json:
    """Return a promise: the day, and what sets it."""
    binding = promise.binding
    return {
        "date": promise.date.isoformat(),
        "binding": {
            "kind": binding.kind.value,
            "code": binding.code,
            "waits_until": binding.waits_until.isoformat() if binding.waits_until else None,
            "sooner": binding.sooner.isoformat() if binding.sooner else None,
            "text": Words(model, locale, plant).binding(binding),
        },
    }


def explanation_json(
    model: ConfigurationModel,
    conflict: Conflict | None,
    repairs: tuple[Repair, ...],
    eases: tuple[Ease, ...],
    locale: str,
) -> Json:
    """Return why an option cannot be had, and the ways out."""
    return {
        "conflict": conflict_json(model, conflict, locale) if conflict else None,
        "repairs": [repair_json(model, repair) for repair in repairs],
        "eases": [ease_json(ease) for ease in eases],
    }


def refused_json(
    refused: Refused, locale: str, *, days: Days = NO_DAYS, options_of: Collection[str] | None = None
) -> Json:
    """Return the facts of a refused choice: the conflict, the ways out, and the unchanged state."""
    model = refused.view.model
    repairs = [repair_json(model, repair) for repair in refused.repairs]
    for number, repair in enumerate(repairs):
        repair["days_delta"] = days.of_repair(number)
    return {
        "feature": refused.feature,
        "option": refused.option,
        "conflict": conflict_json(model, refused.conflict, locale),
        "repairs": repairs,
        "eases": [ease_json(ease) for ease in refused.eases],
        "state": full_state_json(refused.view, locale, options_of=options_of),
    }


def quote_json(quote: Quote, model: ConfigurationModel, plant: Plant | None, locale: str) -> Json:
    """Return a quote."""
    return {
        "quote_id": quote.id,
        "number": quote.number,
        "draft_id": quote.draft_id,
        "line": quote.line,
        "release": quote.release,
        "state": quote.state.value,
        "quantity": quote.quantity,
        "price": quote.price.as_json(),
        "promise": promise_json(promise_from_json(quote.promise), model, plant, locale),
        "issued_at": quote.issued_at.isoformat(),
        "expires_at": quote.expires_at.isoformat(),
        "customer_id": quote.customer_id,
    }


def order_json(order: Order, *, has_sheet: bool) -> Json:
    """Return an order."""
    answers = order.selection.answers
    return {
        "number": order.number,
        "revision": order.revision_letter,
        "state": order.state.value,
        "line": order.line,
        "release": order.release,
        "quantity": order.quantity,
        "choices": {code: dict(one) if isinstance(one, Mapping) else one for code, one in answers.items()},
        "price": order.price.as_json(),
        "ready": promise_from_json(order.promise).date.isoformat(),
        "placed_at": order.placed_at.isoformat(),
        "has_sheet": has_sheet,
        "address_id": order.address_id or None,
    }


def proposal_json(proposal: Proposal, locale: str) -> Json:
    """Return what a change comes to."""
    view, obstacle = proposal.view, proposal.obstacle
    promise = proposal.promise
    return {
        "order": proposal.order.number,
        "draft_id": view.draft.id,
        "revision": letter_of(proposal.order.revision + 1),
        "changes": [_change(view.model, change) for change in proposal.changes],
        "obstacle": {"code": obstacle.code, **obstacle.facts} if obstacle else None,
        "price": proposal.price.as_json() if proposal.price else None,
        "price_delta_minor": proposal.price_delta_minor,
        "promise": promise_json(promise, view.model, view.plant, locale) if promise else None,
        "days_delta": proposal.days_delta,
    }


def shipment_json(shipment: Shipment) -> Json:
    """Return what left together."""
    return {
        "number": shipment.number,
        "pieces": list(shipment.pieces),
        "carrier": shipment.carrier,
        "tracking": shipment.tracking,
        "shipped_at": shipment.shipped_at.isoformat(),
        "address_id": shipment.address_id or None,
    }


def return_json(returned: OrderReturn) -> Json:
    """Return what came back together."""
    return {
        "number": returned.number,
        "pieces": list(returned.pieces),
        "remedy": returned.remedy.value,
        "returned_at": returned.returned_at.isoformat(),
    }


def message_json(message: SentMessage, *, now: datetime) -> Json:
    """Return that a message was written."""
    return {
        "message_id": message.id,
        "kind": message.kind.value,
        "about": message.about,
        "at": message.at.isoformat(),
        "state": "given_up" if message.is_given_up else message.state.value,
        "may_be_sent_again": message.may_be_sent_again(now),
    }


def revision_json(revision: Revision) -> Json:
    """Return what an order said before a change."""
    answers = revision.selection.answers
    return {
        "revision": revision.letter,
        "until": revision.until.isoformat(),
        "choices": {code: dict(one) if isinstance(one, Mapping) else one for code, one in answers.items()},
        "price": revision.price.as_json(),
        "ready": promise_from_json(revision.promise).date.isoformat(),
    }


def customer_json(customer: Customer) -> Json:
    """Return a customer."""
    contact = customer.contact
    return {
        "customer_id": customer.id,
        "reference": customer.reference,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "locale": contact.locale,
        "country": contact.country,
        "kind": contact.kind.value,
        "since": customer.since.isoformat(),
    }


def profile_json(profile: MeasurementProfile, *, is_current: bool) -> Json:
    """Return one set of measures, each as it is used."""
    return {
        "profile_id": profile.id,
        "sex": profile.sex.value,
        "measures_mm": {measure: profile.measure_mm(measure) for measure in profile.readings},
        "taken_at": profile.taken_at.isoformat(),
        "is_current": is_current,
        "method": profile.method.value,
        "corrections_mm": {measure.value: value for measure, value in profile.corrections_mm.items()},
    }


def scanned_json(outcome: ScanOutcome) -> Json:
    """Return what a scan did."""
    return {
        "order": outcome.order_number,
        "piece": outcome.piece,
        "revision": outcome.revision,
        "operation": outcome.operation,
        "event": outcome.kind.value,
        "operation_state": outcome.operation_state.value if outcome.operation_state else None,
        "work_state": outcome.work_state.value,
        "is_repeat": outcome.is_repeat,
        "out_of_tolerance": list(outcome.out_of_tolerance),
    }


def piece_json(piece: Piece, there: Sequence[Piece], recorded: Sequence[PieceLot]) -> Json:
    """Return one piece of an order."""
    remade = next((one.number for one in there if one.remake_of == piece.number), None)
    return {
        "piece": piece.number,
        "state": piece.state.value,
        "remake_of": piece.remake_of or None,
        "remade_as": remade,
        "waits_for_remake": piece.waits_for_remake,
        "lots": [piece_lot_json(one) for one in recorded if one.piece == piece.number],
    }


def piece_lot_json(one: PieceLot) -> Json:
    """Return that a piece holds a lot."""
    return {
        "order": one.order_number,
        "piece": one.piece,
        "material": one.material,
        "lot": one.lot,
        "quantity": one.quantity,
        "at": one.at.isoformat(),
    }


def print_run_json(run: PrintRun) -> Json:
    """Return how far a print run came."""
    return {
        "run_id": run.id,
        "line": run.line,
        "day": run.day.isoformat(),
        "kind": run.kind.value,
        "done": run.done,
        "total": len(run.pieces),
        "missing": len(run.missing),
        "is_over": run.is_over,
        "has_pdf": run.pdf is not None,
    }


def lot_json(lot: Lot, held: Sequence[PieceLot]) -> Json:
    """Return a lot that was received, and the pieces that hold it."""
    return {
        "material": lot.material,
        "lot": lot.lot,
        "received_at": lot.received_at.isoformat(),
        "quantity": lot.quantity,
        "left": lot.left,
        "reference": lot.reference,
        "pieces": [piece_lot_json(one) for one in held if (one.material, one.lot) == (lot.material, lot.lot)],
    }


def waiting_json(entry: QueueEntry) -> Json:
    """Return one operation of a queue."""
    return {
        "order": entry.order_number,
        "piece": entry.piece,
        "revision": entry.revision,
        "operation": entry.number,
        "code": entry.code,
        "scan": entry_scan(entry),
        "seconds": entry.seconds,
        "state": entry.state.value,
        "is_ready": entry.is_ready,
        "waits_for": list(entry.waits_for),
        "due_at": entry.due_at.isoformat(),
        "planned_start_at": entry.planned_start_at.isoformat() if entry.planned_start_at else None,
    }


def _change(model: ConfigurationModel, change: Change) -> Json:
    feature = model.feature(change.feature)
    return {
        "feature": change.feature,
        "from": chosen_json(feature, change.before),
        "to": chosen_json(feature, change.after),
    }
