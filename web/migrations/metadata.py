"""The tables of all rooms in one metadata: every ``tables.py`` is found and imported."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

from kernel import schema

ROOT = Path(__file__).parents[2]
ROOMS = ("kernel", "modules_catalog", "production", "orders", "web")


def whole_metadata() -> MetaData:
    """Return the metadata of all tables; importing them is its only effect."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("tables.py")):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return schema.metadata
