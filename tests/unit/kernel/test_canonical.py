"""Unit tests of kernel/canonical.py."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.canonical import canonical_hash, canonical_json

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_the_bytes_are_these() -> None:
    value = {"b": [1, None, True], "a": {"雷": "李 & Ana", "Z": "é"}}

    assert canonical_json(value) == '{"a":{"Z":"é","雷":"李 & Ana"},"b":[1,null,true]}'.encode()
    assert canonical_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@given(value=documents, seed=st.integers(0, 99))
def test_the_order_of_keys_does_not_matter_and_nothing_is_lost(value: object, seed: int) -> None:
    def shuffled(each: object) -> object:
        if isinstance(each, dict):
            keys = random.Random(seed).sample(list(each), len(each))
            return {key: shuffled(each[key]) for key in keys}
        return [shuffled(item) for item in each] if isinstance(each, list) else each

    written = canonical_json(value)  # type: ignore[arg-type]

    assert canonical_json(shuffled(value)) == written  # type: ignore[arg-type]
    assert json.loads(written) == value


@pytest.mark.parametrize(
    ("value", "where"), [({"a": [1.5]}, r"\$\.a\[0\]: float"), ({1: 2}, r"\$: key 1"), ({"a": {1}}, r"\$\.a: set")]
)
def test_what_json_of_ours_cannot_say_is_refused_with_its_place(value: object, where: str) -> None:
    with pytest.raises(TypeError, match=where):
        canonical_json(value)  # type: ignore[arg-type]
