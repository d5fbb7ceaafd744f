"""Reading and writing wishes."""

from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from kernel.database import changed_rows
from orders.wishes.model import Wish, WishCount, WishWords
from orders.wishes.tables import WishCountRow, WishSeenRow, WishWordsRow


def first_time_seen(db: Session, key: str, day: date) -> bool:
    """Remember a key, and return whether it is new."""
    return changed_rows(db, _insert(db, WishSeenRow).values(key=key, day=day).on_conflict_do_nothing()) == 1


def count_wish(db: Session, wish: Wish, *, line: str, release: str, day: date) -> None:
    """Count a wish on its day, in one statement."""
    statement = _insert(db, WishCountRow).values(
        day=day,
        line=line,
        release=release,
        kind=wish.kind,
        subject=wish.subject[:200],
        lacked=wish.lacked,
        because=",".join(wish.because)[:400],
        count=1,
    )
    same = ("day", "line", "release", "kind", "subject", "lacked", "because")
    changed_rows(db, statement.on_conflict_do_update(index_elements=same, set_={"count": col(WishCountRow.count) + 1}))


def add_words(db: Session, words: WishWords) -> None:
    """Store a wish in words."""
    db.add(WishWordsRow(day=words.day, line=words.line, release=words.release, text=words.text))
    db.flush()


def counts(db: Session, *, since: date, until: date, line: str = "", limit: int) -> list[WishCount]:
    """Return the wishes of a period (both days included), the most frequent first."""
    what = (WishCountRow.line, WishCountRow.kind, WishCountRow.subject, WishCountRow.lacked, WishCountRow.because)
    total = func.sum(WishCountRow.count)
    wanted: Any = select(*what, total, func.max(WishCountRow.day))  # type: ignore[call-overload]
    wanted = wanted.where(col(WishCountRow.day) >= since, col(WishCountRow.day) <= until)
    if line:
        wanted = wanted.where(col(WishCountRow.line) == line)
    rows = db.exec(wanted.group_by(*what).order_by(total.desc(), *what).limit(limit))
    return [
        WishCount(line_of, kind, subject, lacked, tuple(because.split(",")) if because else (), int(number), last)
        for line_of, kind, subject, lacked, because, number, last in rows
    ]


def words(db: Session, *, since: date, until: date, line: str = "", limit: int) -> list[WishWords]:
    """Return the wishes in words of a period, the latest first."""
    wanted = (
        select(WishWordsRow)
        .where(col(WishWordsRow.day) >= since, col(WishWordsRow.day) <= until)
        .order_by(col(WishWordsRow.day).desc(), col(WishWordsRow.id).desc())
        .limit(limit)
    )
    if line:
        wanted = wanted.where(col(WishWordsRow.line) == line)
    return [WishWords(row.day, row.line, row.release, row.text) for row in db.exec(wanted)]


def all_words(db: Session) -> list[tuple[int, str]]:
    """Return every wish in words with its row, oldest first."""
    rows = db.exec(select(WishWordsRow.id, WishWordsRow.text).order_by(col(WishWordsRow.id)))
    return [(number, text) for number, text in rows if number is not None]


def drop_words(db: Session, row_id: int) -> None:
    """Drop one wish in words."""
    changed_rows(db, delete(WishWordsRow).where(col(WishWordsRow.id) == row_id))


def drop_seen(db: Session, key: str) -> bool:
    """Return whether a key was remembered, and is no longer."""
    return changed_rows(db, delete(WishSeenRow).where(col(WishSeenRow.key) == key)) == 1


def forget_seen(db: Session, before: date) -> None:
    """Forget which drafts said something, before a day; the counts stay."""
    db.connection().execute(delete(WishSeenRow).where(col(WishSeenRow.day) < before))


def _insert(db: Session, table: Any) -> Any:
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
