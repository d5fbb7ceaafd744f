"""Answers that follow others: a waist size is asked only for ordinary sizes.

To the solver every answer is a choice to be kept, so a size label would stand in the way of being measured. On the
page an answer nobody would be asked for any more is no reason to refuse: it is dropped with the press that made it
pointless, listed, and comes back with Undo. What a press newly asks for is answered as near to the line's defaults as
can be, so that a complete draft stays complete.
"""

from collections.abc import Mapping
from dataclasses import replace

from configurator.completing import default_answer
from configurator.configurator import Configurator
from configurator.errors import NoCompletion
from configurator.model import (
    Answer,
    Chosen,
    FeatureState,
    Goal,
    Limits,
    OptionState,
    Refused,
    Selection,
    State,
    Status,
)
from modules_catalog.expressions.evaluate import holds
from modules_catalog.expressions.tree import features_read
from modules_catalog.judging import scope_of
from modules_catalog.model import ConfigurationModel, FeatureKind


def chosen_with_followers(
    configurator: Configurator, selection: Selection, feature: str, answer: Answer, limits: Limits
) -> Chosen | Refused:
    """Return what comes of a press, dropping answers it makes pointless and answering what it newly asks."""
    after = after_press(configurator, selection, feature, answer, limits)
    return configurator.choose(selection, feature, answer, limits) if after is None else Chosen(after)


def after_press(
    configurator: Configurator, selection: Selection, feature: str, answer: Answer, limits: Limits
) -> Selection | None:
    """Return the choices after a press as ``chosen_with_followers`` makes them; ``None`` when it is refused."""
    pressed = configurator.pressed(selection, feature, answer)
    after = selection.with_answer(feature, pressed)
    if not configurator.can_be_completed(after, limits):
        bare = without_pointless(configurator.model, selection, feature, pressed)
        after = bare.with_answer(feature, pressed)
        if bare == selection or not configurator.can_be_completed(after, limits):
            return None
    # A complete draft that has become too late, or too dear, still is one whose questions are all answered.
    if configurator.is_complete(selection) and not configurator.is_complete(after, limits):
        return filled(configurator, after, limits)
    return after


def after_dropping(configurator: Configurator, selection: Selection, feature: str) -> Selection | None:
    """Return a complete selection without one answer and those only it asks for; ``None`` when it cannot be left out."""
    bare = selection.without(feature)
    scope = scope_of(configurator.model, bare.answers)
    for code in _followers(configurator.model, selection, feature):
        if not holds(configurator.model.feature(code).shown_when, scope):
            bare = bare.without(code)
    return bare if configurator.is_complete(bare) else None


def asked_features(model: ConfigurationModel, selection: Selection) -> frozenset[str]:
    """Return the features that are asked under these answers, or answered already."""
    scope = scope_of(model, selection.answers)
    return frozenset(
        each.code for each in model.features if each.code in selection.answers or holds(each.shown_when, scope)
    )


def state_with_followers(configurator: Configurator, selection: Selection, limits: Limits) -> State:
    """Return the state, in which an option ruled out only by answers it would make pointless is available."""
    state = configurator.state(selection, limits)
    features = dict(state.features)
    conditions = (each.shown_when for each in configurator.model.features if each.code in selection.answers)
    deciding = frozenset[str]().union(*(features_read(condition) for condition in conditions if condition is not None))
    for feature in configurator.model.features:
        if feature.code not in deciding or not _followers(configurator.model, selection, feature.code):
            continue
        opened = {
            code: option
            for code, option in state.features[feature.code].options.items()
            if option.status is Status.RULED_OUT
        }
        better = _opened(configurator, selection, feature.code, opened, limits, state)
        if better:
            options = {**state.features[feature.code].options, **better}
            features[feature.code] = replace(state.features[feature.code], options=options)
    return replace(state, features=features)


def _opened(
    configurator: Configurator,
    selection: Selection,
    feature: str,
    ruled_out: Mapping[str, OptionState],
    limits: Limits,
    state: State,
) -> dict[str, OptionState]:
    """Return those ruled-out options that can be had when the answers they make pointless are dropped."""
    found: dict[str, OptionState] = {}
    states: dict[frozenset[str], State] = {}
    for code in ruled_out:
        bare = without_pointless(configurator.model, selection, feature, code)
        if bare == selection:
            continue
        kept = frozenset(bare.answers)
        if kept not in states:
            states[kept] = configurator.state(bare, limits, features=(feature,))
        seen = states[kept].features[feature].options[code]
        if seen.status is Status.RULED_OUT or seen.price_delta_minor is None:
            continue
        # The price of the draft as it stands may rest on the dropped answers: the difference is told from there.
        shift = (states[kept].total_minor or 0) - (state.total_minor or 0)
        found[code] = replace(seen, price_delta_minor=seen.price_delta_minor + shift)
    return found


def _followers(model: ConfigurationModel, selection: Selection, feature: str) -> tuple[str, ...]:
    """Return the answered features that are asked, or not, by what this feature's answer is."""
    return tuple(
        each.code
        for each in model.features
        if each.code in selection.answers
        and each.code != feature
        and each.shown_when is not None
        and feature in features_read(each.shown_when)
    )


def without_pointless(model: ConfigurationModel, selection: Selection, feature: str, answer: Answer) -> Selection:
    """Return the selection without the answers that nobody would be asked for after the press."""
    bare = selection
    for code in _followers(model, selection, feature):
        after = scope_of(model, {**bare.answers, feature: answer})
        if not holds(model.feature(code).shown_when, after):
            bare = bare.without(code)
    return bare


def filled(configurator: Configurator, selection: Selection, limits: Limits) -> Selection:
    """Return the selection with what is newly asked answered: by its default, else by the cheapest that can be had.

    A text is left to the customer. What only a rule asks for is completed at least cost.
    """
    while not configurator.is_complete(selection, limits):
        state = configurator.state(selection, limits)
        asked = [each for each in state.features.values() if each.needed and each.chosen is None]
        newly_asked = [each for each in asked if configurator.model.feature(each.feature).kind is not FeatureKind.TEXT]
        if not newly_asked:
            return selection if asked else _completed(configurator, selection, limits)
        answer = _answer_for(configurator, selection, newly_asked[0], limits)
        if answer is None:
            return selection
        selection = selection.with_answer(newly_asked[0].feature, answer)
    return selection


def _answer_for(configurator: Configurator, selection: Selection, asked: FeatureState, limits: Limits) -> Answer | None:
    feature = configurator.model.feature(asked.feature)
    default = default_answer(feature)
    if default is not None and configurator.can_be_completed(selection.with_answer(asked.feature, default), limits):
        return default
    if feature.kind is FeatureKind.TEXT:
        return None
    if asked.ranges:
        return asked.ranges[0][0]
    priced = {
        code: option.price_delta_minor
        for code, option in asked.options.items()
        if option.price_delta_minor is not None and option.status is not Status.RULED_OUT
    }
    if not priced:
        return None
    cheapest = min(priced, key=priced.__getitem__)  # of several the catalog's first
    return {cheapest: 1} if feature.kind is FeatureKind.OPTIONS else cheapest


def _completed(configurator: Configurator, selection: Selection, limits: Limits) -> Selection:
    try:
        return configurator.complete(selection, Goal.CHEAPEST, limits)
    except NoCompletion:
        return selection
