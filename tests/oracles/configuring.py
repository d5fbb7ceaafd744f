"""What a configurator says of a small catalog, held against every configuration written down.

Each check fails by ``assert`` and returns how many values it compared. Nothing here knows how catalogs are compiled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from configurator.configurator import Configurator
from configurator.errors import NoCompletion
from configurator.model import Answer, Chosen, Goal, Limits, Refused, Repair, Selection, Status
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind
from tests.oracles.catalog import Judged, keeps, least_price, valid_configurations

MOST_REPAIRS = 3


@dataclass
class Possible:
    """The configurations of a model under a budget and with options that come too late; rules and limits can be dropped."""

    model: ConfigurationModel
    limits: Limits = field(default_factory=Limits)
    _valid: dict[frozenset[str], list[Judged]] = field(default_factory=dict)

    def valid(self, without: frozenset[str] = frozenset()) -> list[Judged]:
        """Return the configurations that are valid; rules and limits named in ``without`` do not act."""
        if without not in self._valid:
            found = valid_configurations(self.model, without)
            self._valid[without] = [one for one in found if self._is_within(one, without)]
        return self._valid[without]

    def _is_within(self, one: Judged, without: frozenset[str]) -> bool:
        budget = None if "budget" in without else self.limits.budget_minor
        if budget is not None and one.price_minor > budget:
            return False
        for code, late in self.limits.unavailable.items():
            answer = one.answers.get(code, "")
            taken = set(answer) if isinstance(answer, Mapping) else {answer}
            if taken & late and f"material:{code}" not in without:
                return False
        return True

    def least(self, choices: Mapping[str, Answer], *, certain: bool = False) -> int | None:
        """Return the least price of a configuration that keeps the choices."""
        return least_price(self.model, self.valid(), choices, certain)

    def price_as_it_stands(self, choices: Mapping[str, Answer]) -> int | None:
        """Return the price of a complete selection with nothing added, though a further option might make it cheaper."""
        given = {code: answer for code, answer in choices.items() if answer not in ("", {})}
        return next((one.price_minor for one in self.valid() if one.answers == given), None)

    def __call__(self, choices: Mapping[str, Answer], without: frozenset[str] = frozenset()) -> bool:
        """Return whether choices can be completed."""
        return any(keeps(self.model, one.answers, choices) for one in self.valid(without))


def every_option(feature: Feature) -> list[str | int]:
    """Return what can be pressed in a feature."""
    match feature.kind:
        case FeatureKind.BOOLEAN:
            return ["yes", "no"]
        case FeatureKind.TEXT:
            return ["a" * n for n in range(1, feature.maximum + 1)]
        case FeatureKind.INTEGER | FeatureKind.DECIMAL:
            return list(range(feature.minimum, feature.maximum + 1, feature.step))
        case _:
            return [option.code for option in feature.options]


def with_option(feature: Feature, choices: Mapping[str, Answer], option: str | int) -> dict[str, Answer]:
    """Return what is chosen with one option: its feature's own choice lifted, or one more piece."""
    if feature.kind is not FeatureKind.OPTIONS:
        return {**choices, feature.code: option}
    before = choices.get(feature.code, {})
    assert isinstance(before, Mapping)
    return {**choices, feature.code: {**before, str(option): before.get(str(option), 0) + 1}}


def expected_status(possible: Possible, feature: Feature, choices: Mapping[str, Answer], option: str | int) -> Status:
    """Return what can be said of one option."""
    chosen = choices.get(feature.code)
    if chosen == option or (isinstance(chosen, Mapping) and chosen.get(str(option))):
        return Status.CHOSEN
    others = dict(choices)
    if feature.kind is not FeatureKind.OPTIONS:
        others.pop(feature.code, None)
    left = [one.answers.get(feature.code) for one in possible.valid() if keeps(possible.model, one.answers, others)]
    least = possible.least(with_option(feature, choices, option))
    certain = possible.least(with_option(feature, choices, option), certain=True)
    if feature.kind is FeatureKind.OPTIONS:
        is_in_all = all(isinstance(answer, Mapping) and option in answer for answer in left)
        if left and is_in_all and (certain is not None or least is None):
            return Status.IMPLIED
    elif left and certain is not None and all(answer == option for answer in left):
        return Status.IMPLIED
    if least is None:
        return Status.RULED_OUT
    return Status.AVAILABLE if certain is not None else Status.NOT_KNOWN


