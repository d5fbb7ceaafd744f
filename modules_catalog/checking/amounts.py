"""Times, quantities and surcharges that are not known for some option."""

from collections.abc import Iterator

from modules_catalog.checking.listing import some_of
from modules_catalog.expressions.evaluate import Missing, Piece, Scope, amount, holds, terms
from modules_catalog.expressions.printing import printed
from modules_catalog.expressions.tree import Expression, features_read
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.model import ConfigurationModel, FeatureKind, Source
from modules_catalog.wording import said


def amount_findings(loaded: LoadedCatalog) -> Iterator[Finding]:
    """Yield what is wrong with amounts, tried on every option of the one feature each term reads."""
    model = loaded.model
    severity = FindingSeverity.WARNING if loaded.files.tables else FindingSeverity.ERROR
    for operation in model.operations:
        what = said("the time of the operation `%(code)s` (run_s)", code=operation.code)
        yield from _of_terms(model, operation.run_s, operation.when, operation.source, what, severity)
    for surcharge in model.surcharges:
        what = said("the surcharge `%(code)s`", code=surcharge.id)
        yield from _of_terms(model, surcharge.add, None, surcharge.source, what, severity)
    for line in model.bom:
        if line.quantity is not None:
            what = said("the quantity of `%(code)s`", code=str(line.feature or line.part))
            yield from _of_terms(model, line.quantity, line.when, line.source, what, severity)


def _of_terms(
    model: ConfigurationModel,
    expression: Expression,
    when: Expression | None,
    source: Source,
    what: str,
    severity: FindingSeverity,
) -> Iterator[Finding]:
    for term in terms(expression):
        read = sorted(features_read(term))
        if len(read) != 1:
            continue
        unknown = _options_without(model, read[0], term, when)
        if unknown:
            yield Finding(
                "amount_not_known",
                severity,
                str(source),
                said(
                    "%(what)s is not known with %(options)s of `%(feature)s`, for a column that `%(term)s` reads is "
                    "empty there (%(place)s): fill it, or say what stands in: first_known(…, 0)",
                    what=what,
                    options=some_of(unknown),
                    feature=read[0],
                    term=printed(term),
                    place=next(str(o.source) for o in model.feature(read[0]).options if o.code == unknown[0]),
                ),
                (read[0], *(f"{read[0]}.{code}" for code in unknown[:5])),
            )


def _options_without(model: ConfigurationModel, code: str, term: Expression, when: Expression | None) -> list[str]:
    """Return the options of a feature with which the term is not known."""
    feature = model.feature(code)
    if feature.kind not in (FeatureKind.OPTION, FeatureKind.OPTIONS):
        return []
    unknown: list[str] = []
    alone = when is not None and features_read(when) <= {code}
    for option in feature.options:
        scope = Scope({code: (Piece(option.code, option.attributes),)})
        if alone and not holds(when, scope):
            continue
        if isinstance(amount(term, scope), Missing):
            unknown.append(option.code)
    return unknown
