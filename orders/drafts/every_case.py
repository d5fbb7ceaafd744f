"""What a plant promises for every case there is, where these are few: for routings and quantities nothing can be concluded from less. Pure.

See docs/algorithms/need-by.md, N-8.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, product

from configurator.model import Answer, Exclusion, Selection

MOST_PIECES = 600
"""How many pieces may be walked through the plant to look at all cases."""

Kinds = Mapping[str, tuple[int, ...]]
"""Feature → what each of its rows means to the plant, numbered."""

Case = tuple[int, ...]
"""One kind of each feature, in their order."""


def kinds_of(
    rows: Mapping[str, Sequence[Answer | None]], kind_of: Callable[[str, Answer], object], pieces: int
) -> dict[str, tuple[int, ...]] | None:
    """Return the features whose answers make a difference to the plant, with the kind of each row.

    ``None`` where the combinations are too many for this many pieces each.
    """
    found: dict[str, tuple[int, ...]] = {}
    walked = pieces
    for feature, answers in rows.items():
        numbers: dict[object, int] = {}
        own = tuple(
            numbers.setdefault(None if answer is None else ("is", kind_of(feature, answer)), len(numbers))
            for answer in answers
        )
        walked *= len(numbers)
        if walked > MOST_PIECES:
            return None
        if len(numbers) > 1:
            found[feature] = own
    return found


def cases_of(kinds: Kinds) -> list[Case]:
    """Return all combinations of kinds."""
    return list(product(*(range(max(own) + 1) for own in kinds.values())))


def selection_of(case: Case, kinds: Kinds, rows: Mapping[str, Sequence[Answer | None]], base: Selection) -> Selection:
    """Return the base with an answer of the case's kind for each feature."""
    answers = dict(base.answers)
    for (feature, own), kind in zip(kinds.items(), case, strict=True):
        answer = rows[feature][own.index(kind)]
        answers.pop(feature, None)
        if answer is not None:
            answers[feature] = answer
    return Selection(answers)


def exclusions_of(late: Mapping[Case, bool], kinds: Kinds, rule: str) -> Iterator[Exclusion]:
    """Yield what refuses exactly the late cases: single answers first, then pairs, then whole cases."""
    features = list(kinds)
    left = {case for case, is_late in late.items() if is_late}
    for size in sorted({1, 2, len(features)} - set(range(len(features) + 1, 3))):
        for places in combinations(range(len(features)), size):
            in_time = {tuple(case[at] for at in places) for case, is_late in late.items() if not is_late}
            refused = {tuple(case[at] for at in places) for case in left} - in_time
            if refused:
                left = {case for case in left if tuple(case[at] for at in places) not in refused}
                yield Exclusion(rule, {features[at]: kinds[features[at]] for at in places}, frozenset(refused))
