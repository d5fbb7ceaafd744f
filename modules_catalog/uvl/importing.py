"""Feature models as catalogs: the files of a folder that ``load_catalog`` reads like any other.

Every feature becomes a yes / no feature; what typed features and copies carry becomes a second feature, asked while the
first is chosen. See docs/uvl.md.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from modules_catalog.uvl.crosstree import TooWide, Widths, said_by
from modules_catalog.uvl.errors import UvlNotValid, UvlOutNotEmpty
from modules_catalog.uvl.formulas import Formula
from modules_catalog.uvl.meaning import Meaning, Names
from modules_catalog.uvl.model import (
    AttributeValue,
    Constraint,
    FeatureModel,
    Operation,
    Placed,
    Text,
    UvlFeature,
    UvlType,
)
from modules_catalog.uvl.model import Call as UvlCall
from modules_catalog.uvl.model import Name as UvlName
from modules_catalog.uvl.reading import read_feature_model
from modules_catalog.uvl.relations import CatalogRule, tree_rules
from modules_catalog.uvl.values import (
    LONGEST_TEXT,
    TextOption,
    ValueFeature,
    bounds_said,
    numbers_of,
    texts_of,
    thresholds,
)
from modules_catalog.uvl.writing import written_constraint

MAP_FILE = "uvl-map.json"
ATTRIBUTES_FILE = "uvl-attributes.json"
LONGEST_REASON = 400
MOST_ON_A_STEP = 200


@dataclass(frozen=True, slots=True)
class ImportedCatalog:
    """A catalog folder's files, as text by path, and what was assumed where the feature model is silent."""

    files: Mapping[str, str]
    codes: Mapping[str, str]
    values: Mapping[str, ValueFeature]  # by the name of the feature that carries it
    remarks: tuple[str, ...]


