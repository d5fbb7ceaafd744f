"""What can be had: lines on offer, and their releases."""

from datetime import datetime

from fastapi import Request

from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases
from modules_catalog.releases.errors import ReleaseNotFound
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, problems
from web.routes.api.schemas import Catalog, FeatureFact, Line, Money, OptionFact, ReleaseStart
from web.security.access import Public
from web.shop import TheShop
from web.templating import reader_locale
from web.views.home import line_card
from web.views.words import Words

router = ApiRouter(prefix=PREFIX, tags=["catalog"], dependencies=[Public, Bearer])


@router.get("/lines", name="api:lines")
def list_lines(request: Request, shop: TheShop) -> list[Line]:
    """Return the lines on offer, each with its price and date as it opens."""
    now, locale = shop.now(), reader_locale(request)
    with shop.database.read() as db:
        cards = [
            line_card(db, shop.configurators, line, locale, now=now) for line in releases.current_lines(db, now=now)
        ]
        names = {card.line: releases.current_release(db, card.line, now=now) for card in cards}
    return [
        Line(
            line=card.line,
            name=card.name,
            release=names[card.line],
            price=Money(currency=card.currency, total_minor=card.total_minor),
            ready=card.ready,
        )
        for card in cards
    ]


@router.get("/lines/{line}", name="api:line", responses=problems(404))
def show_line(request: Request, shop: TheShop, line: str) -> Catalog:
    """Return a line's release in force: its questions and their options, and the releases before it."""
    with shop.database.read() as db:
        release = releases.current_release(db, line, now=shop.now())
        return _catalog(releases.model_of(db, release), releases.starts_of(db, line), reader_locale(request))


@router.get("/lines/{line}/releases/{release}", name="api:release", responses=problems(404))
def show_release(request: Request, shop: TheShop, line: str, release: str) -> Catalog:
    """Return one release of a line, also one that is no longer in force."""
    with shop.database.read() as db:
        model = releases.model_of(db, release)
        if model.line != line:
            raise ReleaseNotFound(line=line, release=release)
        return _catalog(model, releases.starts_of(db, line), reader_locale(request))


def _catalog(model: ConfigurationModel, starts: list[tuple[str, datetime, datetime]], locale: str) -> Catalog:
    words = Words(model, locale)
    steps = {code: step.code for step in model.steps for code in step.features}
    features = [
        FeatureFact(
            code=feature.code,
            name=words.feature(feature.code),
            kind=feature.kind.value,
            step=steps.get(feature.code),
            unit=feature.unit,
            options=[
                OptionFact(code=one.code, name=words.option(feature.code, one.code), price_minor=one.price_minor)
                for one in feature.options
            ],
        )
        for feature in model.features
    ]
    history = [
        ReleaseStart(release=release, effective_from=effective, published_at=published)
        for release, effective, published in starts
    ]
    return Catalog(
        line=model.line,
        name=words.line(),
        release=model.release,
        currency=model.currency,
        steps=[step.code for step in model.steps],
        features=features,
        history=history,
    )
