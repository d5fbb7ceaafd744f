"""Opening a shop: from settings to the tools a process works with."""

import random
from pathlib import Path

from kernel.blobs import BlobStore
from kernel.clock import Clock, system_clock
from kernel.database import Database
from kernel.ids import id_maker
from kernel.vault import Vault
from orders.drafts.configurators import Configurators
from orders.invoicing.printing import InvoicePrinter
from orders.invoicing.seller import DEMO_SELLER, load_seller
from orders.messages.model import MailAddresses
from production.build_sheet.printing import SheetPrinter
from web.master_key import read_or_make
from web.papers.printing import WORKER as PAPERS
from web.plan_files import PlanFiles
from web.settings import Settings
from web.shop import Shop


def open_shop(settings: Settings, *, clock: Clock = system_clock, rng: random.Random | None = None) -> Shop:
    """Return the tools of this process.

    Args:
        settings: Where database and files are.
        clock: Tells the present moment; the demo and tests pass their own.
        rng: Where ids come from; seeded in the demo and tests.
    """
    return Shop(
        database=Database(settings.database_url, vault=vault_for(settings)),
        configurators=Configurators(engine_for=PlanFiles(Path(settings.cache_dir) / "plans")),
        blobs=BlobStore(settings.blob_url),
        printer=SheetPrinter(Path(settings.cache_dir) / "fonts"),
        new_id=id_maker(clock, rng or random.SystemRandom()),
        clock=clock,
        outbox=Path(settings.outbox_dir),
        origin=settings.origin,
        invoices=InvoicePrinter(Path(settings.cache_dir) / "fonts"),
        papers=SheetPrinter(Path(settings.cache_dir) / "fonts", module=PAPERS),
        mail=MailAddresses(settings.mail_sender, settings.mail_reply_to),
        smtp_url=settings.smtp_url,
        inbox=Path(settings.mail_inbox) if settings.mail_inbox else None,
        webhook_hosts=frozenset(settings.webhook_hosts.replace(",", " ").split()),
        seller=load_seller(Path(settings.seller_file) if settings.seller_file else DEMO_SELLER),
    )


def vault_for(settings: Settings) -> Vault:
    """Return the vault of this installation; its key is read, or made, when something is first sealed."""
    return Vault(lambda: read_or_make(settings.master_key, Path(settings.master_key_file)))
