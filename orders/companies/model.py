"""Companies that buy: their people, cost centres, presets by job role, and how much a buyer may order alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from configurator.model import Answer
from kernel.errors import NotFound, NotPermitted, NotValid
from kernel.ids import CustomerId


class CompanyNotFound(NotFound):
    """The customer has no company account, or the user buys for nobody."""


class PresetNotFound(NotFound):
    """The company has no such preset."""


class NotForBuyers(NotPermitted):
    """Only somebody who approves for the company may do this."""


class FeatureLocked(NotPermitted):
    """The company has settled this answer; the facts name the features."""


class CompanyNotValid(NotValid):
    """A limit, a cost centre, a member or a preset that cannot be; the facts name the field."""


class MemberRole(StrEnum):
    """What somebody may do for their company."""

    BUYER = "buyer"  # orders, up to the limit alone
    APPROVER = "approver"  # orders, decides on others' orders, keeps presets


@dataclass(frozen=True, slots=True)
class CostCentre:
    """Whom a purchase is charged to, inside the company."""

    code: str
    name: str

    def __post_init__(self) -> None:
        if not 0 < len(self.code.strip()) <= 20 or not 0 < len(self.name.strip()) <= 80:
            raise CompanyNotValid(field="cost_centre")


@dataclass(frozen=True, slots=True)
class Company:
    """The account of a customer that is a company.

    ``alone_up_to_minor`` is the total (tax included) up to which a buyer orders without asking; ``None`` is without limit.
    """

    customer_id: CustomerId
    alone_up_to_minor: int | None = None
    cost_centres: tuple[CostCentre, ...] = ()

    def __post_init__(self) -> None:
        if self.alone_up_to_minor is not None and self.alone_up_to_minor < 0:
            raise CompanyNotValid(field="alone_up_to")
        if len({each.code for each in self.cost_centres}) != len(self.cost_centres):
            raise CompanyNotValid(field="cost_centre")

    def must_ask(self, role: MemberRole, total_minor: int) -> bool:
        """Return whether somebody in this role must ask before ordering for the total."""
        return role is MemberRole.BUYER and self.alone_up_to_minor is not None and total_minor > self.alone_up_to_minor


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who buys for a company, by their user id."""

    user_id: str
    customer_id: CustomerId
    role: MemberRole


@dataclass(frozen=True, slots=True)
class Preset:
    """What a job role gets: answers that are settled (``locked``), the rest is free to choose.

    ``answers`` are suggested; those of ``locked`` features cannot be changed by who orders.
    """

    id: str
    customer_id: CustomerId
    line: str
    name: str
    answers: Mapping[str, Answer]
    locked: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 0 < len(self.name.strip()) <= 80:
            raise CompanyNotValid(field="name")
        if not self.locked <= set(self.answers):
            raise CompanyNotValid(field="locked", features=sorted(self.locked - set(self.answers)))
