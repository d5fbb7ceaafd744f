"""The port to those who take money: what a provider must do, and the three that need nobody else.

A provider of cards is one more value of `Provider`, handed to the shop beside these; docs/invoices.md says how.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from orders.payments.model import ProviderUnknown


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of the customer: the order's number is what they quote when they pay."""

    order_number: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class WayToPay:
    """How the customer pays: at an address (a provider's page), or as the invoice says."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A provider's word that money came: of which order, how much, and under which reference of its own."""

    order_number: str
    amount_minor: int
    currency: str
    reference: str


class Provider(Protocol):
    """Somebody who takes money for us."""

    @property
    def name(self) -> str:
        """Under which name payments are recorded."""

    def ask(self, demand: Demand) -> WayToPay:
        """Return how the customer pays."""

    def confirmed(self, body: bytes, headers: Mapping[str, str]) -> Confirmed:
        """Return what a notification says, once its signature was found right.

        Raises:
            NotPermitted: it is not signed by the provider.
        """

    @property
    def is_recorded_by_hand(self) -> bool:
        """Whether staff record what came, because nobody notifies us."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """Money that people see come: at the till, or on the bank's statement."""

    name: str
    is_recorded_by_hand: bool = True

    def ask(self, demand: Demand) -> WayToPay:
        """Return that the invoice says how to pay."""
        del demand
        return WayToPay()

    def confirmed(self, body: bytes, headers: Mapping[str, str]) -> Confirmed:
        """Refuse: nobody notifies us of this money."""
        raise ProviderUnknown(provider=self.name, bytes=len(body), headers=len(headers))


IN_STORE, TRANSFER, INVOICE = ByHand("in_store"), ByHand("transfer"), ByHand("invoice")
BY_HAND: Mapping[str, Provider] = {each.name: each for each in (IN_STORE, TRANSFER, INVOICE)}


def provider_named(name: str, providers: Mapping[str, Provider] = BY_HAND) -> Provider:
    """Return a provider by its name.

    Raises:
        ProviderUnknown: there is none.
    """
    if name not in providers:
        raise ProviderUnknown(provider=name)
    return providers[name]
