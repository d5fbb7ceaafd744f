"""Features: the questions of a line, read from ``line.yaml`` with their options and bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from modules_catalog.expressions.types import FeatureType, ValueType
from modules_catalog.findings import FindingSeverity
from modules_catalog.loading.answers import OptionUnknown, read_answer
from modules_catalog.loading.expressions import ExpressionReader
from modules_catalog.loading.options import ModuleTables, OptionList, listed_table, read_options
from modules_catalog.loading.problems import Problems
from modules_catalog.loading.yaml_nodes import Entry, Fields
from modules_catalog.model import Feature, FeatureCode, FeatureKind
from modules_catalog.wording import said

_ALWAYS = frozenset({"kind", "required", "shown_when", "default"})
_OPTION_KEYS = _ALWAYS | {"table", "options", "columns", "derived", "price_range_minor"}
_KEYS = {
    FeatureKind.OPTION: _OPTION_KEYS,
    FeatureKind.OPTIONS: _OPTION_KEYS | {"minimum", "maximum", "max_each"},
    FeatureKind.INTEGER: _ALWAYS | {"minimum", "maximum", "step", "unit", "price_minor"},
    FeatureKind.DECIMAL: _ALWAYS | {"minimum", "maximum", "step", "unit", "price_minor"},
    FeatureKind.BOOLEAN: _ALWAYS - {"required"} | {"price_minor"},
    FeatureKind.TEXT: _ALWAYS | {"minimum", "maximum", "scripts", "price_minor"},
}
_ANSWERS = {
    FeatureKind.OPTION: ValueType.TEXT,
    FeatureKind.OPTIONS: ValueType.TEXT,
    FeatureKind.INTEGER: ValueType.INTEGER,
    FeatureKind.DECIMAL: ValueType.DECIMAL,
    FeatureKind.BOOLEAN: ValueType.BOOLEAN,
    FeatureKind.TEXT: ValueType.TEXT,
}


@dataclass(frozen=True, slots=True)
class ReadFeature:
    """A feature before its conditions are read, with what expressions may read of it and the texts of its table."""

    feature: Feature
    type: FeatureType
    fields: Fields
    texts: Mapping[str, Mapping[str, str]]


def read_feature(code: str, entry: Entry, folder: str, tables: ModuleTables, problems: Problems) -> ReadFeature:
    """Return a feature with its options and bounds; ``shown_when`` and the page are still to come.

    Raises:
        Mistake: The first thing that is wrong with it.
    """
    fields = entry.mapping()
    if "kind" not in fields:
        raise entry.mistake(said("`%(code)s` has no kind: one of %(names)s", code=code, names=", ".join(FeatureKind)))
    kind = FeatureKind(fields["kind"].choice([*FeatureKind]))
    fields = entry.mapping(_KEYS[kind])
    feature = Feature(
        code=FeatureCode(code),
        kind=kind,
        source=entry.source,
        required=fields["required"].boolean() if "required" in fields else True,
        unit=fields["unit"].word() if "unit" in fields else None,
        price_minor=fields["price_minor"].integer(least=0) if "price_minor" in fields else 0,
        declared_in=folder,
    )
    found = OptionList((), {}, {})
    match kind:
        case FeatureKind.OPTION | FeatureKind.OPTIONS:
            found = _options(code, entry, fields, folder, tables)
            feature = replace(feature, options=found.options, table=found.file if "options" not in fields else None)
            if kind is FeatureKind.OPTIONS:
                feature = _with_counts(feature, entry, fields)
            if not found.costs_known and all(option.price_known for option in found.options):
                problems.remark(
                    feature.source,
                    said(
                        "%(file)s states no cost for some options of `%(feature)s`, so 70 %% of the price is assumed: fill the "
                        "column cost_minor",
                        file=found.file or "line.yaml",
                        feature=code,
                    ),
                    code="missing_cost",
                    involves=(code,),
                )
        case FeatureKind.INTEGER | FeatureKind.DECIMAL:
            feature = _with_bounds(feature, entry, fields)
        case FeatureKind.TEXT:
            feature = _with_length(feature, entry, fields)
            found = OptionList((), {"length": ValueType.INTEGER}, {})
        case FeatureKind.BOOLEAN:
            pass
    kinds = FeatureType(_ANSWERS[kind], found.attributes, many=kind is FeatureKind.OPTIONS)
    feature = _with_default(feature, fields, tables, problems)
    return ReadFeature(feature, kinds, fields, found.texts)


def with_condition(read: ReadFeature, reader: ExpressionReader) -> Feature:
    """Return the feature with its ``shown_when``.

    Raises:
        Mistake: The condition is not valid.
    """
    if "shown_when" not in read.fields:
        return read.feature
    return replace(read.feature, shown_when=reader.condition(read.fields["shown_when"]))


def _options(code: str, entry: Entry, fields: Fields, folder: str, tables: ModuleTables) -> OptionList:
    if "options" in fields:
        if "table" in fields:
            raise fields["table"].mistake(
                said("`%(code)s` has its options here already; a table beside them is one too many", code=code)
            )
        table, sets = listed_table(fields["options"])
        found = read_options(code, fields, table, listed=True, declared=sets)
    else:
        name = fields["table"].word() if "table" in fields else f"{code}.csv"
        found = read_options(code, fields, tables.table(folder, name, entry.source), listed=False)
    if not found.options:
        raise entry.mistake(said("`%(code)s` has no options", code=code))
    return found


def _with_counts(feature: Feature, entry: Entry, fields: Fields) -> Feature:
    if "maximum" not in fields:
        raise entry.mistake(said("`%(code)s` takes several options: say its maximum", code=feature.code))
    minimum = fields["minimum"].integer(least=0) if "minimum" in fields else 1
    maximum = fields["maximum"].integer(least=1)
    each = fields["max_each"].integer(least=1) if "max_each" in fields else 1
    if minimum > maximum:
        raise fields["maximum"].mistake(
            said("the maximum %(maximum)s is less than the minimum %(minimum)s", maximum=maximum, minimum=minimum)
        )
    if feature.required and minimum == 0:
        raise entry.mistake(said("a required feature takes at least one piece: minimum: 1, or required: false"))
    return replace(feature, minimum=minimum, maximum=maximum, max_each=min(each, maximum))


def _with_bounds(feature: Feature, entry: Entry, fields: Fields) -> Feature:
    if "minimum" not in fields or "maximum" not in fields:
        raise entry.mistake(said("`%(code)s` is a number: say its minimum and maximum", code=feature.code))
    given = [fields[name] for name in ("minimum", "maximum", "step") if name in fields]
    whole = feature.kind is FeatureKind.INTEGER
    values = [Decimal(bound.integer()) if whole else bound.decimal() for bound in given]
    digits = max(-int(value.as_tuple().exponent) for value in values)
    scaled = [int(value.scaleb(digits)) for value in values]
    step = scaled[2] if len(scaled) == 3 else 10**digits
    if step <= 0:
        raise fields["step"].mistake(said("a step is more than 0"))
    if scaled[0] > scaled[1]:
        raise fields["maximum"].mistake(said("the maximum is less than the minimum"))
    return replace(feature, minimum=scaled[0], maximum=scaled[1], step=step, digits=digits)


def _with_length(feature: Feature, entry: Entry, fields: Fields) -> Feature:
    if "maximum" not in fields:
        raise entry.mistake(said("`%(code)s` is a text: say its maximum length", code=feature.code))
    scripts = frozenset(item.word() for item in fields["scripts"].items()) if "scripts" in fields else frozenset()
    minimum = fields["minimum"].integer(least=1) if "minimum" in fields else 1
    maximum = fields["maximum"].integer(least=1)
    if minimum > maximum:
        raise fields["maximum"].mistake(said("the maximum is less than the minimum"))
    return replace(feature, minimum=minimum, maximum=maximum, scripts=scripts)


def _with_default(feature: Feature, fields: Fields, tables: ModuleTables, problems: Problems) -> Feature:
    """Return the feature with its default; one that names an option only the stood-in table has is left out."""
    if "default" not in fields:
        return feature
    try:
        return replace(feature, default=read_answer(fields["default"], feature))
    except OptionUnknown as mistake:
        if not tables.files.tables:
            raise
        problems.remark(
            mistake.source,
            said(
                "the default of `%(feature)s` is left out: %(problem)s", feature=feature.code, problem=mistake.problem
            ),
            code="default_not_in_table",
            severity=FindingSeverity.NOTE,
            involves=(feature.code,),
        )
        return feature
