"""A page of ours as a paper: rendered in one language, drawn in a limited process."""

import base64
import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import segno

from kernel.canonical import content_hash
from production.build_sheet.printing import SheetPrinter
from web.templating import the_look

WORKER = "web.papers.worker"


def draw_paper(printer: SheetPrinter, locale: str, template: str, values: Mapping[str, Any]) -> bytes:
    """Return a template as PDF/A-3 in a language; the same values always give the same bytes.

    Raises:
        SheetNotPrinted: it took more memory or time than it may.
    """
    _files, templates = the_look()
    html = templates.page(locale, template, values)
    asked = {"html": html, "identifier": content_hash(html.encode())}
    return printer.ask(json.dumps(asked).encode())


def svg_data(svg: str) -> str:
    """Return a picture as an address that holds all of it."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def code_data(address: str) -> str:
    """Return an address as a QR code, as a picture's address."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
