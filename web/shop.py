"""What the routes work with besides the request: the database, compiled catalogs, ids, files and the clock."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from kernel.blobs import BlobStore
from kernel.clock import Clock
from kernel.database import Database
from kernel.ids import IdMaker
from modules_catalog.releases import service as releases
from orders.audit.model import Actor
from orders.drafts.configurators import Configurators
from orders.drafts.service import Reader
from orders.invoicing.printing import InvoicePrinter
from orders.invoicing.seller import Seller, load_seller
from orders.invoicing.service import Books
from orders.messages.model import MailAddresses
from orders.messages.service import PostOffice
from orders.messages.transports import FileOutbox, Transport, smtp_server
from production.build_sheet.printing import SheetPrinter
from web.security.access import MaybeUser
from web.security.model import User
from web.security.roles import Role


@dataclass(frozen=True, slots=True)
class Shop:
    """One process's tools; made once in ``web/app.py`` and kept on ``app.state.shop``."""

    database: Database
    configurators: Configurators
    blobs: BlobStore
    printer: SheetPrinter
    new_id: IdMaker
    clock: Clock
    invoices: InvoicePrinter
    papers: SheetPrinter
    seller: Seller = field(default_factory=load_seller)
    outbox: Path = Path("var/outbox")
    origin: str = "http://127.0.0.1:8000"

    mail: MailAddresses = field(default_factory=MailAddresses)
    smtp_url: str = ""
    inbox: Path | None = None
    webhook_hosts: frozenset[str] = frozenset()

    @property
    def transport(self) -> Transport:
        """How mails leave: through the mail server, or as files."""
        return smtp_server(self.smtp_url) if self.smtp_url else FileOutbox(self.outbox)

    @property
    def post_office(self) -> PostOffice:
        """What messages are written and sent with."""
        return PostOffice(
            self.database,
            self.blobs,
            self.transport,
            self.mail,
            self.origin,
            self.new_id,
            lambda: secrets.token_hex(16),
        )

    @property
    def books(self) -> Books:
        """What invoicing works with."""
        return Books(self.database, self.blobs, self.invoices, self.seller, self.new_id)

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock()

    def close(self) -> None:
        """End the printers' processes and close all connections."""
        self.printer.close()
        self.invoices.close()
        self.papers.close()
        self.database.dispose()

    def warm_up(self) -> None:
        """Compile the catalogs in force, so that the first customer does not wait for it."""
        with self.database.read() as db:
            for line in releases.current_lines(db, now=self.now()):
                self.configurators.of(db, releases.current_release(db, line, now=self.now())).defaults()


def the_shop(request: Request) -> Shop:
    """Return the shop the application was started with."""
    shop: Shop = request.app.state.shop
    return shop


TheShop = Annotated[Shop, Depends(the_shop)]


#: Roles that may look at any order; changing one is for its owner and the store.
SEE_ORDERS = (Role.STORE, Role.FLOOR, Role.PLANNER, Role.FINANCE)


def reader_of(user: User | None, visitor_id: str) -> Reader:
    """Return who reads: the user who signed in, else the visitor by a pseudonym.

    Staff who must set up a second factor first are nobody special until they have.
    """
    serves = user is not None and not user.must_enrol
    return Reader(
        id=user.id if user else visitor_id,
        also=visitor_id,
        is_staff=user is not None and serves and user.may_act_as(Role.STORE),
        sees_orders=user is not None and serves and user.may_act_as(*SEE_ORDERS),
        customer_id=user.customer_id if user else None,
    )


def the_reader(request: Request, user: MaybeUser) -> Reader:
    """Return who reads a page."""
    return reader_of(user, request.state.visitor.id)


def the_actor(request: Request, user: MaybeUser) -> Actor:
    """Return who acts, for the audit chain."""
    if user is None:
        return Actor(id=request.state.visitor.id, role="visitor")
    return Actor(id=user.id, role=",".join(sorted(user.roles)))


TheReader = Annotated[Reader, Depends(the_reader, scope="function")]
TheActor = Annotated[Actor, Depends(the_actor, scope="function")]
