"""Canonical JSON: one value, one sequence of bytes, one hash. Names what was released, quoted and issued."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

JsonValue: TypeAlias = bool | int | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None
"""What canonical JSON can say. No floats: integers carry their unit in the name, rates are text."""


def canonical_json(value: JsonValue) -> bytes:
    """Return the value as UTF-8 JSON without spaces, keys sorted by code point.

    Raises:
        TypeError: It holds a float, a key that is no text, or anything else JSON of ours cannot say.
    """
    _refuse_strangers(value, "$")
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def canonical_hash(value: JsonValue) -> str:
    """Return the SHA-256 of the value's canonical JSON, as 64 lower-case hex digits."""
    return content_hash(canonical_json(value))


def content_hash(content: bytes) -> str:
    """Return the SHA-256 of the bytes, as 64 lower-case hex digits."""
    return hashlib.sha256(content).hexdigest()


def _refuse_strangers(value: object, path: str) -> None:
    if value is None or isinstance(value, (bool, int, str)):
        return
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _refuse_strangers(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{path}: key {key!r} is {type(key).__name__}, not text")
            _refuse_strangers(item, f"{path}.{key}")
    else:
        raise TypeError(f"{path}: {type(value).__name__} has no canonical JSON")
