"""``lotone``: the command line of the program."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from kernel.errors import LotOneError
from web.cli import catalog, configure, customers, database, fit, messages
from web.settings import read_settings

app = typer.Typer(
    name="lotone",
    help="Mass-customization configurator and order system.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(catalog.app, name="catalog")
app.add_typer(database.app, name="db")
app.add_typer(messages.app, name="messages")
app.add_typer(customers.app, name="customers")
app.command("configure")(configure.configure)
app.command("fit")(fit.fit)
user_app = typer.Typer(help="People who can sign in.", no_args_is_help=True)
app.add_typer(user_app, name="user")


@app.command()
def run(
    port: Annotated[int, typer.Option(help="Port of the web server.")] = 8000,
    host: Annotated[str, typer.Option(help="Address the web server listens on.")] = "127.0.0.1",
) -> None:
    """Bring up the demo shop: catalogs, plants, people, web server and worker."""
    from web.cli.running import run_demo_shop

    run_demo_shop(read_settings(), host=host, port=port)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port of the web server.")] = None,
    host: Annotated[str | None, typer.Option(help="Address the web server listens on.")] = None,
) -> None:
    """Serve the pages and the API; the database must be up to date (`lotone db upgrade`)."""
    from web.cli.running import serve_pages

    settings = read_settings()
    serve_pages(settings, host=host or settings.host, port=port or settings.port)


@app.command()
def worker() -> None:
    """Do stored jobs until told to stop."""
    from web.cli.running import work

    work(read_settings())


@app.command()
def demo(
    out_dir: Annotated[Path, typer.Argument(help="Folder the files are written to.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Do the main job for one pair of jeans and one PC without a browser; the same files at every run."""
    from web.demo.main_job import json_of, run_main_job, table_of

    made = run_main_job(out_dir)
    if as_json:
        print(json.dumps([json_of(each) for each in made], ensure_ascii=False))
        return
    for each in made:
        print("\n".join(table_of(each)))


@app.command()
def sheet(
    order: Annotated[str, typer.Argument(help="Order number, such as JE-2026-000001.")],
    out: Annotated[Path | None, typer.Option(help="File to write; by default <order>.build-sheet.pdf.")] = None,
) -> None:
    """Write the issued build sheet of an order."""
    from orders.lifecycle.repository import get_order_by_number
    from orders.lifecycle.sheets import issued_sheet
    from web.opening import open_shop

    shop = open_shop(read_settings())
    with shop.database.read() as db:
        content = issued_sheet(db, shop.blobs, get_order_by_number(db, order))
    target = out or Path(f"{order}.build-sheet.pdf")
    target.write_bytes(content)
    print(target)


@user_app.command("add")
def add_user(
    login_name: Annotated[str, typer.Argument(help="What the person types to sign in.")],
    role: Annotated[list[str], typer.Option(help="customer, store, buyer, planner, floor, author, finance, admin.")],
    name: Annotated[str, typer.Option(help="Name as shown.")] = "",
) -> None:
    """Add a person; the password is read from the terminal or from standard input."""
    from web.opening import open_shop
    from web.security.roles import Role
    from web.security.service import user_add

    unknown = sorted(set(role) - {each.value for each in Role})
    if unknown:
        typer.echo(f"no such role: {', '.join(unknown)}", err=True)
        raise typer.Exit(2)
    password = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )
    shop = open_shop(read_settings())
    with shop.database.write() as db:
        user = user_add(
            db,
            login_name=login_name,
            display_name=name or login_name,
            password=password,
            roles=frozenset(Role(each) for each in role),
            now=shop.now(),
        )
    print(user.login_name)


def main() -> None:
    """Run the command line; an error raised on purpose is one line on stderr and exit code 2."""
    try:
        app()
    except LotOneError as error:
        facts = {name: str(value) for name, value in error.facts.items()}
        typer.echo(f"{error.code}: {json.dumps(facts, ensure_ascii=False)}", err=True)
        raise SystemExit(2) from error
    except (OperationalError, ProgrammingError) as error:
        if not _is_of_the_tables(error):
            raise
        typer.echo("The database has not the tables of this version: `lotone db upgrade` brings them.", err=True)
        raise SystemExit(2) from error


def _is_of_the_tables(error: DBAPIError) -> bool:
    """Return whether the database knows no such table or column, as one of another version or an empty one."""
    missing = ("no such table", "no such column", "has no column named", "does not exist")
    return any(each in str(error.orig) for each in missing)


if __name__ == "__main__":
    main()