def check_state(possible: Possible, selection: Selection, configurator: Configurator) -> int:
    """Statuses, price deltas, ranges, totals and completeness."""
    model, choices = possible.model, selection.answers
    state = configurator.state(selection, possible.limits)
    best = possible.least(choices)

    assert state.valid == (best is not None)
    assert state.proven
    given = {code: answer for code, answer in choices.items() if answer not in ("", {})}
    whole = [one for one in possible.valid() if one.answers == given]
    assert state.complete == bool(whole)
    assert state.total_minor == (whole[0].price_minor if whole else best)
    if state.total_minor is not None:
        assert sum(line.amount_minor for line in state.lines) == state.total_minor
    values = 4
    for feature in model.features:
        told = state.features[feature.code]
        if feature.kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL):
            numbers = [value for value in every_option(feature) if isinstance(value, int)]
            fitting = [value for value in numbers if possible.least({**choices, feature.code: value}) is not None]
            assert [v for v in numbers if any(low <= v <= high for low, high in told.ranges)] == fitting
            values += len(numbers)
            continue
        if feature.kind is FeatureKind.TEXT:
            continue
        for option in every_option(feature):
            found = told.options[str(option)]
            assert found.status is expected_status(possible, feature, choices, option), (feature.code, option)
            if found.status in (Status.AVAILABLE, Status.NOT_KNOWN) and best is not None:
                least = possible.least(with_option(feature, choices, option))
                assert least is not None
                assert found.price_delta_minor == least - best
            assert (found.price_delta_minor is None) == (found.status is Status.RULED_OUT)
            values += 2
    return values


def check_press(
    possible: Possible, selection: Selection, feature: Feature, pressed: str | int, configurator: Configurator
) -> tuple[int, int]:
    """A press is taken exactly where it can be; its conflict is minimal, and its repairs are the best there are.

    Returns:
        How many conflicts and how many repairs were looked at.
    """
    rest = selection if feature.kind is FeatureKind.OPTIONS else selection.without(feature.code)
    if not possible(rest.answers):
        return 0, 0
    wanted = with_option(feature, selection.answers, pressed)

    outcome = configurator.choose(selection, feature.code, pressed, possible.limits)

    if possible(wanted):
        assert isinstance(outcome, Chosen)
        assert outcome.selection.answers == wanted
        return 0, 0
    assert isinstance(outcome, Refused)
    named = {choice.feature for choice in outcome.conflict.choices}
    blamed = {rule.id for rule in outcome.conflict.rules}
    late = {f"material:{code}" for code in possible.limits.unavailable}
    others = (frozenset(rule.id for rule in possible.model.rules) | {"budget"} | late) - blamed
    part: dict[str, Answer] = {}
    for choice in outcome.conflict.choices:
        answer = wanted[choice.feature]
        if isinstance(answer, Mapping):
            before = part.get(choice.feature, {})
            assert isinstance(before, Mapping)
            part[choice.feature] = {**before, choice.option: answer[choice.option]}
        else:
            part[choice.feature] = answer
    assert feature.code in named
    assert not possible(part, others)
    for rule in blamed:
        assert possible(part, others | {rule}), rule
    for choice in outcome.conflict.choices:
        fewer = dict(part)
        answer = fewer.pop(choice.feature)
        if isinstance(answer, Mapping) and len(answer) > 1:
            fewer[choice.feature] = {code: n for code, n in answer.items() if code != choice.option}
        assert possible(fewer, others), choice
    return 1, check_repairs(possible, selection, feature, wanted, outcome.repairs, configurator)


def best_changes(possible: Possible, wanted: Mapping[str, Answer], pressed: str) -> list[set[str]]:
    """Return the features to change, best way first: fewest, then the latest choices kept; no way includes another."""
    kept = [code for code, answer in wanted.items() if code != pressed and answer not in ("", {})]
    ways = [{code for at, code in enumerate(kept) if mask >> at & 1} for mask in range(1 << len(kept))]
    found: list[set[str]] = []
    for way in sorted(ways, key=lambda way: (len(way), sum(1 << kept.index(code) for code in way))):
        if any(other <= way for other in found):
            continue
        if possible({code: answer for code, answer in wanted.items() if code not in way}):
            found.append(way)
    return found[:MOST_REPAIRS]


