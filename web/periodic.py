"""What is done by the clock: quotes expire, months are invoiced, the horizon rolls forward, the ledger follows the floor."""

import logging
import threading
from datetime import datetime

from kernel.errors import LotOneError
from kernel.jobs import first_time
from modules_catalog.releases import service as releases
from orders.invoicing.service import enqueue_month
from orders.privacy.forgetting import forget_what_is_old
from orders.quotes.service import expire_quotes
from orders.webhooks.service import forget_old
from orders.wishes.service import forget_drafts
from production.promise import service as promises
from production.sequencing import service as sequencing
from web.mail_inbox import receive_maildir
from web.security.accounts import drop_unconfirmed
from web.shop import Shop

EVERY_S = 60.0
RESYNC_FROM_HOUR = 2  # on the plant's clock
_log = logging.getLogger(__name__)


def run_periodically(shop: Shop, stop: threading.Event, *, every_s: float = EVERY_S) -> None:
    """Do what is due, again and again, until ``stop`` is set."""
    while not stop.is_set():
        try:
            do_what_is_due(shop, now=shop.now())
        except LotOneError as error:  # a busy database: the next round does it
            _log.warning("periodic work put off: %s", error.code)
        stop.wait(every_s)


def do_what_is_due(shop: Shop, *, now: datetime) -> None:
    """Expire quotes, queue last month's invoices, keep every plant's horizon full, once a day forget what is old."""
    with shop.database.write() as db:
        expire_quotes(db, now=now)
        promises.expire(db, now)
        forget_drafts(db, today=now.date())
    with shop.database.write() as db:
        enqueue_month(db, today=now.date())
    if shop.inbox is not None:
        receive_maildir(shop, shop.inbox)
    with shop.database.write() as db:
        for line in releases.current_lines(db, now=now):
            promises.roll_horizon(db, line, now=now)
    with shop.database.write() as db:
        if first_time(db, f"retention:{now.date().isoformat()}"):
            forget_what_is_old(db, now=now)
            drop_unconfirmed(db, now=now)
            forget_old(db, now=now)
    follow_the_floor(shop, now=now)


def follow_the_floor(shop: Shop, *, now: datetime) -> None:
    """Let each line's ledger and sequence follow its floor: whenever something happened there, and wholly once a night."""
    with shop.database.read() as db:
        lines = releases.current_lines(db, now=now)
        to_resync = [line for line in lines if sequencing.is_resync_due(db, line, now=now, from_hour=RESYNC_FROM_HOUR)]
    for line in to_resync:
        with shop.database.read() as db:
            pieces = sequencing.pieces_to_resync(db, line)
        for piece in pieces:  # one short transaction each: nobody waits for the whole floor
            with shop.database.write() as db:
                sequencing.resync_piece(db, line, piece, now=now)
        with shop.database.write() as db:
            sequencing.end_resync(db, line, now=now)
            if pieces:
                sequencing.ask_to_improve(db, line, key=now.date().isoformat())
            at_risk = len(sequencing.alarms(db, line))
        _log.info("re-synced %s: %d pieces, %d promises at risk", line, len(pieces), at_risk)
    for line in lines:
        with shop.database.read() as db:
            is_stale = line in to_resync or sequencing.is_sequence_stale(db, line)
        if is_stale:
            with shop.database.write() as db:
                sequencing.give_back_finished(db, line)
                sequencing.rebuild_sequence(db, line, now=now)
