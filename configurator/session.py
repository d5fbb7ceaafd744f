"""A configuring session: one request after another, each answered, none able to end it.

Pure: requests and replies are JSON values; reading and writing lines is the command line's business.
The protocol is described in docs/configure-protocol.md.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from configurator.configurator import Configurator
from configurator.errors import AnswerNotValid, NothingToUndo, OptionRuledOut, RepairNotFound
from configurator.model import GREATEST_WEIGHT, Answer, Goal, Limits, Refused, Repair, Selection
from configurator.selections import feature_of
from configurator.session_json import Json, answer_from_json, conflict_json, repair_json, state_json
from kernel.errors import LotOneError, NotValid
from modules_catalog.model import Feature, FeatureKind, Locale


class RequestNotValid(NotValid):
    """The request itself is not understood; facts: problem."""


class Session:
    """What one customer has chosen so far, and how it came about."""

    def __init__(self, configurator: Configurator, locale: Locale = "en") -> None:
        self._configurator = configurator
        self._locale = locale
        self._selection = Selection()
        self._limits = Limits()
        self._before: list[Selection] = []
        self._repairs: tuple[Repair, ...] = ()
        self._acts: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
            "open": self._open,
            "choose": self._choose,
            "unchoose": self._unchoose,
            "why_not": self._why_not,
            "repairs": self._list_repairs,
            "accept": self._accept,
            "undo": self._undo,
            "complete": self._complete,
            "state": lambda request: self._state(),
        }

    @property
    def selection(self) -> Selection:
        """What is chosen now."""
        return self._selection

    def reply(self, request: object) -> Json:
        """Return the reply to one request; a request that cannot be answered changes nothing."""
        try:
            if not isinstance(request, Mapping):
                raise RequestNotValid(problem="a request is a JSON object")
            act = self._acts.get(str(request.get("op")))
            if act is None:
                raise RequestNotValid(problem="no such op", op=request.get("op"), ops=sorted(self._acts))
            return act(request)
        except LotOneError as error:
            return refusal(error)

    def _state(self) -> Json:
        state = self._configurator.state(self._selection, self._limits)
        return {"ok": True, "state": state_json(self._configurator.model, state, self._locale)}

    def _change(self, selection: Selection) -> Json:
        self._before.append(self._selection)
        self._selection = selection
        self._repairs = ()
        return self._state()

    def _open(self, request: Mapping[str, Any]) -> Json:
        _need_by(request)
        _whole(request, "quantity", 1)
        budget = None if request.get("budget_minor") is None else _whole(request, "budget_minor", 0)
        limits = Limits(budget_minor=budget)
        start = self._configurator.defaults(limits) if request.get("defaults") else Selection()
        self._selection, self._limits, self._before, self._repairs = start, limits, [], ()
        return self._state()

    def _choose(self, request: Mapping[str, Any]) -> Json:
        feature = self._feature(request)
        outcome = self._configurator.choose(self._selection, feature.code, self._answer(feature, request), self._limits)
        if not isinstance(outcome, Refused):
            return self._change(outcome.selection)
        self._repairs = outcome.repairs
        ruled_out = OptionRuledOut(
            feature=feature.code,
            option=_pressed_json(request),
            because=[rule.id for rule in outcome.conflict.rules],
        )
        model = self._configurator.model
        return {
            **refusal(ruled_out),
            "conflict": conflict_json(model, outcome.conflict, self._locale),
            "repairs": [repair_json(model, repair) for repair in outcome.repairs],
            "state": self._state()["state"],
        }

    def _unchoose(self, request: Mapping[str, Any]) -> Json:
        feature = self._feature(request)
        chosen = self._selection.answers.get(feature.code)
        if "option" in request and isinstance(chosen, Mapping):
            left = {code: count for code, count in chosen.items() if code != request["option"]}
            if left:
                answers = dict(self._selection.answers)
                return self._change(Selection({**answers, feature.code: left}))
        return self._change(self._selection.without(feature.code))

    def _why_not(self, request: Mapping[str, Any]) -> Json:
        feature = self._feature(request)
        answer = self._answer(feature, request)
        conflict = self._configurator.why_not(self._selection, feature.code, answer, self._limits)
        told = None if conflict is None else conflict_json(self._configurator.model, conflict, self._locale)
        return {"ok": True, "conflict": told}

    def _list_repairs(self, request: Mapping[str, Any]) -> Json:
        feature = self._feature(request)
        answer = self._answer(feature, request)
        self._repairs = self._configurator.repairs(self._selection, feature.code, answer, self._limits)
        return {"ok": True, "repairs": [repair_json(self._configurator.model, repair) for repair in self._repairs]}

    def _accept(self, request: Mapping[str, Any]) -> Json:
        number = _whole(request, "repair", 0)
        if number >= len(self._repairs):
            raise RepairNotFound(repair=number, listed=len(self._repairs))
        return self._change(self._repairs[number].selection)

    def _undo(self, request: Mapping[str, Any]) -> Json:
        if not self._before:
            raise NothingToUndo
        self._selection = self._before.pop()
        self._repairs = ()
        return self._state()

    def _complete(self, request: Mapping[str, Any]) -> Json:
        try:
            goal = Goal(request.get("goal", Goal.CHEAPEST))
        except ValueError:
            raise RequestNotValid(problem="no such goal", goal=request.get("goal"), goals=[*Goal]) from None
        given = request.get("to") or {}
        if not isinstance(given, Mapping):
            raise RequestNotValid(problem="`to` gives a choice for each feature")
        wanted: dict[str, Answer] = {}
        for code, value in given.items():
            feature = feature_of(self._configurator.compiled, str(code))
            wanted[feature.code] = answer_from_json(feature, value)
        weights = self._weights(request)
        found = self._configurator.complete(self._selection, goal, self._limits, to=Selection(wanted), weights=weights)
        return self._change(found)

    def _weights(self, request: Mapping[str, Any]) -> dict[str, int]:
        """Return how much each feature matters for the closest."""
        given = request.get("weights") or {}
        if not isinstance(given, Mapping):
            raise RequestNotValid(problem="`weights` gives a whole number for each feature")
        return {feature_of(self._configurator.compiled, str(code)).code: _weight(given, code) for code in given}

    def _feature(self, request: Mapping[str, Any]) -> Feature:
        code = request.get("feature")
        if not isinstance(code, str):
            raise RequestNotValid(problem="`feature` is wanted")
        return feature_of(self._configurator.compiled, code)

    def _answer(self, feature: Feature, request: Mapping[str, Any]) -> Answer:
        """Return what is asked for: an option, a value, a text, or an option with the count it shall have."""
        given = next((request[name] for name in ("option", "value", "text") if request.get(name) is not None), None)
        if given is None:
            raise RequestNotValid(problem="`option`, `value` or `text` is wanted")
        answer = answer_from_json(feature, given)
        if request.get("count") is None:
            return answer
        if feature.kind is not FeatureKind.OPTIONS or not isinstance(answer, str):
            raise AnswerNotValid(feature=feature.code, problem="only features with several options have counts")
        chosen = self._selection.answers.get(feature.code, {})
        before = dict(chosen) if isinstance(chosen, Mapping) else {}
        return {**before, answer: _whole(request, "count", 0)}


def refusal(error: LotOneError) -> Json:
    """Return the reply to a request that could not be answered."""
    return {"ok": False, "error": {"code": error.code, "message": _message(error)}}


def _message(error: LotOneError) -> str:
    summary = (type(error).__doc__ or error.code).split("\n")[0].split("; facts")[0].rstrip(".")
    facts = ", ".join(f"{name} {value}" for name, value in error.facts.items())
    return f"{summary}: {facts}" if facts else summary


def _pressed_json(request: Mapping[str, Any]) -> Any:
    return next((request[name] for name in ("option", "value", "text") if request.get(name) is not None), None)


def _need_by(request: Mapping[str, Any]) -> None:
    given = request.get("need_by")
    if given is None:
        return
    try:
        date.fromisoformat(given)
    except (TypeError, ValueError):
        raise RequestNotValid(problem="`need_by` is a date such as 2026-12-18") from None


def _weight(given: Mapping[str, Any], code: str) -> int:
    weight = _whole(given, code, 1)
    if weight > GREATEST_WEIGHT:
        raise RequestNotValid(problem=f"a weight is a whole number from 1 to {GREATEST_WEIGHT}", feature=code)
    return weight


def _whole(request: Mapping[str, Any], name: str, least: int) -> int:
    given = request.get(name, least)
    if not isinstance(given, int) or isinstance(given, bool) or given < least:
        raise RequestNotValid(problem=f"`{name}` is a whole number from {least}")
    return given
