"""Customers' answers: one mail at a time, or what a mail server delivered into a maildir."""

import logging
from pathlib import Path

from orders.messages.model import MailNotValid, ReplyNotOurs
from orders.messages.service import receive
from web.shop import Shop

_log = logging.getLogger(__name__)


def receive_mail(shop: Shop, content: bytes) -> bool:
    """File a mail with the order it answers; return False for one that says nothing new.

    Raises:
        ReplyNotOurs, MailNotValid: it is no answer to us, or no mail.
    """
    with shop.database.write() as db:
        return receive(db, content, new_id=shop.new_id, now=shop.now()) is not None


def receive_maildir(shop: Shop, folder: Path) -> int:
    """File every new mail of a maildir and return how many were filed.

    Read ones go to ``cur``, strangers' and unreadable ones to ``refused``; a mail whose filing fails for another reason
    stays where it is.
    """
    filed = 0
    for path in sorted((folder / "new").glob("*")):
        if not path.is_file():
            continue
        goal = "cur"
        try:
            filed += receive_mail(shop, path.read_bytes())
        except (ReplyNotOurs, MailNotValid) as error:
            _log.warning("a mail was not filed: %s", error.code)
            goal = "refused"
        (folder / goal).mkdir(exist_ok=True)
        path.rename(folder / goal / f"{path.name}:2,S")
    return filed
