"""A need-by date for a measured pair: put together from panels of the shelf, or cut from its own, by which day?

Compared with every fit, cloth, kind of panels and turn there is, all else as chosen.
"""

import random
from collections.abc import Mapping
from itertools import product

import pytest

from configurator.configurator import Configurator
from configurator.model import Answer, Limits, Selection, Status
from orders.customers.model import Purpose
from orders.customers.repository import get_profile
from orders.drafts import service as drafts
from orders.drafts.fitting import fit_view
from orders.drafts.limits import limits_for
from orders.drafts.service import Reader
from orders.drafts.variants import variant_of
from production.model import Demand, MaterialNeed, OperationLoad, demand_of
from production.plants.loading import load_plant
from production.promise import service as promises
from web.demo.seeding import seed_customers
from web.shop import Shop

READER = Reader("store", is_staff=True)
OPEN = ("fit", "cloth", "panels", "making_time")
Answers = Mapping[str, Answer]


def take_room_and_pieces(shop: Shop, rng: random.Random, pieces: Mapping[str, int]) -> None:
    """Other orders take room at the machines, and all there is of half the panels."""
    with shop.database.write() as db:
        for code in rng.sample(list(pieces), len(pieces) // 2):
            taken = MaterialNeed(code, pieces[code], 10)
            promises.reserve(db, "jeans", Demand((), (taken,)), key=f"p-{code}", now=shop.now(), expires_at=None)
        for centre in ("cutting", "assembly", "finishing"):
            for number in range(rng.randint(0, 60)):
                load = OperationLoad("other", centre, 1_200)
                promises.reserve(
                    db, "jeans", Demand((load,)), key=f"{centre}-{number}", now=shop.now(), expires_at=None
                )


@pytest.mark.parametrize("seed", range(3))
def test_measured_pairs_are_available_exactly_when_promised_in_time(shop: Shop, seed: int) -> None:
    """N-3: trims take time and panels may be gone; which, follows from the measures and a few answers."""
    rng = random.Random(seed)
    customer, profile_id = seed_customers(shop)[seed]
    assert profile_id is not None
    tools = (shop.database, shop.configurators)
    draft = drafts.open_draft(*tools, "jeans", owner="store", new_id=shop.new_id, now=shop.now(), customer_id=customer)
    drafts.choose_option(*tools, draft, READER, "sizing", "measured", now=shop.now())
    for code in OPEN:
        drafts.unchoose(*tools, draft, READER, code, now=shop.now())
    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, draft, READER, now=shop.now())
        configurator = shop.configurators.of(db, view.draft.release)
        profile = get_profile(db, profile_id, purpose=Purpose.FIT)
        stock = {row.code: row.on_hand for row in load_plant("jeans").stock}
    assert not set(OPEN) & view.draft.selection.answers.keys()
    pairs = every_pair(configurator, view.draft.selection, limits_for(configurator, view.draft, profile))
    model = configurator.model
    demands = [demand_of(variant_of(model, pair, fit_view(model, pair, profile, model.components))) for pair in pairs]
    pieces = {
        need.code for demand in demands for need in demand.materials if "front" in need.code or "back" in need.code
    }
    take_room_and_pieces(shop, rng, {code: stock[code] for code in sorted(pieces & stock.keys())})
    with shop.database.read() as db:
        days = promises.inquire_each(db, "jeans", demands, now=shop.now())

    told = set()
    for by in sorted({day for day in days if day is not None}):
        drafts.set_limits(*tools, draft, READER, need_by=by, budget_minor=None, quantity=1, now=shop.now())
        with shop.database.read() as db:
            view = drafts.view_draft(db, shop.configurators, draft, READER, now=shop.now())
        assert view.dates_proven
        in_time = [pair for pair, day in zip(pairs, days, strict=True) if day is not None and day <= by]
        for feature in OPEN:
            for option, each in view.state.features[feature].options.items():
                possible = any(pair[feature] == option for pair in in_time)
                assert (each.status is not Status.RULED_OUT) == possible, (feature, option, by)
                told.add((feature, possible))
    assert {("cloth", True), ("cloth", False), ("panels", True)} <= told


def every_pair(configurator: Configurator, selection: Selection, limits: Limits) -> list[Answers]:
    """Return every valid pair with what is chosen."""
    found = []
    for answers in product(*(configurator.row_answers(code) for code in OPEN)):
        chosen = {code: answer for code, answer in zip(OPEN, answers, strict=True) if answer is not None}
        pair = Selection({**selection.answers, **chosen})
        if len(chosen) == len(OPEN) and configurator.is_complete(pair, limits):
            found.append(pair.answers)
    return found