def check_repairs(
    possible: Possible,
    selection: Selection,
    feature: Feature,
    wanted: Mapping[str, Answer],
    repairs: tuple[Repair, ...],
    configurator: Configurator,
) -> int:
    """The ways out are the best ones, in their order, at the least prices; each can be completed."""
    expected = best_changes(possible, wanted, feature.code)
    for repair in repairs:
        assert repair.pressed_feature == feature.code
        assert possible(repair.selection.answers)
    if not expected:  # only by giving up other pieces of the pressed feature itself
        assert not repairs or feature.kind is FeatureKind.OPTIONS
        return len(repairs)
    changed = [{change.feature for change in repair.changes if change.before is not None} for repair in repairs]
    assert changed == expected
    texts = any(one.kind is FeatureKind.TEXT for one in possible.model.features)
    pieces = wanted[feature.code]
    wants_more = isinstance(pieces, Mapping) and sum(pieces.values()) < feature.minimum
    was_complete = configurator.state(selection, possible.limits).complete and not wants_more
    was = possible.price_as_it_stands(selection.answers)
    if was is None:
        was = possible.least(selection.answers)
    for repair in repairs:
        assert all(change.feature != feature.code for change in repair.changes)
        assert repair.selection.answers[feature.code] == wanted[feature.code]
        now = possible.price_as_it_stands(repair.selection.answers) if was_complete else None
        if now is None:
            now = possible.least(repair.selection.answers)
        if now is not None and was is not None:
            assert repair.price_delta_minor == now - was
        if was_complete and not texts:
            assert configurator.state(repair.selection, possible.limits).complete
    return len(repairs)


def check_neighbours(possible: Possible, configurator: Configurator) -> int:
    """What each configuration would cost with one other answer, and what its steady options would."""
    values = 0
    for one in possible.valid():
        around = configurator.around(Selection(dict(one.answers)), possible.limits)
        assert around is not None
        for feature in possible.model.features:
            steady = around.steady_prices(feature.code) if feature.options else {}
            for option in every_option(feature):
                answer = with_option(feature, one.answers, option)[feature.code]
                price = possible.price_as_it_stands({**one.answers, feature.code: answer})
                more = None if price is None else price - one.price_minor
                pieces = sum(answer.values()) if isinstance(answer, Mapping) else 0
                assert pieces > feature.maximum or around.price_with(feature.code, answer) == more
                assert str(option) not in steady or steady[str(option)] == more
                values += 1
    nothing = configurator.around(Selection(), possible.limits)
    assert (nothing is None) == (possible.price_as_it_stands({}) is None)
    return values


def check_cheapest(possible: Possible, selection: Selection, configurator: Configurator) -> int:
    """The cheapest completion is complete, keeps the choices and costs the least; there is none exactly where none is."""
    least = possible.least(selection.answers)
    try:
        found = configurator.complete(selection, Goal.CHEAPEST, possible.limits)
    except NoCompletion:
        assert least is None
        return 1
    assert least is not None
    state = configurator.state(found, possible.limits)
    assert state.complete
    assert state.total_minor == least
    assert keeps(possible.model, found.answers, selection.answers)
    assert list(found.answers)[: len(selection.answers)] == list(selection.answers)
    return 1


def check_closest(possible: Possible, wanted: Selection, weights: Mapping[str, int], configurator: Configurator) -> int:
    """Nothing valid gives up less of what was asked for, by the weights."""
    model = possible.model

    def lost(answers: Mapping[str, Answer]) -> int:
        return sum(
            weights.get(feature.code, 1)
            for feature in model.features
            if (
                not keeps(model, answers, {feature.code: wanted.answers[feature.code]})
                if feature.code in wanted.answers
                else feature.code in answers and _can_be_left_out(feature)
            )
        )

    try:
        found = configurator.complete(Selection(), Goal.CLOSEST, possible.limits, to=wanted, weights=weights)
    except NoCompletion:
        assert not possible.valid()
        return 1
    assert any(one.answers == found.answers for one in possible.valid())
    assert lost(found.answers) == min(lost(one.answers) for one in possible.valid())
    return 1


def _can_be_left_out(feature: Feature) -> bool:
    optional = feature.shown_when is not None or not (feature.required or feature.kind is FeatureKind.BOOLEAN)
    return optional and feature.kind is not FeatureKind.OPTIONS


def check_further_rule(selection: Selection, before: Configurator, after: Configurator, limits: Limits) -> int:
    """With one rule more nothing becomes possible, and nothing cheaper.

    What is complete is priced as it stands, though a further answer may switch a surcharge off: its price is a bound only
    for what is complete too.
    """
    one, other = before.state(selection, limits), after.state(selection, limits)
    values = 0
    for code, feature in one.features.items():
        for option, told in feature.options.items():
            values += 1
            if told.status is Status.RULED_OUT:
                assert other.features[code].options[option].status is Status.RULED_OUT
        for low, high in other.features[code].ranges:
            assert any(least <= low and high <= most for least, most in feature.ranges)
    if one.total_minor is not None and other.total_minor is not None and (other.complete or not one.complete):
        assert other.total_minor >= one.total_minor
    assert one.valid or not other.valid
    return values
