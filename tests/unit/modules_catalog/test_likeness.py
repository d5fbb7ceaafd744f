"""Answers that are alike to an expression come to the same in it."""

from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st

from configurator.model import Answer
from modules_catalog.expressions.evaluate import condition
from modules_catalog.expressions.tree import features_read
from modules_catalog.judging import scope_of
from modules_catalog.likeness import likeness, read_of
from tests.strategies import answers, conditions, facts, models


@given(st.data())
def test_what_is_alike_is_judged_alike(data: st.DataObject) -> None:
    model = data.draw(models())
    feature = data.draw(st.sampled_from(model.features))
    judged = data.draw(st.one_of(facts(feature), conditions(model.features)))
    others = {each.code: data.draw(answers(each)) for each in model.features if data.draw(st.booleans())}
    read = read_of(feature.code, [judged])
    assert (feature.code in features_read(judged)) or read == read_of(feature.code, [])

    found: dict[Hashable, object] = {}
    for answer in (None, *data.draw(st.lists(answers(feature), min_size=2, max_size=12))):
        given_answers: dict[str, Answer | None] = {**others, feature.code: answer}
        verdict = condition(judged, scope_of(model, given_answers))
        assert found.setdefault(likeness(feature, answer, read), verdict) == verdict
