"""People and what we know of them: the only home of personal data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from kernel.errors import NotFound, NotValid
from kernel.ids import CustomerId, ProfileId
from modules_catalog.sizing.model import POSSIBLE_MM, Body, Measure, Sex, WearMeasures

Reference = NewType("Reference", str)
"""What the floor sees instead of a name: ``A-17``."""


class CustomerNotFound(NotFound):
    """There is no such customer."""


class ProfileNotFound(NotFound):
    """There is no such measurement profile, or the customer has none."""


class CustomerErased(NotFound):
    """The customer was erased: only the reference is left."""


class ContactNotValid(NotValid):
    """A name, an e-mail address or a telephone number cannot be right."""


class ReferenceNotValid(NotValid):
    """The reference that was typed is not this customer's."""


class ReadingNotValid(NotValid):
    """A measure was read in a way no body allows, or is missing."""


class Purpose(StrEnum):
    """Why personal data is read; every read names one."""

    SALE = "sale"  # serving the customer, in store or online
    FIT = "fit"  # making what fits
    DELIVERY = "delivery"
    INVOICE = "invoice"
    SUPPORT = "support"
    MARKETING = "marketing"  # only with consent


class CustomerKind(StrEnum):
    """Whether a person or a company buys."""

    PRIVATE = "private"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Contact:
    """Who a customer is and how to reach them.

    Raises:
        ContactNotValid: the name is empty or something has no plausible form.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    locale: str = "en"
    country: str = "DE"
    kind: CustomerKind = CustomerKind.PRIVATE

    def __post_init__(self) -> None:
        if not 0 < len(self.name.strip()) <= 120:
            raise ContactNotValid(field="name")
        if self.email is not None and (self.email.count("@") != 1 or len(self.email) > 254 or " " in self.email):
            raise ContactNotValid(field="email")
        if self.phone is not None and not (5 <= sum(char.isdigit() for char in self.phone) <= 15):
            raise ContactNotValid(field="phone")
        if not (len(self.country) == 2 and self.country.isascii() and self.country.isupper()):
            raise ContactNotValid(field="country")


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer; ``reference`` is what the floor and the audit chain may know, and all that is left once erased."""

    id: CustomerId
    reference: Reference
    contact: Contact
    since: datetime
    erased_at: datetime | None = None
    merged_into: CustomerId | None = None  # the same person, under whom everything is kept now


class Method(StrEnum):
    """How a body was measured."""

    TAPE = "tape"
    GARMENT = "garment"
    SIZE = "size"


#: The measures a clerk takes for jeans, in the order they are asked, and what the fit calls them.
COUNTER_MEASURES: tuple[str, ...] = (
    "waist_circ_wear",
    "hip_circ",
    "thigh_circ",
    "crotch_height",
    "crotch_length_wear",
)
OPTIONAL_MEASURES: tuple[str, ...] = ("lower_thigh_circ", "heel_ankle_circ")
THIRD_READING_ABOVE_MM = 10
#: How far one try-on after the other may move a finished measure from what the rules say.
GREATEST_CORRECTION_MM = 60
VALID_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class MeasurementProfile:
    """The body measures of a person: who took them, when and how.

    ``readings`` holds every reading of each measure in millimetres, oldest first; ``confirmed`` names measures that
    looked unusual and were confirmed by whoever measured, ``reasons`` says why staff kept one all the same.
    ``taken_from`` is what was measured instead of the body: a garment's measures, or a size. ``corrections_mm`` is what
    try-ons showed: how much more, or less, the finished pair shall measure than the rules say.

    Raises:
        ReadingNotValid: a required measure is missing, or a value no person can have.
    """

    id: ProfileId
    customer_id: CustomerId
    sex: Sex
    readings: Mapping[str, tuple[int, ...]]
    taken_by: str
    taken_at: datetime
    method: Method = Method.TAPE
    confirmed: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=dict)
    taken_from: Mapping[str, int] = field(default_factory=dict)
    corrections_mm: Mapping[Measure, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for correction_mm in self.corrections_mm.values():
            if abs(correction_mm) > GREATEST_CORRECTION_MM:
                raise ReadingNotValid(measure="correction", reason="impossible", value_mm=correction_mm)
        for measure in COUNTER_MEASURES:
            if not self.readings.get(measure):
                raise ReadingNotValid(measure=measure, reason="missing")
        for measure, values in self.readings.items():
            if measure not in COUNTER_MEASURES + OPTIONAL_MEASURES:
                raise ReadingNotValid(measure=measure, reason="unknown")
            least, greatest = POSSIBLE_MM[measure]
            for value_mm in values:
                if not least <= value_mm <= greatest:
                    raise ReadingNotValid(
                        measure=measure, reason="impossible", value_mm=value_mm, min_mm=least, max_mm=greatest
                    )

    def measure_mm(self, measure: str) -> int:
        """Return the measure as used: the mean of its readings, rounded half up."""
        values = self.readings[measure]
        return (2 * sum(values) + len(values)) // (2 * len(values))

    def wants_third_reading(self) -> tuple[str, ...]:
        """Return the measures whose two readings lie too far apart to be averaged."""
        return tuple(
            measure
            for measure, values in self.readings.items()
            if len(values) == 2 and abs(values[0] - values[1]) > THIRD_READING_ABOVE_MM
        )

    def readings_each(self) -> int:
        """Return how often every required measure was read at least."""
        return min(len(self.readings[measure]) for measure in COUNTER_MEASURES)

    def expires_at(self) -> datetime:
        """Return when the measures are too old to use without asking."""
        return self.taken_at + VALID_FOR

    def is_current(self, now: datetime) -> bool:
        """Return whether the measures may still be used without asking."""
        return now < self.expires_at()

    def body(self) -> Body:
        """Return the body to fit."""
        optional = {f"{name}_mm": self.measure_mm(name) for name in OPTIONAL_MEASURES if self.readings.get(name)}
        return Body(
            sex=self.sex,
            hip_circ_mm=self.measure_mm("hip_circ"),
            thigh_circ_mm=self.measure_mm("thigh_circ"),
            crotch_height_mm=self.measure_mm("crotch_height"),
            upper=WearMeasures(self.measure_mm("waist_circ_wear"), self.measure_mm("crotch_length_wear")),
            **optional,
        )


@dataclass(frozen=True, slots=True)
class KnownFact:
    """An answer we hold, so that it is never asked again: where it came from and when."""

    key: str  # "jeans.fit", "delivery", …
    value: str
    source: str  # "order:<id>", "clerk", "customer"
    learned_at: datetime
