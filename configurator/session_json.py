"""What a session says and hears, as JSON values: answers, states, conflicts, repairs.

The shapes are those of ``lotone configure --jsonl``, described in docs/configure-protocol.md.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from configurator.errors import AnswerNotValid
from configurator.model import Answer, Change, Conflict, FeatureState, Note, OptionState, Repair, State, Status
from configurator.reasons import reason
from configurator.states import STATUSES, OptionStates
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Locale

Json = dict[str, Any]
_NUMBERS = (FeatureKind.INTEGER, FeatureKind.DECIMAL)


def answer_from_json(feature: Feature, given: Any) -> Answer:
    """Return an answer as the configurator takes it: decimals scaled, true and false as ``yes`` and ``no``.

    Raises:
        AnswerNotValid: the value is not of the feature's kind.
    """
    if feature.kind in _NUMBERS:
        return _scaled(feature, given)
    if isinstance(given, bool):
        if feature.kind is not FeatureKind.BOOLEAN:
            raise AnswerNotValid(feature=feature.code, problem="true or false answers a yes / no feature only")
        return "yes" if given else "no"
    if feature.kind is FeatureKind.OPTIONS and isinstance(given, Mapping):
        return {str(code): count for code, count in given.items()}
    if not isinstance(given, str):
        raise AnswerNotValid(feature=feature.code, problem="a text is wanted here")
    return given


def _scaled(feature: Feature, given: Any) -> int:
    try:
        exact = Decimal(str(given)) * 10**feature.digits
    except InvalidOperation:
        exact = Decimal("NaN")
    if isinstance(given, bool) or not exact.is_finite() or exact != exact.to_integral_value():
        raise AnswerNotValid(feature=feature.code, problem="not a number of this feature's step", value=str(given))
    return int(exact)


def number_json(feature: Feature, value: int) -> int | float:
    """Return a number as people write it: 1.5 for the scaled 15."""
    return value if feature.digits == 0 else float(Decimal(value) / 10**feature.digits)


def chosen_json(feature: Feature, answer: Answer | None) -> Any:
    """Return what is chosen: a code, counts, a value, or null."""
    if answer is None or answer in ("", {}):
        return None
    if isinstance(answer, Mapping):
        return dict(answer)
    if feature.kind in _NUMBERS and isinstance(answer, int):
        return number_json(feature, answer)
    return answer


def state_json(
    model: ConfigurationModel, state: State, locale: Locale, *, options_of: Collection[str] | None = None
) -> Json:
    """Return a state as STATE; of other features than ``options_of`` no options and ranges (``None``: of all)."""
    features: dict[str, Feature] = {feature.code: feature for feature in model.features}
    lines = [
        {
            "key": line.key,
            "label": model.text(line.key, locale),
            "count": line.count,
            "amount_minor": line.amount_minor,
            "open": line.open,
        }
        for line in state.lines
    ]
    return {
        "complete": state.complete,
        "valid": state.valid,
        "features": {
            code: feature_json(model, features[code], told, locale, in_full=options_of is None or code in options_of)
            for code, told in state.features.items()
        },
        "price": {"currency": model.currency, "total_minor": state.total_minor, "lines": lines},
        "promise": None,
        "must_confirm": list(state.must_confirm),
        "engine": {"method": state.method, "proven": state.proven, "ms": round(state.ms, 3)},
    }


def feature_json(
    model: ConfigurationModel, feature: Feature, told: FeatureState, locale: Locale, *, in_full: bool = True
) -> Json:
    """Return one feature of a STATE, ``in_full`` with its options and ranges."""
    return {
        "kind": feature.kind.value,
        "required": told.needed,
        "chosen": chosen_json(feature, told.chosen),
        "options": _options_json(model, told.options, locale) if in_full else {},
        "ranges": [[number_json(feature, low), number_json(feature, high)] for low, high in told.ranges if in_full],
    }


def _options_json(model: ConfigurationModel, options: Mapping[str, OptionState], locale: Locale) -> Json:
    if not isinstance(options, OptionStates):
        return {
            code: _option(o.status, o.price_delta_minor, _notes(model, o.notes, locale)) for code, o in options.items()
        }
    noted = options.noted()
    names = [status.value for status in STATUSES]
    ruled_out = STATUSES.index(Status.RULED_OUT)
    found = {}
    for code, status, delta in zip(options.codes, options.statuses.tolist(), options.deltas.tolist(), strict=True):
        notes = _notes(model, options[code].notes, locale) if code in noted else []
        found[code] = _option(names[status], None if status == ruled_out else delta, notes)
    return found


def _option(status: str, delta: int | None, notes: list[Json]) -> Json:
    return {"status": status, "price_delta_minor": delta, "days_delta": None, "days_proven": False, "notes": notes}


def _notes(model: ConfigurationModel, notes: tuple[Note, ...], locale: Locale) -> list[Json]:
    return [
        {
            "rule": note.rule,
            "missing": note.missing,
            "text": reason(model, note.rule, note.values, locale, missing=note.missing),
        }
        for note in notes
    ]


def conflict_json(model: ConfigurationModel, conflict: Conflict, locale: Locale) -> Json:
    """Return a conflict as CONFLICT."""
    return {
        "choices": [{"feature": choice.feature, "option": choice.option} for choice in conflict.choices],
        "rules": [{"id": rule.id, "reason": reason(model, rule.id, rule.values, locale)} for rule in conflict.rules],
    }


def repair_json(model: ConfigurationModel, repair: Repair) -> Json:
    """Return a repair as REPAIR."""
    return {
        "changes": [_change(model.feature(change.feature), change) for change in repair.changes],
        "price_delta_minor": repair.price_delta_minor,
        "days_delta": None,
    }


def _change(feature: Feature, change: Change) -> Json:
    return {
        "feature": change.feature,
        "from": chosen_json(feature, change.before),
        "to": chosen_json(feature, change.after),
    }
