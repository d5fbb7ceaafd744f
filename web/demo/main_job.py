"""The main job without a browser: one measured pair of jeans and one PC, from the first choice to build sheet and invoice.

It runs in a database of its own under a clock that stands still and with seeded ids, so two runs write identical files.
"""

import random
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from configurator.model import Answer
from kernel.clock import fixed_clock
from kernel.errors import LotOneError
from kernel.jobs import run_pending
from orders.audit.model import Actor
from orders.customers.service import record_measurements, register_customer
from orders.drafts import service as drafts
from orders.drafts.model import Refused
from orders.drafts.service import Reader
from orders.invoicing.repository import invoices_of_order
from orders.invoicing.service import invoice_files
from orders.lifecycle import repository as orders
from orders.lifecycle.model import Order
from orders.lifecycle.service import place_order
from orders.lifecycle.sheets import issued_sheet, issued_specification
from orders.quotes.service import issue_quote
from production.promise import service as promises
from production.promise.document import promise_from_json
from web import formats
from web.demo.people import DEMO_COMPANY, DEMO_CUSTOMERS
from web.demo.seeding import keep_address, seed_catalogs
from web.jobs import job_functions
from web.migrations import run as migrations
from web.opening import open_shop
from web.qr_reading import read_qr_codes
from web.settings import Settings
from web.shop import Shop
from web.views.words import Words

MOMENT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CLERK = Actor(id="demo-clerk", role="store")
READER = Reader(CLERK.id, is_staff=True)
#: What is chosen beside the defaults, oldest first.
CHOICES: Mapping[str, Mapping[str, Answer]] = {
    "jeans": {
        "sizing": "measured",
        "monogram_text": "李雷 & Ana",
        "monogram_position": "back_pocket",
        "monogram_thread": "copper",
        "invoicing": "factur_x",
    },
    "pc": {
        "account": "company",
        "payment": "bank_transfer",
        "invoicing": "peppol",
        "peppol_id": "0088:7300010000001",
        "po_number": "PO-4711",
    },
}
#: Who buys each line; what is left out of the choices above is as the catalog has it.
BUYERS = {"jeans": DEMO_CUSTOMERS[0], "pc": DEMO_COMPANY}


class DemoRefused(LotOneError):
    """The demo's own choices do not go together: the catalog has changed under it."""


@dataclass(frozen=True, slots=True)
class Made:
    """One ordered product and the files written for it."""

    order: Order
    choices: tuple[tuple[str, str], ...]
    files: tuple[Path, ...]
    qr_codes: tuple[str, ...]
    binding: str


