"""The tree of a feature model as short catalog rules."""

from collections.abc import Iterator
from dataclasses import dataclass

from modules_catalog.uvl.errors import UvlNotValid
from modules_catalog.uvl.meaning import Names
from modules_catalog.uvl.model import Group, UvlFeature, UvlType

LONGEST_LIST = 8


@dataclass(frozen=True, slots=True)
class CatalogRule:
    """A rule of ``line.yaml``: ``that`` a condition, or ``exactly`` / ``at_least`` / ``at_most`` ``n`` of several."""

    id: str
    reason: str
    kind: str
    conditions: tuple[str, ...]
    n: int = 0


def tree_rules(root: UvlFeature, names: Names) -> Iterator[CatalogRule]:
    """Yield the rules that the tree says.

    Features that are in every product are said to be once; what stands below them needs no rule for it.

    Raises:
        UvlNotValid: A feature cardinality that a catalog cannot say.
    """
    waiting = [root]
    while waiting:
        feature = waiting.pop()
        _check_copies(feature)
        if feature.name in names.always:
            code = names.codes[feature.name]
            yield CatalogRule(f"always_{code}", f"{feature.name} is part of every product.", "that", (code,))
        for number, group in enumerate(feature.groups, start=1):
            yield from _group_rules(feature, group, number, names)
            waiting += reversed(group.features)


def _group_rules(parent: UvlFeature, group: Group, number: int, names: Names) -> Iterator[CatalogRule]:
    members = group.features
    above = names.codes[parent.name]
    free = parent.name in names.always
    codes = [names.codes[member.name] for member in members]
    if group.low == len(members):
        for member, code in zip(members, codes, strict=True):
            none_too = member.copies is not None and member.copies[0] == 0
            if not free and not none_too:
                reason = f"{member.name} is part of {parent.name}: both or neither."
                yield CatalogRule(f"with_{code}", reason, "that", (f"{code} iff {above}",))
            elif not free:
                yield _below(member, code, parent, above)
        return
    for member in members:
        if member.copies is not None and member.copies[0] == 0 and group.low > 0:
            raise UvlNotValid(
                member.source, f"whether no copy of `{member.name}` counts for its group is not said; write [1..n]"
            )
    exactly_one = group.low == group.high == 1
    if not free and not exactly_one:
        for member, code in zip(members, codes, strict=True):
            yield _below(member, code, parent, above)
    unless = () if free else (f"not {above}",)
    name = f"{above}_{number}"
    listed = _listed([member.name for member in members])
    if group.low == group.high and (free or exactly_one):
        reason = f"{parent.name} takes exactly {group.low} of {listed}."
        yield CatalogRule(f"group_{name}", reason, "exactly", (*unless, *codes), group.low)
        return
    if group.low > 0:
        reason = f"{parent.name} takes at least {group.low} of {listed}."
        yield CatalogRule(f"group_{name}", reason, "at_least", (*(unless * group.low), *codes), group.low)
    if group.high < len(members):
        reason = f"{parent.name} takes at most {group.high} of {listed}."
        yield CatalogRule(f"most_{name}", reason, "at_most", tuple(codes), group.high)


def _below(member: UvlFeature, code: str, parent: UvlFeature, above: str) -> CatalogRule:
    reason = f"{member.name} can be had with {parent.name} only."
    return CatalogRule(f"under_{code}", reason, "that", (f"{code} implies {above}",))


def _check_copies(feature: UvlFeature) -> None:
    if feature.copies is None:
        return
    shown = f"[{feature.copies[0]}..{feature.copies[1]}]"
    if feature.copies[1] < 1:
        raise UvlNotValid(feature.source, f"`{feature.name}` has no copies; drop the feature")
    if feature.type is not UvlType.BOOLEAN:
        raise UvlNotValid(
            feature.source, f"copies {shown} of a typed feature: write each as a feature of its own, with its own name"
        )
    if feature.copies[1] > 1 and feature.groups:
        raise UvlNotValid(
            feature.source,
            f"`{feature.name}` has copies {shown} and features below it, which each copy could choose otherwise: "
            "write each copy as a feature of its own, with its own names",
        )


def _listed(names: list[str]) -> str:
    if len(names) <= LONGEST_LIST:
        return ", ".join(names)
    return f"{', '.join(names[:LONGEST_LIST])} and {len(names) - LONGEST_LIST} more"
