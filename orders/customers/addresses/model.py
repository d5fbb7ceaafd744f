"""An address, and the parts without which no parcel arrives."""

from dataclasses import dataclass
from typing import NewType

from kernel.errors import NotFound, NotValid

AddressId = NewType("AddressId", str)

#: The parts of an address and how long each may be, in the order they are asked.
PARTS: dict[str, int] = {
    "name": 120,
    "company": 120,
    "street": 160,
    "more": 160,
    "postcode": 16,
    "city": 80,
    "region": 80,
}
REQUIRED = ("name", "street", "city")


class AddressNotFound(NotFound):
    """The customer has no such address."""


class AddressNotValid(NotValid):
    """A part of an address is missing, too long, or the country is no country's code; facts: ``field``."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel or an invoice goes.

    Raises:
        AddressNotValid: a required part is missing or a part is too long.
    """

    name: str
    street: str
    city: str
    country: str
    postcode: str = ""
    region: str = ""
    company: str = ""
    more: str = ""

    def __post_init__(self) -> None:
        for part, longest in PARTS.items():
            text = getattr(self, part)
            if len(text) > longest or (part in REQUIRED and not text.strip()):
                raise AddressNotValid(field=part)
        if not (len(self.country) == 2 and self.country.isascii() and self.country.isupper()):
            raise AddressNotValid(field="country")

    def lines(self) -> tuple[str, ...]:
        """Return the address as it is written on a parcel, without empty lines."""
        place = " ".join(part for part in (self.postcode, self.city) if part)
        written = (self.name, self.company, self.street, self.more, place, self.region, self.country)
        return tuple(line for line in written if line)


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """One address of a customer; the default one is offered first."""

    id: AddressId
    address: Address
    is_default: bool
