"""Contacts and measurement profiles: what is valid, and what the readings come to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import CustomerId, ProfileId
from modules_catalog.sizing.model import Sex
from orders.customers.model import COUNTER_MEASURES, Contact, ContactNotValid, MeasurementProfile, ReadingNotValid

TAKEN_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
USUAL = {
    "waist_circ_wear": (846, 850),
    "hip_circ": (1009, 1015),
    "thigh_circ": (612, 614),
    "crotch_height": (770, 774),
    "crotch_length_wear": (638, 642),
}


def profile(**readings: tuple[int, ...]) -> MeasurementProfile:
    """Return a profile with some readings of its own."""
    return MeasurementProfile(
        id=ProfileId("p"),
        customer_id=CustomerId("c"),
        sex=Sex.FEMALE,
        readings={**USUAL, **readings},
        taken_by="clerk",
        taken_at=TAKEN_AT,
    )


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 121}),
        ("email", {"name": "Ana", "email": "ana"}),
        ("email", {"name": "Ana", "email": "a na@example.org"}),
        ("phone", {"name": "Ana", "phone": "12"}),
        ("country", {"name": "Ana", "country": "de"}),
        ("country", {"name": "Ana", "country": "DEU"}),
    ],
)
def test_a_contact_that_cannot_be_names_the_field(field: str, values: dict[str, str]) -> None:
    """The form shows the message beside the field."""
    with pytest.raises(ContactNotValid) as refused:
        Contact(**values)  # type: ignore[arg-type]
    assert refused.value.facts == {"field": field}


@given(st.lists(st.integers(700, 1000), min_size=1, max_size=4))
def test_a_measure_is_the_mean_of_its_readings_to_the_nearest_millimetre(values: list[int]) -> None:
    """Half a millimetre rounds up; never more than half a millimetre off."""
    used = profile(waist_circ_wear=tuple(values)).measure_mm("waist_circ_wear")

    assert abs(used - sum(values) / len(values)) <= 0.5


@pytest.mark.parametrize(("second", "asks"), [(860, ()), (861, ("waist_circ_wear",)), (839, ("waist_circ_wear",))])
def test_readings_more_than_ten_millimetres_apart_want_a_third(second: int, asks: tuple[str, ...]) -> None:
    """Ten is fine, eleven asks."""
    assert profile(waist_circ_wear=(850, second)).wants_third_reading() == asks


@pytest.mark.parametrize("measure", COUNTER_MEASURES)
def test_a_profile_without_one_of_the_five_measures_is_refused(measure: str) -> None:
    """All five are needed for a fit."""
    with pytest.raises(ReadingNotValid) as refused:
        profile(**{measure: ()})
    assert refused.value.facts == {"measure": measure, "reason": "missing"}


def test_a_reading_no_person_has_is_refused_with_its_limits() -> None:
    """The message can say what is possible."""
    with pytest.raises(ReadingNotValid) as refused:
        profile(hip_circ=(10_120,))
    assert refused.value.facts["reason"] == "impossible"
    assert refused.value.facts["max_mm"] == 2200


def test_measures_are_current_for_a_year() -> None:
    """On the day a year later they ask to be taken again."""
    taken = profile()

    assert taken.is_current(TAKEN_AT + timedelta(days=364))
    assert not taken.is_current(TAKEN_AT + timedelta(days=365))


def test_the_body_to_fit_carries_the_means() -> None:
    """Waist and rise as taken where the jeans sit."""
    body = profile().body()

    assert body.taken() == {
        "waist_circ_wear": 848,
        "hip_circ": 1012,
        "thigh_circ": 613,
        "crotch_height": 772,
        "crotch_length_wear": 640,
    }
