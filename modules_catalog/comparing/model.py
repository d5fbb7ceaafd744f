"""One difference between two catalogs, as plain facts."""

from dataclasses import dataclass
from enum import StrEnum

CHOICE = "choice."
"""What begins the part of a scenario that is a choice; behind it stands the feature."""


class Subject(StrEnum):
    """What a difference is about."""

    LINE = "line"
    SETTING = "setting"
    STEP = "step"
    FEATURE = "feature"
    OPTION = "option"
    RULE = "rule"
    TABLE_ROW = "table_row"
    SURCHARGE = "surcharge"
    BOM = "bom"
    PART = "part"
    OPERATION = "operation"
    COMPONENT = "component"
    SCENARIO = "scenario"
    TEXT = "text"
    LOOK = "look"
    PICTURE = "picture"


class Kind(StrEnum):
    """What has become of it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"  # ``what`` names the part that did
    RULES_OUT_MORE = "rules_out_more"  # a rule; ``after`` lists examples, ``count`` says how many
    RULES_OUT_LESS = "rules_out_less"


@dataclass(frozen=True, slots=True)
class CatalogChange:
    """One difference.

    Attributes:
        subject: What it is about.
        kind: What has become of it.
        code: Its code; of an option ``feature.option``, of a look ``feature.look``, of a text its key, of a table's row the
            table's file.
        what: Of a change the part that changed: ``price_minor``, ``condition``, an attribute's name, a text's locale.
        before: How it was; empty where there was nothing.
        after: How it is; empty where there is nothing.
        count: How many combinations of answers a rule's reach grew or shrank by; otherwise 0.
    """

    subject: Subject
    kind: Kind
    code: str
    what: str = ""
    before: str = ""
    after: str = ""
    count: int = 0
