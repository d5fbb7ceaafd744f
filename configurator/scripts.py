"""Which script is a character of? Enough of Unicode to say whether a text may be embroidered or printed."""

import unicodedata

_PREFIXES = {
    "LATIN": "Latin",
    "CJK": "Han",
    "KANGXI": "Han",
    "IDEOGRAPHIC": "Han",
    "HIRAGANA": "Hiragana",
    "KATAKANA": "Katakana",
    "KATAKANA-HIRAGANA": "Katakana",
    "BOPOMOFO": "Bopomofo",
    "HANGUL": "Hangul",
    "CYRILLIC": "Cyrillic",
    "GREEK": "Greek",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "THAI": "Thai",
    "DEVANAGARI": "Devanagari",
}
_SHARED = frozenset({"Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "Zs", "Mn", "Mc"})
"""Digits, punctuation, signs, spaces and marks belong to every script; emoji and controls to none."""


def script_of(character: str) -> str | None:
    """Return the script's name, ``Common`` for what all scripts share, ``None`` for emoji, controls and the unknown."""
    if unicodedata.category(character) in _SHARED:
        return "Common"
    first = unicodedata.name(character, "").split(" ")[0]
    return _PREFIXES.get(first)


def foreign_characters(text: str, allowed: frozenset[str]) -> str:
    """Return the characters of a text that no allowed script has, each once; controls are never allowed."""
    found = []
    for character in text:
        script = script_of(character)
        fits = unicodedata.category(character)[0] != "C" if not allowed else script == "Common" or script in allowed
        if not fits and character not in found:
            found.append(character)
    return "".join(found)
