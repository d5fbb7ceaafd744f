"""Selections and picks: the customer's answers in the catalog's words, and in the solver's rows.

See docs/algorithms/configuring.md, C-10.
"""

import unicodedata
from collections.abc import Mapping

from configurator.compiling.compile import Compiled
from configurator.engine import Picks
from configurator.errors import AnswerNotValid, FeatureNotFound, OptionNotFound
from configurator.model import Answer, Selection
from configurator.scripts import foreign_characters
from modules_catalog.model import Feature, FeatureKind

GREATEST_COUNT = 1_000_000
"""Counts beyond a feature's maximum are ruled out, with the reason; beyond this they are no answer at all."""


def feature_of(compiled: Compiled, code: str) -> Feature:
    """Return a feature by its code.

    Raises:
        FeatureNotFound: the line has none such.
    """
    rows = compiled.rows.get(code)
    if rows is None or rows.feature is None:
        raise FeatureNotFound(feature=code)
    return rows.feature


def picked_rows(compiled: Compiled, code: str, answer: Answer) -> dict[int, int]:
    """Return an answer as rows with counts; the empty text says *not chosen*.

    Raises:
        FeatureNotFound, OptionNotFound, AnswerNotValid: there is no such answer.
    """
    feature = feature_of(compiled, code)
    rows = compiled.rows[code]
    match feature.kind:
        case FeatureKind.OPTIONS:
            return _counts(compiled, feature, answer)
        case FeatureKind.TEXT:
            name = _text(feature, answer)
        case FeatureKind.INTEGER | FeatureKind.DECIMAL:
            name = _number(feature, answer)
        case _:
            if isinstance(answer, bool):
                answer = "yes" if answer else "no"
            if not isinstance(answer, str):
                raise AnswerNotValid(feature=code, problem="one option is wanted")
            name = answer
    if name not in rows.by_code:
        raise OptionNotFound(feature=code, option=name)
    return {rows.by_code[name]: 1}


def _counts(compiled: Compiled, feature: Feature, answer: Answer) -> dict[int, int]:
    rows = compiled.rows[feature.code]
    if isinstance(answer, str):
        answer = {answer: 1} if answer else {}
    if not isinstance(answer, Mapping):
        raise AnswerNotValid(feature=feature.code, problem="options with counts are wanted")
    found: dict[int, int] = {}
    for option, count in answer.items():
        if option not in rows.by_code:
            raise OptionNotFound(feature=feature.code, option=option)
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= GREATEST_COUNT:
            raise AnswerNotValid(
                feature=feature.code, option=option, problem=f"a count is a whole number from 0 to {GREATEST_COUNT}"
            )
        if count:
            found[rows.by_code[option]] = count
    return found


def _number(feature: Feature, answer: Answer) -> str:
    if answer == "":
        return ""
    if isinstance(answer, bool) or not isinstance(answer, int):
        raise AnswerNotValid(feature=feature.code, problem="a number is wanted")
    if not feature.minimum <= answer <= feature.maximum or (answer - feature.minimum) % feature.step:
        raise AnswerNotValid(
            feature=feature.code,
            problem="the number is out of its bounds or off the step",
            minimum=feature.minimum,
            maximum=feature.maximum,
            step=feature.step,
        )
    return str(answer)


def _text(feature: Feature, answer: Answer) -> str:
    if not isinstance(answer, str):
        raise AnswerNotValid(feature=feature.code, problem="a text is wanted")
    text = unicodedata.normalize("NFC", answer)
    if len(text) > feature.maximum:
        raise AnswerNotValid(feature=feature.code, problem="the text is too long", maximum=feature.maximum)
    foreign = foreign_characters(text, feature.scripts)
    if foreign:
        raise AnswerNotValid(
            feature=feature.code,
            problem="characters that cannot be made",
            characters=foreign,
            scripts=sorted(feature.scripts),
        )
    return str(len(text)) if text else ""


def picks_of(compiled: Compiled, selection: Selection) -> dict[int, dict[int, int]]:
    """Return a selection as picks.

    Raises:
        FeatureNotFound, OptionNotFound, AnswerNotValid: an answer does not exist.
    """
    picks: dict[int, dict[int, int]] = {}
    for code, answer in selection.answers.items():
        rows = picked_rows(compiled, code, answer)
        if rows:
            picks[compiled.rows[code].index] = rows
    return picks


def answer_of(compiled: Compiled, index: int, rows: Mapping[int, int]) -> Answer | None:
    """Return the rows of one domain as an answer; ``None`` when it says *not chosen*, or for a text, which has no rows."""
    domain = compiled.problem.domains[index]
    feature = compiled.rows[domain.feature].feature
    assert feature is not None  # noqa: S101 - helpers have no answers
    if feature.kind is FeatureKind.OPTIONS:
        return {domain.rows[row]: count for row, count in sorted(rows.items()) if count} or None
    (row,) = rows
    if row == domain.none_row or feature.kind is FeatureKind.TEXT:
        return None
    return int(domain.rows[row]) if feature.kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL) else domain.rows[row]


def selection_of(compiled: Compiled, assignment: Picks, before: Selection) -> Selection:
    """Return a complete assignment as a selection: the choices before keep their order and texts, the rest follows."""
    answers: dict[str, Answer] = {}
    visible = [index for index, domain in enumerate(compiled.problem.domains) if not domain.hidden]
    found = {
        compiled.problem.domains[index].feature: answer_of(compiled, index, assignment[index]) for index in visible
    }
    for code, answer in before.answers.items():
        kept = _kept(compiled, code, answer, assignment)
        if kept is not None:
            answers[code] = kept
    for code, given in found.items():
        if given is not None and code not in answers:
            answers[code] = given
    return Selection(answers)


def _kept(compiled: Compiled, code: str, answer: Answer, assignment: Picks) -> Answer | None:
    index = compiled.rows[code].index
    if picked_rows(compiled, code, answer) == dict(assignment[index]):
        return answer
    return answer_of(compiled, index, assignment[index])


def as_it_stands(compiled: Compiled, picks: Picks) -> dict[int, Mapping[int, int]] | None:
    """Return the picks with all open features left without an answer, or ``None`` when one must be answered.

    Helpers are not in it.
    """
    whole: dict[int, Mapping[int, int]] = {}
    for index, domain in enumerate(compiled.problem.domains):
        if domain.hidden:
            continue
        if index in picks:
            whole[index] = picks[index]
        elif domain.many and domain.may_be_empty:
            whole[index] = {}
        elif domain.none_row is not None:
            whole[index] = {domain.none_row: 1}
        else:
            return None
    return whole
