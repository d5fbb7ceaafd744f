"""Words: texts in expressions that equal no value of what they are compared with, mostly slips of the pen."""

import difflib
from collections.abc import Iterator, Mapping

from modules_catalog.checking.listing import some_of
from modules_catalog.expressions.printing import printed
from modules_catalog.expressions.tree import (
    Call,
    Comparison,
    Constant,
    Expression,
    Reference,
    SetOf,
    features_read,
    walk,
)
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Source
from modules_catalog.wording import said

Texts = frozenset[str] | None
"""All texts an expression can be; None when that cannot be said."""


def word_findings(loaded: LoadedCatalog) -> Iterator[Finding]:
    """Yield the texts that match nothing: a warning for an option there is not and for what looks like a slip.

    Attribute values that merely no option has now are a note, one for each rule and attribute: a rule may be written
    for tables still to come.
    """
    values = _Values(loaded.model)
    for source, expression, name in _expressions(loaded.model):
        unmatched: dict[Expression, list[str]] = {}
        for part in walk(expression):
            for text, beside, known in values.never_matching(part):
                is_code = isinstance(beside, Reference) and beside.attribute is None
                meant = _meant(text, known, is_code=is_code)
                if meant is None or loaded.files.tables:
                    unmatched.setdefault(beside, []).append(text)
                    continue
                hint = (
                    said("did you mean `%(word)s`?", word=meant)
                    if meant
                    else said("there are %(words)s", words=some_of(sorted(known)))
                )
                yield Finding(
                    "text_matches_nothing",
                    FindingSeverity.WARNING,
                    str(source),
                    said(
                        "`%(what)s` has no answer `%(word)s` (in `%(name)s`); %(hint)s",
                        word=text,
                        what=printed(beside),
                        name=name,
                        hint=hint,
                    )
                    if is_code
                    else said(
                        "`%(word)s` is never `%(what)s` (in `%(name)s`); %(hint)s",
                        word=text,
                        what=printed(beside),
                        name=name,
                        hint=hint,
                    ),
                    (name, *sorted(features_read(beside))),
                )
        for beside, texts in unmatched.items():
            yield Finding(
                "text_matches_nothing",
                FindingSeverity.NOTE,
                str(source),
                said(
                    "no option has %(words)s as %(what)s now (in `%(name)s`): nothing has to be done where such ones are to "
                    "come, else correct it",
                    words=some_of(list(dict.fromkeys(texts))),
                    what=printed(beside),
                    name=name,
                ),
                (name, *sorted(features_read(beside))),
            )


def _meant(text: str, known: frozenset[str], *, is_code: bool) -> str | None:
    """Return the value a text was probably meant to be, "" for a code that is like none, None when it may well be so."""
    near = difflib.get_close_matches(text, sorted(known), 3, cutoff=0.6 if is_code else 0.8)
    if is_code:
        return near[0] if near else ""
    digits = [character for character in text if character.isdigit()]
    slips = [value for value in near if [c for c in value if c.isdigit()] == digits and abs(len(value) - len(text)) < 2]
    return slips[0] if slips else None


def _expressions(model: ConfigurationModel) -> Iterator[tuple[Source, Expression, str]]:
    for feature in model.features:
        if feature.shown_when is not None:
            yield feature.source, feature.shown_when, feature.code
    for rule in model.rules:
        if rule.condition is not None:
            yield rule.source, rule.condition, rule.id
        if rule.table is not None:
            for _, expression in rule.table.columns:
                yield rule.source, expression, rule.id
    for surcharge in model.surcharges:
        yield surcharge.source, surcharge.add, surcharge.id
        if surcharge.when is not None:
            yield surcharge.source, surcharge.when, surcharge.id
    for line in model.bom:
        for part in (line.quantity, line.when):
            if part is not None:
                yield line.source, part, line.feature or line.part or ""
    for operation in model.operations:
        for part in (operation.run_s, operation.when, operation.recipe, operation.setup_for):
            if part is not None:
                yield operation.source, part, operation.code


class _Values:
    """What texts the answers and attributes of a model's features have, looked up once."""

    def __init__(self, model: ConfigurationModel) -> None:
        self._features: dict[str, Feature] = {feature.code: feature for feature in model.features}
        self._texts: dict[tuple[str, str | None], Texts] = {}

    def never_matching(self, part: Expression) -> Iterator[tuple[str, Expression, frozenset[str]]]:
        """Yield (text, what it is compared with, what that can be) for the texts of a comparison that never match."""
        match part:
            case Comparison(operator="==" | "!=", left=left, right=right):
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, Constant) and isinstance(one.value, str):
                        yield from self._unless_possible(one.value, other)
            case Comparison(operator="in" | "not in", left=left, right=SetOf(values=values)):
                for value in sorted(value for value in values if isinstance(value, str)):
                    yield from self._unless_possible(value, left)
            case Comparison(operator="in" | "not in", left=Constant(value=str(value)), right=right):
                yield from self._unless_possible(value, right)
            case Call(name="map", arguments=(argument,), mapping=mapping):
                for key, _ in mapping:
                    if isinstance(key, str) and not _is_spelling(mapping):
                        yield from self._unless_possible(key, argument)

    def _unless_possible(self, text: str, beside: Expression) -> Iterator[tuple[str, Expression, frozenset[str]]]:
        known = self.texts(beside)
        if known and text not in known:
            yield text, beside, known

    def texts(self, expression: Expression) -> Texts:
        """Return all texts an expression can be."""
        match expression:
            case Constant(value=str(value)):
                return frozenset({value})
            case Reference(feature=feature, attribute=attribute):
                return self._of_reference(feature, attribute)
            case Call(name="map", arguments=(argument,), mapping=mapping):
                given = self.texts(argument)
                replaced: Mapping[object, object] = dict(mapping)
                if given is None:
                    return None
                return frozenset(str(replaced.get(text, text)) for text in given)
            case Call(name="first_known", arguments=arguments):
                return _union([self.texts(argument) for argument in arguments])
            case Call(name="if", arguments=(_, then, otherwise)):
                return _union([self.texts(then), self.texts(otherwise)])
            case _:
                return None

    def _of_reference(self, code: str, attribute: str | None) -> Texts:
        key = (code, attribute)
        if key not in self._texts:
            self._texts[key] = self._read(code, attribute)
        return self._texts[key]

    def _read(self, code: str, attribute: str | None) -> Texts:
        feature = self._features.get(code)
        if feature is None or feature.kind not in (FeatureKind.OPTION, FeatureKind.OPTIONS):
            return None
        if attribute is None:
            return frozenset(option.code for option in feature.options)
        found: set[str] = set()
        for option in feature.options:
            value = option.attributes.get(attribute)
            if isinstance(value, frozenset):
                found |= value
            elif isinstance(value, str):
                found.add(value)
        return frozenset(found)


def _union(parts: list[Texts]) -> Texts:
    known = [part for part in parts if part is not None]
    return frozenset[str]().union(*known) if len(known) == len(parts) else None


def _is_spelling(mapping: tuple[tuple[object, object], ...]) -> bool:
    """Return whether a map only brings spellings together, which need not all occur."""
    return all(isinstance(key, str) and isinstance(value, str) for key, value in mapping)
