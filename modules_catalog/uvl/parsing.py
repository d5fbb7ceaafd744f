"""One UVL text as values: its tree, its constraints and what it imports. Pure; ``reading`` puts files together."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.indenter import DedentError

from modules_catalog.model import Source
from modules_catalog.uvl.errors import UvlNotValid
from modules_catalog.uvl.grammar import LEVELS, uvl_parser
from modules_catalog.uvl.loose_names import with_quoted_names
from modules_catalog.uvl.model import (
    ARITHMETIC,
    COMPARED,
    LOGIC,
    AttributeValue,
    Call,
    Constraint,
    Group,
    GroupKind,
    Name,
    Number,
    Operation,
    Path,
    Placed,
    Text,
    Truth,
    UvlFeature,
    UvlType,
)

DEEPEST = 60
DEEPEST_TREE = 200
_SKIPPED = re.compile(r'"[^"\r\n]*"|\'[^\'\r\n]*\'|//[^\r\n]*|/\*.*?\*/', re.DOTALL)
_SPOKEN = {
    "_NL": "the end of the line",
    "_INDENT": "a deeper line",
    "_DEDENT": "a line further out",
    "$END": "the end of the file",
}


@dataclass(frozen=True, slots=True)
class Import:
    """One line of ``imports``: where the other model lies and what its features are called here."""

    path: Path
    alias: Path
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedModel:
    """One file by itself; features that an import brings stand as bare references."""

    root: UvlFeature | None
    constraints: tuple[Placed, ...]
    imports: tuple[Import, ...]
    namespace: Path


def parse_uvl(text: str, file: str) -> ParsedModel:
    """Return what one UVL text says.

    Args:
        text: The file's content.
        file: Its name, for messages.

    Raises:
        UvlNotValid: It is not understood; the message names the line.
    """
    plain = _without_comments(with_quoted_names(text), file)
    try:
        raw = uvl_parser().parse(plain)
    except UnexpectedInput as error:
        raise _not_understood(error, plain, file) from None
    except DedentError:
        raise _uneven(plain, file) from None
    return _Builder(file).model(raw)


def _without_comments(text: str, file: str) -> str:
    """Return the text with comments as blanks and empty lines emptied, every line where it was."""

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        return re.sub(r"[^\r\n]", " ", found) if found.startswith(("//", "/*")) else found

    plain = _SKIPPED.sub(blank, text.removeprefix("\ufeff"))
    if "/*" in re.sub(r'"[^"\r\n]*"|\'[^\'\r\n]*\'', "", plain):
        line = plain[: plain.index("/*")].count("\n") + 1
        raise UvlNotValid(Source(file, line), "this comment has no end: */")
    lines = plain.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"


def _not_understood(error: UnexpectedInput, text: str, file: str) -> UvlNotValid:
    place = Source(file, max(1, min(error.line, text.count("\n")) if error.line and error.line > 0 else 1))
    if isinstance(error, UnexpectedCharacters):
        found = text[error.pos_in_stream : (error.pos_in_stream or 0) + 12].split()[:1] or [" "]
        return UvlNotValid(place, f"`{found[0]}` is not understood here; names with such signs stand in double quotes")
    assert isinstance(error, UnexpectedToken)  # noqa: S101 - lark's LALR parser raises nothing else
    token, expected = error.token, set(error.expected)
    if token.type in ("_INDENT", "_DEDENT"):
        wants = (
            "a group (mandatory, optional, or, alternative, [n..m])" if "GROUP" in expected else "another indentation"
        )
        return UvlNotValid(place, f"the indentation is not understood here; {wants} is wanted")
    if token.type == "$END" or not str(token).strip():
        found_end = _SPOKEN.get(token.type, "the end of the line")
        return UvlNotValid(place, f"{found_end} is not expected here")
    if "GROUP" in expected and "NAME" not in expected:
        return UvlNotValid(
            place, f"`{token}` stands where a group is wanted: mandatory, optional, or, alternative, [n..m]"
        )
    return UvlNotValid(place, f"`{token}` is not expected here")


def _uneven(text: str, file: str) -> UvlNotValid:
    """Return the error for a line that goes back to an indentation no line above has."""
    open_levels, depth = [0], 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line and not depth:
            indent = sum(8 if sign == "\t" else 1 for sign in line[: len(line) - len(line.lstrip())])
            while open_levels[-1] > indent:
                open_levels.pop()
            if open_levels[-1] != indent and (number == 1 or indent < open_levels[-1] or _closed(text, number, indent)):
                return UvlNotValid(Source(file, number), "this line is indented like no line above it")
            if open_levels[-1] < indent:
                open_levels.append(indent)
        depth += sum(line.count(sign) for sign in "([{") - sum(line.count(sign) for sign in ")]}")
    return UvlNotValid(Source(file, 1), "the indentation of this file is uneven")


def _closed(text: str, number: int, indent: int) -> bool:
    """Return whether the line before was deeper, so that this one goes back to a level there is not."""
    before = [line for line in text.split("\n")[: number - 1] if line]
    if not before:
        return True
    last = sum(8 if sign == "\t" else 1 for sign in before[-1][: len(before[-1]) - len(before[-1].lstrip())])
    return indent < last


class _Builder:
    """Makes values of one file's tree of tokens."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.constraints: list[Placed] = []

    def model(self, raw: Any) -> ParsedModel:
        parts: dict[str, Any] = {str(child.data): child for child in raw.children if isinstance(child, Tree)}
        for level in parts["includes"].children if "includes" in parts else ():
            self._check_level(level.children[0])
        imports = tuple(self._import(line) for line in parts["imports"].children) if "imports" in parts else ()
        root = self._root(parts["features"]) if "features" in parts else None
        for line in parts["constraints"].children if "constraints" in parts else ():
            self._keep(line.children[0])
        namespace = self._path(parts["namespace"].children[0]) if "namespace" in parts else ()
        own = frozenset(feature.path for feature in root.walk()) if root is not None else frozenset()
        placed = tuple(replace(each, constraint=_in_order(each.constraint, own)) for each in self.constraints)
        return ParsedModel(root, placed, imports, namespace)

    def _source(self, raw: Any) -> Source:
        line = raw.line if isinstance(raw, Token) else raw.meta.line if not raw.meta.empty else 1
        return Source(self.file, line or 1)

    def _mistake(self, raw: Any, problem: str) -> UvlNotValid:
        return UvlNotValid(self._source(raw), problem)

    def _check_level(self, token: Token) -> None:
        major, _, minor = str(token).partition(".")
        known = LEVELS.get(major)
        if known is None or (minor and minor != "*" and minor not in known):
            levels = [f"{name}.{part}" for name, parts in LEVELS.items() for part in parts]
            raise self._mistake(
                token, f"`{token}` is no language level; known are {', '.join([*LEVELS, *levels])}, and <level>.*"
            )

    def _import(self, raw: Any) -> Import:
        path = self._path(raw.children[0])
        alias = self._path(raw.children[1]) if raw.children[1] is not None else path
        return Import(path, alias, self._source(raw))

    # --- the tree

    def _root(self, raw: Any) -> UvlFeature:
        if len(raw.children) > 1:
            raise self._mistake(raw.children[1], "a feature model has one root feature; put both under a common one")
        root = self._feature(raw.children[0], 0)
        if root.copies not in (None, (1, 1)):
            raise UvlNotValid(root.source, "the root feature stands exactly once; take its cardinality away")
        return root

    def _feature(self, raw: Any, depth: int) -> UvlFeature:
        if depth > DEEPEST_TREE:
            raise self._mistake(raw, f"the tree is deeper than {DEEPEST_TREE}")
        kind, path, copies, attributes, *groups = raw.children
        source = self._source(path)
        return UvlFeature(
            path=self._path(path),
            source=source,
            type=UvlType.BOOLEAN if kind is None else UvlType(str(kind)),
            copies=None if copies is None else self._bounds(copies.children[0], None),
            attributes={} if attributes is None else self._attributes(attributes, keep=True),
            groups=tuple(self._group(group, depth + 1) for group in groups),
        )

    def _group(self, raw: Any, depth: int) -> Group:
        word, *members = raw.children
        features = tuple(self._feature(member, depth) for member in members)
        count = len(features)
        if word.type == "CARDINALITY":
            kind = GroupKind.CARDINALITY
            low, high = self._bounds(word, count)
            if low > count:
                raise self._mistake(word, f"at least {low} of {count} features cannot be taken")
        else:
            kind = GroupKind(str(word))
            low, high = {"mandatory": (count, count), "optional": (0, count), "or": (1, count)}.get(kind, (1, 1))
        return Group(kind, low, min(high, count), features, self._source(word))

    def _bounds(self, token: Token, most: int | None) -> tuple[int, int]:
        low_text, _, high_text = str(token).strip("[]").replace(" ", "").rpartition("..")
        if high_text == "*":
            if most is None:
                raise self._mistake(token, "a catalog needs a bound: say the greatest number of copies instead of *")
            high = most
        else:
            high = int(high_text)
        low = int(low_text) if low_text else (0 if high_text == "*" else high)
        if low > high and not (high_text == "*" and most is not None):
            raise self._mistake(token, f"{low} is more than {high}")
        return low, high

    def _path(self, raw: Any) -> Path:
        return tuple(_unquoted(name.children[0]) for name in raw.children)

    # --- attributes

    def _attributes(self, raw: Any, *, keep: bool) -> dict[str, AttributeValue]:
        found: dict[str, AttributeValue] = {}
        for child in raw.children:
            if child is None:
                continue
            if child.data != "own_value":
                if not keep:
                    raise self._mistake(child, "constraints stand among a feature's own attributes, not inside one")
                for formula in child.children:
                    if formula is not None:
                        self._keep(formula)
                continue
            key = _unquoted(child.children[0].children[0])
            if key in found:
                raise self._mistake(child, f"the attribute `{key}` stands here twice")
            found[key] = True if child.children[1] is None else self._value(child.children[1])
        return found

    def _value(self, raw: Any) -> AttributeValue:
        match raw.data:
            case "number":
                return _number(raw.children[0])
            case "negative":
                return -_number(raw.children[1])
            case "text":
                return str(raw.children[0])[1:-1]
            case "truth":
                return str(raw.children[0]) == "true"
            case "vector":
                return tuple(self._value(child) for child in raw.children if child is not None)
            case _:
                return self._attributes(raw, keep=False)

    # --- constraints

    def _keep(self, raw: Any) -> None:
        constraint = self._constraint(raw, 0)
        self.constraints.append(Placed(constraint, self._source(raw)))

    def _constraint(self, raw: Any, depth: int) -> Constraint:
        if depth > DEEPEST:
            raise self._mistake(raw, f"nested deeper than {DEEPEST}; write it as several constraints")
        match raw.data:
            case "number":
                return Number(Fraction(str(raw.children[0])))
            case "text":
                return Text(str(raw.children[0])[1:-1])
            case "truth":
                return Truth(str(raw.children[0]) == "true")
            case "reference":
                return Name(self._path(raw.children[0]), self._source(raw))
            case "call":
                return self._call(raw)
            case "negated" | "minus":
                operand = self._constraint(raw.children[-1], depth + 1)
                return self._checked("!" if raw.data == "negated" else "-", (operand,), raw)
            case "any_of" | "all_of":
                operands = tuple(self._constraint(child, depth + 1) for child in raw.children)
                return self._checked("|" if raw.data == "any_of" else "&", operands, raw)
            case "both_ways" | "if_then":
                operator = "<=>" if raw.data == "both_ways" else "=>"
                operands = tuple(self._constraint(child, depth + 1) for child in raw.children)
                return self._leftmost([*operands], [operator] * (len(operands) - 1), raw)
            case _:  # compared, added, multiplied: operands with operators between
                operands = tuple(self._constraint(child, depth + 1) for child in raw.children[::2])
                return self._leftmost([*operands], [str(token) for token in raw.children[1::2]], raw)

    def _call(self, raw: Any) -> Constraint:
        function, *given = raw.children
        first, *second = [Name(self._path(path), self._source(raw)) for path in given if path is not None]
        if second and str(function) not in ("sum", "avg"):
            raise self._mistake(raw, f"{function} takes one reference")
        return Call(str(function), first, first.source, second[0] if second else None)

    def _leftmost(self, operands: list[Constraint], operators: list[str], raw: Any) -> Constraint:
        found = operands[0]
        for operator, operand in zip(operators, operands[1:], strict=True):
            joined = isinstance(found, Operation) and found.operator == operator == "+" and found is not operands[0]
            parts = (*found.operands, operand) if joined and isinstance(found, Operation) else (found, operand)
            found = self._checked(operator, parts, raw)
        return found

    def _checked(self, operator: str, operands: tuple[Constraint, ...], raw: Any) -> Operation:
        """Return an operation; conditions and amounts never stand in each other's places."""
        for operand in operands:
            amount = isinstance(operand, Number | Text | Call)
            inner = operand.operator if isinstance(operand, Operation) else ""
            if operator in LOGIC and (amount or inner in ARITHMETIC):
                raise self._mistake(raw, f"`{operator}` joins conditions; an amount is compared first (==, <, …)")
            if operator not in LOGIC and (isinstance(operand, Truth) or inner in LOGIC or inner in COMPARED):
                raise self._mistake(raw, f"`{operator}` takes amounts, not conditions; use & | => <=> between those")
        return Operation(operator, operands, self._source(raw))


def _in_order(constraint: Constraint, features: frozenset[Path]) -> Constraint:
    """Return a constraint in which sums name the attribute first: ``sum(price, Engine)``, as the language has it.

    ``sum(Engine, price)``, which some tools write, is turned where only that makes sense.
    """
    match constraint:
        case Call(of=of, below=Name() as below) if below.path not in features and of.path in features:
            return replace(constraint, of=below, below=of)
        case Operation(operands=operands):
            return replace(constraint, operands=tuple(_in_order(part, features) for part in operands))
        case _:
            return constraint


def _unquoted(token: Token) -> str:
    return str(token)[1:-1] if token.type == "QUOTED" else str(token)


def _number(token: Token) -> int | Fraction:
    return Fraction(str(token)) if "." in token else int(token)
