"""Kconfig trees as feature models: each ``bool`` and ``tristate`` symbol is a feature, menus and choices are the tree.

What a symbol may be follows from its prompts, dependencies, defaults and from who selects it, as Kconfig reckons it with two values;
``tristate`` is selected or not, numbers and texts are left out, comparisons with them and shell probes are free features.
Where a prompt shows, its defaults only suggest.
The clauses are written from the same conditions and not from the UVL text: a second opinion on import and engine.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pysat.solvers import Solver

from benchmarks._kconfig import NO, YES, Entry, Says, either, opposite, read_entries, together

Clause = list[int]


@dataclass(slots=True)
class Node:
    """A feature of the tree and what stands below it."""

    name: str
    children: list["Node"] = field(default_factory=list)
    one_of: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class KconfigModel:
    """A tree, and conditions that all hold; feature ``n`` of ``numbers`` is variable ``n`` of the clauses."""

    root: Node
    conditions: tuple[Says, ...]
    numbers: dict[str, int]

    def text(self) -> str:
        """Return the model as UVL."""
        said = [f"\t{_written(one)}" for one in self.conditions]
        return "\n".join(["features", *_tree_text(self.root, 1), *(["constraints", *said] if said else [])]) + "\n"

    def clauses(self) -> list[Clause]:
        """Return clauses with exactly the model's products; variables beyond the features are helpers."""
        found: list[Clause] = [[self.numbers[self.root.name]]]
        for node in _walk(self.root):
            own = self.numbers[node.name]
            below = [self.numbers[child.name] for child in node.children]
            found += [[-number, own] for number in below]
            found += [[-own, self.numbers[child.name]] for child in node.children if child.always]
            if node.one_of:
                found.append([-own, *below])
                found += [[-one, -two] for at, one in enumerate(below) for two in below[at + 1 :]]
        writer = _Clauses(dict(self.numbers), found)
        for condition in self.conditions:
            found.append([writer.literal(condition)])
        return found

    def without_dead(self) -> "KconfigModel":
        """Return the model without the features no product has; a catalog that offers them is not published."""
        with Solver(name="glucose4", bootstrap_with=self.clauses()) as solver:
            dead = _dead(solver, len(self.numbers))
        gone = {name for name, number in self.numbers.items() if number in dead}
        root = _without(self.root, gone)
        conditions = dict.fromkeys(_replaced(one, gone) for one in self.conditions)
        conditions.pop(YES, None)
        return KconfigModel(root, tuple(conditions), _numbered(root))


def kconfig_model(folder: Path, only: str = "") -> KconfigModel:
    """Return the feature model of an unpacked source folder.

    Args:
        folder: Where ``Kconfig`` or ``Config.in`` lies.
        only: A file or folder below it, with which reading starts instead of the top file; what it does not declare is free.

    Raises:
        FileNotFoundError: There is no Kconfig here.
        KconfigNotRead: A line is not understood.
    """
    entries = read_entries(folder, only)
    return _Meaning(entries, outside_free=bool(only)).model(folder.resolve().name)


def _dead(solver: Any, features: int) -> set[int]:
    """Return the variables that are false in every solution."""
    left = set(range(1, features + 1))
    dead = set()
    while left:
        solver.set_phases(sorted(left))
        asked = next(iter(left))
        if solver.solve(assumptions=[asked]):
            left -= set(solver.get_model()[:features])
        else:
            dead.add(asked)
            left.discard(asked)
    return dead


def _without(node: Node, gone: set[str]) -> Node:
    children = [_without(child, gone) for child in node.children if child.name not in gone]
    return Node(node.name, children, node.one_of, node.always)


def _replaced(said: Says, gone: set[str]) -> Says:
    match said.operator:
        case "name":
            return NO if said.name in gone else said
        case "not":
            return opposite(_replaced(said.parts[0], gone))
        case "and":
            return together(*(_replaced(part, gone) for part in said.parts))
        case _:
            return either(*(_replaced(part, gone) for part in said.parts))


def _numbered(root: Node) -> dict[str, int]:
    return {node.name: number for number, node in enumerate(_walk(root), start=1)}


