"""A compiled plan as bytes: stored under the hash of what it was made from, read back without compiling anything.

Layout: magic, length of the header, header (JSON), padding, arrays at multiples of 64 bytes. Arrays become views of the
buffer, so a memory map (private, writable: ``mmap.ACCESS_COPY``) is read page by page as needed. Nothing is executed
when reading: only the known dataclasses, tuples, numbers, texts and arrays are made.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from typing import Any

import numpy as np

from configurator.planning import (
    core,
    engine,
    frame,
    leaf_states,
    limits,
    messages,
    multisets,
    one_more,
    passes,
    pieces,
    plan,
    rehearsal,
    residuals,
)
from configurator.planning import reach as reaching
from configurator.planning.engine import PlanEngine
from configurator.planning.limits import DEFAULT_BUDGET, PlanBudget
from configurator.planning.messages import Merger, kernels_named
from configurator.problem import Domain, Problem, SumRule, TableRule
from kernel.errors import NotValid

MAGIC = b"lotone plan 2\n"
ALIGNED = 64
DTYPES = {name: np.dtype(name) for name in ("bool", "uint8", "int32", "int64", "uint64")}
KINDS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Domain,
        Problem,
        SumRule,
        TableRule,
        core.LeafState,
        core.Prepared,
        engine.Planned,
        frame.Filter,
        frame.Frame,
        frame.Leaf,
        leaf_states.LeafTables,
        limits.PlanBudget,
        messages.Merger,
        messages.MergeSpec,
        messages.Message,
        multisets.Fronts,
        multisets.Judging,
        multisets.Multisets,
        one_more.ManyState,
        one_more.OneMore,
        passes.Passing,
        passes.Start,
        pieces.SumPieces,
        pieces.TablePieces,
        plan.Component,
        plan.Plan,
        plan.Step,
        reaching.Reach,
        rehearsal.Rehearsal,
        residuals.RuleScope,
    )
}
LEFT_OUT = {("Merger", "kernels"), ("Frame", "algebras")}


class ArtefactNotReadable(NotValid):
    """The bytes are no compiled plan of this version; compile again."""


class _Writer:
    """Turns values into JSON; arrays go to the side, objects met twice are written once."""

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []
        self._array_at: dict[int, int] = {}
        self._objects: list[Any] = []
        self._object_at: dict[int, int] = {}
        self._alive: list[Any] = []  # keeps ids from being used again

    def header(self, value: Any) -> dict[str, Any]:
        """Return the value with everything it is made of."""
        written = self.write(value)
        offset, listed = 0, []
        for array in self.arrays:
            listed.append([array.dtype.name, list(array.shape), offset])
            offset += -(-array.nbytes // ALIGNED) * ALIGNED
        return {"value": written, "objects": self._objects, "arrays": listed}

    def write(self, value: Any) -> Any:
        """Return one value as JSON."""
        if value is None or isinstance(value, bool | int | str):
            return int(value) if isinstance(value, np.integer) else value
        if isinstance(value, np.integer):
            return int(value)
        if isinstance(value, np.ndarray):
            return {"a": self._array(value)}
        if isinstance(value, tuple):
            return {"t": [self.write(part) for part in value]}
        if isinstance(value, list):
            return {"l": [self.write(part) for part in value]}
        if isinstance(value, frozenset):
            return {"s": [self.write(part) for part in sorted(value)]}
        if isinstance(value, Mapping):
            return {"m": [[self.write(key), self.write(own)] for key, own in value.items()]}
        return {"o": self._object(value)}

    def _array(self, value: np.ndarray) -> int:
        if id(value) not in self._array_at:
            self._array_at[id(value)] = len(self.arrays)
            self._alive.append(value)
            self.arrays.append(np.ascontiguousarray(value))
        return self._array_at[id(value)]

    def _object(self, value: Any) -> int:
        if id(value) not in self._object_at:
            kind = type(value).__name__
            content = {
                own.name: self.write(getattr(value, own.name))
                for own in fields(value)
                if (kind, own.name) not in LEFT_OUT
            }
            self._object_at[id(value)] = len(self._objects)
            self._alive.append(value)
            self._objects.append([KINDS[kind].__name__, content])
        return self._object_at[id(value)]


class _Reader:
    """Makes the values of a header; objects stand in the order they can be made in."""

    def __init__(self, header: Mapping[str, Any], buffer: memoryview, start: int, kernels: str) -> None:
        self._arrays = [
            np.frombuffer(buffer, DTYPES[name], int(np.prod(shape)), start + offset).reshape(shape)
            for name, shape, offset in header["arrays"]
        ]
        self._kernels = kernels_named(kernels)
        self._objects: list[Any] = []
        for kind, content in header["objects"]:
            made = {name: self.read(own) for name, own in content.items()}
            if kind == Merger.__name__:
                made["kernels"] = self._kernels
            elif kind == frame.Frame.__name__:
                made["algebras"] = ()
            self._objects.append(KINDS[kind](**made))

    def read(self, written: Any) -> Any:
        """Return one value."""
        if not isinstance(written, dict):
            return written
        ((kind, own),) = written.items()
        match kind:
            case "a":
                return self._arrays[own]
            case "o":
                return self._objects[own]
            case "t":
                return tuple(self.read(part) for part in own)
            case "l":
                return [self.read(part) for part in own]
            case "s":
                return frozenset(own)
            case _:
                return {self.read(key): self.read(value) for key, value in own}


def _packed(value: Any) -> bytes:
    writer = _Writer()
    header = json.dumps(writer.header(value), separators=(",", ":")).encode()
    start = -(-(len(MAGIC) + 8 + len(header)) // ALIGNED) * ALIGNED
    parts = [MAGIC, len(header).to_bytes(8, "little"), header]
    parts.append(b"\0" * (start - sum(map(len, parts))))
    for array in writer.arrays:
        content = array.tobytes()
        parts.extend((content, b"\0" * (-len(content) % ALIGNED)))
    return b"".join(parts)


def pack(compiled: PlanEngine) -> bytes:
    """Return a compiled plan as bytes."""
    return _packed((compiled.plan, compiled.certain, compiled.budget))


def unpack(content: bytes | bytearray | memoryview | Any, *, kernels: str = "best") -> PlanEngine:
    """Return the compiled plan in a buffer: bytes, or a private writable memory map.

    Args:
        content: What ``pack`` gave. Read-only buffers are copied, because kernels are compiled for writable arrays.
        kernels: ``compiled``, ``arrays`` or ``best``.

    Raises:
        ArtefactNotReadable: It is something else, or of another version.
    """
    view = memoryview(content)
    if view.readonly:
        view = memoryview(bytearray(view))
    if bytes(view[: len(MAGIC)]) != MAGIC:
        raise ArtefactNotReadable(expected=MAGIC.decode().strip(), found=bytes(view[: len(MAGIC)]).hex())
    size = int.from_bytes(view[len(MAGIC) : len(MAGIC) + 8], "little")
    begin = len(MAGIC) + 8
    header = json.loads(bytes(view[begin : begin + size]))
    start = -(-(begin + size) // ALIGNED) * ALIGNED
    reader = _Reader(header, view, start, kernels)
    planned, certain, budget = reader.read(header["value"])
    return PlanEngine(planned, certain, budget, kernels)


def content_key(problem: Problem, budget: PlanBudget = DEFAULT_BUDGET) -> str:
    """Return the name to store a plan under: the hash of the problem, the budget and the version of this format."""
    return sha256(_packed((problem, budget))).hexdigest()
