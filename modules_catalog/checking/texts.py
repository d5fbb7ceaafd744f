"""Texts: what customers and the floor would see as a bare code, and texts that belong to nothing."""

import re
from collections.abc import Iterator

from modules_catalog.checking.listing import some_of
from modules_catalog.expressions.errors import ExpressionNotValid
from modules_catalog.expressions.parser import Names, parse_with_positions
from modules_catalog.expressions.tree import features_read
from modules_catalog.expressions.types import resolved
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.loading.texts import TEXT_FILE, text_places
from modules_catalog.loading.yaml_nodes import root
from modules_catalog.model import ConfigurationModel, FeatureKind, Rule, Source

_PLACE = re.compile(r"\{([^{}]*)\}")
_TAILS = (".help", ".missing", ".instruction", ".description", ".unit", ".place", ".example")


def text_findings(loaded: LoadedCatalog) -> Iterator[Finding]:
    """Yield missing texts in English and in each language of the line, unknown places, and unused texts."""
    model = loaded.model
    wanted = _wanted(loaded)
    for locale in _locales(loaded):
        texts = model.texts.get(locale, {})
        for key, source in wanted.items():
            if key not in texts:
                yield _missing(key, locale, source)
        yield from _missing_options(model, locale)
        for rule in model.rules:
            for key in (f"rule.{rule.id}", f"rule.{rule.id}.missing"):
                yield from _unknown_places(loaded, rule, texts.get(key, ""), locale)
    yield from _unused(loaded, wanted)


def _locales(loaded: LoadedCatalog) -> list[str]:
    """Return English and the languages the line has texts in."""
    prefix = f"{loaded.files.folder}/"
    own = {
        match[1]
        for name in loaded.files.files
        if name.startswith(prefix) and (match := TEXT_FILE.fullmatch(name.removeprefix(prefix)))
    }
    return sorted(own | {"en"})


def _wanted(loaded: LoadedCatalog) -> dict[str, Source]:
    """Return every text key that must be there, with the place of what it names."""
    model = loaded.model
    line = Source(f"{loaded.files.folder}/line.yaml", 1)
    wanted = {"line": line, **{f"step.{step.code}": line for step in model.steps}}
    wanted |= {f"feature.{feature.code}": feature.source for feature in model.features}
    wanted |= {f"rule.{rule.id}": rule.source for rule in model.rules}
    wanted |= {f"surcharge.{surcharge.id}": surcharge.source for surcharge in model.surcharges}
    for operation in model.operations:
        wanted[f"operation.{operation.code}"] = operation.source
        wanted |= {f"check.{check}": operation.source for check in operation.checks}
    return wanted


def _missing(key: str, locale: str, source: Source) -> Finding:
    reason = key.startswith("rule.") and locale == "en"
    return Finding(
        "missing_reason" if reason else "missing_translation",
        FindingSeverity.ERROR if reason else FindingSeverity.WARNING,
        str(source),
        f"texts/{locale}.yaml has no `{key}`" + ("; nobody would learn why an option is ruled out" if reason else ""),
        (key.split(".", 1)[-1],),
    )


def _missing_options(model: ConfigurationModel, locale: str) -> Iterator[Finding]:
    """Yield a feature whose options are named only in part; names nobody translated are proper names."""
    texts = model.texts.get(locale, {})
    for feature in model.features:
        if feature.kind not in (FeatureKind.OPTION, FeatureKind.OPTIONS):
            continue
        unnamed = [option for option in feature.options if f"option.{feature.code}.{option.code}" not in texts]
        proper = feature.table is not None and locale != "en" and len(unnamed) == len(feature.options)
        if unnamed and not proper:
            yield Finding(
                "missing_translation",
                FindingSeverity.WARNING,
                str(unnamed[0].source),
                f"{some_of([option.code for option in unnamed])} of `{feature.code}` have no name in {locale}",
                tuple(f"{feature.code}.{option.code}" for option in unnamed[:5]),
            )


def _unknown_places(loaded: LoadedCatalog, rule: Rule, text: str, locale: str) -> Iterator[Finding]:
    """Yield places of a reason, such as ``{gpu.length_mm}``, that name no feature or attribute."""
    for place in _PLACE.findall(text):
        if not _can_be_filled(loaded, place):
            yield Finding(
                "place_not_known",
                FindingSeverity.ERROR,
                str(rule.source),
                f"the {locale} text of `{rule.id}` has the place {{{place}}}, which is no attribute of a feature",
                (rule.id,),
            )


def _can_be_filled(loaded: LoadedCatalog, place: str) -> bool:
    """Return whether a place is a feature, an attribute or an expression over them."""
    try:
        read = resolved(parse_with_positions(place, Names(frozenset(loaded.schema))), loaded.schema)
    except ExpressionNotValid:
        return False
    return bool(features_read(read))


def _places(loaded: LoadedCatalog, locale: str) -> dict[str, Source]:
    """Return where each text of a locale stands, the line's own files before its libraries'."""
    found: dict[str, Source] = {}
    for folder in reversed(loaded.files.folders):
        name = f"{folder}/texts/{locale}.yaml"
        if name in loaded.files.files:
            found |= text_places(root(loaded.files.files[name], name))
    return found


def _unused(loaded: LoadedCatalog, wanted: dict[str, Source]) -> Iterator[Finding]:
    """Yield texts of the line's own files that name nothing there is."""
    model = loaded.model
    options = {f"option.{feature.code}.{option.code}" for feature in model.features for option in feature.options}
    options |= {f"option.{f.code}.{code}" for f in model.features for code in ("yes", "no") if not f.options}
    known = wanted.keys() | options | {f"part.{code}" for code in model.parts}
    first = {
        key.split(".", 1)[0] for key in ("step.", "feature.", "option.", "rule.", "surcharge.", "operation.", "check.")
    }
    for locale, texts in sorted(model.texts.items()):
        places = _places(loaded, locale)
        for key in texts:
            stem = next((key.removesuffix(tail) for tail in _TAILS if key.endswith(tail)), key)
            if key.split(".", 1)[0] in first and key not in known and stem not in known:
                yield Finding(
                    "unused_text",
                    FindingSeverity.WARNING,
                    str(places.get(key, Source(f"{loaded.files.folder}/texts/{locale}.yaml", 1))),
                    f"`{key}` names nothing of this line: a slip of the pen, or left over",
                    (key,),
                )
