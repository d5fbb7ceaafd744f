"""Kconfig files as entries: what menus, choices and symbols a tree of ``Config.in`` or ``Kconfig`` files declares, and under which conditions.

Kconfig is how kernels, boot loaders and C libraries say what can be configured; their models are real, published and large.
``_kconfig_models`` says what the entries mean.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TOP_FILES = ("Kconfig", "Config.in", "extra/Configs/Config.in")
TYPES = {"bool": "bool", "boolean": "bool", "tristate": "bool", "string": "text", "int": "number", "hex": "number"}
_TOKEN = re.compile(
    r'\s*("(?:[^"\\]|\\.)*"|\'[^\']*\'|\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|&&|\|\||!=|<=|>=|[=<>!()]|[\w./$-]+)'
)
_LINE = re.compile(r"([\w-]+) ?(.*)")
_COMPARED = ("=", "!=", "<", ">", "<=", ">=")


class KconfigNotRead(ValueError):
    """A line is not understood; the message begins with its file and number."""


@dataclass(frozen=True, slots=True)
class Says:
    """A condition: ``yes`` and ``no``; a ``name``; ``not``, ``and``, ``or`` of parts."""

    operator: str
    parts: tuple["Says", ...] = ()
    name: str = ""


YES, NO = Says("yes"), Says("no")


def named(name: str) -> Says:
    """Return the condition that a symbol is set."""
    return {"y": YES, "m": YES, "n": NO}.get(name) or Says("name", (), name)


def opposite(said: Says) -> Says:
    """Return the negation."""
    if said.operator in ("yes", "no"):
        return NO if said == YES else YES
    return said.parts[0] if said.operator == "not" else Says("not", (said,))


def together(*parts: Says) -> Says:
    """Return the conjunction."""
    return _joined("and", YES, NO, parts)


def either(*parts: Says) -> Says:
    """Return the disjunction."""
    return _joined("or", NO, YES, parts)


def _joined(operator: str, neutral: Says, absorbing: Says, parts: tuple[Says, ...]) -> Says:
    kept: dict[Says, None] = {}
    for part in parts:
        for one in part.parts if part.operator == operator else (part,):
            if one == absorbing:
                return absorbing
            if one != neutral:
                kept[one] = None
    if not kept:
        return neutral
    return next(iter(kept)) if len(kept) == 1 else Says(operator, tuple(kept))


@dataclass(slots=True)
class Entry:
    """One ``config``, ``choice`` or ``menu``; conditions hold what stands around it too."""

    kind: str  # symbol, choice or menu
    name: str
    inside: "Entry | None"
    depends: Says = YES
    shown: Says = YES  # what the prompts of a menu's entries ask besides
    prompt: Says | None = None
    type: str = ""
    defaults: list[tuple[Says, Says]] = field(default_factory=list)
    selects: list[tuple[str, Says]] = field(default_factory=list)
    implies: list[tuple[str, Says]] = field(default_factory=list)
    optional: bool = False


def read_entries(folder: Path, only: str = "") -> list[Entry]:
    """Return what the first of ``TOP_FILES`` in a folder (or the file ``only``), and all it sources, declares, in order.

    Raises:
        FileNotFoundError: There is none.
        KconfigNotRead: A line is not understood.
    """
    top = next((folder / name for name in ([only] if only else TOP_FILES) if (folder / name).is_file()), None)
    if top is None:
        raise FileNotFoundError(f"{folder}: no {only or ' or '.join(TOP_FILES)} here")
    reader = _Reader(folder)
    reader.read(top)
    return reader.entries


@dataclass(slots=True)
class _Block:
    word: str
    entry: Entry | None
    depends: Says
    shown: Says


class _Reader:
    """Reads line by line; ``blocks`` are the menus, choices and ifs that are open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: list[Entry] = []
        self.blocks = [_Block("top", None, YES, YES)]
        self.now: Entry | None = None

    def read(self, file: Path) -> None:
        lines = list(_lines(file))
        at = 0
        while at < len(lines):
            place, _, text = lines[at]
            at += 1
            word = text.partition(" ")[0]
            if word in ("help", "---help---"):
                deep = next((one[1] for one in lines[at:] if one[2]), 0)
                while deep and at < len(lines) and (not lines[at][2] or lines[at][1] >= deep):
                    at += 1
                continue
            found = _LINE.match(_without_comment(text))
            if found:
                try:
                    self._line(found[1], found[2], file)
                except KconfigNotRead:
                    raise
                except (ValueError, IndexError) as error:
                    raise KconfigNotRead(f"{place}: {error}") from None

    def _line(self, word: str, rest: str, file: Path) -> None:
        block = self.blocks[-1]
        match word:
            case "config" | "menuconfig":
                self._open(Entry("symbol", rest, self._around(), block.depends, block.shown))
            case "choice":
                self._open(Entry("choice", rest, self._around(), block.depends, block.shown))
                self.blocks.append(_Block(word, self.now, block.depends, block.shown))
            case "menu":
                self._open(Entry("menu", _unquoted(rest), self._around(), block.depends, block.shown))
                self.blocks.append(_Block(word, self.now, block.depends, block.shown))
            case "if":
                self.now = None
                self.blocks.append(_Block(word, block.entry, together(block.depends, said(rest)), block.shown))
            case "endmenu" | "endchoice" | "endif":
                if block.word != word.removeprefix("end"):
                    raise ValueError(f"{word} without its {word.removeprefix('end')}")
                self.blocks.pop()
                self.now = None
            case "source" | "osource" | "rsource" | "orsource":
                self.now = None
                below = file.parent if word.endswith("rsource") else self.folder
                for sourced in sorted(below.glob(_unquoted(rest).removeprefix("./"))):
                    self.read(sourced)
            case "comment" | "mainmenu":
                self.now = Entry("comment", "", None)
            case _ if ":=" in rest or rest.startswith("="):  # a macro
                return
            case _:
                self._property(word, rest, block)

    def _around(self) -> Entry | None:
        return self.blocks[-1].entry

    def _open(self, entry: Entry) -> None:
        self.now = entry
        self.entries.append(entry)

    def _property(self, word: str, rest: str, block: _Block) -> None:
        entry = self.now
        if entry is None:
            raise ValueError(f"`{word}` belongs to nothing")
        what, condition = _conditioned(rest)
        match word:
            case "bool" | "boolean" | "tristate" | "string" | "int" | "hex":
                entry.type = TYPES[word]
                if what:
                    entry.prompt = condition
            case "def_bool" | "def_tristate":
                entry.type = "bool"
                entry.defaults.append((said(what), condition))
            case "prompt":
                entry.prompt = condition
            case "default" if entry.kind == "symbol":
                entry.defaults.append((said(what), condition))
            case "depends" | "requires":
                more = said(rest.removeprefix("on").strip())
                entry.depends = together(entry.depends, more)
                if block.entry is entry:
                    block.depends = together(block.depends, more)
            case "visible":
                block.shown = together(block.shown, said(rest.removeprefix("if").strip()))
            case "select":
                entry.selects.append((what, condition))
            case "imply":
                entry.implies.append((what, condition))
            case "optional":
                entry.optional = True
            case "default" | "range" | "option" | "modules" | "enable":
                pass
            case _:
                raise ValueError(f"`{word}` is not known here")