class _Meaning:
    """Collects the definitions of each symbol and says what they mean."""

    def __init__(self, entries: list[Entry], *, outside_free: bool) -> None:
        self.entries = entries
        self.outside_free = outside_free
        self.symbols: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.kind == "symbol":
                self.symbols.setdefault(entry.name, []).append(entry)
        self.symbols = {
            name: owned
            for name, owned in self.symbols.items()
            if next((entry.type for entry in owned if entry.type), _untyped(owned)) == "bool"
        }
        self.others = {entry.name for entry in entries if entry.kind == "symbol"} - set(self.symbols)
        self.free: dict[str, None] = {}
        self.selected_by: dict[str, list[Says]] = {}
        self.implied_by: dict[str, list[Says]] = {}
        for name, owned in self.symbols.items():
            for entry in owned:
                for pulling, pulled in ((entry.selects, self.selected_by), (entry.implies, self.implied_by)):
                    for target, condition in pulling:
                        why = together(Says("name", (), name), self.known(condition), self.known(entry.depends))
                        pulled.setdefault(target, []).append(why)

    def known(self, said: Says) -> Says:
        """Return a condition over features only: what nobody declares is off, comparisons are features of their own."""
        match said.operator:
            case "name" if said.name in self.symbols:
                return said
            case "name" if " " in said.name or said.name.startswith("$") or self.outside_free:
                name = re.sub(r"\W+", "_", said.name).strip("_")
                self.free[name] = None
                return Says("name", (), name)
            case "name":
                return NO
            case "not":
                return opposite(self.known(said.parts[0]))
            case "and":
                return together(*(self.known(part) for part in said.parts))
            case "or":
                return either(*(self.known(part) for part in said.parts))
            case _:
                return said

    def model(self, name: str) -> KconfigModel:
        """Return tree and conditions."""
        name = re.sub(r"\W+", "_", name)
        root = Node(name, always=True)
        nodes: dict[int, Node] = {}
        used = {name, *self.symbols}
        placed: set[str] = set()
        conditions: dict[Says, None] = {}
        for entry in self.entries:
            above = root if entry.inside is None else nodes[id(entry.inside)]
            if entry.kind == "symbol":
                if entry.name in self.symbols and entry.name not in placed:
                    placed.add(entry.name)
                    above.children.append(Node(entry.name))
                continue
            if entry.kind == "choice":
                node = Node(_unique(entry.name or "choice", used), one_of=True)
            elif entry.kind == "menu":
                node = Node(_unique(entry.name or "menu", used), always=True)
            else:
                continue
            nodes[id(entry)] = node
            above.children.append(node)
        _drop_empty(root)
        left = {node.name for node in _walk(root)}
        for entry in self.entries:
            if entry.kind == "choice" and nodes[id(entry)].name in left:
                conditions.update(dict.fromkeys(self._choice(entry, nodes[id(entry)])))
        for symbol, owned in self.symbols.items():
            conditions.update(dict.fromkeys(self._symbol(symbol, owned)))
        conditions.pop(YES, None)
        root.children += [Node(other) for other in self.free]
        return KconfigModel(root, tuple(conditions), _numbered(root))

    def _choice(self, entry: Entry, node: Node) -> Iterator[Says]:
        """Yield when a choice is made; which of its members can be is said with them."""
        own = Says("name", (), node.name)
        shown = together(self.known(entry.depends), self.known(entry.shown), self.known(entry.prompt or YES))
        members = either(*(self._visible(self.symbols[child.name]) for child in node.children))
        yield _if_then(own, shown)
        if not entry.optional:
            yield _if_then(together(shown, members), own)

    def _visible(self, owned: list[Entry]) -> Says:
        prompts = [
            together(self.known(entry.prompt), self.known(entry.depends), self.known(entry.shown))
            for entry in owned
            if entry.prompt is not None
        ]
        return either(*prompts)

    def _symbol(self, name: str, owned: list[Entry]) -> Iterator[Says]:
        own = Says("name", (), name)
        visible = self._visible(owned)
        if any(entry.inside is not None and entry.inside.kind == "choice" for entry in owned):
            yield _if_then(own, visible)
            return
        suggested = NO
        for entry in reversed(owned):
            for value, condition in reversed(entry.defaults):
                taken = together(self.known(condition), self.known(entry.depends))
                given = self.known(value)
                otherwise = suggested if given == YES else together(opposite(taken), suggested)
                suggested = either(together(taken, given), otherwise)
        allowed = either(*(self.known(entry.depends) for entry in owned))
        suggested = either(suggested, together(allowed, either(*self.implied_by.get(name, []))))
        pulled = self.selected_by.get(name, [])
        yield _if_then(own, either(visible, suggested, *pulled))
        for why in pulled:
            yield _if_then(why, own)
        if visible != YES and not _covers(visible, suggested):
            yield _if_then(together(suggested, opposite(visible)), own)


