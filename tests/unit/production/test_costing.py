"""What a piece costs to make, worked out by hand."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.pricing.margin import Margin
from production.costing import ProductCost, cost_of
from production.exploding import explode
from production.plants.model import Hours, Plant, WorkCentre, WorkCentreKind
from tests.mugs import mug_model

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = (Hours(frozenset(range(5)), 420, 960),)
PLANT = Plant(
    code="p",
    line="mug",
    timezone="Europe/Berlin",
    country="DE",
    subdivision=None,
    floor_locale="en",
    work_centres=(
        WorkCentre("wheel", WorkCentreKind.FLOW, 1, DAY, labour_minor_per_hour=2400, place_minor_per_hour=600),
        WorkCentre("bench", WorkCentreKind.FLOW, 1, DAY, labour_minor_per_hour=1800),
        WorkCentre("kiln", WorkCentreKind.BATCH, 1, DAY, load_pieces=10, place_minor_per_hour=1500),
    ),
)
ANSWERS = {"size": "large", "glaze": "blue", "sizing": "standard", "engraving": "Ana"}


def test_a_mug_costs_what_its_modules_hands_and_places_cost() -> None:
    """Wheel 60 + 1,500 s, bench 180 s, a tenth of an hour's kiln."""
    variant = explode(mug_model(), ANSWERS)
    cost = cost_of(mug_model(), ANSWERS, variant, PLANT)

    assert cost == ProductCost(
        material_minor=400 + 90,
        labour_minor=1_000 + 90,  # 1,500 s at 24.00 and 180 s at 18.00 an hour
        setup_minor=40,  # 60 s at 24.00
        capacity_minor=260 + 150,  # 1,560 s at 6.00, 3,600 s at 15.00 shared by ten
    )
    assert cost.total_minor == 2_030


def test_without_a_plant_only_the_material_is_known() -> None:
    """A line nobody makes yet has no hours to pay."""
    variant = explode(mug_model(), ANSWERS)
    assert cost_of(mug_model(), ANSWERS, variant, None, quantity=2) == ProductCost(980, 0, 0, 0)


@given(quantity=st.integers(1, 50), labour=st.integers(0, 9_999), place=st.integers(0, 9_999))
def test_many_pieces_cost_so_many_times_as_much_but_for_rounding(quantity: int, labour: int, place: int) -> None:
    """Each of the four sums is rounded once, whatever the quantity."""
    centres = tuple(
        replace(centre, labour_minor_per_hour=labour, place_minor_per_hour=place) for centre in PLANT.work_centres
    )
    plant = replace(PLANT, work_centres=centres)
    variant = explode(mug_model(), ANSWERS)
    one = cost_of(mug_model(), ANSWERS, variant, plant)
    many = cost_of(mug_model(), ANSWERS, variant, plant, quantity=quantity)

    assert many.material_minor == quantity * one.material_minor
    for sum_of in ("labour_minor", "setup_minor", "capacity_minor"):
        assert abs(getattr(many, sum_of) - quantity * getattr(one, sum_of)) <= (quantity + 1) / 2


@pytest.mark.parametrize(
    ("net_minor", "floor", "lacks", "percent"),
    [(10_000, 25, 0, 30), (10_000, 30, 0, 30), (10_000, 31, 100, 30), (6_999, 0, 1, -1), (0, 0, 7_000, 0)],
)
def test_an_order_lacks_what_its_margin_is_below_the_floor(
    net_minor: int, floor: int, lacks: int, percent: int
) -> None:
    """At the floor it pays."""
    margin = Margin("EUR", net_minor, ProductCost(5_000, 1_000, 400, 600))
    assert margin.lacks_minor(floor) == lacks
    assert margin.percent == percent
