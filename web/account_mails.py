"""The mails about an account: confirm the address, set a new password, somebody registered again."""

from web.mail_files import Mail, as_message
from web.security.accounts import LinkToMail, link_to_mail
from web.security.model import LinkKind
from web.shop import Shop
from web.translations import translations_for


def _(message: str) -> str:
    return message


SUBJECTS = {
    LinkKind.CONFIRM: _("Confirm your e-mail address"),
    LinkKind.RESET: _("Set a new password"),
    LinkKind.KNOWN: _("You have an account already"),
    LinkKind.ADDRESS: _("Confirm your new e-mail address"),
    LinkKind.MOVED: _("Your account has another e-mail address"),
}
TEXTS = {
    LinkKind.CONFIRM: _(
        "Please open this page and confirm that the address is yours. The link works for three days, once."
    ),
    LinkKind.RESET: _("Somebody, probably you, asked for a new password. The link works for an hour, once."),
    LinkKind.KNOWN: _(
        "Somebody, probably you, wanted to register with this address, which has an account. If you forgot the password, "
        "this link sets a new one; it works for an hour, once."
    ),
    LinkKind.ADDRESS: _(
        "This shall be the new e-mail address of your account. Please open this page to confirm it; the link works for a "
        "day, once."
    ),
    LinkKind.MOVED: _(
        "The e-mail address of your account was changed just now, with your password and by a link mailed to the new "
        "address. Mails go there from now on, and this address signs in no longer."
    ),
}
NOT_ME = _("If it was not you, answer this mail at once: we close the account and look into it with you.")
FOOTER = _("If it was not you, do nothing: nothing was changed.")


def mail_link(shop: Shop, link_id: str) -> None:
    """Write the mail of a link; run again it writes another whose link replaces the first."""
    with shop.database.write() as db:
        link = link_to_mail(db, link_id)
    if link is not None:
        shop.transport.send(as_message(composed(link, shop.origin), sender=shop.mail.sender))


def composed(link: LinkToMail, origin: str) -> Mail:
    """Return the mail in the account's language."""
    say = translations_for(link.user.locale).gettext
    page = [] if link.kind is LinkKind.MOVED else [f"{origin}/links/{link.token}"]
    footer = NOT_ME if link.kind is LinkKind.MOVED else FOOTER
    text = "\n\n".join([say(TEXTS[link.kind]), *page, say(footer), "Lot One\n"])
    return Mail(link.address, f"Lot One: {say(SUBJECTS[link.kind])}", text)