def _lines(file: Path) -> Iterator[tuple[str, int, str]]:
    """Yield place, depth and text of each line; lines that end in a backslash go on."""
    kept = ""
    for number, raw in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if raw.endswith("\\"):
            kept += raw[:-1] + " "
            continue
        line = (kept + raw).expandtabs(8)
        kept = ""
        text = line.strip()
        yield f"{file}:{number}", len(line) - len(line.lstrip()), re.sub(r"\s+", " ", text)


def _without_comment(text: str) -> str:
    quoted = ""
    for at, sign in enumerate(text):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "\"'":
            quoted = sign
        elif sign == "#":
            return text[:at].strip()
    return text


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'")


def _conditioned(rest: str) -> tuple[str, Says]:
    """Return what stands before ``if``, and the condition behind it."""
    outside = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', lambda found: "_" * len(found[0]), rest)
    found = re.search(r"(?:^|\s)if\b", outside)
    return (rest, YES) if found is None else (rest[: found.start()].strip(), said(rest[found.end() :].strip()))


# --- conditions -------------------------------------------------------------------------------------


def said(text: str) -> Says:
    """Return a condition; comparisons with texts and numbers are names of their own, such as ``ARCH is arm``.

    Raises:
        ValueError: It is not understood.
    """
    tokens = []
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"`{text[at:]}` is not understood")
        tokens.append(found[1])
        at = found.end()
    tokens.reverse()
    told = _alternatives(tokens)
    if tokens:
        raise ValueError(f"`{tokens[-1]}` is not expected in `{text}`")
    return told


def _alternatives(tokens: list[str]) -> Says:
    return _row(tokens, "||", either, lambda: _row(tokens, "&&", together, lambda: _one(tokens)))


def _row(tokens: list[str], sign: str, join: Callable[..., Says], one: Callable[[], Says]) -> Says:
    parts = [one()]
    while tokens and tokens[-1] == sign:
        tokens.pop()
        parts.append(one())
    return join(*parts)


def _one(tokens: list[str]) -> Says:
    if not tokens:
        raise ValueError("the condition stops too early")
    token = tokens.pop()
    if token == "!":
        return opposite(_one(tokens))
    if token == "(":
        inner = _alternatives(tokens)
        if not tokens or tokens.pop() != ")":
            raise ValueError("a bracket is not closed")
        return inner
    if tokens and tokens[-1] in _COMPARED:
        return _comparison(token, tokens.pop(), tokens.pop())
    return named(_unquoted(token) if token[0] in "\"'" else token)


def _comparison(left: str, sign: str, right: str) -> Says:
    left, right = _unquoted(left), _unquoted(right)
    if left in ("y", "m", "n"):
        left, right = right, left
    if sign in ("=", "!=") and right in ("y", "m", "n"):
        is_it = {"y": named(left), "m": NO, "n": opposite(named(left))}[right]
    else:
        word = {"=": "is", "!=": "is", "<": "below", ">=": "below", ">": "above", "<=": "above"}[sign]
        is_it = Says("name", (), f"{left} {word} {right}")
    return opposite(is_it) if sign in ("!=", ">=", "<=") else is_it
