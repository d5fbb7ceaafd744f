"""Which answers mean the same to some expressions: told from what these read of an answer, without evaluating them.

Of thousands of parts a formula reads an attribute or two, or only how many there are; it is evaluated once for all that are alike.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from modules_catalog.expressions.tree import Call, Expression, Reference, children
from modules_catalog.model import Feature, FeatureKind


@dataclass(frozen=True, slots=True)
class Read:
    """What expressions read of the answer to one feature: some attributes, and perhaps the answer itself."""

    attributes: frozenset[str] = frozenset()
    is_answer: bool = False

    def __or__(self, other: "Read") -> "Read":
        return Read(self.attributes | other.attributes, self.is_answer or other.is_answer)


def read_of(feature: str, expressions: Iterable[Expression]) -> Read:
    """Return what some expressions read of the answer to a feature, besides whether there is one and of how many pieces."""
    found = Read()
    for node in expressions:
        match node:
            case Reference(feature=own, attribute=attribute) if own == feature:
                found |= Read(is_answer=True) if attribute is None else Read(frozenset({attribute}))
            case Call(name="chosen"):
                continue
            case _:
                found |= read_of(feature, children(node))
    return found


def likeness(feature: Feature, answer: object, read: Read) -> Hashable:
    """Return a key that answers share only if all that is ``read`` comes to the same.

    Args:
        feature: The feature answered.
        answer: An option's code, ``{option code: count}``, a number, a text, yes or no; ``None``: not answered.
        read: As ``read_of`` tells.
    """
    if answer is None or feature.kind not in (FeatureKind.OPTION, FeatureKind.OPTIONS):
        return type(answer), answer
    pieces = answer if isinstance(answer, Mapping) else {str(answer): 1}
    return tuple(sorted(_piece(feature, code, count, read) for code, count in pieces.items() if count))


def _piece(feature: Feature, code: str, count: int, read: Read) -> tuple[int, str, tuple[str, ...]]:
    attributes = feature.option(code).attributes
    values = tuple(repr(attributes.get(name)) for name in sorted(read.attributes))
    return count, code if read.is_answer else "", values
