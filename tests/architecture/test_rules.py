"""What keeps the rooms apart and the middle pure, read from the source."""

import ast

import pytest
from sqlalchemy import Constraint, DateTime, Float, Numeric
from sqlalchemy.schema import ForeignKeyConstraint

from kernel.schema import UtcDateTime
from tests.architecture.source import calls, imports, modules
from web.migrations.metadata import whole_metadata


def test_transactions_end_in_one_place() -> None:
    """No commit, rollback or refresh outside the unit of work."""
    found = [
        f"{path}:{line}: {name}()"
        for path, tree in modules().items()
        if path != "kernel/database.py"
        for name, line in calls(tree)
        if name.rpartition(".")[2] in ("commit", "rollback", "refresh") and "." in name
    ]

    assert found == []


def test_clocks_are_read_in_one_place() -> None:
    """`kernel/clock.py` holds the real one; only web passes it on."""
    forbidden = (
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.time",
        "datetime.datetime.now",
    )
    found = [
        f"{path}:{line}: {name}()"
        for path, tree in modules().items()
        if path != "kernel/clock.py" and not path.startswith("web/migrations/")
        for name, line in calls(tree)
        if name in forbidden
    ]

    assert found == []


def test_the_environment_is_read_in_one_place() -> None:
    found = [
        f"{path}:{line}: {name}"
        for path, tree in modules().items()
        if path != "web/settings.py"
        for name, line in [
            *imports(tree),
            *((ast.unparse(n), n.lineno) for n in ast.walk(tree) if isinstance(n, ast.Attribute)),
        ]
        if name in ("os.environ", "os.getenv")
    ]

    assert found == []


def test_tables_stay_home() -> None:
    """A ``tables.py`` is imported by the ``repository.py`` beside it and by nobody else."""
    homes = {
        path for path, tree in modules().items() if path.endswith("/tables.py") and "sqlmodel" in dict(imports(tree))
    }
    tables = {path.removesuffix(".py").replace("/", "."): path for path in homes}
    found = [
        f"{path}:{line}: {name}"
        for path, tree in modules().items()
        for name, line in imports(tree)
        if name in tables and path != tables[name].replace("/tables.py", "/repository.py")
    ]

    assert found == []


def test_every_constraint_has_a_name_that_stays() -> None:
    """Migrations drop constraints by name; an unnamed one could never be dropped."""
    nameless = [
        f"{table.name}: {constraint}"
        for table in whole_metadata().tables.values()
        for constraint in table.constraints
        if isinstance(constraint, Constraint) and not constraint.name and list(getattr(constraint, "columns", []))
    ]

    assert nameless == []


@pytest.mark.parametrize("table", whole_metadata().tables.values(), ids=lambda table: table.name)
def test_no_column_loses_a_zone_or_a_cent(table) -> None:  # type: ignore[no-untyped-def]
    """Moments are `UtcDateTime`; money, length and time are integers, never floats or rounded decimals."""
    wrong = [
        f"{table.name}.{column.name}: {column.type!r}"
        for column in table.columns
        if (isinstance(column.type, DateTime) and not isinstance(column.type, UtcDateTime))
        or isinstance(column.type, Float)
        or (isinstance(column.type, Numeric) and column.type.scale is None)
    ]

    assert wrong == []


def test_foreign_keys_find_their_table() -> None:
    for table in whole_metadata().tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, ForeignKeyConstraint):
                assert constraint.referred_table is not None


def test_errors_are_caught_by_name() -> None:
    """Everything is caught at two edges only: an answer to a request and the end of a job."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if path not in ("web/errors.py", "kernel/jobs.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]

    assert found == []
