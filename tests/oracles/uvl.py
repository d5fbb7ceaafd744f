"""Small feature models, written as UVL text and judged product by product from their own structure.

Nothing here reads UVL or knows catalogs: a model is made as plain values, printed, and every combination of selected
features and values is looked at one by one.
"""

import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import ceil, floor

from hypothesis import strategies as st

COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NAMES = ("Root", "Wheel", "Big Saddle", "or", "if", "sum", "Rim-2", "ä", "Bell_2", "Bell 2")
TEXTS = ("Ana", "Bo")

Product = tuple[frozenset[str], tuple[tuple[str, object], ...]]
"""What is selected, and what selected features carry."""


@dataclass
class Node:
    """A feature with what it carries and the groups below it: (word, least, most, members)."""

    name: str
    kind: str = "Boolean"
    values: tuple[object, ...] = ()
    copies: tuple[int, int] | None = None
    attributes: dict[str, object] = field(default_factory=dict)
    groups: list[tuple[str, int, int, list["Node"]]] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """Yield the feature and everything below it."""
        yield self
        for _, _, _, members in self.groups:
            for member in members:
                yield from member.walk()


@dataclass
class Model:
    """A tree and constraints; a constraint is a nested tuple, its operator first."""

    root: Node
    constraints: list[tuple[object, ...]]

    def text(self) -> str:
        """Return the model as UVL."""
        lines = ["features", *_lines(self.root, 1), "constraints"]
        return "\n".join([*lines, *(f"\t{_shown(one)}" for one in self.constraints)]) + "\n"

    def products(self) -> set[Product]:
        """Return every valid product."""
        nodes = list(self.root.walk())
        choices = [[None, *(node.values or (True,))] for node in nodes]
        found = set()
        for picked in product(*choices):
            chosen = {node.name: value for node, value in zip(nodes, picked, strict=True) if value is not None}
            if _tree_holds(self.root, chosen) and all(_value(self, one, chosen) for one in self.constraints):
                carried = tuple(sorted((name, value) for name, value in chosen.items() if value is not True))
                found.add((frozenset(chosen), carried))
        return found


def _tree_holds(root: Node, chosen: dict[str, object]) -> bool:
    if root.name not in chosen:
        return False
    for node in root.walk():
        for word, least, most, members in node.groups:
            taken = [member for member in members if member.name in chosen]
            if node.name not in chosen:
                if taken:
                    return False
            elif word == "mandatory":
                if any(m not in taken for m in members if not (m.copies and m.copies[0] == 0)):
                    return False
            elif not least <= len(taken) <= most:
                return False
    return True


def _value(model: Model, part: object, chosen: dict[str, object]) -> object:
    if not isinstance(part, tuple):
        return part
    word, *rest = part
    nodes = {node.name: node for node in model.root.walk()}
    match word:
        case "feature":
            return rest[0] in chosen
        case "number":
            value = chosen.get(rest[0], 0)
            return int(value) if isinstance(value, bool) else value
        case "string":
            return chosen.get(rest[0], "")
        case "attribute":
            return nodes[rest[0]].attributes[rest[1]] if rest[0] in chosen else 0
        case "len":
            return len(chosen.get(rest[0], ""))
        case "floor" | "ceil":
            return {"floor": floor, "ceil": ceil}[word](chosen.get(rest[0], 0))
        case "sum" | "avg":
            reach = (model.root if rest[0] is None else nodes[rest[0]]).walk()
            having = [node for node in reach if node.name in chosen and rest[1] in node.attributes]
            times = [chosen[node.name] if node.copies and node.values else 1 for node in having]
            total = sum(node.attributes[rest[1]] * n for node, n in zip(having, times, strict=True))
            return total if word == "sum" else Fraction(total) / sum(times) if times else 0
        case "!":
            return not _value(model, rest[0], chosen)
        case "&":
            return all(_value(model, one, chosen) for one in rest)
        case "|":
            return any(_value(model, one, chosen) for one in rest)
        case "=>":
            return not _value(model, rest[0], chosen) or _value(model, rest[1], chosen)
        case "<=>":
            return bool(_value(model, rest[0], chosen)) == bool(_value(model, rest[1], chosen))
        case "+" | "-" | "*":
            return {"+": operator.add, "-": operator.sub, "*": operator.mul}[word](
                _value(model, rest[0], chosen), _value(model, rest[1], chosen)
            )
        case "/":
            return Fraction(_value(model, rest[0], chosen)) / rest[1]
        case _:
            return COMPARE[word](_value(model, rest[0], chosen), _value(model, rest[1], chosen))


# --- printing -------------------------------------------------------------------------------------


def _quoted(name: str) -> str:
    return name if name in ("Root", "Wheel", "Bell_2") else f'"{name}"'


def _plain(value: object) -> str:
    if isinstance(value, Fraction):
        return str(float(value)) if value.denominator > 1 else str(value.numerator)
    return f"'{value}'" if isinstance(value, str) else str(value)


def _lines(node: Node, depth: int) -> Iterator[str]:
    parts = [node.kind] if node.kind != "Boolean" else []
    parts.append(_quoted(node.name))
    if node.copies:
        parts.append(f"cardinality [{node.copies[0]}..{node.copies[1]}]")
    said = [f"{key} {_plain(value)}" for key, value in node.attributes.items()]
    if node.kind in ("Integer", "Real"):
        step = node.values[1] - node.values[0]
        said += [f"min {_plain(node.values[0])}", f"max {_plain(node.values[-1])}", f"step {_plain(step)}"]
    if node.kind == "String":
        said.append(f"values [{', '.join(map(_plain, node.values))}]")
    if said:
        parts.append("{" + ", ".join(said) + "}")
    yield "\t" * depth + " ".join(parts)
    for word, least, most, members in node.groups:
        yield "\t" * (depth + 1) + (f"[{least}..{most}]" if word == "[]" else word)
        for member in members:
            yield from _lines(member, depth + 2)


