"""The words of messages in the customer's language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

TEXTS = Path(__file__).parent / "texts"
LOCALES = ("en", "zh_Hant", "zh_Hans")


@cache
def letter_texts(locale: str) -> Mapping[str, str]:
    """Return the words of one language by key; English for a language without."""
    known = locale if locale in LOCALES else "en"
    words = yaml.safe_load((TEXTS / f"{known}.yaml").read_text("utf-8"))
    return {str(key): str(word) for key, word in words.items()}
