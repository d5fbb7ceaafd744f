"""Panels cut ahead or of one's own: the measures decide what the shelf can serve, the catalog what the other costs."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from configurator.configurator import Configurator
from configurator.fit.model import Verdict
from configurator.model import Chosen, Limits, Refused, Selection, Status
from kernel.ids import CustomerId, ProfileId
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import Sex
from orders.customers.model import COUNTER_MEASURES, MeasurementProfile
from orders.drafts.configurators import Configurators
from orders.drafts.fitting import family_of, fit_of, fit_view
from orders.drafts.following import chosen_with_followers
from orders.drafts.panels import SHELF_LIMIT, shelf_limits, with_panels
from orders.drafts.variants import variant_of

JEANS = Path(__file__).parents[3] / "modules_catalog" / "catalogs" / "jeans"


def measured(*values: int) -> MeasurementProfile:
    readings = {name: (value, value) for name, value in zip(COUNTER_MEASURES, values, strict=True)}
    return MeasurementProfile(
        ProfileId("p"), CustomerId("c"), Sex.MALE, readings, "clerk", datetime(2026, 11, 2, tzinfo=UTC)
    )


USUAL = measured(884, 1004, 601, 832, 548)
#: Hardly anybody has such a thigh with such a waist: no two panels of the shelf come close.
RARE = measured(1250, 1180, 640, 760, 620)


@cache
def jeans() -> Configurator:
    return Configurators().build(load_catalog(JEANS))


def press_measured(profile: MeasurementProfile | None) -> Selection:
    limits = Limits(exclusions=shelf_limits(jeans(), profile))
    outcome = chosen_with_followers(jeans(), jeans().defaults(), "sizing", "measured", limits)
    assert isinstance(outcome, Chosen)
    return outcome.selection


@pytest.mark.parametrize(("profile", "panels", "more_minor"), [(USUAL, "shelf", 2_500), (RARE, "own", 7_400)])
def test_the_price_of_being_measured_holds_what_own_panels_cost(
    profile: MeasurementProfile, panels: str, more_minor: int
) -> None:
    """The difference shown before the press is the one after it."""
    limits = Limits(exclusions=shelf_limits(jeans(), profile))
    before = jeans().state(jeans().defaults(), limits)
    after = press_measured(profile)
    assert after.answers["panels"] == panels
    assert jeans().state(after, limits).total_minor == (before.total_minor or 0) + more_minor


@pytest.mark.parametrize("profile", [USUAL, RARE])
def test_the_shelf_is_ruled_out_where_the_fit_says_bespoke_and_nowhere_else(profile: MeasurementProfile) -> None:
    """Every block in every cloth, against the fit itself."""
    model = jeans().model
    limits = Limits(exclusions=shelf_limits(jeans(), profile))
    tables = {(table.block, table.cloth): table for table in model.components}
    for fit in model.feature("fit").options:
        for cloth in model.feature("cloth").options:
            table = tables.get((FitBlock(fit.code), family_of(cloth)))
            is_served = table is not None and fit_of(profile, table).verdict is not Verdict.BESPOKE
            told = Selection({"sizing": "measured", "fit": fit.code, "cloth": cloth.code})
            if not jeans().can_be_completed(told):
                continue
            status = jeans().state(told, limits, features=("panels",)).features["panels"].options["shelf"].status
            assert (status is not Status.RULED_OUT) == is_served, (fit.code, cloth.code)
    assert (FitBlock.BOOTCUT, ClothFamily.RIGID) not in tables


def test_own_panels_bring_their_pattern_cloth_and_time() -> None:
    """By the catalog's formulas: 1,500 s more cutting, a pattern that takes days, cloth for a whole pair, no pieces."""
    model = jeans().model
    shelf = press_measured(USUAL)
    own = shelf.with_answer("panels", "own")
    variants = {
        code: variant_of(model, told.answers, fit_view(model, told.answers, USUAL, model.components))
        for code, told in {"shelf": shelf, "own": own}.items()
    }
    stale = variant_of(model, own.answers, fit_view(model, shelf.answers, USUAL, model.components))
    assert stale.bom == variants["own"].bom
    seconds = {
        code: next(each.seconds for each in one.routing.operations if each.code == "cut")
        for code, one in variants.items()
    }
    trims_s = seconds["shelf"] - (60 + 420 + 40 + 60)
    assert seconds["own"] == seconds["shelf"] - trims_s + 1_500
    items = {code: {item.code: item for item in one.bom.items} for code, one in variants.items()}
    assert items["own"]["own_pattern"].lead_time_days == 3
    assert "own_pattern" not in items["shelf"]
    assert items["shelf"]["cloth.indigo_14"].quantity == 420 < items["own"]["cloth.indigo_14"].quantity
    assert [code for code in items["own"] if code.startswith(("front-", "back-", "yoke-"))] == []


def test_measures_that_come_later_change_the_panels_only_where_they_must() -> None:
    chosen_unmeasured = press_measured(None)
    assert chosen_unmeasured.answers["panels"] == "shelf"
    assert with_panels(jeans(), chosen_unmeasured, USUAL) is chosen_unmeasured
    settled = with_panels(jeans(), chosen_unmeasured, RARE)
    assert settled.answers == {**chosen_unmeasured.answers, "panels": "own"}


def test_asking_for_the_shelf_all_the_same_names_the_measures() -> None:
    limits = Limits(exclusions=shelf_limits(jeans(), RARE))
    outcome = jeans().choose(press_measured(RARE), "panels", "shelf", limits)
    assert isinstance(outcome, Refused)
    assert [rule.id for rule in outcome.conflict.rules] == [SHELF_LIMIT]
