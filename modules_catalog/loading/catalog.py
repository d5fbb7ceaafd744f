"""Loading: a catalog folder, or the same files out of a release, as a configuration model."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path, PurePosixPath
from typing import TypeVar

from modules_catalog.expressions.grammar import KEYWORDS
from modules_catalog.expressions.types import Schema
from modules_catalog.findings import Finding
from modules_catalog.loading.expressions import ExpressionReader
from modules_catalog.loading.features import ReadFeature, read_feature, with_condition
from modules_catalog.loading.files import LINE_FILE, CatalogFiles, read_files
from modules_catalog.loading.options import ModuleTables
from modules_catalog.loading.problems import Problems
from modules_catalog.loading.routing import check_order, read_bom_line, read_operation, read_parts, read_surcharge
from modules_catalog.loading.rules import read_rule
from modules_catalog.loading.scenarios import read_scenarios
from modules_catalog.loading.tables import inferred_type, typed
from modules_catalog.loading.texts import TEXT_FILE, read_texts
from modules_catalog.loading.yaml_nodes import Entry, root
from modules_catalog.model import (
    BomLine,
    ConfigurationModel,
    Feature,
    FeatureCode,
    LineCode,
    Locale,
    Operation,
    Part,
    Rule,
    Source,
    Step,
    Surcharge,
    Value,
)
from modules_catalog.sizing.components_file import components_path, parse_components
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.errors import ComponentsNotValid
from modules_catalog.sizing.model import ComponentTable
from modules_catalog.wording import meant, said

LINE_KEYS = frozenset(
    {"line", "uses", "currency", "settings", "steps", "features", "rules", "surcharges", "bom", "operations"}
)

Thing = TypeVar("Thing", Rule, Surcharge, BomLine, Operation)


@dataclass(frozen=True, slots=True)
class LoadedCatalog:
    """A model, the files it was read from, and the remarks that did not stop the loading."""

    model: ConfigurationModel
    files: CatalogFiles
    remarks: tuple[Finding, ...]
    schema: Schema


def load_catalog(folder: Path, *, catalogs: Path | None = None, tables: Path | None = None) -> ConfigurationModel:
    """Return the configuration model of a catalog folder.

    Args:
        folder: The folder with ``line.yaml``.
        catalogs: Where its libraries lie; the folder's parent unless given, then the built-in catalogs.
        tables: A folder whose CSV files stand in for the same-named module and rule tables.

    Raises:
        CatalogNotFound: A folder is not there.
        CatalogNotValid: The files hold mistakes; all of them are listed by file and line.
    """
    return read_catalog(read_files(folder, catalogs=catalogs, tables=tables)).model


def read_catalog(files: CatalogFiles) -> LoadedCatalog:
    """Return the model of files read before, from disk or from a release.

    Raises:
        CatalogNotValid: The files hold mistakes; all of them are listed by file and line.
    """
    problems = Problems()
    folders = [_Folder.of(name, files, problems) for name in files.folders]
    tables = ModuleTables(files)
    read: dict[str, ReadFeature] = {}
    for folder in folders:
        _read_features(folder, read, tables, problems)
    parts = _parts(folders, files, problems)
    problems.raise_any()  # What follows would only repeat that a feature or a part is not there.

    schema = {code: feature.type for code, feature in read.items()}
    reader = ExpressionReader.over(schema)
    features = _with_conditions(read, reader, problems)
    steps, pages = _steps(folders, features, problems)
    rules = _read_list(folders, "rules", problems, lambda e, f: read_rule(e, f, reader, files))
    surcharges = _read_list(folders, "surcharges", problems, lambda e, _: read_surcharge(e, reader))
    bom = _read_list(folders, "bom", problems, lambda e, _: read_bom_line(e, reader, parts))
    operations = _read_list(folders, "operations", problems, lambda e, f: read_operation(e, f, reader))
    _refuse_doubles(((rule.id, rule.source) for rule in rules), said("rules have the id"), problems)
    _refuse_doubles(((item.id, item.source) for item in surcharges), said("surcharges have the id"), problems)
    _refuse_doubles(((item.code, item.source) for item in operations), said("operations have the code"), problems)
    model = ConfigurationModel(
        line=LineCode(_line(folders[0], problems)),
        release=files.release(),
        currency=_currency(folders, problems),
        features=tuple(replace(feature, page=pages.get(code, "")) for code, feature in features.items()),
        rules=rules,
        surcharges=surcharges,
        bom=bom,
        parts=parts,
        operations=operations,
        steps=steps,
        scenarios=(),
        texts=_texts(folders, read, files, problems),
        uses=files.libraries,
        settings=_settings(folders, problems),
        components=_components(files, problems),
    )
    problems.raise_any()  # Scenarios and the order of operations would only repeat what is missing.
    check_order(operations, problems)
    scenarios_file = f"{files.folder}/scenarios.yaml"
    if scenarios_file in files.files:
        with problems.collected():
            scenarios = read_scenarios(
                root(files.files[scenarios_file], scenarios_file),
                features,
                frozenset(rule.id for rule in rules),
                problems,
                stood_in=bool(files.tables),
            )
            model = replace(model, scenarios=scenarios)
    problems.raise_any()
    return LoadedCatalog(model, files, tuple(problems.remarks), schema)


@dataclass(frozen=True, slots=True)
class _Folder:
    """One folder's ``line.yaml``, by its top keys; empty where it cannot be read."""

    name: str
    fields: Mapping[str, Entry]

    @classmethod
    def of(cls, name: str, files: CatalogFiles, problems: Problems) -> "_Folder":
        file = f"{name}/{LINE_FILE}"
        with problems.collected():
            return cls(name, root(files.files[file], file).mapping(LINE_KEYS))
        return cls(name, {})

    def items(self, key: str, problems: Problems) -> list[Entry]:
        with problems.collected():
            return self.fields[key].items() if key in self.fields else []
        return []

    def mapping(self, key: str, problems: Problems) -> dict[str, Entry]:
        with problems.collected():
            return self.fields[key].mapping() if key in self.fields else {}
        return {}


