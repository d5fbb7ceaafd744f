"""Lists in messages: a few by name, the rest by number."""

from collections.abc import Sequence

from modules_catalog.wording import said


def some_of(names: Sequence[str], most: int = 5) -> str:
    """Return up to ``most`` of the names and how many more there are."""
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return shown if len(names) <= most else said("%(names)s and %(count)s more", names=shown, count=len(names) - most)
