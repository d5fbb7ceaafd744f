"""The people of the demo: staff who sign in, customers who were measured. All invented."""

from dataclasses import dataclass

from modules_catalog.sizing.model import Sex
from orders.customers.addresses.model import Address
from orders.customers.billing.model import BillingDetails
from orders.customers.model import Contact, CustomerKind
from web.security.roles import Role

DEMO_PASSWORD = "made-for-one"  # noqa: S105 - printed by ./dev run, for the demo only


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who signs in to the demo."""

    login_name: str
    display_name: str
    roles: frozenset[Role]
    locale: str = "en"


DEMO_PEOPLE = (
    DemoPerson("ana", "Ana Kovač", frozenset({Role.CUSTOMER})),
    DemoPerson("store", "Sam (store)", frozenset({Role.STORE})),
    DemoPerson("buyer", "Bo (buyer)", frozenset({Role.BUYER})),
    DemoPerson("lead", "Lea (approves for the buyer)", frozenset({Role.BUYER})),
    DemoPerson("planner", "Pia (planner)", frozenset({Role.PLANNER})),
    DemoPerson("floor", "Finn (floor)", frozenset({Role.FLOOR})),
    DemoPerson("author", "Ari (catalog)", frozenset({Role.AUTHOR})),
    DemoPerson("finance", "Fay (finance)", frozenset({Role.FINANCE})),
    DemoPerson("admin", "Ada (admin)", frozenset({Role.ADMIN})),
)


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer of the demo, with two readings of each measure where they were measured."""

    contact: Contact
    sex: Sex | None = None
    readings: tuple[tuple[str, tuple[int, ...]], ...] = ()
    address: Address | None = None
    billing: BillingDetails | None = None


def _measured(
    sex: Sex, waist: int, hip: int, thigh: int, crotch_height: int, crotch_length: int
) -> tuple[Sex, tuple[tuple[str, tuple[int, ...]], ...]]:
    return sex, (
        ("waist_circ_wear", (waist - 2, waist + 2)),
        ("hip_circ", (hip - 3, hip + 3)),
        ("thigh_circ", (thigh, thigh + 2)),
        ("crotch_height", (crotch_height - 2, crotch_height + 2)),
        ("crotch_length_wear", (crotch_length - 2, crotch_length + 2)),
    )


DEMO_COMPANY = DemoCustomer(
    Contact("Northwind Studio GmbH", "einkauf@northwind.example", None, "en", "DE", CustomerKind.COMPANY),
    address=Address(
        name="Einkauf",
        company="Northwind Studio GmbH",
        street="Hafenweg 7",
        postcode="20457",
        city="Hamburg",
        country="DE",
    ),
    billing=BillingDetails(vat_id="DE987654328"),
)
DEMO_CUSTOMERS = (
    DemoCustomer(
        Contact("Ana Kovač", "ana@example.org", "+49 30 5550101", "en", "DE"),
        *_measured(Sex.FEMALE, 848, 1012, 612, 772, 572),
    ),
    DemoCustomer(
        Contact("李雷", "li.lei@example.org", "+886 2 5550 0102", "zh_Hant", "TW"),
        *_measured(Sex.MALE, 884, 1004, 601, 832, 548),
    ),
    DemoCustomer(
        Contact("Tomás Herrera", "tomas@example.org", None, "en", "DE"),
        *_measured(Sex.MALE, 946, 1046, 631, 858, 566),
    ),
    DEMO_COMPANY,
    DemoCustomer(Contact("王芳", "wang.fang@example.org", None, "zh_Hans", "CN")),
)
