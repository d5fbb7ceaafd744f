"""The catalog's values: what can be sold, as loaded from a catalog folder and frozen in a release.

Everything here is immutable and plain; a value that exists has passed the loader's checks.
Money is in minor units, lengths in millimetres, times in seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from modules_catalog.expressions.tree import Expression
from modules_catalog.sizing.model import ComponentTable

LineCode = NewType("LineCode", str)
FeatureCode = NewType("FeatureCode", str)
OptionCode = NewType("OptionCode", str)
RuleId = NewType("RuleId", str)
Locale = str

Value = bool | int | Decimal | str | frozenset[str] | None
"""An attribute's value; ``None`` means *not known*, which is never the same as zero or empty."""

DefaultAnswer = str | Mapping[str, int] | int | Decimal | bool | None


class FeatureKind(StrEnum):
    """How a feature is answered."""

    OPTION = "option"  # one of its options
    OPTIONS = "options"  # several options, each with a count
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"  # the two options ``yes`` and ``no``
    TEXT = "text"


class Severity(StrEnum):
    """What a violated rule does."""

    BLOCK = "block"
    WARN = "warn"


class WhenMissing(StrEnum):
    """What a rule does when a value it reads is not known."""

    WARN = "warn"  # stays available, carries a note
    ASK = "ask"  # status ``not_known``: can be chosen, staff must confirm
    BLOCK = "block"  # counts as violated
    IGNORE = "ignore"  # says nothing; for rules that only warn


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was written: ``file`` relative to the catalog folder's parent, ``line`` from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a feature: a reusable module."""

    code: OptionCode
    attributes: Mapping[str, Value]
    price_minor: int
    cost_minor: int
    source: Source
    lead_time_days: int | None = None  # supplier's lead time when none is in stock; None: stocked only
    bin: str | None = None
    price_known: bool = True  # False: the price was derived (seeded) because the table has none


@dataclass(frozen=True, slots=True)
class Feature:
    """A question the customer answers.

    ``minimum`` and ``maximum`` are the total count for ``OPTIONS`` and the value's bounds for numbers
    (in units of ``step`` times ``10**-digits``: see ``digits``); for ``TEXT`` ``maximum`` is the greatest length.
    """

    code: FeatureCode
    kind: FeatureKind
    source: Source
    options: tuple[Option, ...] = ()
    required: bool = True
    minimum: int = 0
    maximum: int = 1
    max_each: int = 1  # OPTIONS: how often one option may be taken
    step: int = 1  # numbers: smallest step, in scaled units
    digits: int = 0  # DECIMAL: values are integers scaled by 10**digits
    unit: str | None = None
    scripts: frozenset[str] = frozenset()  # TEXT: allowed Unicode scripts, empty = any
    shown_when: Expression | None = None
    default: DefaultAnswer = None
    page: str = ""  # code of the configure page's step
    table: str | None = None  # file name of the module table
    price_minor: int = 0  # BOOLEAN: price of ``yes``; TEXT and numbers: price of an answer
    declared_in: str = ""  # catalog folder that declares it ("jeans", "common")
    _by_code: dict[str, Option] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {option.code: option for option in self.options})

    def option(self, code: str) -> Option:
        """Return one option by its code.

        Raises:
            KeyError: there is none; callers that take codes from outside check first.
        """
        return self._by_code[code]

    def has_option(self, code: str) -> bool:
        """Return whether the feature has an option of this code."""
        return code in self._by_code


