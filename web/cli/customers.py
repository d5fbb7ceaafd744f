"""``lotone customers``: bring customers and measures along from elsewhere."""

import json
from pathlib import Path
from typing import Annotated

import typer

from web.settings import read_settings

app = typer.Typer(help="Customers and their measures.", no_args_is_help=True)
OPERATOR = "lotone-customers-import"


@app.callback()
def customers() -> None:
    """Customers and their measures."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV file with a heading; columns: docs/privacy.md.", exists=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look the file through and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Add the customers of a CSV file and keep their measures; with a mistake in it nothing is written, exit code 1."""
    from orders.audit.model import Actor
    from orders.customers.importing import read_import
    from orders.customers.service import import_customers
    from web.opening import open_shop
    from web.views.importing import problem_words

    shop = open_shop(read_settings())
    rows, problems = read_import(file.read_bytes(), today=shop.now().date())
    told: dict[str, object] = {"ok": not problems, "rows": len(rows), "written": False}
    if not problems and not dry_run:
        with shop.database.write() as db:
            done = import_customers(db, rows, new_id=shop.new_id, actor=Actor(OPERATOR, "admin"), now=shop.now())
        told |= {"written": True, "added": done.added, "known": done.known, "measured": done.measured}
    if as_json:
        told["problems"] = [
            {"line": each.line, "column": each.column, "reason": each.reason, "value": each.value} for each in problems
        ]
        print(json.dumps(told, ensure_ascii=False))
    else:
        for each in problems:
            print(f"{file}:{each.line}: {each.column}: {problem_words(each, 'en')}")
        if not problems:
            print(" ".join(f"{name}={value}" for name, value in told.items()))
    shop.close()
    raise typer.Exit(1 if problems else 0)
