"""What can be made: one card a line."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from orders.drafts.configurators import Configurators
from orders.drafts.service import preview
from web.views.words import Words


@dataclass(frozen=True, slots=True)
class LineCard:
    """One line as it opens: its picture, its price and when it would be ready."""

    line: str
    name: str
    total_minor: int
    currency: str
    ready: date | None
    picture_href: str


def line_card(db: Session, configurators: Configurators, line: str, locale: str, *, now: datetime) -> LineCard:
    """Return the card of a line's current release.

    Raises:
        ReleaseNotFound: the line has no release in force.
    """
    view = preview(db, configurators, line, now=now)
    return LineCard(
        line=line,
        name=Words(view.model, locale).line(),
        total_minor=view.state.total_minor or 0,
        currency=view.model.currency,
        ready=view.promise.date if view.promise else None,
        picture_href=f"/lines/{line}/picture.svg?v={view.draft.release[:12]}",
    )
