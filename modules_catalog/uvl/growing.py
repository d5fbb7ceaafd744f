"""The tree a catalog's rules describe: which of them are parents and groups, and which stay constraints."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from modules_catalog.expressions.tree import Comparison, Constant, Expression, Logic, Reference
from modules_catalog.model import Rule
from modules_catalog.uvl.model import GroupKind
from modules_catalog.uvl.saying import counted_conditions


@dataclass(slots=True)
class Grown:
    """Parents and groups found: ``groups`` are (parent or None for the root, kind, least, most, members)."""

    parents: dict[str, str] = field(default_factory=dict)
    mandatory: set[str] = field(default_factory=set)  # with their parent, or with the root
    groups: list[tuple[str | None, GroupKind, int, int, tuple[str, ...]]] = field(default_factory=list)
    grouped: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)  # ids of rules the tree says

    def root_of(self, code: str) -> str:
        """Return the topmost feature above one."""
        while code in self.parents:
            code = self.parents[code]
        return code

    def adopt(self, child: str, parent: str) -> bool:
        """Put a feature below another where it has no place yet and no circle comes of it."""
        if child in self.parents or child in self.mandatory or self.root_of(parent) == child:
            return False
        self.parents[child] = parent
        return True


def grown(rules: Sequence[Rule], booleans: frozenset[str]) -> Grown:
    """Return the tree that rules over yes / no features describe, in the order the rules stand."""
    found = Grown()
    for rule in rules:
        if isinstance(rule.condition, Reference) and _plain(rule.condition, booleans):
            found.mandatory.add(rule.condition.feature)
            found.used.add(rule.id)
    for rule in rules:
        pair = _pair(rule.condition, booleans)
        if pair is not None and found.adopt(pair[1], pair[2]):
            found.used.add(rule.id)
            if pair[0] == "iff":
                found.mandatory.add(pair[1])
                found.grouped.add(pair[1])
    for rule in rules:
        _group(rule, booleans, found)
    return found


def _group(rule: Rule, booleans: frozenset[str], found: Grown) -> None:
    condition = rule.condition
    if not isinstance(condition, Comparison) or not isinstance(condition.right, Constant):
        return
    counted = counted_conditions(condition.left)
    n = condition.right.value
    if counted is None or not isinstance(n, int) or n < 1:
        return
    members = [one.feature for one in counted if isinstance(one, Reference) and _plain(one, booleans)]
    lifts = [one for one in counted if not (isinstance(one, Reference) and _plain(one, booleans))]
    lifted = len(lifts)
    parent = _opposite(lifts[0], booleans) if lifts else None
    if lifts and (parent is None or any(lift != lifts[0] for lift in lifts)):
        return
    if len(set(members)) < len(members) or parent in members or found.grouped & set(members):
        return
    if condition.operator == "==" and n == lifted == 1 and parent is not None:
        if any(member in found.parents or member in found.mandatory for member in members):
            return
        if any(found.root_of(parent) == member for member in members):
            return
        for member in members:
            found.parents[member] = parent
        kind = GroupKind.ALTERNATIVE
    else:
        above = {found.parents.get(member) for member in members}
        if above != {parent} or any(member in found.mandatory for member in members):
            return
        if parent is not None and (condition.operator != ">=" or lifted != n):
            return
        kind = GroupKind.CARDINALITY
        kind = GroupKind.OR if (condition.operator, n) == (">=", 1) else kind
        kind = GroupKind.ALTERNATIVE if (condition.operator, n) == ("==", 1) else kind
    if condition.operator not in ("==", ">="):
        return
    most = n if condition.operator == "==" else len(members)
    found.groups.append((parent, kind, n, most, tuple(members)))
    found.grouped |= set(members)
    found.used.add(rule.id)


def _pair(node: Expression | None, booleans: frozenset[str]) -> tuple[str, str, str] | None:
    """Return (iff | implies, child, parent)."""
    if not isinstance(node, Logic) or node.operator not in ("iff", "implies"):
        return None
    child, parent = node.operands
    if not (isinstance(child, Reference) and isinstance(parent, Reference)):
        return None
    if child == parent or not (_plain(child, booleans) and _plain(parent, booleans)):
        return None
    return node.operator, child.feature, parent.feature


def _opposite(node: Expression, booleans: frozenset[str]) -> str | None:
    """Return the feature of ``not feature``."""
    if isinstance(node, Logic) and node.operator == "not":
        (inner,) = node.operands
        if isinstance(inner, Reference) and _plain(inner, booleans):
            return inner.feature
    return None


def _plain(node: Reference, booleans: frozenset[str]) -> bool:
    return node.attribute is None and node.feature in booleans
