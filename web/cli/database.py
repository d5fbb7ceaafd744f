"""``lotone db``: the database's tables."""

import typer

from web.settings import read_settings

app = typer.Typer(help="The database's tables.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the tables up to date."""
    from web.migrations import run as migrations
    from web.opening import open_shop

    migrations.upgrade(open_shop(read_settings()).database)
    print("up to date")


@app.command()
def check() -> None:
    """Say whether the tables are up to date; exit code 1 when not."""
    from web.migrations import run as migrations
    from web.opening import open_shop

    found = migrations.differences(open_shop(read_settings()).database)
    for each in found:
        print(each)
    raise typer.Exit(1 if found else 0)
