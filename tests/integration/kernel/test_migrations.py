"""Revisions make the program's tables, on both engines, and take them away again."""

import pytest
from sqlalchemy import inspect

from kernel.database import Database
from web.migrations.metadata import whole_metadata
from web.migrations.run import JOB_SYSTEM_TABLES, differences, downgrade, is_up_to_date, upgrade


def test_the_revisions_make_the_tables_of_the_program(empty_database: Database) -> None:
    before = is_up_to_date(empty_database)
    upgrade(empty_database)
    upgrade(empty_database)  # A second time changes nothing.

    assert before is False
    assert is_up_to_date(empty_database)
    assert differences(empty_database) == []


def test_the_revisions_can_be_taken_back(empty_database: Database) -> None:
    upgrade(empty_database)
    downgrade(empty_database, "base")

    left = set(inspect(empty_database.engine).get_table_names()) - JOB_SYSTEM_TABLES
    assert left == {"alembic_version"}


def test_a_missing_column_is_found(database: Database) -> None:
    with database.write() as db:
        db.connection().exec_driver_sql("ALTER TABLE job_effect ADD COLUMN surplus TEXT")

    found = differences(database)

    assert len(found) == 1
    assert "surplus" in found[0]


@pytest.mark.parametrize("name", sorted(whole_metadata().tables))
def test_no_table_of_ours_has_a_name_of_the_job_system(name: str) -> None:
    assert name not in JOB_SYSTEM_TABLES
