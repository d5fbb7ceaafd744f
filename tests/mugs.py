"""A potter's shop, small enough to be filled in a test: one line, three work centres, some blue glaze."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from kernel.blobs import BlobStore
from kernel.clock import ticking_clock
from kernel.database import Database
from kernel.ids import id_maker
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases
from orders.drafts.configurators import Configurators
from production.plants.model import Hours, Plant, StockRow, WorkCentre, WorkCentreKind
from production.promise import service as promises
from tests.printers import invoice_printer, paper_printer, sheet_printer
from web.shop import Shop

FOLDER = Path(__file__).parent / "data" / "catalogs" / "mug"
DAY = Hours(frozenset(range(5)), 7 * 60, 16 * 60)
POTTERY = Plant(
    code="pottery",
    line="mug",
    timezone="Europe/Berlin",
    country="DE",
    subdivision="BE",
    floor_locale="en",
    horizon_days=6,
    work_centres=(
        WorkCentre("wheel", WorkCentreKind.FLOW, 1, (DAY,)),
        WorkCentre("bench", WorkCentreKind.FLOW, 1, (DAY,)),
        WorkCentre("kiln", WorkCentreKind.FLOW, 1, (DAY,)),
    ),
    stock=(StockRow("glaze.white", 1000, 3), StockRow("glaze.blue", 2, 3)),
)


@cache
def mug_model() -> ConfigurationModel:
    """Return the mug's catalog."""
    return load_catalog(FOLDER)


@cache
def mug_configurators() -> Configurators:
    """Return configurators shared by all tests of a process: a release is compiled once."""
    return Configurators()


def open_pottery(database: Database, *, now: datetime) -> None:
    """Publish the mug and seed its plant."""
    with database.write() as db:
        releases.publish(db, FOLDER, mug_model(), now=now)
        promises.seed_plant(db, POTTERY, now=now)


@contextmanager
def pottery(database: Database, folder: Path, *, now: datetime) -> Iterator[Shop]:
    """Open the shop on a database that has all tables."""
    open_pottery(database, now=now)
    clock = ticking_clock(now, now - now)
    shop = Shop(
        database=database,
        configurators=mug_configurators(),
        blobs=BlobStore(str(folder / "blobs")),
        printer=sheet_printer(),
        new_id=id_maker(clock, random.Random(7)),
        clock=clock,
        invoices=invoice_printer(),
        papers=paper_printer(),
    )
    yield shop
