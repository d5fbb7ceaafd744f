"""YAML with line numbers: nodes that are asked for what they should be, and say where they stand when they are not."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

import yaml

from modules_catalog.loading.problems import Mistake
from modules_catalog.model import Source
from modules_catalog.wording import meant, said

DEEPEST = 30
_INTEGER = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?", re.ASCII)
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_YES = frozenset({"true", "True", "yes", "Yes"})
_NO = frozenset({"false", "False", "no", "No"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One YAML value and its place. Scalars are read by what is wanted of them, so ``no`` can be an option's code."""

    node: yaml.Node
    file: str

    @property
    def source(self) -> Source:
        """Where the value begins."""
        return _source(self.file, self.node)

    @property
    def is_nothing(self) -> bool:
        """Whether the value is empty or null."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.style is None and self.node.value in _NOTHING

    @property
    def is_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def mistake(self, problem: str) -> Mistake:
        """Return a mistake at this place."""
        return Mistake(self.source, problem)

    def mapping(self, allowed: Collection[str] | None = None) -> dict[str, "Entry"]:
        """Return the entries of a mapping by key; nothing counts as an empty one.

        Raises:
            Mistake: It is no mapping, has a key twice, or a key that is not allowed.
        """
        if self.is_nothing:
            return {}
        if not isinstance(self.node, yaml.MappingNode):
            raise self.mistake(said("a mapping is wanted here (name: value)"))
        found: dict[str, Entry] = {}
        for key_node, value_node in self.node.value:
            key = Entry(key_node, self.file).text()
            source = _source(self.file, key_node)
            if key in found:
                raise Mistake(source, said("`%(key)s` stands here twice", key=key))
            if allowed is not None and key not in allowed:
                hint = meant(key, allowed, said("; known are %(names)s", names=", ".join(sorted(allowed))))
                raise Mistake(source, said("`%(key)s` is not known here%(hint)s", key=key, hint=hint))
            found[key] = Entry(value_node, self.file)
        return found

    def items(self) -> list["Entry"]:
        """Return the items of a list; nothing counts as an empty one."""
        if self.is_nothing:
            return []
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.mistake(said("a list is wanted here"))
        return [Entry(item, self.file) for item in self.node.value]

    def text(self) -> str:
        """Return a scalar as it is written."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.mistake(said("a single value is wanted here"))
        return str(self.node.value)

    def word(self) -> str:
        """Return a scalar that is not empty."""
        text = self.text().strip()
        if not text:
            raise self.mistake(said("a name is wanted here"))
        return text

    def integer(self, *, least: int | None = None) -> int:
        """Return a whole number."""
        text = self.text()
        if not _INTEGER.fullmatch(text):
            raise self.mistake(said("a whole number is wanted here, not `%(text)s`", text=text[:40]))
        if least is not None and int(text) < least:
            raise self.mistake(said("%(text)s is less than %(least)s", text=text, least=least))
        return int(text)

    def decimal(self) -> Decimal:
        """Return a number, exact."""
        text = self.text()
        if not _DECIMAL.fullmatch(text):
            raise self.mistake(said("a number is wanted here, not `%(text)s`", text=text[:40]))
        return Decimal(text)

    def boolean(self) -> bool:
        """Return true or false."""
        text = self.text()
        if text in _YES:
            return True
        if text in _NO:
            return False
        raise self.mistake(said("true or false is wanted here, not `%(text)s`", text=text[:40]))

    def choice(self, known: Collection[str]) -> str:
        """Return one of the known words."""
        text = self.text()
        if text not in known:
            raise self.mistake(said("`%(text)s` is not one of %(names)s", text=text[:40], names=", ".join(known)))
        return text

    def source_at(self, offset: int) -> Source:
        """Return the place of a character of a scalar, for expressions written over several lines."""
        start = self.source
        if isinstance(self.node, yaml.ScalarNode) and self.node.style in ("|", ">"):
            lines = self.node.value[:offset].count("\n") if self.node.style == "|" else 0
            return Source(start.file, start.line + 1 + lines)
        return start


def root(content: bytes, file: str) -> Entry:
    """Return the one document of a YAML file.

    Raises:
        Mistake: It is not UTF-8, not YAML, nested deeper than 30, has several documents, or uses aliases.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Mistake(Source(file, line), said("this is not UTF-8 text")) from None
    try:
        _refuse_aliases_and_depth(text, file)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Mistake(
            Source(file, mark.line + 1 if mark else 1), said("not YAML: %(problem)s", problem=error.problem)
        ) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise Mistake(Source(file, line), said("not YAML: a character that text files do not have")) from None
    except yaml.YAMLError as error:
        raise Mistake(Source(file, 1), said("not YAML: %(problem)s", problem=str(error)[:80])) from None
    if node is None:
        node = yaml.MappingNode("tag:yaml.org,2002:map", [])
    return Entry(node, file)


def _refuse_aliases_and_depth(text: str, file: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Mistake(_source(file, event), said("aliases (*name) are not used in catalogs"))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise Mistake(_source(file, event), said("nested deeper than %(most)s", most=DEEPEST))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _source(file: str, part: yaml.Node | yaml.Event) -> Source:
    return Source(file, part.start_mark.line + 1 if part.start_mark else 1)


Fields = Mapping[str, Entry]
"""The entries of one mapping."""
