"""The switch between the lines on pages that show one of them, under the names the lines have for the reader."""

from collections.abc import Callable

from modules_catalog.releases import service as releases
from web.shop import Shop
from web.views.words import Words


def line_switch(shop: Shop, here: str, href: str | Callable[[str], str], locale: str) -> list[tuple[str, str, bool]]:
    """Return name, address and whether it is the one shown, of the same page of each line.

    Args:
        shop: The shop.
        here: The line that is shown.
        href: The page's address with ``{}`` for the line, or what returns it.
        locale: The reader's.
    """
    to = href.format if isinstance(href, str) else href
    now = shop.now()
    with shop.database.read() as db:
        found = []
        for line in releases.current_lines(db, now=now):
            model = shop.configurators.of(db, releases.current_release(db, line, now=now)).model
            found.append((Words(model, locale).line() or line, to(line), line == here))
        return found
