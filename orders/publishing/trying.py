"""Trying choices made on one release on another one. Pure."""

from collections.abc import Mapping

from configurator.configurator import Configurator
from configurator.errors import AnswerNotValid, FeatureNotFound, NoCompletion, OptionNotFound
from configurator.model import Answer, Conflict, Goal, Selection
from modules_catalog.model import FeatureKind
from orders.publishing.model import Effect, Trial


def tried(old: Configurator, new: Configurator, selection: Selection) -> Trial:
    """Return what would become of choices made on ``old`` if they were made on ``new``; dates are left open.

    What ``new`` does not know is dropped first: an option that is gone breaks nothing, it is chosen anew.
    """
    before = old.state(selection, features=())
    kept, gone = carried_over(new, selection)
    after = new.state(kept, features=())
    if not after.valid:
        return Trial(Effect.BROKEN, gone, conflict=conflict_of(new, kept), price_before_minor=before.total_minor)
    asked = _asked(new, kept) if before.complete and not after.complete else ()
    confirm = tuple(rule for rule in after.must_confirm if rule not in before.must_confirm)
    changed = bool(gone or asked or confirm) or before.total_minor != after.total_minor
    return Trial(
        Effect.CHANGED if changed else Effect.UNCHANGED,
        gone,
        asked,
        confirm,
        None,
        before.total_minor,
        after.total_minor,
    )


def carried_over(new: Configurator, selection: Selection) -> tuple[Selection, tuple[tuple[str, str], ...]]:
    """Return the choices a configurator knows, and (feature, answer) of those it does not."""
    kept: dict[str, Answer] = {}
    gone: list[tuple[str, str]] = []
    for code, answer in selection.answers.items():
        if isinstance(answer, Mapping):
            known = {option: count for option, count in answer.items() if _knows(new, code, {option: count})}
            gone += [(code, option) for option in answer if option not in known]
            answer = known
            if not known:
                continue
        if _knows(new, code, answer):
            kept[code] = answer
        else:
            gone.append((code, str(answer)))
    return Selection(kept), tuple(gone)


def conflict_of(configurator: Configurator, selection: Selection) -> Conflict | None:
    """Return a minimal conflict of choices that cannot be completed; ``None`` where there are none."""
    if not selection.answers:
        return None
    latest = list(selection.answers)[-1]
    return configurator.why_not(selection.without(latest), latest, selection.answers[latest])


def completed(configurator: Configurator, selection: Selection) -> Selection | None:
    """Return the choices as they are when complete, else completed at least cost; ``None`` where that cannot be."""
    if configurator.is_complete(selection):
        return selection
    try:
        return configurator.complete(selection, Goal.CHEAPEST)
    except NoCompletion:
        return None


def _knows(configurator: Configurator, code: str, answer: Answer) -> bool:
    try:
        configurator.pressed(Selection(), code, answer)
    except (FeatureNotFound, OptionNotFound, AnswerNotValid):
        return False
    many = configurator.model.feature(code).kind is FeatureKind.OPTIONS
    return isinstance(answer, Mapping) == many


def _asked(configurator: Configurator, selection: Selection) -> tuple[str, ...]:
    state = configurator.state(selection)
    return tuple(code for code, each in state.features.items() if each.needed and each.chosen is None)
