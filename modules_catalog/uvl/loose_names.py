"""Names that UVL wants quoted and published models leave plain: ``F_a/b+c``, ``x86-64``, ``64BIT``.

Such a name is known by the line that declares it; it is put in quotes wherever it stands, lines staying where they are.
"""

import re

_SIGNS = r"/+\-:@"
_WITHIN = rf"[\w#§%?;{_SIGNS}]"
_PLAIN = re.compile(r"[^\W\d][\w#§%?\\';]*(\.[^\W\d][\w#§%?\\';]*)*")
_LOOSE = re.compile(rf"(?=.*[^\W\d])\w{_WITHIN}*")
_DECLARED = re.compile(r"[ \t]+(?:(?:String|Integer|Boolean|Real)[ \t]+)?([^\s{\[\"']+)")
_OTHER = r"\"[^\"\r\n]*\"|'[^'\r\n]*'|//[^\r\n]*|/\*[\s\S]*?\*/"


def with_quoted_names(text: str) -> str:
    """Return the text with every loosely named feature in quotes, wherever it is named."""
    names = loose_names(text)
    if not names:
        return text
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    named = re.compile(rf"(?<!{_WITHIN})(?<![.\"'])({listed})(?!{_WITHIN})|{_OTHER}")
    return named.sub(lambda match: f'"{match[1]}"' if match[1] else match[0], text)


def loose_names(text: str) -> frozenset[str]:
    """Return the names that need quotes and have none.

    Two slashes begin a comment, unless other names of the file have slashes or plus signs too.
    """
    found = set()
    inside = False
    for line in text.splitlines():
        if line[:1].strip():
            inside = line.split("//")[0].strip() == "features"
            continue
        declared = _DECLARED.match(line) if inside else None
        if declared is None:
            continue
        name = declared[1]
        if not _PLAIN.fullmatch(name) and _LOOSE.fullmatch(name):
            found.add(name)
    if any(sign in name for name in found for sign in "/+" if "//" not in name):
        return frozenset(found)
    return frozenset(name for name in found if "//" not in name)
