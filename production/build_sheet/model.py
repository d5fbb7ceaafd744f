"""What stands on a build sheet, as plain values that become ``spec.json``."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from kernel.canonical import JsonValue, canonical_hash, canonical_json

FORMAT = "lotone.build-sheet/1"
DIFF_FORMAT = "lotone.diff-sheet/1"


class CopyReason(StrEnum):
    """Why a sheet is handed out once more."""

    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class SheetCopy:
    """That an issued sheet was handed out once more."""

    order_number: str
    revision: str
    piece: int
    at: datetime
    by: str
    reason: CopyReason


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """What the floor needs to know of the order: no name, no address.

    ``revision`` is a capital letter, A first. ``due`` is the promised day; ``issued_on`` the day the sheet is made,
    which is all the time the PDF ever shows. ``customer_reference`` is a code the counter can look up. ``remake_of`` is the
    piece this one is made instead of, 0 for a first one.
    """

    number: str
    revision: str
    due: date
    issued_on: date
    customer_reference: str = ""
    piece: int = 1
    pieces: int = 1
    remake_of: int = 0

    def __post_init__(self) -> None:
        if not (len(self.revision) == 1 and "A" <= self.revision <= "Z"):
            raise ValueError(f"revision {self.revision!r}")
        if not 0 <= self.remake_of < self.piece or not (self.remake_of or self.piece <= self.pieces):
            raise ValueError(f"piece {self.piece} of {self.pieces}")


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One thing the customer chose: the feature's name and what was chosen."""

    feature: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A finished measure to hit, with an empty field for what was measured."""

    code: str
    name: str
    target_mm: int
    tolerance_mm: int


@dataclass(frozen=True, slots=True)
class TrimLine:
    """What is trimmed before sewing; negative lets out."""

    edge: str
    name: str
    trim_mm: int


@dataclass(frozen=True, slots=True)
class TextLine:
    """A text of the customer's, exactly as entered.

    ``placing`` says where and how it is applied (position, thread, …). ``letter_mm`` is the height of a capital letter
    on the product, 0 where it is not applied at a known size.
    """

    feature: str
    name: str
    text: str
    scripts: tuple[str, ...]
    code_points: tuple[str, ...]
    placing: tuple[str, ...]
    letter_mm: int


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part to pick, in bin-walk order.

    ``kind`` says what it is for where the name alone would not (``Thread``, ``Front panels``); ``code`` is its stock code.
    """

    bin: str
    code: str
    kind: str
    name: str
    quantity: int
    unit: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One operation. ``scan`` is what its QR code says; ``checks`` are ticked by hand."""

    number: int
    code: str
    name: str
    work_centre: str
    work_centre_name: str
    seconds: int
    instruction: str
    recipe: str
    checks: tuple[str, ...]
    is_cut_off: bool
    scan: str


@dataclass(frozen=True, slots=True)
class SheetData:
    """Everything on the sheet but the picture, which is named by its hash."""

    order: SheetOrder
    line: str
    line_name: str
    release: str
    plant: str
    locale: str
    scan: str
    choices: tuple[ChoiceLine, ...]
    measures: tuple[MeasureLine, ...]
    trims: tuple[TrimLine, ...]
    texts: tuple[TextLine, ...]
    parts: tuple[PartLine, ...]
    steps: tuple[StepLine, ...]
    packing: tuple[ChoiceLine, ...]
    invoicing: tuple[ChoiceLine, ...]
    picture_sha256: str
    format: str = FORMAT

    def to_json(self) -> Mapping[str, JsonValue]:
        """Return the specification as JSON values: dates as ISO text, tuples as lists."""
        return _plain(asdict(self))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "SheetData":
        """Return the data a specification was made from."""
        rows: dict[str, type[Any]] = {
            "choices": ChoiceLine,
            "measures": MeasureLine,
            "trims": TrimLine,
            "texts": TextLine,
            "parts": PartLine,
            "steps": StepLine,
            "packing": ChoiceLine,
            "invoicing": ChoiceLine,
        }
        lines = {name: tuple(kind(**_frozen(one)) for one in document[name]) for name, kind in rows.items()}
        return cls(**{**document, **lines, "order": _sheet_order(document["order"])})

    @property
    def specification(self) -> bytes:
        """The canonical JSON that is attached to the PDF as ``spec.json``."""
        return canonical_json(self.to_json())

    @property
    def content_hash(self) -> str:
        """The SHA-256 of the specification, printed on every page."""
        return canonical_hash(self.to_json())


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is said otherwise; empty where it was not said before, or is not any more."""

    code: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SheetDiff:
    """What a revision's sheet says otherwise than the one before it; ``order`` is that of the new revision.

    ``parts_out`` and ``parts_in`` carry the quantities by which they differ; ``steps_changed`` the steps as they are now.
    """

    order: SheetOrder
    from_revision: str
    from_due: date
    line: str
    line_name: str
    locale: str
    scan: str
    choices: tuple[Difference, ...]
    measures: tuple[Difference, ...]
    trims: tuple[Difference, ...]
    texts: tuple[Difference, ...]
    parts_out: tuple[PartLine, ...]
    parts_in: tuple[PartLine, ...]
    steps_dropped: tuple[StepLine, ...]
    steps_added: tuple[StepLine, ...]
    steps_changed: tuple[StepLine, ...]
    packing: tuple[Difference, ...]
    invoicing: tuple[Difference, ...]
    format: str = DIFF_FORMAT

    def to_json(self) -> Mapping[str, JsonValue]:
        """Return the differences as JSON values."""
        return _plain(asdict(self))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "SheetDiff":
        """Return the differences a document was made from."""
        rows: dict[str, type[Any]] = {
            **dict.fromkeys(("choices", "measures", "trims", "texts", "packing", "invoicing"), Difference),
            **dict.fromkeys(("parts_out", "parts_in"), PartLine),
            **dict.fromkeys(("steps_dropped", "steps_added", "steps_changed"), StepLine),
        }
        lines = {name: tuple(kind(**_frozen(one)) for one in document[name]) for name, kind in rows.items()}
        from_due = date.fromisoformat(document["from_due"])
        return cls(**{**document, **lines, "from_due": from_due, "order": _sheet_order(document["order"])})

    @property
    def specification(self) -> bytes:
        """The canonical JSON that is attached to the PDF as ``changes.json``."""
        return canonical_json(self.to_json())

    @property
    def content_hash(self) -> str:
        """The SHA-256 of the differences, printed on the page."""
        return canonical_hash(self.to_json())


def _sheet_order(document: Mapping[str, Any]) -> SheetOrder:
    days = {name: date.fromisoformat(document[name]) for name in ("due", "issued_on")}
    return SheetOrder(**{**document, **days})


def _frozen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