def _read_features(folder: _Folder, read: dict[str, ReadFeature], tables: ModuleTables, problems: Problems) -> None:
    for code, entry in folder.mapping("features", problems).items():
        if code in read:
            problems.add(
                entry.source,
                said(
                    "`%(code)s` is a feature of %(folder)s already: give it another code",
                    code=code,
                    folder=read[code].feature.declared_in,
                ),
            )
            continue
        with problems.collected():
            if not code.isidentifier() or code in KEYWORDS:
                raise entry.mistake(
                    said("`%(code)s` is no feature code: letters, digits and _, and no word of expressions", code=code)
                )
            read[code] = read_feature(code, entry, folder.name, tables, problems)


def _with_conditions(
    read: Mapping[str, ReadFeature], reader: ExpressionReader, problems: Problems
) -> dict[str, Feature]:
    features = {}
    for code, feature in read.items():
        features[code] = feature.feature
        with problems.collected():
            features[code] = with_condition(feature, reader)
    return features


def _read_list(
    folders: Iterable[_Folder], key: str, problems: Problems, read: Callable[[Entry, str], Thing]
) -> tuple[Thing, ...]:
    found = []
    for folder in folders:
        for entry in folder.items(key, problems):
            with problems.collected():
                found.append(read(entry, folder.name))
    return tuple(found)


def _steps(
    folders: Iterable[_Folder], features: Mapping[str, Feature], problems: Problems
) -> tuple[tuple[Step, ...], dict[str, str]]:
    """Return the steps and {feature: step}; a folder without steps gets one with all its features."""
    steps: list[Step] = []
    pages: dict[str, str] = {}
    for folder in folders:
        if "steps" not in folder.fields:
            own = tuple(feature.code for feature in features.values() if feature.declared_in == folder.name)
            if own:
                steps.append(Step(folder.name, own))
                pages.update(dict.fromkeys(own, folder.name))
        for entry in folder.items("steps", problems):
            with problems.collected():
                fields = entry.mapping({"code", "features"})
                if len(fields) < 2:
                    raise entry.mistake(said("a step has a code and features"))
                code = fields["code"].word()
                if any(step.code == code for step in steps):
                    raise entry.mistake(said("two steps have the code `%(code)s`", code=code))
                members = []
                for item in fields["features"].items():
                    feature = item.text()
                    if feature not in features:
                        raise item.mistake(
                            said(
                                "there is no feature `%(feature)s`%(hint)s",
                                feature=feature,
                                hint=meant(feature, features),
                            )
                        )
                    if feature in pages:
                        raise item.mistake(
                            said(
                                "`%(feature)s` stands on the step `%(step)s` already",
                                feature=feature,
                                step=pages[feature],
                            )
                        )
                    pages[feature] = code
                    members.append(FeatureCode(feature))
                steps.append(Step(code, tuple(members)))
    return tuple(steps), pages


