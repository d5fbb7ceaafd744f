"""Wishes that could not be met, by program."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from kernel.ids import DraftId
from orders.drafts import service as drafts
from orders.wishes.service import take_words, wishes_between
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.routes.wishes import READERS, period
from web.security.access import Public, require_role
from web.shop import TheShop
from web.views.wishes import count_json, words_json

router = ApiRouter(prefix=PREFIX, tags=["wishes"], dependencies=[Public, Bearer])


@router.post("/drafts/{draft_id}/wishes", name="api:say_wish", status_code=201, responses=problems(403, 404, 422))
def say_wish(shop: TheShop, who: TheApiReader, draft_id: str, body: schemas.SayWish) -> schemas.KeptWish:
    """Say what is missing, in words. What is kept is returned: who said it is not, and obvious personal data is cut out."""
    with shop.database.read() as db:
        draft, _model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), who.reader)
    with shop.database.write() as db:
        kept = take_words(db, body.text, draft=draft.id, line=draft.line, release=draft.release, day=shop.now().date())
    return schemas.KeptWish(text=kept)


@router.get(
    "/wishes",
    name="api:wishes",
    dependencies=[Depends(require_role(*READERS))],
    responses=problems(401, 403, 422),
)
def list_wishes(
    shop: TheShop,
    since: Annotated[date | None, Query(alias="from", description="First day; by default thirty days back.")] = None,
    until: Annotated[date | None, Query(alias="to", description="Last day; by default today.")] = None,
    line: Annotated[str, Query(max_length=40)] = "",
) -> schemas.Wishes:
    """Return what could not be met in a period: counted, the most frequent first, and in words, the latest first."""
    since, until = period(since, until, today=shop.now().date())
    with shop.database.read() as db:
        counts, words = wishes_between(db, since=since, until=until, line=line)
    return schemas.Wishes.model_validate(
        {
            "from": since,
            "to": until,
            "counts": [count_json(each) for each in counts],
            "words": [words_json(said) for said in words],
        }
    )
