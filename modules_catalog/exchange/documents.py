"""A catalog as one JSON document: tables as rows, everything else as text, so that programs can read and write it.

A table stands as rows only where writing the rows again gives the same bytes; so a document comes back as the
content it was made of, and its hash is the release's.
"""

import base64
import binascii
import csv
import io
import json
from typing import Any

from modules_catalog.exchange.errors import ArchiveNotValid
from modules_catalog.exchange.gathering import LibraryFiles, gathered
from modules_catalog.loading.files import CatalogFiles

FORMAT = "lotone-catalog-1"
MOST_LETTERS = 48 * 1024 * 1024

Json = dict[str, Any]


def document_of(files: CatalogFiles) -> Json:
    """Return a catalog as a JSON value; ``release`` names the content."""
    return {
        "format": FORMAT,
        "line": files.folder,
        "release": files.release(),
        "files": {name: _told(name, content) for name, content in sorted(files.files.items())},
    }


def files_of_document(content: bytes, lend: LibraryFiles) -> CatalogFiles:
    """Return the catalog in a JSON document; ``release`` in it is passed over, for the content may have been edited.

    Raises:
        ArchiveNotValid: It is no such document, or no catalog.
        CatalogNotValid: A ``line.yaml`` cannot be read.
    """
    if len(content) > MOST_LETTERS:
        raise ArchiveNotValid(reason="too_large", most=MOST_LETTERS)
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ArchiveNotValid(reason="not_json") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT or not isinstance(told.get("files"), dict):
        raise ArchiveNotValid(reason="not_json", name=FORMAT)
    return gathered({name: _content(name, each) for name, each in told["files"].items()}, lend)


def _told(name: str, content: bytes) -> Json:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}
    if name.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(text, newline="")))
        if rows and _written(rows) == text:
            return {"columns": rows[0], "rows": rows[1:]}
    return {"text": text}


def _content(name: str, told: object) -> bytes:
    if not isinstance(told, dict):
        raise ArchiveNotValid(reason="not_json", name=name)
    text, rows, columns, packed = told.get("text"), told.get("rows"), told.get("columns"), told.get("base64")
    if isinstance(text, str):
        return text.encode()
    if isinstance(columns, list) and isinstance(rows, list):
        table = [columns, *rows]
        if all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in table):
            return _written(table).encode()
    if isinstance(packed, str):
        try:
            return base64.b64decode(packed, validate=True)
        except binascii.Error as error:
            raise ArchiveNotValid(reason="not_json", name=name) from error
    raise ArchiveNotValid(reason="not_json", name=name)


def _written(rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
