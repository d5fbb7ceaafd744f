"""Erasing a customer from end to end: the account and its mails here, everything else in ``orders/privacy``."""

from kernel.ids import CustomerId
from orders.audit.model import Actor
from orders.customers.model import Purpose
from orders.customers.repository import merged_into
from orders.customers.service import known_customer
from orders.invoicing.service import kept_invoices
from orders.privacy.erasing import erase_customer
from orders.privacy.model import ErasureReceipt, KeptDocument
from web.mail_files import forget_mails
from web.security import accounts, repository
from web.shop import Shop


def erase_everything(shop: Shop, customer_id: CustomerId, *, actor: Actor) -> ErasureReceipt:
    """Erase a customer with their accounts and what lies in the outbox, and return the receipt.

    Raises:
        CustomerNotFound, CustomerErased: there is no such customer, or no longer.
        OrdersStillOpen: an order is not done yet; nothing is changed.
    """
    with shop.database.write() as db:
        customer = known_customer(db, customer_id, purpose=Purpose.SUPPORT)
        users = repository.users_of_customer(db, customer_id)
        mailed = {address for user in users for address in repository.addresses_mailed(db, user.id)}
        accounts.drop_accounts(db, customer_id)
        receipt = erase_customer(
            db,
            customer_id,
            owners=[user.id for user in users],
            also_gone={"accounts": len(users)},
            kept=[
                KeptDocument("invoice", number, until)
                for each in (customer_id, *merged_into(db, customer_id))
                for number, until in kept_invoices(db, shop.seller, each)
            ],
            new_id=shop.new_id,
            actor=actor,
            now=shop.now(),
        )
    for address in {customer.contact.email or "", *(user.login_name for user in users), *mailed} - {""}:
        forget_mails(shop.outbox, address)
    return receipt


def owners_of(shop: Shop, customer_id: CustomerId) -> list[str]:
    """Return the pseudonyms under which a customer's drafts are kept."""
    with shop.database.read() as db:
        return [user.id for user in repository.users_of_customer(db, customer_id)]