def _untyped(owned: list[Entry]) -> str:
    """Return the type of a symbol that says none: members of choices are bool."""
    return "bool" if any(entry.inside is not None and entry.inside.kind == "choice" for entry in owned) else ""


def _covers(visible: Says, suggested: Says) -> bool:
    """Say whether a default is at sight never taken where no prompt shows."""
    needed = set(visible.parts) if visible.operator == "and" else {visible}
    cases = suggested.parts if suggested.operator == "or" else (suggested,)
    return all(needed <= (set(case.parts) if case.operator == "and" else {case}) for case in cases)


def _if_then(condition: Says, then: Says) -> Says:
    return either(opposite(condition), then)


def _unique(name: str, used: set[str]) -> str:
    plain = re.sub(r"\W+", "_", name).strip("_") or "menu"
    found, number = plain, 1
    while found in used:
        number += 1
        found = f"{plain}_{number}"
    used.add(found)
    return found


def _drop_empty(node: Node) -> None:
    for child in node.children:
        _drop_empty(child)
    node.children = [child for child in node.children if child.children or not (child.one_of or child.always)]


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


# --- UVL --------------------------------------------------------------------------------------------


def _tree_text(node: Node, depth: int) -> Iterator[str]:
    yield "\t" * depth + _name(node.name)
    groups = (
        [("alternative", node.children)]
        if node.one_of
        else [
            ("mandatory", [child for child in node.children if child.always]),
            ("optional", [child for child in node.children if not child.always]),
        ]
    )
    for kind, members in groups:
        if members:
            yield "\t" * (depth + 1) + kind
            for member in members:
                yield from _tree_text(member, depth + 2)


def _written(said: Says) -> str:
    """Return a condition as people write it: a disjunction with negations as an implication."""
    if said.operator == "or":
        needs = [part.parts[0] for part in said.parts if part.operator == "not"]
        gives = [part for part in said.parts if part.operator != "not"]
        if needs and gives:
            return f"{' & '.join(_part(one) for one in needs)} => {' | '.join(_part(one) for one in gives)}"
    return _part(said).removeprefix("(").removesuffix(")") if said.operator in ("and", "or") else _part(said)


def _name(name: str) -> str:
    is_plain = re.fullmatch(r"[A-Za-z]\w*", name) and name not in ("true", "false")
    return name if is_plain else f'"{name}"'


def _part(said: Says) -> str:
    match said.operator:
        case "name":
            return _name(said.name)
        case "not":
            return f"!{_part(said.parts[0])}"
        case "and" | "or":
            return f"({(' & ' if said.operator == 'and' else ' | ').join(_part(part) for part in said.parts)})"
        case _:
            raise AssertionError("constants fall away before")


# --- clauses ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Clauses:
    """Gives each condition a literal that is true exactly when the condition holds."""

    numbers: dict[str, int]
    clauses: list[Clause]
    known: dict[Says, int] = field(default_factory=dict)
    top: int = 0

    def literal(self, said: Says) -> int:
        if said.operator == "name":
            return self.numbers[said.name]
        if said.operator == "not":
            return -self.literal(said.parts[0])
        if said not in self.known:
            self.top = max(self.top, len(self.numbers)) + 1
            own = self.top
            sign = 1 if said.operator == "or" else -1
            parts = [sign * self.literal(part) for part in said.parts]
            self.clauses += [[-part, sign * own] for part in parts]
            self.clauses.append([*parts, -sign * own])
            self.known[said] = own
        return self.known[said]
