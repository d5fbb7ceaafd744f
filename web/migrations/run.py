"""Bring a database up to date, compare it with the tables of the program, write a new revision.

As a program: ``python -m web.migrations.run check``, ``… revision orders_add_note`` or ``… baseline``.
"""

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from dbos._schemas.system_database import SystemSchema
from sqlalchemy import JSON, Connection
from sqlmodel.sql.sqltypes import AutoString

from kernel.database import Database
from kernel.jobs import prepare_jobs
from kernel.schema import UtcDateTime
from web.migrations.metadata import whole_metadata

FOLDER = Path(__file__).parent
JOB_SYSTEM_TABLES = frozenset({table.name for table in SystemSchema.metadata_obj.tables.values()} | {"dbos_migrations"})
"""Tables that DBOS makes and migrates; on SQLite they lie beside ours."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables of all rooms and of the job system up to date, in one transaction each."""
    with database.engine.begin() as connection:
        command.upgrade(_config(connection), revision)
    prepare_jobs(database)


def downgrade(database: Database, revision: str) -> None:
    """Take the tables of the rooms back to an earlier revision; ``base`` removes them."""
    with database.engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def differences(database: Database) -> list[str]:
    """Return what the database's tables lack or have too much against the program's; empty when up to date."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=configure_options())
        return [str(each) for each in compare_metadata(context, whole_metadata())]


def is_up_to_date(database: Database) -> bool:
    """Return whether the newest revision has been applied; cheap enough for a readiness probe."""
    with database.engine.connect() as connection:
        current = MigrationContext.configure(connection, opts=configure_options()).get_current_revision()
    return current == ScriptDirectory.from_config(_config()).get_current_head()


def configure_options() -> dict[str, Any]:
    """Return how revisions are compared, written and run."""
    return {
        "target_metadata": whole_metadata(),
        "include_object": _is_ours,
        "render_item": _render_type,
        "compare_type": True,
        "compare_server_default": True,
        "render_as_batch": True,
        "transaction_per_migration": False,
    }


def _is_ours(_item: object, name: str | None, kind: str, reflected: bool, _compare_to: object) -> bool:
    return not (kind == "table" and reflected and name in JOB_SYSTEM_TABLES)


def _render_type(kind: str, item: object, _context: AutogenContext) -> str | bool:
    """Write our column types as SQLAlchemy's own, so that a revision stays true when the program's change."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "type" and isinstance(item, JSON) and "postgresql" in item._variant_mapping:
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d-%%(hour).2d%%(minute).2d_%%(slug)s")
    config.set_main_option("timezone", "UTC")
    config.attributes["connection"] = connection
    return config


def _check() -> int:
    """Apply all revisions to an empty SQLite file and compare; 0 when the revisions make the program's tables."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/check.db")
        upgrade(database)
        found = differences(database)
        database.dispose()
    for each in found:
        sys.stdout.write(f"not in a revision: {each}\n")
    return 1 if found else 0


def _write_revision(slug: str) -> None:
    """Write a revision from what the program's tables have more than the revisions so far."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/revision.db")
        with database.engine.begin() as connection:
            command.upgrade(_config(connection), "head")
        with database.engine.connect() as connection:
            number = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
            command.revision(_config(connection), message=slug, rev_id=number, autogenerate=True)
        database.dispose()
    subprocess.run([sys.executable, "-m", "ruff", "check", "--fix", "--quiet", str(FOLDER / "versions")], check=False)  # noqa: S603
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(FOLDER / "versions")], check=True)  # noqa: S603


def _write_baseline() -> None:
    """Replace all revisions by one; only for as long as no database outside this checkout has been made."""
    for path in (FOLDER / "versions").glob("*.py"):
        path.unlink()
    _write_revision("all_baseline")


def main(arguments: list[str]) -> int:
    """Do what the command line asks and return the exit code."""
    match arguments:
        case ["check"]:
            return _check()
        case ["revision", slug]:
            _write_revision(slug)
        case ["baseline"]:
            _write_baseline()
        case _:
            sys.stderr.write("usage: python -m web.migrations.run check | revision SLUG | baseline\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