def _parts(folders: Iterable[_Folder], files: CatalogFiles, problems: Problems) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for folder in folders:
        file = f"{folder.name}/parts.csv"
        if file in files.files:
            with problems.collected():
                for code, part in read_parts(files.files[file], file).items():
                    if code in parts:
                        problems.add(
                            part.source,
                            said(
                                "the part `%(code)s` stands in %(place)s already", code=code, place=parts[code].source
                            ),
                        )
                    parts.setdefault(code, part)
    return parts


def _refuse_doubles(named: Iterable[tuple[str, Source]], saying: str, problems: Problems) -> None:
    seen: dict[str, Source] = {}
    for name, source in named:
        if name in seen:
            problems.add(
                source,
                said(
                    "two %(what)s `%(name)s`; the other stands in %(place)s: give one another",
                    what=saying,
                    name=name,
                    place=seen[name],
                ),
            )
        seen.setdefault(name, source)


def _line(folder: _Folder, problems: Problems) -> str:
    with problems.collected():
        return folder.fields["line"].word() if "line" in folder.fields else folder.name
    return folder.name


def _currency(folders: Iterable[_Folder], problems: Problems) -> str:
    for folder in folders:
        if "currency" in folder.fields:
            with problems.collected():
                currency = folder.fields["currency"].word()
                if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
                    raise folder.fields["currency"].mistake(
                        said("`%(currency)s` is no ISO 4217 code", currency=currency)
                    )
                return currency
    return "EUR"


def _components(files: CatalogFiles, problems: Problems) -> tuple[ComponentTable, ...]:
    """Return the stocked components of the line: one table for each ``components*.csv`` of its own folder."""
    tables = []
    for block, cloth in product(FitBlock, ClothFamily):
        file = components_path(PurePosixPath(files.folder), block, cloth).as_posix()
        if file in files.files:
            try:
                tables.append(parse_components(files.files[file].decode(), name=file, block=block, cloth=cloth))
            except ComponentsNotValid as wrong:
                for finding in wrong.facts["findings"]:
                    name, line, message = finding.split(":", 2)
                    problems.add(Source(name, int(line)), message.strip())
    return tuple(tables)


def _settings(folders: list[_Folder], problems: Problems) -> dict[str, Value]:
    """Return the line constants; the line's own before those of its libraries."""
    settings: dict[str, Value] = {}
    for folder in reversed(folders):
        for name, entry in folder.mapping("settings", problems).items():
            with problems.collected():
                settings[name] = _setting(entry)
    return settings


def _setting(entry: Entry) -> Value:
    if entry.is_list:
        return frozenset(item.text() for item in entry.items())
    text = entry.text()
    if entry.is_nothing:
        return None
    return typed(text, inferred_type([text]))


def _texts(
    folders: list[_Folder], read: Mapping[str, ReadFeature], files: CatalogFiles, problems: Problems
) -> dict[Locale, dict[str, str]]:
    """Return {locale: {key: text}}: names in tables, then the libraries' texts, then the line's own."""
    texts: dict[Locale, dict[str, str]] = {"en": {}}
    for feature in read.values():
        for locale, named in feature.texts.items():
            texts.setdefault(locale, {}).update(named)
    for folder in reversed(folders):
        for file, content in files.files.items():
            match = TEXT_FILE.fullmatch(file.removeprefix(f"{folder.name}/"))
            if match and file.startswith(f"{folder.name}/"):
                with problems.collected():
                    texts.setdefault(match[1], {}).update(read_texts(root(content, file)))
    return texts