def _shown(part: object) -> str:
    if not isinstance(part, tuple):
        return f"({_plain(part)})" if isinstance(part, int | Fraction) and part < 0 else _plain(part)
    word, *rest = part
    match word:
        case "feature" | "number" | "string":
            return _quoted(rest[0])
        case "attribute":
            return f"{_quoted(rest[0])}.{rest[1]}"
        case "len" | "floor" | "ceil":
            return f"{word}({_quoted(rest[0])})"
        case "sum" | "avg":
            return f"{word}({rest[1]})" if rest[0] is None else f"{word}({rest[1]}, {_quoted(rest[0])})"
        case "!":
            return f"!({_shown(rest[0])})"
        case _:
            return "(" + f" {word} ".join(_shown(one) for one in rest) + ")"


# --- making ---------------------------------------------------------------------------------------


@st.composite
def models(draw, *, typed: bool = True) -> Model:
    """Random feature models of up to seven features with up to three constraints."""
    names = draw(st.permutations(NAMES[1:]))[: draw(st.integers(1, 6))]
    root = Node("Root")
    nodes = [root]
    left = list(names)
    while left:
        parent = draw(st.sampled_from([node for node in nodes if not node.copies]))
        count = draw(st.integers(1, min(4, len(left))))
        word = draw(st.sampled_from(["mandatory", "optional", "or", "alternative", "[]"]))
        least = draw(st.integers(0, count))
        least, most = {
            "mandatory": (count, count),
            "optional": (0, count),
            "or": (1, count),
            "alternative": (1, 1),
            "[]": (least, draw(st.integers(max(least, 1), count))),
        }[word]
        members = [
            draw(_node(left.pop(), typed=typed, counted=word not in ("mandatory", "optional"))) for _ in range(count)
        ]
        parent.groups.append((word, least, most, members))
        nodes += members
    root.attributes["cost"] = 1
    for node in [node for node in nodes if len([one for one in nodes if one.values]) > 2 and node.values][2:]:
        node.kind, node.values, node.copies = "Boolean", (), None
    return Model(root, draw(st.lists(_condition(root), max_size=3)))


@st.composite
def _node(draw, name: str, *, typed: bool, counted: bool) -> Node:
    node = Node(name)
    if draw(st.booleans()):
        node.attributes["cost"] = draw(st.sampled_from([1, 2, 3, Fraction(1, 2), Fraction(5, 4)]))
    kind = draw(st.sampled_from(["", "", "", "", "Integer", "Real", "String", "copies"])) if typed else ""
    match kind:
        case "Integer":
            node.kind, node.values = "Integer", (1, 2, 3)
        case "Real":
            node.kind, node.values = "Real", (Fraction(-1, 2), Fraction(1, 4), Fraction(1))
        case "String":
            node.kind, node.values = "String", TEXTS
        case "copies":
            least = draw(st.integers(1 if counted else 0, 1))
            node.copies, node.values = (least, 2), (1, 2)
    return node


def _condition(root: Node) -> st.SearchStrategy:
    nodes = list(root.walk())
    features = st.sampled_from(nodes).map(lambda node: ("feature", node.name))
    texts = [node for node in nodes if node.kind == "String"]
    leaf = [features, features, _comparison(root)]
    if texts:
        side = st.sampled_from(texts).map(lambda node: ("string", node.name))
        leaf.append(st.tuples(st.sampled_from(["==", "!="]), side, side | st.sampled_from([*TEXTS, "Cy"])))
    return st.recursive(
        st.one_of(leaf),
        lambda inner: st.one_of(
            st.tuples(st.just("!"), inner),
            st.tuples(st.sampled_from(["&", "|", "=>", "<=>"]), inner, inner),
            st.tuples(st.sampled_from(["&", "|"]), inner, inner, inner),
        ),
        max_leaves=5,
    )


def _comparison(root: Node) -> st.SearchStrategy:
    nodes = list(root.walk())
    numbers = st.sampled_from([Fraction(1, 2), 0, 1, 2, 3, 5, -1])
    atoms = [
        numbers,
        st.sampled_from([node for node in nodes if node.kind != "String"]).map(lambda node: ("number", node.name)),
        st.sampled_from([node for node in nodes if "cost" in node.attributes]).map(
            lambda node: ("attribute", node.name, "cost")
        ),
        st.sampled_from([None, "Root"]).map(lambda below: ("sum", below, "cost")),
    ]
    if texts := [node for node in nodes if node.kind == "String"]:
        atoms.append(st.sampled_from(texts).map(lambda node: ("len", node.name)))
    if reals := [node for node in nodes if node.kind == "Real"]:
        atoms.append(st.tuples(st.sampled_from(["floor", "ceil"]), st.sampled_from(reals).map(lambda node: node.name)))
    amount = st.recursive(
        st.one_of(atoms),
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["+", "-", "*"]), inner, inner),
            st.tuples(st.just("/"), inner, st.sampled_from([2, 4])),
        ),
        max_leaves=3,
    )
    sides = st.one_of(amount, amount, st.tuples(st.just("avg"), st.none(), st.just("cost")))
    return st.tuples(st.sampled_from(sorted(COMPARE)), sides, amount)
