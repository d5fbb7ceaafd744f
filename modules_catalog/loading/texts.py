"""Texts: ``texts/<locale>.yaml``, flat keys (``feature.cloth``) or nested ones, as flat keys."""

import re

from modules_catalog.loading.yaml_nodes import Entry
from modules_catalog.model import Source
from modules_catalog.wording import said

TEXT_FILE = re.compile(r"texts/([a-z]{2,3}(?:_[A-Za-z]{2,8})*)\.yaml")


def read_texts(entry: Entry) -> dict[str, str]:
    """Return {dotted key: text}.

    Raises:
        Mistake: A key stands twice, or a value is no text.
    """
    found: dict[str, str] = {}
    _collect(entry, "", found)
    return found


def text_places(entry: Entry) -> dict[str, Source]:
    """Return {dotted key: where its text stands}, of texts that can be read."""
    found: dict[str, Source] = {}
    for key, value in entry.mapping().items():
        inner = text_places(value) if value.is_mapping else {"": value.source}
        found |= {f"{key}.{rest}" if rest else key: source for rest, source in inner.items()}
    return found


def _collect(entry: Entry, prefix: str, found: dict[str, str]) -> None:
    for key, value in entry.mapping().items():
        if value.is_mapping:
            _collect(value, f"{prefix}{key}.", found)
        elif f"{prefix}{key}" in found:
            raise value.mistake(said("`%(key)s` stands here twice", key=f"{prefix}{key}"))
        else:
            found[f"{prefix}{key}"] = value.text().strip()
