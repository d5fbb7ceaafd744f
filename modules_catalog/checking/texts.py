"""Texts: what customers and the floor would see as a bare code, and texts that belong to nothing."""

import re
from collections.abc import Iterator

from modules_catalog.checking.listing import some_of
from modules_catalog.comparing.spelling import spelled
from modules_catalog.expressions.errors import ExpressionNotValid
from modules_catalog.expressions.parser import Names, parse_with_positions
from modules_catalog.expressions.tree import features_read
from modules_catalog.expressions.types import resolved
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.loading.texts import TEXT_FILE, text_places
from modules_catalog.loading.yaml_nodes import root
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Rule, Source
from modules_catalog.wording import meant, said

_PLACE = re.compile(r"\{([^{}]*)\}")
HINTED = 20
"""Of so many unknown keys the nearest right one is looked for, which takes long among the keys of a large table."""
_TAILS = (".help", ".missing", ".instruction", ".description", ".unit", ".place", ".example")


def text_findings(loaded: LoadedCatalog) -> Iterator[Finding]:
    """Yield missing texts in English and in each language of the line, unknown places, and unused texts."""
    model = loaded.model
    wanted = _wanted(loaded)
    for locale in _locales(loaded):
        texts, places = model.texts.get(locale, {}), _places(loaded, locale)
        for key, source in wanted.items():
            if key not in texts:
                yield _missing(loaded, key, locale, source)
        yield from _missing_options(model, locale)
        yield from _missing_columns(model, locale)
        for rule in model.rules:
            for key in (f"rule.{rule.id}", f"rule.{rule.id}.missing"):
                yield from _unknown_places(loaded, rule, texts.get(key, ""), locale, places.get(key, rule.source))
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


def _missing(loaded: LoadedCatalog, key: str, locale: str, source: Source) -> Finding:
    """Return that a text is missing, at the end of the file it is missing in, else at what it would name."""
    reason = key.startswith("rule.") and locale == "en"
    file = f"{source.file.partition('/')[0]}/texts/{locale}.yaml"
    written = loaded.files.files.get(file)
    place = source if written is None else Source(file, max(1, len(written.splitlines())))
    return Finding(
        "missing_reason" if reason else "missing_translation",
        FindingSeverity.ERROR if reason else FindingSeverity.WARNING,
        str(place),
        said(
            "%(file)s has no `%(key)s`, so nobody would learn why an option is ruled out: write it there",
            file=file,
            key=key,
        )
        if reason
        else said(
            "%(file)s has no `%(key)s`, so its code or English would be shown: write it there", file=file, key=key
        ),
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
                said(
                    "no name in %(locale)s for %(options)s of `%(feature)s`: write `option.%(feature)s.%(first)s` "
                    "into the texts, or fill the column %(column)s",
                    options=some_of([option.code for option in unnamed]),
                    feature=feature.code,
                    locale=locale,
                    first=unnamed[0].code,
                    column="name" if locale == "en" else f"name_{locale}",
                ),
                tuple(f"{feature.code}.{option.code}" for option in unnamed[:5]),
            )


def _missing_columns(model: ConfigurationModel, locale: str) -> Iterator[Finding]:
    """Yield features of which some column or value is named in another language and not in this one."""
    texts = model.texts.get(locale, {})
    elsewhere = {key for own in model.texts.values() for key in own if key.startswith(("column.", "value."))}
    for feature in model.features:
        own = (f"column.{feature.code}.", f"value.{feature.code}.")
        lacking = sorted(key for key in elsewhere if key.startswith(own) and key not in texts)
        if lacking:
            yield Finding(
                "missing_translation",
                FindingSeverity.WARNING,
                str(feature.source),
                said(
                    "%(keys)s have a text in another language and none in %(locale)s: write it, or drop the others",
                    keys=some_of(lacking),
                    locale=locale,
                ),
                (feature.code,),
            )


def _unknown_places(loaded: LoadedCatalog, rule: Rule, text: str, locale: str, source: Source) -> Iterator[Finding]:
    """Yield places of a reason, such as ``{gpu.length_mm}``, that name no feature or attribute."""
    otherwise = said(": correct it, or leave it out")
    for place in _PLACE.findall(text):
        if not _can_be_filled(loaded, place):
            yield Finding(
                "place_not_known",
                FindingSeverity.ERROR,
                str(source),
                said(
                    "the %(locale)s text of the rule `%(rule)s` has the place {%(place)s}, which is no attribute of a "
                    "feature%(hint)s",
                    locale=locale,
                    rule=rule.id,
                    place=place,
                    hint=meant(place, _attributes(loaded), otherwise),
                ),
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
    """Yield texts that name nothing there is; columns and values only where their feature has some."""
    model = loaded.model
    otherwise = said(": a slip of the pen, or left over; correct it, or drop it")
    known = wanted.keys() | _options(model) | {f"part.{code}" for code in model.parts} | _columns(model)
    hinted: set[str] = set()
    for locale, texts in sorted(model.texts.items()):
        places = _places(loaded, locale)
        for key in texts:
            stem = next((key.removesuffix(tail) for tail in _TAILS if key.endswith(tail)), key)
            if key not in known and stem not in known:
                if len(hinted) < HINTED:
                    hinted.add(key)
                yield Finding(
                    "unused_text",
                    FindingSeverity.WARNING,
                    str(places.get(key, Source(f"{loaded.files.folder}/texts/{locale}.yaml", 1))),
                    said(
                        "`%(key)s` names nothing of this line%(hint)s",
                        key=key,
                        hint=meant(key, known if key in hinted else (), otherwise),
                    ),
                    (key,),
                )


def _options(model: ConfigurationModel) -> set[str]:
    listed = {f"option.{feature.code}.{option.code}" for feature in model.features for option in feature.options}
    return listed | {f"option.{f.code}.{code}" for f in model.features for code in ("yes", "no") if not f.options}


def _attributes(loaded: LoadedCatalog) -> set[str]:
    return {f"{code}.{name}" for code, kinds in loaded.schema.items() for name in kinds.attributes}


def _columns(model: ConfigurationModel) -> set[str]:
    """Return the keys that name a column of a feature's table, or a value some option has in it."""
    return {key for feature in model.features for key in _columns_of(feature)}


def _columns_of(feature: Feature) -> Iterator[str]:
    for option in feature.options:
        for column, value in option.attributes.items():
            yield f"column.{feature.code}.{column}"
            for one in value if isinstance(value, frozenset) else (value,):
                if one is not None:
                    yield f"value.{feature.code}.{column}.{spelled(one)}"
