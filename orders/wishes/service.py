"""Use cases of wishes: count one that could not be met, take one in words, read a period.

Nothing that is stored says who wished: counts by day, and words without obvious personal data. A draft's wish is counted
once, however often the page is sent again; that is remembered as a hash beside the counts, and forgotten.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlmodel import Session

from kernel.canonical import canonical_hash
from orders.wishes import repository
from orders.wishes.cleaning import MOST_LETTERS, without_personal_data
from orders.wishes.model import Lacked, Wish, WishCount, WishKind, WishWords, WordsNotValid

MOST_LISTED = 500
SEEN_FOR = timedelta(days=90)


def record_wishes(db: Session, wishes: Iterable[Wish], *, draft: str, line: str, release: str, day: date) -> int:
    """Count the wishes a draft has not said before, and return how many those were."""
    new = 0
    for wish in wishes:
        if repository.first_time_seen(db, seen_key(draft, wish), day):
            repository.count_wish(db, wish, line=line, release=release, day=day)
            new += 1
    return new


def take_words(db: Session, text: str, *, draft: str, line: str, release: str, day: date) -> str:
    """Keep a wish in words, and return what is kept of it; the same words of one draft are kept once.

    Raises:
        WordsNotValid: the text is empty or too long.
    """
    if not text.strip() or len(text) > 4 * MOST_LETTERS:
        raise WordsNotValid(most=MOST_LETTERS)
    clean = without_personal_data(text)
    wish = Wish(WishKind.WORDS, "", Lacked.MODULE, detail=clean)
    if record_wishes(db, (wish,), draft=draft, line=line, release=release, day=day):
        repository.add_words(db, WishWords(day, line, release, clean))
    return clean


def wishes_between(db: Session, *, since: date, until: date, line: str = "") -> tuple[list[WishCount], list[WishWords]]:
    """Return what could not be met in a period: counted, the most frequent first, and in words, the latest first."""
    listed = repository.counts(db, since=since, until=until, line=line, limit=MOST_LISTED)
    return listed, repository.words(db, since=since, until=until, line=line, limit=MOST_LISTED)


def forget_words(db: Session, drafts: Iterable[str]) -> int:
    """Forget the wishes in words that were said on these drafts, as far as it is remembered, and return how many.

    The words name no draft: which ones they are is found by making the hash again.
    """
    forgotten = 0
    kept = repository.all_words(db)
    for draft in drafts:
        for row_id, text in kept:
            wish = Wish(WishKind.WORDS, "", Lacked.MODULE, detail=text)
            if repository.drop_seen(db, seen_key(draft, wish)):
                repository.drop_words(db, row_id)
                forgotten += 1
    return forgotten


def seen_key(draft: str, wish: Wish) -> str:
    """Return by what is remembered that a draft has said a wish."""
    return canonical_hash([draft, wish.kind, wish.subject, wish.lacked, list(wish.because), wish.detail])


def forget_drafts(db: Session, *, today: date) -> None:
    """Forget, after some weeks, which drafts said what."""
    repository.forget_seen(db, today - SEEN_FOR)
