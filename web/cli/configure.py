"""``lotone configure``: a configuring session over standard input and output, one JSON object a line."""

import io
import json
import sys
from pathlib import Path
from typing import IO, Annotated

import typer

from configurator.configurator import Configurator
from configurator.session import RequestNotValid, Session, refusal
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.loading.files import BUILT_IN_CATALOGS, CatalogNotFound
from modules_catalog.loading.problems import CatalogNotValid

WRONG_USAGE = 2


def configure(
    line: Annotated[str, typer.Argument(metavar="LINE_OR_DIR", help="A built-in line, or a catalog folder.")],
    tables: Annotated[
        Path | None, typer.Option(help="Folder whose CSV files stand in for the same-named tables.")
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON request a line on standard input, one reply a line on output.")
    ] = False,
    locale: Annotated[str, typer.Option(help="Language of reasons and names: en, zh_Hant, zh_Hans.")] = "en",
) -> None:
    """Configure a line: the protocol is in docs/configure-protocol.md. Exit code 0 when every line was answered."""
    if not jsonl:
        typer.echo("lotone configure speaks JSON lines only: give --jsonl", err=True)
        raise typer.Exit(WRONG_USAGE)
    if tables is not None and not tables.is_dir():
        typer.echo(f"{tables}: no such folder", err=True)
        raise typer.Exit(WRONG_USAGE)
    folder = Path(line) if Path(line).is_dir() else BUILT_IN_CATALOGS / line
    try:
        model = load_catalog(folder, tables=tables)
    except CatalogNotFound:
        typer.echo(f"{line}: neither a built-in line nor a catalog folder", err=True)
        raise typer.Exit(WRONG_USAGE) from None
    except CatalogNotValid as error:
        for finding in error.findings:
            typer.echo(f"{finding.where}: {finding.message}", err=True)
        raise typer.Exit(WRONG_USAGE) from None
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    answer_lines(Session(Configurator(model), locale), sys.stdin, sys.stdout)


def answer_lines(session: Session, requests: IO[str], replies: IO[str]) -> None:
    """Answer every line of requests with one line; empty lines are passed over, broken ones answered as such."""
    for line in requests:
        if not line.strip():
            continue
        try:
            request = json.loads(line)
        except (ValueError, RecursionError) as error:
            reply = refusal(RequestNotValid(problem=f"not JSON: {error}"))
        else:
            reply = session.reply(request)
        replies.write(json.dumps(reply, ensure_ascii=False) + "\n")
        replies.flush()
