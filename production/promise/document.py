"""A promise as a JSON document, for keeping it with a reservation. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kernel.canonical import JsonValue
from production.model import Binding, BindingKind, Promise


def promise_to_json(promise: Promise) -> Mapping[str, JsonValue]:
    """Return the promise with times as ISO text."""
    binding = promise.binding
    return {
        "date": promise.date.isoformat(),
        "finish_at": promise.finish_at.isoformat(),
        "start_at": promise.start_at.isoformat(),
        "material_at": promise.material_at.isoformat(),
        "is_on_time": promise.is_on_time,
        "binding": {
            "kind": binding.kind.value,
            "code": binding.code,
            "waits_until": binding.waits_until.isoformat() if binding.waits_until else None,
            "sooner": binding.sooner.isoformat() if binding.sooner else None,
        },
    }


def promise_from_json(document: Mapping[str, Any]) -> Promise:
    """Return the promise a document was made from."""
    binding = document["binding"]
    return Promise(
        date=date.fromisoformat(document["date"]),
        finish_at=datetime.fromisoformat(document["finish_at"]),
        start_at=datetime.fromisoformat(document["start_at"]),
        material_at=datetime.fromisoformat(document["material_at"]),
        binding=Binding(
            kind=BindingKind(binding["kind"]),
            code=binding["code"],
            waits_until=datetime.fromisoformat(binding["waits_until"]) if binding["waits_until"] else None,
            sooner=date.fromisoformat(binding["sooner"]) if binding["sooner"] else None,
        ),
        is_on_time=document["is_on_time"],
    )
