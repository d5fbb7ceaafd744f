"""``lotone catalog``: check catalogs, publish them, write them out again."""

import json
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, NoReturn

import typer

from kernel.errors import LotOneError
from modules_catalog.checking.catalog import library_findings
from modules_catalog.findings import Finding, FindingSeverity, has_errors, listed
from modules_catalog.loading.catalog import LoadedCatalog, read_catalog
from modules_catalog.loading.files import BUILT_IN_CATALOGS, CatalogFiles, CatalogNotFound, read_files, users_of
from modules_catalog.loading.problems import CatalogNotValid
from orders.publishing.document import finding_to_json, report_to_json
from production.plants.model import Plant
from web.settings import Settings, read_settings

app = typer.Typer(help="Catalogs: check, publish, export.", no_args_is_help=True)

FolderArgument = Annotated[str, typer.Argument(metavar="DIR", help="A catalog folder, or the code of a built-in line.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
LocaleOption = Annotated[str, typer.Option(help="en, zh_Hant or zh_Hans.")]
NO, WRONG_USAGE = 1, 2
#: What a check is at, for whoever watches; {stage: words}.
DOING = {
    "reading": "reading",
    "compiling": "making the rules ready",
    "choices": "looking for what can never be chosen",
    "rules": "weighing rules",
    "scenarios": "running scenarios",
    "agreement": "comparing solving methods",
    "impact": "trying choices",
}
NOT_TRIED = ("drafts, quotes and orders were not tried: first mend what cannot be solved",)
MOST_OF_A_KIND = 20
"""So many findings of a kind are printed; the rest is counted."""


@app.command()
def check(
    folder: FolderArgument,
    tables: Annotated[
        Path | None, typer.Option(help="Folder whose CSV files stand in for the same-named tables.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Also say what it would do to the drafts, quotes and orders of a database."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="List every finding, also where there are many of a kind.")
    ] = False,
    locale: LocaleOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Say what is wrong or missing in a catalog. Exit code 0: it may be published; 1: it may not."""
    from sqlalchemy.exc import SQLAlchemyError

    from orders.publishing.impact import can_be_tried
    from web.views.catalog import finding_json

    _require_locale(locale)
    if database is not None and tables is not None:
        _refuse("--database and --tables: a catalog with other tables is never published, so it has no impact")
    impact, begun = None, monotonic()
    try:
        loaded = _loaded(folder, tables)
        findings = _findings(loaded)
        if _is_library(folder):
            findings = library_findings(findings)
        if database is not None:
            settings = replace(read_settings(), database_url=database)
            impact = _impact(settings, loaded, locale) if can_be_tried(findings) else (NOT_TRIED, None)
    except CatalogNotValid as error:
        findings = error.findings
    except SQLAlchemyError as error:
        _refuse(f"the database cannot be read ({type(error).__name__}): is it a URL such as sqlite:///lotone.db?")
    ok = not has_errors(findings)
    if as_json:
        told = {"ok": ok, "findings": [finding_json(finding, locale) for finding in findings]}
        print(
            json.dumps(
                told | ({} if impact is None or impact[1] is None else {"impact": impact[1]}), ensure_ascii=False
            )
        )
    else:
        _print_findings(findings, every=every, locale=locale)
        _print_lines(impact)
        typer.echo(f"checked in {monotonic() - begun:.1f} s", err=True)
    raise typer.Exit(0 if ok else NO)


@app.command()
def publish(
    folder: FolderArgument,
    effective_from: Annotated[
        datetime | None, typer.Option("--from", help="From when it is in force, in UTC; now by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Freeze a catalog as a release, if the gate lets it through. Exit code 1: it does not; nothing is published."""
    from modules_catalog.checking.libraries import published_alone
    from modules_catalog.releases import service as releases
    from web.opening import open_shop

    shop = open_shop(read_settings())
    try:
        loaded = _loaded(folder, None)
        with shop.database.read() as db:
            users = releases.users_in_force(db, loaded.files.folder, now=shop.now())
        alone = tuple(published_alone(loaded, {*users, *users_of(catalog_folder(folder))}))
        findings = alone or _findings(loaded)
    except CatalogNotValid as error:
        findings, loaded = error.findings, None
    if loaded is None or has_errors(findings):
        if as_json:
            told = [finding_to_json(found) for found in findings]
            print(json.dumps({"ok": False, "findings": told}, ensure_ascii=False))
        else:
            _print_findings(findings)
        raise typer.Exit(NO)
    impact = _impact(read_settings(), loaded, "en")
    start = None if effective_from is None else effective_from.replace(tzinfo=UTC)
    with shop.database.write() as db:
        release = releases.publish_loaded(db, loaded, now=shop.now(), effective_from=start)
    if as_json:
        told_impact = {} if impact[1] is None else {"impact": impact[1]}
        print(json.dumps({"ok": True, "line": loaded.model.line, "release": release} | told_impact, ensure_ascii=False))
    else:
        if impact[1] is not None:
            _print_lines(impact)
        print(f"{loaded.model.line} {release}")


@app.command()
def export(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="A catalog folder, or a line's code; with --release a line's code.")
    ],
    out: Annotated[Path, typer.Option(help="Folder the catalog's folders are written to.")] = Path("export"),
    release: Annotated[
        str | None, typer.Option(help="A release of the database, by name, or `current`; by default the folder itself.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a catalog and its libraries as folders, byte for byte as they were, or would be, published."""
    from modules_catalog.releases import service as releases

    files = _folder_files(folder, None) if release is None else _released_files(folder, release)
    taken = [name for name in files.folders if (out / name).exists()]
    if taken:
        _refuse(f"{out / taken[0]} is there already")
    written = releases.write_files(files, out)
    if as_json:
        names = sorted(path.relative_to(out).as_posix() for path in written)
        print(json.dumps({"release": files.release(), "out": str(out), "files": names}, ensure_ascii=False))
    else:
        print(f"{files.release()} {out} ({len(written)} files)")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A folder, a built-in line's code, or a release.")],
    after: Annotated[str, typer.Argument(metavar="B", help="What it is compared with, named alike.")],
    locale: LocaleOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Say in words what differs between two catalogs. A release is named by `LINE@NAME` or `LINE@current`."""
    from modules_catalog.comparing.catalogs import catalog_changes
    from web.views.catalog_changes import change_groups, change_json, change_texts

    _require_locale(locale)
    old, new = _either(before), _either(after)
    changes, plant = catalog_changes(old, new), _plant_of(new)
    if as_json:
        texts = change_texts(changes, old.model, new.model, locale, plant=plant)
        told = [change_json(change, text) for change, text in zip(changes, texts, strict=True)]
        names = {"before": old.model.release, "after": new.model.release}
        print(json.dumps({**names, "changes": told}, ensure_ascii=False))
        return
    for group in change_groups(changes, old.model, new.model, locale, plant=plant):
        print(group.heading, *(f"  {text}" for text in group.texts), sep="\n")
    print(f"{len(changes)} difference{'s' * (len(changes) != 1)}")


@app.command("import-uvl")
def import_uvl(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A feature model in the Universal Variability Language.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT_DIR", help="The catalog folder to write; new or empty.")],
    as_json: JsonOption = False,
) -> None:
    """Write a UVL feature model as a catalog folder, with uvl-map.json. Exit code 1: it cannot be; nothing is written."""
    from modules_catalog.uvl.errors import UvlNotFound, UvlNotValid, UvlOutNotEmpty
    from modules_catalog.uvl.importing import import_uvl as write_catalog

    try:
        catalog = write_catalog(file, out)
    except UvlNotFound:
        _refuse(f"there is no file {file}")
    except UvlOutNotEmpty:
        _refuse(f"{out} is there already, and not empty")
    except UvlNotValid as error:
        if as_json:
            print(json.dumps({"ok": False, "where": str(error.source), "message": error.problem}, ensure_ascii=False))
        else:
            print(error)
        raise typer.Exit(NO) from None
    if as_json:
        told = {"ok": True, "out": str(out), "features": len(catalog.codes), "remarks": list(catalog.remarks)}
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(*catalog.remarks, f"{out} ({len(catalog.codes)} features)", sep="\n")


@app.command("export-uvl")
def export_uvl(
    folder: FolderArgument,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The UVL file to write; new.")],
    partial: Annotated[
        bool, typer.Option("--partial", help="Write the file although some rules cannot be said in UVL.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a catalog as a UVL feature model. Exit code 1: UVL cannot say all of it; nothing is written."""
    from modules_catalog.uvl.exporting import exported

    if out.exists():
        _refuse(f"{out} is there already")
    try:
        uvl = exported(_loaded(folder, None).model)
    except CatalogNotValid as error:
        _print_findings(error.findings)
        raise typer.Exit(NO) from None
    ok = partial or not uvl.left_out
    if ok:
        out.write_text(uvl.text, encoding="utf-8", newline="\n")
    if as_json:
        print(
            json.dumps(
                {"ok": ok, "out": str(out), "left_out": list(uvl.left_out), "silent": list(uvl.silent)},
                ensure_ascii=False,
            )
        )
    else:
        print(*uvl.left_out, *([str(out)] if ok else ["nothing is written; --partial leaves these out"]), sep="\n")
    raise typer.Exit(0 if ok else NO)


def catalog_folder(text: str) -> Path:
    """Return the folder a person means: a folder's path, or the code of a built-in line.

    Raises:
        CatalogNotFound: There is neither.
    """
    path = Path(text)
    if (path / "line.yaml").is_file():
        return path
    if re.fullmatch(r"[a-z][a-z0-9_]*", text) and (BUILT_IN_CATALOGS / text / "line.yaml").is_file():
        return BUILT_IN_CATALOGS / text
    raise CatalogNotFound(folder=text)


def _folder_files(folder: str, tables: Path | None) -> CatalogFiles:
    try:
        return read_files(catalog_folder(folder), tables=tables)
    except CatalogNotFound as error:
        _refuse(f"there is no catalog {error.facts['folder']}")


def _released_files(line: str, release: str) -> CatalogFiles:
    from modules_catalog.releases import service as releases
    from web.opening import open_shop

    shop = open_shop(read_settings())
    try:
        with shop.database.read() as db:
            name = releases.current_release(db, line, now=shop.now()) if release == "current" else release
            return releases.files_of(db, name)
    except LotOneError as error:
        _refuse(f"{error.code}: {error}")


def _either(name: str) -> LoadedCatalog:
    """Return a folder's catalog or, for ``LINE@RELEASE``, a published one."""
    line, at, release = name.partition("@")
    try:
        return read_catalog(_released_files(line, release)) if at and release else _loaded(name, None)
    except CatalogNotValid as error:
        _print_findings(error.findings)
        raise typer.Exit(NO) from None


def _loaded(folder: str, tables: Path | None) -> LoadedCatalog:
    return read_catalog(_folder_files(folder, tables))


def _is_library(folder: str) -> bool:
    """Say whether catalogs beside the folder use it."""
    return bool(users_of(catalog_folder(folder)))


def _findings(loaded: LoadedCatalog) -> tuple[Finding, ...]:
    """Return the gate's findings; with the line's own plant where the program comes with one."""
    from orders.publishing.gate import gate_findings

    findings = gate_findings(loaded, plant=_plant_of(loaded), on_progress=_show_progress)
    _wipe_progress()
    return findings


def _plant_of(loaded: LoadedCatalog) -> Plant | None:
    from production.errors import PlantNotFound
    from production.plants.loading import load_plant

    try:
        return load_plant(loaded.model.line)
    except PlantNotFound:
        return None


def _impact(settings: Settings, loaded: LoadedCatalog, locale: str) -> tuple[tuple[str, ...], Any]:
    """Return the impact on a database as lines and as JSON; a line why there is none where no other release is in force."""
    from configurator.configurator import Configurator
    from modules_catalog.releases import service as releases
    from orders.publishing.gate import Stage
    from orders.publishing.impact import impact_report
    from web.opening import open_shop
    from web.translations import translations_for
    from web.views.catalog_impact import impact_view

    shop, say = open_shop(settings), translations_for(locale).gettext
    with shop.database.read() as db:
        if loaded.model.line not in releases.current_lines(db, now=shop.now()):
            return (f"no release of {loaded.model.line} is in force there, so there is nothing it would change",), None
        in_force = releases.current_release(db, loaded.model.line, now=shop.now())
        if in_force == loaded.model.release:
            return ("it is what is in force there already, so it would change nothing",), None
        before = releases.model_of(db, in_force)
        report = impact_report(
            db,
            shop.configurators,
            Configurator(loaded.model),
            now=shop.now(),
            on_progress=partial(_show_progress, Stage.IMPACT),
        )
    _wipe_progress()
    view = impact_view(report, before, loaded.model, locale)
    lines = []
    for row in view.rows:
        counts = {"broken": row.broken, "changed": row.changed, "unchanged": row.unchanged}
        lines.append(f"{row.kind}: " + ", ".join(f"{count} {say(effect)}" for effect, count in counts.items()))
        lines += [f"  {row.kept}"] if row.broken + row.changed else []
    for line in view.lines:
        lines += [f"  {say(line.effect)}: {line.cases}", *(f"    {text}" for text in line.texts)]
    if view.more:
        lines.append("  " + say("and %(count)s more") % {"count": view.more})
    if view.left_out:
        lines.append(say("%(count)s older ones were not looked at.") % {"count": view.left_out})
    return tuple(lines), report_to_json(report)


def _show_progress(stage: str, done: int, total: int) -> None:
    """Say on the terminal what a check is at, where somebody is watching; each stage takes the line of the one before."""
    if sys.stderr.isatty():
        told = f" {done} of {total}" if total else ""
        typer.echo(f"\r{DOING[stage]}{told}\x1b[K\r", err=True, nl=False)


def _wipe_progress() -> None:
    if sys.stderr.isatty():
        typer.echo("\r\x1b[K", err=True, nl=False)


def _print_lines(impact: tuple[tuple[str, ...], Any] | None) -> None:
    if impact is not None:
        print(*impact[0], sep="\n")


def _require_locale(locale: str) -> None:
    from web.translations import LOCALES

    if locale not in LOCALES:
        _refuse(f"there are no texts in {locale}: {', '.join(LOCALES)}")


def _print_findings(findings: tuple[Finding, ...], *, every: bool = False, locale: str = "en") -> None:
    from web.views.catalog import in_words

    told = listed(findings, len(findings) if every else MOST_OF_A_KIND)
    for finding in told.shown:
        print(f"{finding.where}: {finding.severity.value}: {in_words(finding.message, locale)} [{finding.code}]")
    for (severity, code), more in told.more.items():
        print(f"and {more} more {severity.value}{'s' * (more != 1)} [{code}]; `lotone catalog check --all` lists them")
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in FindingSeverity}
    print(", ".join(f"{count} {severity.value}{'s' * (count != 1)}" for severity, count in counts.items()))


def _refuse(problem: str) -> NoReturn:
    typer.echo(problem, err=True)
    raise typer.Exit(WRONG_USAGE)
