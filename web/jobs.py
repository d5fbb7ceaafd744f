"""What the worker does for each stored job, and what it does by the clock."""

from collections.abc import Mapping
from functools import partial

from kernel.ids import OrderId, QuoteId
from kernel.jobs import JobFunction, JobName
from orders.invoicing.issued import InvoiceId
from orders.invoicing.service import ISSUED_JOB, MONTH_JOB, bill_order, invoice_month
from orders.lifecycle.changing import REISSUE_JOB
from orders.lifecycle.following import BILL_JOB, TELL_JOB
from orders.lifecycle.releasing import print_remake, reissue_order, release_order
from orders.lifecycle.remaking import REMAKE_JOB
from orders.lifecycle.service import RELEASE_JOB
from orders.messages.service import tell_of_invoice, tell_of_order, tell_of_quote
from orders.privacy.erasing import ERASE_FILES_JOB, erase_files
from orders.publishing.service import CHECK_JOB, check_candidate
from orders.quotes.service import TELL_QUOTE_JOB
from production.print_runs.model import PrintRunId
from production.print_runs.service import PRINT_JOB, do_print_run
from production.sequencing import service as sequencing
from web.account_mails import mail_link
from web.papers.quotes import mailed_quote
from web.security.accounts import MAIL_LINK_JOB
from web.shop import Shop


def job_functions(shop: Shop) -> Mapping[JobName, JobFunction]:
    """Return what each stored job's name does in this process."""

    def release(order_id: str) -> None:
        release_order(shop.database, shop.configurators, shop.blobs, shop.printer, OrderId(order_id), now=shop.now())

    def erase(*names: str) -> None:
        erase_files(shop.blobs, names)

    def check(candidate: str, number: str) -> None:
        check_candidate(shop.database, shop.configurators, candidate, number, clock=shop.now)

    def reissue(order_id: str, revision: str) -> None:
        tools = (shop.database, shop.configurators, shop.blobs, shop.printer)
        reissue_order(*tools, OrderId(order_id), int(revision), now=shop.now())

    def remake(order_id: str, piece: str) -> None:
        tools = (shop.database, shop.configurators, shop.blobs, shop.printer)
        print_remake(*tools, OrderId(order_id), int(piece), now=shop.now())

    def print_day(run_id: str) -> None:
        do_print_run(shop.database, shop.blobs, shop.printer, PrintRunId(run_id))

    def mail(link_id: str) -> None:
        mail_link(shop, link_id)

    def bill(order_id: str, event: str) -> None:
        bill_order(shop.books, OrderId(order_id), event, now=shop.now())

    def month(of: str) -> None:
        invoice_month(shop.books, of, now=shop.now())

    def tell(order_id: str, event: str) -> None:
        tell_of_order(shop.post_office, OrderId(order_id), event, now=shop.now())

    def tell_quote(quote_id: str) -> None:
        tell_of_quote(shop.post_office, QuoteId(quote_id), partial(mailed_quote, shop), now=shop.now())

    def tell_invoice(invoice_id: str) -> None:
        tell_of_invoice(shop.post_office, InvoiceId(invoice_id), now=shop.now())

    def improve(line: str) -> None:
        sequencing.improve_sequence(shop.database, line, now=shop.now(), time_s=sequencing.IMPROVE_S)

    return {
        sequencing.IMPROVE_JOB: improve,
        CHECK_JOB: check,
        RELEASE_JOB: release,
        REISSUE_JOB: reissue,
        REMAKE_JOB: remake,
        PRINT_JOB: print_day,
        ERASE_FILES_JOB: erase,
        MAIL_LINK_JOB: mail,
        BILL_JOB: bill,
        MONTH_JOB: month,
        TELL_JOB: tell,
        TELL_QUOTE_JOB: tell_quote,
        ISSUED_JOB: tell_invoice,
    }
