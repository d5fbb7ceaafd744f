"""Answers written in catalog files: defaults of features and choices of scenarios."""

from decimal import Decimal

from modules_catalog.loading.problems import Mistake
from modules_catalog.loading.yaml_nodes import Entry
from modules_catalog.model import DefaultAnswer, Feature, FeatureKind
from modules_catalog.wording import meant, said


class OptionUnknown(Mistake):
    """The answer names an option the feature does not have."""


def read_answer(entry: Entry, feature: Feature) -> DefaultAnswer:
    """Return an answer to a feature, None where nothing is written.

    Decimals are given unscaled, booleans as true / false.

    Raises:
        OptionUnknown: It names an option there is not.
        Mistake: It is no answer to this kind of feature.
    """
    if entry.is_nothing:
        return None
    match feature.kind:
        case FeatureKind.OPTION:
            return _option(entry, feature, {option.code for option in feature.options})
        case FeatureKind.OPTIONS:
            return _options(entry, feature)
        case FeatureKind.BOOLEAN:
            return entry.boolean()
        case FeatureKind.INTEGER:
            return int(_number(entry, feature, Decimal(entry.integer())))
        case FeatureKind.DECIMAL:
            return _number(entry, feature, entry.decimal())
        case FeatureKind.TEXT:
            return _text(entry, feature)


def _option(entry: Entry, feature: Feature, codes: set[str]) -> str:
    code = entry.text()
    if code not in codes:
        problem = said(
            "`%(feature)s` has no option `%(option)s`%(hint)s",
            feature=feature.code,
            option=code[:60],
            hint=meant(code, codes),
        )
        raise OptionUnknown(entry.source, problem, code="option_unknown", involves=(feature.code,))
    return code


def _options(entry: Entry, feature: Feature) -> dict[str, int]:
    """Return {option: count}; a list or a single code means one of each."""
    codes: set[str] = {option.code for option in feature.options}
    counts: dict[str, int] = {}
    if entry.is_mapping:
        for code, count in entry.mapping().items():
            if code not in codes:
                problem = said(
                    "`%(feature)s` has no option `%(option)s`%(hint)s",
                    feature=feature.code,
                    option=code[:60],
                    hint=meant(code, codes),
                )
                raise OptionUnknown(count.source, problem, code="option_unknown", involves=(feature.code,))
            counts[code] = count.integer(least=1)
    else:
        for item in entry.items() if entry.is_list else [entry]:
            code = _option(item, feature, codes)
            counts[code] = counts.get(code, 0) + 1
    return counts


def _number(entry: Entry, feature: Feature, value: Decimal) -> Decimal:
    scaled = value.scaleb(feature.digits)
    if not feature.minimum <= scaled <= feature.maximum:
        raise entry.mistake(said("%(value)s is not within the bounds of `%(code)s`", value=value, code=feature.code))
    if (scaled - feature.minimum) % feature.step:
        raise entry.mistake(said("%(value)s is not on a step of `%(code)s`", value=value, code=feature.code))
    return value


def _text(entry: Entry, feature: Feature) -> str:
    text = entry.text()
    if len(text) > feature.maximum:
        raise entry.mistake(
            said(
                "%(count)s characters; `%(code)s` takes %(maximum)s",
                count=len(text),
                code=feature.code,
                maximum=feature.maximum,
            )
        )
    return text