def run_main_job(out_dir: Path) -> list[Made]:
    """Do the main job for both lines, write its files into ``out_dir`` and return what was made.

    Raises:
        DemoRefused: the catalogs no longer allow what the demo chooses.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/demo.db",
            blob_url=f"{folder}/blobs",
            cache_dir=folder,
            outbox_dir=f"{folder}/outbox",
            master_key_file=f"{folder}/master.key",
        )
        shop = open_shop(settings, clock=fixed_clock(MOMENT), rng=random.Random(1))
        migrations.upgrade(shop.database)
        seed_catalogs(shop)
        made = [_make(shop, line, out_dir) for line in CHOICES]
        shop.close()
    return made


def _make(shop: Shop, line: str, out_dir: Path) -> Made:
    who = BUYERS[line]
    now = shop.now()
    with shop.database.write() as db:
        customer = register_customer(db, who.contact, new_id=shop.new_id, actor=CLERK, now=now)
        keep_address(db, shop, customer.id, who)
        profile = None
        if line == "jeans" and who.sex is not None:
            profile = record_measurements(
                db,
                customer.id,
                sex=who.sex,
                readings=dict(who.readings),
                confirmed=frozenset(),
                new_id=shop.new_id,
                actor=CLERK,
                now=now,
            )
    tools = (shop.database, shop.configurators)
    draft_id = drafts.open_draft(*tools, line, owner=CLERK.id, new_id=shop.new_id, now=now)
    with shop.database.write() as db:
        drafts.assign_customer(
            db, draft_id, READER, customer_id=customer.id, profile_id=profile.id if profile else None, now=now
        )
    for feature, answer in CHOICES[line].items():
        outcome = drafts.choose_option(*tools, draft_id, READER, feature, answer, now=now)
        if isinstance(outcome, Refused):
            raise DemoRefused(feature=feature, rules=[rule.id for rule in outcome.conflict.rules])
    quote = issue_quote(*tools, draft_id, READER, new_id=shop.new_id, actor=CLERK, now=now)
    with shop.database.write() as db:
        order = place_order(db, quote.id, new_id=shop.new_id, actor=CLERK, now=now)
    failed = [outcome for outcome in run_pending(shop.database, job_functions(shop)) if outcome.error]
    if failed:
        raise DemoRefused(job=failed[0].job_id, error=str(failed[0].error))
    return _written(shop, order, line, out_dir)


def _written(shop: Shop, order: Order, line: str, out_dir: Path) -> Made:
    sheet, spec = out_dir / f"{line}.build-sheet.pdf", out_dir / f"{line}.spec.json"
    with shop.database.read() as db:
        sheet.write_bytes(issued_sheet(db, shop.blobs, order))
        spec.write_bytes(issued_specification(db, shop.blobs, order))
        order = orders.get_order(db, order.id)
        model = shop.configurators.of(db, order.release).model
        plant = promises.plant_of(db, order.line)
    words = Words(model, "en", plant)
    choices = tuple(
        (words.feature(feature), words.answer(model.feature(feature), answer))
        for feature, answer in order.selection.answers.items()
    )
    binding = words.binding(promise_from_json(order.promise).binding)
    return Made(
        order,
        choices,
        (sheet, spec, *_written_invoice(shop, order, line, out_dir)),
        read_qr_codes(sheet.read_bytes()),
        binding,
    )


def _written_invoice(shop: Shop, order: Order, line: str, out_dir: Path) -> tuple[Path, Path]:
    pdf_path, xml_path = out_dir / f"{line}.invoice.pdf", out_dir / f"{line}.invoice.xml"
    with shop.database.read() as db:
        (issued,) = invoices_of_order(db, order.id)
    pdf, xml = invoice_files(shop.blobs, issued)
    pdf_path.write_bytes(pdf)
    xml_path.write_bytes(xml)
    return pdf_path, xml_path


def table_of(made: Made) -> Iterable[str]:
    """Yield the lines of what is printed for one product."""
    order = made.order
    promise = promise_from_json(order.promise)
    yield f"{order.number} revision {order.revision_letter} ({order.state.value})"
    yield from (f"  {feature:28.28} {answer}" for feature, answer in made.choices)
    yield f"  {'price':28} {formats.money(order.price.total_minor, order.price.currency, locale='en')}"
    yield f"  {'promised':28} {promise.date.isoformat()}"
    yield f"  {'what sets the date':28} {made.binding}"
    yield f"  {'QR codes read back':28} {len(made.qr_codes)}: {', '.join(made.qr_codes)}"
    yield from (f"  {'written':28} {path}" for path in made.files)
    yield ""


def json_of(made: Made) -> Mapping[str, object]:
    """Return what is printed with ``--json`` for one product."""
    promise = promise_from_json(made.order.promise)
    return {
        "order": made.order.number,
        "line": made.order.line,
        "choices": dict(made.choices),
        "total_minor": made.order.price.total_minor,
        "currency": made.order.price.currency,
        "promise": promise.date.isoformat(),
        "binding": {"kind": promise.binding.kind.value, "code": promise.binding.code, "text": made.binding},
        "qr_codes": list(made.qr_codes),
        "files": [str(path) for path in made.files],
    }
