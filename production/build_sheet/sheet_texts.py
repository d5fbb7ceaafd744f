"""The sheet's own words in the floor's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from kernel.errors import NotFound

TEXTS = Path(__file__).parent / "texts"
LOCALES = ("en", "zh_Hant", "zh_Hans")


class SheetLanguageUnknown(NotFound):
    """There are no sheet texts in this language; facts: ``locale``."""


@dataclass(frozen=True, slots=True)
class SheetTexts:
    """Words by key; a key without a word gives its last part."""

    locale: str
    words: Mapping[str, str]

    def word(self, key: str) -> str:
        """Return one word."""
        return self.words.get(key) or key.rsplit(".", 1)[-1].replace("_", " ")


@cache
def sheet_texts(locale: str) -> SheetTexts:
    """Return the words of one language.

    Raises:
        SheetLanguageUnknown: there are none.
    """
    if locale not in LOCALES:
        raise SheetLanguageUnknown(locale=locale)
    words = yaml.safe_load((TEXTS / f"{locale}.yaml").read_text("utf-8"))
    return SheetTexts(locale, {str(key): str(word) for key, word in words.items()})
