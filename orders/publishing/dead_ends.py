"""Dead ends: catalogs that contradict themselves, options that can never be chosen, questions with one answer."""

from collections.abc import Iterator
from decimal import Decimal

from configurator.configurator import Configurator
from configurator.model import Answer, Conflict, FeatureState, Selection, State, Status
from modules_catalog.checking.listing import some_of
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind
from modules_catalog.wording import said

EXPLAINED_EACH = 10
"""So many options of one feature are explained one by one; the rest is counted."""


def dead_end_findings(configurator: Configurator, *, stood_in: bool) -> Iterator[Finding]:
    """Yield what the first, empty page already rules out.

    Args:
        configurator: The line's configurator.
        stood_in: Other tables are tried out: options nobody can choose are a warning, one a feature.
    """
    state = configurator.state(Selection())
    told = state.proven or configurator.engine.answers({}).proven  # prices may be open where statuses are exact
    if not told:
        yield _not_told(configurator.model)
    if not state.valid:
        yield _contradiction(configurator)
        return
    for feature in configurator.model.features:
        own = state.features[feature.code]
        yield from _never_possible(configurator, feature, own, stood_in=stood_in, told=told)
        yield from _one_answer(configurator.model, feature, own, state)


def _not_told(model: ConfigurationModel) -> Finding:
    return Finding(
        "not_told",
        FindingSeverity.WARNING,
        str(model.features[0].source),
        said(
            "what can never be chosen was not found out wholly within the effort of a check, so what is told as never "
            "possible "
            "may be possible: say the widest rules in smaller ones"
        ),
    )


def _contradiction(configurator: Configurator) -> Finding:
    """Return the minimal set of rules no configuration satisfies."""
    model = configurator.model
    conflict = next((found for found in _conflicts(configurator) if found is not None), None)
    rules = [] if conflict is None else [rule.id for rule in conflict.rules]
    places = {str(rule.id): str(rule.source) for rule in model.rules}
    where = places.get(rules[0], str(model.features[0].source)) if rules else str(model.features[0].source)
    return Finding(
        "contradiction",
        FindingSeverity.ERROR,
        where,
        said(
            "nothing can be configured at all: %(rules)s cannot hold together; drop or loosen one of them",
            rules=some_of(rules, 10),
        ),
        tuple(rules),
    )


def _conflicts(configurator: Configurator) -> Iterator[Conflict | None]:
    for feature in configurator.model.features:
        for answer in _some_answers(feature):
            yield configurator.why_not(Selection(), feature.code, answer)


def _some_answers(feature: Feature) -> tuple[Answer, ...]:
    match feature.kind:
        case FeatureKind.OPTION | FeatureKind.OPTIONS:
            return tuple(option.code for option in feature.options[:1])
        case FeatureKind.BOOLEAN:
            return ("yes",)
        case FeatureKind.TEXT:
            return ("a" * feature.minimum,)
        case _:
            return (feature.minimum,)


def _never_possible(
    configurator: Configurator, feature: Feature, own: FeatureState, *, stood_in: bool, told: bool
) -> Iterator[Finding]:
    dead = [code for code, option in own.options.items() if option.status is Status.RULED_OUT]
    if _is_always_yes(feature, dead):
        return  # What every product has is told as a question with one answer.
    severity = FindingSeverity.ERROR if told and not stood_in else FindingSeverity.WARNING
    places = {str(option.code): str(option.source) for option in feature.options}
    for code in dead[: 1 if stood_in else EXPLAINED_EACH]:
        conflict = configurator.why_not(Selection(), feature.code, code)
        rules = [] if conflict is None else [rule.id for rule in conflict.rules]
        yield Finding(
            "option_never_possible",
            severity,
            places.get(code, str(feature.source)),
            _never(feature.code, code, rules, more=len(dead) - 1 if stood_in else 0),
            (f"{feature.code}.{code}", *rules),
        )
    if len(dead) > EXPLAINED_EACH and not stood_in:
        yield Finding(
            "option_never_possible",
            severity,
            str(feature.source),
            said(
                "%(count)s more options of `%(feature)s` can never be chosen, such as %(options)s: loosen the rules, "
                "or drop the "
                "options",
                count=len(dead) - EXPLAINED_EACH,
                feature=feature.code,
                options=some_of(dead[EXPLAINED_EACH:], 3),
            ),
            (feature.code,),
        )
    if feature.kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL) and not own.ranges:
        yield Finding(
            "option_never_possible",
            FindingSeverity.ERROR,
            str(feature.source),
            said(
                "no value of `%(feature)s` can ever be chosen: loosen the rules that read it, or its bounds",
                feature=feature.code,
            ),
            (feature.code,),
        )


def _is_always_yes(feature: Feature, dead: list[str]) -> bool:
    return feature.kind is FeatureKind.BOOLEAN and dead == ["no"]


def _never(feature: str, code: str, rules: list[str], *, more: int) -> str:
    """Return why an option can never be chosen, for itself or for those it stands for."""
    named = some_of(rules, 10)
    if not rules:
        return said(
            "`%(option)s` of `%(feature)s` can never be chosen: loosen the feature's bounds, or drop the option",
            option=code,
            feature=feature,
        )
    if more:
        return said(
            "`%(option)s` and %(count)s more options of `%(feature)s` can never be chosen, that one being ruled out "
            "by %(rules)s: loosen the rules, or drop the options",
            option=code,
            count=more,
            feature=feature,
            rules=named,
        )
    return said(
        "`%(option)s` of `%(feature)s` can never be chosen, being ruled out by %(rules)s: loosen the rules, or drop "
        "the option",
        option=code,
        feature=feature,
        rules=named,
    )


def _one_answer(model: ConfigurationModel, feature: Feature, own: FeatureState, state: State) -> Iterator[Finding]:
    """Yield a feature that must be answered and has one answer only: no question to put to a customer."""
    dead = [code for code, option in own.options.items() if option.status is Status.RULED_OUT]
    if feature.kind is FeatureKind.TEXT:
        return
    if not _is_always_yes(feature, dead) and (not own.needed or feature.shown_when is not None):
        return
    if feature.kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL):
        only = len(own.ranges) == 1 and own.ranges[0][0] == own.ranges[0][1]
        answers = [str(Decimal(own.ranges[0][0]).scaleb(-feature.digits))] if only else []
    else:
        answers = [code for code, option in own.options.items() if option.status is not Status.RULED_OUT]
        only = len(answers) == 1 and (feature.kind is not FeatureKind.OPTIONS or feature.maximum == 1)
    if only:
        yield Finding(
            "only_one_answer",
            FindingSeverity.WARNING,
            str(feature.source),
            said(
                "`%(feature)s` can only be answered with `%(answer)s`: nothing to ask; drop the feature, or loosen "
                "the rules",
                feature=feature.code,
                answer=answers[0],
            ),
            (feature.code, f"{feature.code}.{answers[0]}"),
        )
