"""``lotone messages``: what customers answer."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from web.settings import read_settings

app = typer.Typer(help="Mails from customers.", no_args_is_help=True)


@app.command()
def receive() -> None:
    """File one mail from standard input with the order it answers; a mail server's pipe calls this.

    Exit 1: it is no answer to a message of ours.
    """
    from orders.messages.model import MailNotValid, ReplyNotOurs
    from web.mail_inbox import receive_mail
    from web.opening import open_shop

    content = sys.stdin.buffer.read()
    shop = open_shop(read_settings())
    try:
        is_new = receive_mail(shop, content)
    except (ReplyNotOurs, MailNotValid) as error:
        typer.echo(f"not filed: {error.code}", err=True)
        raise typer.Exit(1) from error
    finally:
        shop.close()
    print("filed" if is_new else "nothing new in it")


@app.command()
def fetch(folder: Annotated[Path, typer.Argument(help="A maildir with the folder `new`.", exists=True)]) -> None:
    """File every new mail of a maildir."""
    from web.mail_inbox import receive_maildir
    from web.opening import open_shop

    shop = open_shop(read_settings())
    print(receive_maildir(shop, folder))
    shop.close()
