"""Cutting out of a text what would say who wrote it: addresses, numbers, links. Names cannot be told from words."""

import re

CUT = "[…]"
MOST_LETTERS = 300

_PATTERNS = (
    re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE),
    re.compile(r"\S+@\S+"),  # mail addresses
    re.compile(r"(?<!\w)@\w[\w.]+"),  # handles
    re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{2,4}){3,8}\b"),  # accounts
    # Telephone and card numbers: seven digits or more, however they are grouped; a date or a measure has fewer.
    re.compile(r"(?<![\w.])\+?\(?\d(?:[ \-./()–]{0,2}\d){6,18}(?!\w)"),
)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}")


def without_personal_data(text: str) -> str:
    """Return a text on one line, of at most ``MOST_LETTERS`` letters, without obvious personal data.

    Days such as 2026-12-01 stay. What is cut out reads ``[…]``.
    """
    clean = " ".join(text.split())
    for pattern in _PATTERNS:
        clean = pattern.sub(lambda found: found[0] if _ISO_DAY.fullmatch(found[0]) else CUT, clean)
    return clean[:MOST_LETTERS]
