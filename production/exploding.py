"""From a complete selection to a variant: its BOM and its routing, by the catalog's formulas. Pure."""

import math
import re
from collections.abc import Callable, Collection, Hashable, Mapping
from functools import lru_cache, partial
from typing import Any

from modules_catalog.expressions.evaluate import Missing, Scope, amount, evaluate, holds
from modules_catalog.expressions.tree import Expression, features_read
from modules_catalog.judging import AnswerUnknown, scope_of
from modules_catalog.model import (
    BomLine,
    ConfigurationModel,
    Feature,
    FeatureKind,
    Option,
)
from modules_catalog.model import Operation as CatalogOperation
from production.errors import SelectionIncomplete
from production.model import (
    Answers,
    Bom,
    BomItem,
    FitParts,
    MaterialCode,
    MaterialKind,
    Operation,
    Routing,
    Variant,
    WorkCentreCode,
)

OPTION_KINDS = frozenset({FeatureKind.OPTION, FeatureKind.OPTIONS})
NUMBER_STEP = 10
TRIM_SETTING = "trim_operation"
RUSH = "rush"
"""The attribute of an option that makes an order a rush order."""


def explode(model: ConfigurationModel, answers: Answers, fit: FitParts | None = None) -> Variant:
    """Return the variant of a complete selection: see ``Exploder.variant``."""
    return Exploder(model).variant(answers, fit)


Told = Mapping[str, Hashable]
"""Answers that can be part of a key, by feature."""

MOST_KNOWN = 50_000
"""What is kept is forgotten beyond so many results: numbers and texts have no end."""
NOT_YET = object()


class Exploder:
    """Explodes selections of one release, and keeps what each bill line and operation came to under the answers it reads.

    Of many selections that differ in few answers only what reads these is worked out anew. Safe to share between threads: at
    worst two work out the same.
    """

    def __init__(self, model: ConfigurationModel) -> None:
        self._model = model
        self._lines = [(line, _reads(line.when, line.quantity) | {str(line.feature)}) for line in model.bom]
        self._ordered = [
            (one, after, _reads(one.when, one.run_s, one.recipe, one.setup_for))
            for one, after in _in_order(model.operations)
        ]
        self._trim_code = trim_operation(model)
        self._known: dict[tuple[object, ...], Any] = {}

    def variant(self, answers: Answers, fit: FitParts | None = None) -> Variant:
        """Return the variant of a complete selection.

        Args:
            answers: Feature → option code, ``{option code: count}``, number (decimals scaled by their digits, or a
                ``Decimal``), text, or yes/no. Features not answered are absent or ``None``.
            fit: Pieces, trims and measures of a garment made to measure. The trims' seconds go to the operation named by
                the line's setting ``trim_operation``, without one to the first irreversible operation.

        Raises:
            SelectionIncomplete: a quantity or a time is not known, or an answer is not of its feature.
        """
        model = self._model
        try:
            scope = scope_of(model, answers)
        except AnswerUnknown as unknown:
            raise SelectionIncomplete(**unknown.facts) from unknown
        told = {feature: _hashable(answer) for feature, answer in answers.items()}
        items: list[BomItem] = []
        for at, (line, reads) in enumerate(self._lines):
            items += self._once(("line", at), reads, told, partial(_items, model, line, scope))
        items += [
            BomItem(MaterialCode(piece.code), MaterialKind.COMPONENT, piece.quantity, "pcs", piece.bin)
            for piece in (fit.pieces if fit else ())
        ]
        bom = Bom(tuple(sorted((item for item in items if item.quantity > 0), key=_walk_order)))
        routing = self._routing(told, scope, fit)
        return Variant(str(model.line), model.release, bom, routing, _is_rush(model, answers))

    def _routing(self, told: Told, scope: Scope, fit: FitParts | None) -> Routing:
        added = {self._trim_code: sum(trim.seconds for trim in fit.trims)} if fit and fit.trims else {}
        waits: dict[str, tuple[int, ...]] = {}
        operations = []
        for index, (operation, after, reads) in enumerate(self._ordered, start=1):
            number, code = NUMBER_STEP * index, operation.code
            before = tuple(sorted({number for code in after for number in waits[code]}))
            is_done = self._once(("when", code), reads, told, partial(holds, operation.when, scope))
            if not is_done and code not in added:
                waits[code] = before
                continue
            waits[code] = (number,)
            run_s, recipe, setup_for = self._once(("work", code), reads, told, partial(_work, operation, scope))
            operations.append(
                Operation(
                    number=number,
                    code=code,
                    work_centre=WorkCentreCode(operation.work_centre),
                    seconds=operation.setup_s + run_s + added.get(code, 0),
                    after=before,
                    recipe=recipe,
                    checks=operation.checks,
                    is_irreversible=operation.irreversible,
                    setup_s=operation.setup_s,
                    setup_for=setup_for,
                )
            )
        return Routing(tuple(operations))

    def _once(self, name: tuple[object, ...], reads: Collection[str], told: Told, work: Callable[[], Any]) -> Any:
        """Return what something comes to, worked out once for the same answers to what it reads."""
        key = (name, *map(told.get, reads))
        known = self._known.get(key, NOT_YET)
        if known is NOT_YET:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[key] = work()
        return known


