"""Two customers found to be one: what moved, so that it can be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from kernel.errors import NotFound, NotPossible
from kernel.ids import CustomerId

MergeId = NewType("MergeId", str)


class MergeNotFound(NotFound):
    """There is no such merge, or it was taken back already."""


class MergeNotPossible(NotPossible):
    """The two are the same record, or one of them was merged or erased before."""


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge. ``moved`` names the rows that went over, {what: ids}; ``filled`` the parts of the contact."""

    id: MergeId
    kept: CustomerId
    merged: CustomerId
    merged_reference: str
    at: datetime
    moved: Mapping[str, Sequence[str]]