def import_uvl(file: Path, out: Path) -> ImportedCatalog:
    """Write a UVL file, and what it imports, as a catalog folder and return what was written.

    Raises:
        UvlNotFound: The file is not there.
        UvlNotValid: It is not understood, or says what a catalog cannot; nothing is written.
        UvlOutNotEmpty: The folder holds something already; nothing is written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UvlOutNotEmpty(folder=str(out))
    catalog = catalog_of(read_feature_model(file))
    for name, text in catalog.files.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    return catalog


def catalog_of(model: FeatureModel) -> ImportedCatalog:
    """Return a feature model as the files of a catalog.

    Raises:
        UvlNotValid: It says what a catalog cannot, with file, line and the way out.
    """
    names = Names(model)
    options, texts = _texts(model, names)
    meaning = Meaning(names, options)
    formulas = [meaning.condition(one.constraint, one.source) for one in model.constraints]
    values, remarks = _values(names, formulas, texts)
    rules = list(tree_rules(model.root, names))
    rules += _constraint_rules(model, formulas, names, values)
    steps = _steps(model, names)
    files = {
        "line.yaml": _line(model, names, values, rules, steps),
        "texts/en.yaml": _english(model, names, values, rules, steps),
        MAP_FILE: _json({name: {"feature": code, "option": "yes"} for name, code in names.codes.items()}),
    }
    attributes = {name: _plain(feature.attributes) for name, feature in names.features.items() if feature.attributes}
    if attributes:
        files[ATTRIBUTES_FILE] = _json(attributes)
    return ImportedCatalog(files, names.codes, values, tuple(remarks))


# --- values ---------------------------------------------------------------------------------------


def _texts(model: FeatureModel, names: Names) -> tuple[dict[str, dict[str, str]], dict[str, tuple[TextOption, ...]]]:
    """Return the texts of String features that are compared with texts, as {text: code} and as options."""
    together: dict[str, set[str]] = {}
    compared: dict[str, list[str]] = {}
    measured: set[str] = set()
    for one in model.constraints:
        for left, right in _equalities(one.constraint):
            sides = [_string_side(side, names) for side in (left, right)]
            features = [side for side in sides if isinstance(side, UvlFeature)]
            for feature in features:
                group = together.setdefault(feature.name, {feature.name})
                for other in features:
                    group |= together.setdefault(other.name, {other.name})
                for member in list(group):
                    together[member] = group
                compared.setdefault(feature.name, []).extend(side for side in sides if isinstance(side, str))
        measured |= {names.found(call.of)[0].name for call in _calls(one.constraint) if call.function == "len"}
    codes: dict[str, dict[str, str]] = {}
    options: dict[str, tuple[TextOption, ...]] = {}
    for name, feature in names.features.items():
        if feature.type is not UvlType.STRING or (name not in together and "values" not in feature.attributes):
            continue
        peers = sorted(together.get(name, {name}))
        texts = [text for member in peers for text in compared.get(member, [])]
        options[name] = texts_of(feature, texts, len(peers), by_length=bool(measured & set(peers)))
        codes[name] = {option.text or f"\n{option.code}": option.code for option in options[name]}
    return codes, options


def _equalities(constraint: Constraint) -> Iterator[tuple[Constraint, Constraint]]:
    if isinstance(constraint, Operation):
        if constraint.operator in ("==", "!="):
            yield constraint.operands[0], constraint.operands[1]
        for operand in constraint.operands:
            yield from _equalities(operand)


def _calls(constraint: Constraint) -> Iterator[UvlCall]:
    if isinstance(constraint, UvlCall):
        yield constraint
    elif isinstance(constraint, Operation):
        for operand in constraint.operands:
            yield from _calls(operand)


def _string_side(side: Constraint, names: Names) -> UvlFeature | str | None:
    if isinstance(side, Text):
        return side.value
    if not isinstance(side, UvlName):
        return None
    feature, attribute = names.found(side)
    if attribute:
        value = names.attribute(feature, attribute, side.source)
        return value if isinstance(value, str) else None
    return feature if feature.type is UvlType.STRING else None


def _values(
    names: Names, formulas: list[Formula], texts: Mapping[str, tuple[TextOption, ...]]
) -> tuple[dict[str, ValueFeature], list[str]]:
    """Return what features carry, and what was assumed of it."""
    found: dict[str, ValueFeature] = {}
    remarks: list[str] = []
    said = bounds_said(formulas, {code: names.codes[name] for name, code in names.values.items()})
    against: dict[str, list[Fraction]] = {}
    for formula in formulas:
        for code, number in thresholds(formula):
            against.setdefault(code, []).append(number)
    for name, code in names.values.items():
        feature, owner = names.features[name], names.codes[name]
        if feature.type is UvlType.STRING:
            kind = "option" if name in texts else "text"
            found[name] = ValueFeature(
                code, owner, kind, Fraction(1), Fraction(LONGEST_TEXT), texts=texts.get(name, ())
            )
        elif feature.type is UvlType.BOOLEAN:
            assert feature.copies is not None  # noqa: S101 - only features with copies carry a count
            least, most = max(1, feature.copies[0]), feature.copies[1]
            found[name] = ValueFeature(code, owner, "integer", Fraction(least), Fraction(most))
        else:
            bounds = said.get(code, ([], []))
            found[name], remark = numbers_of(feature, code, owner, bounds, against.get(code, []))
            remarks += [f"{feature.source}: {remark}"] if remark else []
    return found, remarks


# --- rules ----------------------------------------------------------------------------------------


def _constraint_rules(
    model: FeatureModel, formulas: list[Formula], names: Names, values: Mapping[str, ValueFeature]
) -> Iterator[CatalogRule]:
    widths = Widths({value.code: value for value in values.values()})
    root = names.codes[model.root.name]
    for number, (placed, formula) in enumerate(zip(model.constraints, formulas, strict=True), start=1):
        try:
            said = list(said_by(formula, widths, root))
        except TooWide as error:
            raise UvlNotValid(placed.source, str(error)) from None
        reason = _reason(placed)
        for part, one in enumerate(said, start=1):
            rule_id = f"constraint_{number}" + (f"_{part}" if len(said) > 1 else "")
            yield CatalogRule(rule_id, reason, one.kind, one.conditions, 1)


def _reason(placed: Placed) -> str:
    text = written_constraint(placed.constraint)
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"


# --- files ----------------------------------------------------------------------------------------


def _line(
    model: FeatureModel,
    names: Names,
    values: Mapping[str, ValueFeature],
    rules: list[CatalogRule],
    steps: Mapping[str, list[str]],
) -> str:
    lines = [f"line: {names.codes[model.root.name]}", "settings: {made: false}", "steps:"]
    for step, members in steps.items():
        listed = [code for name in members for code in _codes(name, names, values)]
        lines.append(f"  - {{code: {step}, features: [{', '.join(listed)}]}}")
    lines.append("features:")
    for name, code in names.codes.items():
        lines.append(f"  {code}: {{kind: boolean}}")
        if name in values:
            lines += _value_lines(values[name])
    lines.append("rules:")
    lines += [_rule_line(rule) for rule in rules]
    return "\n".join(lines) + "\n"


def _codes(name: str, names: Names, values: Mapping[str, ValueFeature]) -> list[str]:
    return [names.codes[name], *([values[name].code] if name in values else [])]


def _value_lines(value: ValueFeature) -> Iterator[str]:
    shown = f"shown_when: {value.owner}"
    if value.kind == "option":
        yield f"  {value.code}:"
        yield "    kind: option"
        yield f"    {shown}"
        yield "    options:"
        for text in value.texts:
            yield f"      {text.code}: {{length: {text.length}}}" if text.length else f"      {text.code}: {{}}"
    elif value.kind == "text":
        yield f"  {value.code}: {{kind: text, maximum: {LONGEST_TEXT}, {shown}}}"
    else:
        bounds = f"minimum: {decimal(value.least)}, maximum: {decimal(value.most)}, step: {decimal(value.step)}"
        yield f"  {value.code}: {{kind: {value.kind}, {bounds}, {shown}}}"


def _rule_line(rule: CatalogRule) -> str:
    if rule.kind == "that":
        return f"  - {{id: {rule.id}, that: {_quoted(rule.conditions[0])}}}"
    members = ", ".join(_quoted(condition) for condition in rule.conditions)
    return f"  - {{id: {rule.id}, {rule.kind}: {{n: {rule.n}, of: [{members}]}}}}"


def _english(
    model: FeatureModel,
    names: Names,
    values: Mapping[str, ValueFeature],
    rules: list[CatalogRule],
    steps: Mapping[str, list[str]],
) -> str:
    lines = [f"line: {_quoted(model.root.name)}"]
    by_code = {code: name for name, code in names.codes.items()}
    lines += [f"step.{step}: {_quoted(by_code[step])}" for step in steps]
    for name, code in names.codes.items():
        lines.append(f"feature.{code}: {_quoted(name)}")
        if name in values:
            lines += _value_texts(name, values[name])
    lines += [f"rule.{rule.id}: {_quoted(rule.reason.replace('{', '(').replace('}', ')'))}" for rule in rules]
    return "\n".join(lines) + "\n"


def _value_texts(name: str, value: ValueFeature) -> Iterator[str]:
    what = {"integer": "number", "decimal": "number"}.get(value.kind, "text")
    what = "copies" if value.code.rstrip("_0123456789").endswith("_copies") else what
    yield f"feature.{value.code}: {_quoted(f'{name}: {what}')}"
    for text in value.texts:
        shown = text.text or f"another text{f' of {text.length} characters' if text.length else ''}"
        yield f"option.{value.code}.{text.code}: {_quoted(shown)}"


def _steps(model: FeatureModel, names: Names) -> dict[str, list[str]]:
    """Return {step: names of its features}: a step for each branch below the root, the root's leaves with the root.

    A branch of very many features is parted like the root.
    """
    steps: dict[str, list[str]] = {}

    def part(branch: UvlFeature) -> None:
        own = steps[names.codes[branch.name]] = [branch.name]
        for child in (child for group in branch.groups for child in group.features):
            below = [feature.name for feature in child.walk()]
            if not child.groups:
                own.append(child.name)
            elif len(below) > MOST_ON_A_STEP:
                part(child)
            else:
                steps[names.codes[child.name]] = below

    part(model.root)
    return steps


def decimal(value: Fraction) -> str:
    """Return a fraction of a power of ten as plain digits."""
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f")


def _plain(value: AttributeValue) -> object:
    match value:
        case bool() | int() | str():
            return value
        case Fraction():
            return float(value)
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return {key: _plain(one) for key, one in value.items()}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
