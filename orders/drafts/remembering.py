"""What was learned under a need-by date, kept by this process for the next reading of the same question.

A draft is read again after every press. As long as nothing of the plant has changed, what was late is late
(docs/algorithms/need-by.md, N-9).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from sqlmodel import Session

from configurator.model import CapacityCap, Exclusion, Limits
from production.model import Demand, MaterialNeed, OperationLoad
from production.promise import service as promises

MOST_QUESTIONS = 64
"""How many questions (line, release, date, pieces, customer's groups, measures) a process remembers."""
MOST_KEPT = 40
"""How many limits of one question are kept, the newest: each more makes an answer a little slower."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Limits learned for one question, and all that was asked of the plant for them."""

    limits: tuple[Exclusion | CapacityCap, ...] = ()
    needs: Mapping[str, MaterialNeed] = field(default_factory=dict)
    loads: Mapping[tuple[str, str], OperationLoad] = field(default_factory=dict)

    def asked(self, demands: Iterable[Demand]) -> "Learned":
        """Return the same with more that was asked: one need of each material, one load of each work centre and recipe."""
        demands = list(demands)
        needs = {need.code: need for demand in demands for need in demand.materials}
        loads = {(load.work_centre, load.batch_recipe): load for demand in demands for load in demand.loads}
        return replace(self, needs={**self.needs, **needs}, loads={**self.loads, **loads})


NOTHING_LEARNED = Learned()


class Memory:
    """The limits learned last, by question; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[Hashable, tuple[str, Learned]] = OrderedDict()

    def recall(self, key: Hashable, mark_of: Callable[[Learned], str]) -> Learned:
        """Return what was learned for a question, nothing where the plant's mark is another one by now."""
        with self._lock:
            known = self._known.get(key)
        if known is None or mark_of(known[1]) != known[0]:
            return NOTHING_LEARNED
        return known[1]

    def remember(self, key: Hashable, learned: Learned, mark: str) -> None:
        """Keep what was learned under the plant's mark."""
        kept = replace(learned, limits=learned.limits[-MOST_KEPT:])
        with self._lock:
            self._known[key] = (mark, kept)
            self._known.move_to_end(key)
            while len(self._known) > MOST_QUESTIONS:
                self._known.popitem(last=False)


def memory_of(db: Session) -> Memory:
    """Return the memory of the process for a session's database."""
    memory = db.info["per_database"].setdefault("need-by limits", Memory())
    assert isinstance(memory, Memory)  # noqa: S101 - nobody else uses the name
    return memory


def mark_of(db: Session, line: str, learned: Learned, *, now: datetime) -> str:
    """Return the plant's mark for what was asked of it."""
    return promises.fingerprint(db, line, learned.needs.values(), learned.loads.values(), now=now)


def with_learned(limits: Limits, learned: Learned) -> Limits:
    """Return limits with what was learned."""
    exclusions = tuple(each for each in learned.limits if isinstance(each, Exclusion))
    caps = tuple(each for each in learned.limits if isinstance(each, CapacityCap))
    return replace(limits, exclusions=(*limits.exclusions, *exclusions), caps=(*limits.caps, *caps))