@dataclass(frozen=True, slots=True)
class RuleTable:
    """Rows of a table rule: ``columns`` give the expression each CSV column is compared with.

    The rule holds when some row of ``allowed`` equals the values of all columns. When no row of
    ``listed`` (all rows of the file) has the same values in the ``known_by`` columns, the verdict is *not known*.
    """

    file: str
    columns: tuple[tuple[str, Expression], ...]
    allowed: tuple[tuple[Value, ...], ...]
    known_by: tuple[int, ...] = ()
    listed: tuple[tuple[Value, ...], ...] = ()
    where: tuple[str, ...] = ()  # columns of the file that say which of its rows allow


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on what can be combined.

    ``requires``, ``excludes``, ``n of m`` and conditions are all written down as one ``condition``
    that must hold; ``kind`` remembers how the author wrote it. A table rule has ``table`` instead.
    """

    id: RuleId
    kind: str  # requires | excludes | n_of_m | table | that
    source: Source
    condition: Expression | None = None
    table: RuleTable | None = None
    severity: Severity = Severity.BLOCK
    when_missing: WhenMissing = WhenMissing.WARN
    declared_in: str = ""


@dataclass(frozen=True, slots=True)
class Surcharge:
    """A price line beside the options' own prices: ``add`` when ``when`` holds.

    With ``when``, ``add`` is a constant; without, ``add`` reads one feature only (``150 * monogram_text.length``).
    """

    id: str
    add: Expression
    source: Source
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class BomLine:
    """One line of the super-BOM: an option of ``feature`` or a fixed ``part``, in ``unit``, when it applies."""

    source: Source
    feature: FeatureCode | None = None
    part: str | None = None
    quantity: Expression | None = None  # None: one each
    unit: str = "pcs"  # pcs | mm | g | ml
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stocked part that is no option: buttons, thread cones, screws, cartons."""

    code: str
    unit: str
    cost_minor: int
    source: Source
    bin: str | None = None
    lead_time_days: int | None = None
    name: Mapping[Locale, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the routing, by formula.

    ``run_s`` is a sum of terms that each read at most one feature, ``when`` reads at most one: so seconds
    per work centre are additive over the chosen options. ``irreversible`` marks the cut-off.
    """

    code: str
    work_centre: str
    setup_s: int
    run_s: Expression
    source: Source
    when: Expression | None = None
    after: tuple[str, ...] | None = None  # None: the operation before it in the list
    irreversible: bool = False
    recipe: Expression | None = None  # batch work centres: what may share a load
    setup_for: Expression | None = None  # what the place is made ready for; the same again needs no set-up
    checks: tuple[str, ...] = ()
    declared_in: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the configure page: a handful of features under a heading."""

    code: str
    features: tuple[FeatureCode, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A golden configuration of ``scenarios.yaml``: choices and what must come of them."""

    name: str
    choices: tuple[tuple[FeatureCode, DefaultAnswer], ...]
    source: Source
    valid: bool = True
    total_minor: int | None = None
    because: frozenset[RuleId] = frozenset()  # rules named by the conflict when ``valid`` is false
    notes: frozenset[RuleId] = frozenset()  # warnings that must be given


@dataclass(frozen=True, slots=True)
class ConfigurationModel:
    """One line's catalog, loaded and whole: what the solver, the plant and the pages read.

    ``texts[locale][key]``: keys ``line``, ``step.<code>``, ``feature.<code>``, ``feature.<code>.help``,
    ``option.<feature>.<code>``, ``rule.<id>``, ``rule.<id>.missing``, ``surcharge.<id>``, ``operation.<code>``,
    ``operation.<code>.instruction``, ``check.<code>``, ``part.<code>``.
    ``release`` is the SHA-256 of the canonical content.
    """

    line: LineCode
    release: str
    currency: str
    features: tuple[Feature, ...]
    rules: tuple[Rule, ...]
    surcharges: tuple[Surcharge, ...]
    bom: tuple[BomLine, ...]
    parts: Mapping[str, Part]
    operations: tuple[Operation, ...]
    steps: tuple[Step, ...]
    scenarios: tuple[Scenario, ...]
    texts: Mapping[Locale, Mapping[str, str]]
    uses: tuple[str, ...] = ()
    settings: Mapping[str, Value] = field(default_factory=dict)  # line constants: spare buckets, warranty …
    components: tuple[ComponentTable, ...] = ()  # stocked components of a sized line
    many: frozenset[str] = field(init=False, repr=False, compare=False)  # features that take several options
    _by_code: dict[str, Feature] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {str(feature.code): feature for feature in self.features})
        many = frozenset(feature.code for feature in self.features if feature.kind is FeatureKind.OPTIONS)
        object.__setattr__(self, "many", many)

    @property
    def is_made(self) -> bool:
        """Whether a plant makes what is configured; a line with the setting ``made: false`` is configured only."""
        return self.settings.get("made", True) is not False

    def feature(self, code: str) -> Feature:
        """Return one feature by its code.

        Raises:
            KeyError: there is none; callers that take codes from outside check first.
        """
        return self._by_code[code]

    def has_feature(self, code: str) -> bool:
        """Return whether the line has a feature of this code."""
        return code in self._by_code

    def text(self, key: str, locale: Locale) -> str:
        """Return a text in the locale, else in English, else the key's last part."""
        for language in (locale, "en"):
            found = self.texts.get(language, {}).get(key)
            if found is not None:
                return found
        return key.rsplit(".", 1)[-1]
