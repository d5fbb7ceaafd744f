"""Values of a catalog as its author writes them."""

from collections.abc import Mapping
from decimal import Decimal

from modules_catalog.expressions.printing import printed
from modules_catalog.expressions.tree import Expression


def spelled(value: object) -> str:
    """Return a value in the catalog's own spelling; empty for what is not known or not there."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return format(value, "f")
        case Mapping():
            return ", ".join(f"{count} × {code}" for code, count in value.items())
        case frozenset():
            return ", ".join(sorted(map(str, value)))
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def written(expression: Expression | None) -> str:
    """Return an expression as text; empty for none."""
    return "" if expression is None else printed(expression)
