"""Names of a feature model as codes a catalog's expressions can read, each used once."""

import re
import unicodedata
from collections.abc import Iterable

from modules_catalog.expressions.grammar import KEYWORDS
from modules_catalog.expressions.parser import AGGREGATES, ARGUMENTS

LONGEST_CODE = 48
_TAKEN = {*KEYWORDS, *AGGREGATES, *ARGUMENTS, "yes", "no"}


def codes_for(names: Iterable[str], fallback: str = "feature") -> dict[str, str]:
    """Return {name: code}: letters, digits and _ of ASCII, near the name, no word of the expression language.

    Names that are codes already stay as they are; the others make way, by a number at the end.
    """
    names = list(dict.fromkeys(names))
    found = {name: name for name in names if _is_code(name)}
    taken = {*found.values(), *_TAKEN}
    for name in names:
        if name in found:
            continue
        plain = _plain(name) or fallback
        plain = f"f_{plain}" if plain[0].isdigit() else plain
        code, number = plain, 2
        while code in taken:
            code, number = f"{plain}_{number}", number + 1
        found[name] = code
        taken.add(code)
    return {name: found[name] for name in names}


def beside(code: str, ending: str, taken: set[str]) -> str:
    """Return a code that is not taken, made of another one and an ending, and note it as taken."""
    found, number = f"{code}_{ending}", 2
    while found in taken:
        found, number = f"{code}_{ending}_{number}", number + 1
    taken.add(found)
    return found


def _is_code(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII)) and name not in _TAKEN and len(name) <= LONGEST_CODE


def _plain(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"\W+", "_", ascii_only).strip("_")[:LONGEST_CODE]