def _hashable(answer: object) -> Hashable:
    """Return an answer as part of a key; not answered and left out are the same."""
    if answer is None:
        return None
    return tuple(sorted(answer.items())) if isinstance(answer, Mapping) else (type(answer), answer)


def _reads(*parts: Expression | None) -> frozenset[str]:
    return frozenset().union(*(features_read(part) for part in parts if part is not None))


def _work(operation: CatalogOperation, scope: Scope) -> tuple[int, str | None, str | None]:
    """Return the seconds, the recipe and what an operation is made ready for."""
    run_s = _whole(operation.run_s, scope, str(operation.source))
    return run_s, _text(operation.recipe, scope), _text(operation.setup_for, scope)


def _is_rush(model: ConfigurationModel, answers: Answers) -> bool:
    """Return whether an option was chosen whose attribute ``rush`` is true."""
    chosen = ((each, str(answers[each.code])) for each in model.features if answers.get(each.code) is not None)
    return any(
        feature.kind is FeatureKind.OPTION
        and feature.has_option(code)
        and feature.option(code).attributes.get(RUSH) is True
        for feature, code in chosen
    )


def option_of(feature: Feature, code: object) -> Option:
    """Return one option of a feature.

    Raises:
        SelectionIncomplete: the feature has none of this code.
    """
    if not feature.has_option(str(code)):
        raise SelectionIncomplete(where=feature.code, reason=f"no option {code}")
    return feature.option(str(code))


def material_code(feature: str, option: str) -> MaterialCode:
    """Return the name under which an option is stocked."""
    return MaterialCode(f"{feature}.{option}")


def _items(model: ConfigurationModel, line: BomLine, scope: Scope) -> list[BomItem]:
    if not holds(line.when, scope):
        return []
    if line.part is not None:
        part = model.parts[line.part]
        quantity = _whole(line.quantity, scope, str(line.source))
        return [BomItem(MaterialCode(part.code), MaterialKind.PART, quantity, line.unit, part.bin, part.lead_time_days)]
    feature = model.feature(str(line.feature))
    items = []
    for piece in scope.chosen.get(feature.code, ()):
        if feature.kind not in OPTION_KINDS:
            continue
        option = option_of(feature, piece.answer)
        each = _whole(line.quantity, scope.narrowed(feature.code, piece), str(line.source))
        items.append(
            BomItem(
                material_code(feature.code, option.code),
                MaterialKind.OPTION,
                each * piece.count,
                line.unit,
                option.bin,
                option.lead_time_days,
                feature.code,
                option.code,
            )
        )
    return items


def trim_operation(model: ConfigurationModel) -> str:
    """Return the operation that trims panels to the body: the one the line's settings name, else the first irreversible one."""
    named = model.settings.get(TRIM_SETTING)
    if named is not None:
        return str(named)
    return next((operation.code for operation in model.operations if operation.irreversible), "")


def _in_order(operations: tuple[CatalogOperation, ...]) -> list[tuple[CatalogOperation, tuple[str, ...]]]:
    """Return the operations each after all it waits for, otherwise in the catalog's order, with what it waits for."""
    waiting: list[tuple[CatalogOperation, tuple[str, ...]]] = []
    for index, operation in enumerate(operations):
        before = (operations[index - 1].code,) if index else ()
        waiting.append((operation, before if operation.after is None else operation.after))
    ordered: list[tuple[CatalogOperation, tuple[str, ...]]] = []
    done: set[str] = set()
    while waiting:
        ready = next((one for one in waiting if done.issuperset(one[1])), None)
        if ready is None:
            raise SelectionIncomplete(where=str(waiting[0][0].source), reason="operations wait for each other")
        waiting.remove(ready)
        ordered.append(ready)
        done.add(ready[0].code)
    return ordered


def _whole(expression: Expression | None, scope: Scope, where: str) -> int:
    """Return a quantity or a time, rounded up to whole units; 1 without a formula."""
    if expression is None:
        return 1
    value = amount(expression, scope)
    if isinstance(value, Missing):
        raise SelectionIncomplete(where=where, reason="a value is not known")
    return max(0, math.ceil(value))


def _text(expression: Expression | None, scope: Scope) -> str | None:
    if expression is None:
        return None
    value = evaluate(expression, scope)
    return None if isinstance(value, Missing) else str(value)


def _walk_order(item: BomItem) -> tuple[bool, tuple[tuple[int, int | str], ...], str]:
    return item.bin is None, _bin_order(item.bin or ""), item.code


@lru_cache(maxsize=4096)
def _bin_order(code: str) -> tuple[tuple[int, int | str], ...]:
    return tuple(natural_order(code))


def natural_order(text: str) -> list[tuple[int, int | str]]:
    """Return a sort key in which A2 comes before A10."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.findall(r"\d+|\D+", text)]
