"""Taking the next number of a series."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col

from orders.numbering.tables import NumberSeriesRow


def next_number(db: Session, series: str) -> int:
    """Return the next number of the series, from 1.

    Gap-free: the number is taken in the caller's transaction, so a rolled back caller gives it back; a second
    caller waits for the first.
    """
    connection = db.connection()
    take = (
        update(NumberSeriesRow)
        .where(col(NumberSeriesRow.series) == series)
        .values(last=NumberSeriesRow.last + 1)
        .returning(col(NumberSeriesRow.last))
    )
    taken = connection.execute(take).scalar_one_or_none()
    if taken is None:  # the series' first
        first = (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(NumberSeriesRow)
        connection.execute(first.values(series=series, last=0).on_conflict_do_nothing())
        taken = connection.execute(take).scalar_one()
    return int(taken)
