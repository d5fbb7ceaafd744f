"""The values of the stock pages: levels, supplier orders, movements, in the units people count in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from production.exploding import natural_order
from production.supply.materials import StockedThing
from production.supply.model import Counted, Movement, StockLevel, SupplierOrder
from web.views.words import Words

_PEOPLE = {"mm": ("m", 1000), "g": ("kg", 1000), "ml": ("l", 1000)}
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unit:
    """What a material is counted in by people: ``scale`` of the stored unit make one of it."""

    name: str
    scale: int = 1

    @property
    def step(self) -> str:
        """The smallest step of a number field."""
        return "1" if self.scale == 1 else "0.001"

    def typed(self, quantity: int) -> str:
        """Return a quantity as it stands in a number field."""
        return str(quantity) if self.scale == 1 else f"{(Decimal(quantity) / self.scale).normalize():f}"

    def shown(self, quantity: int, locale: str) -> str:
        """Return a quantity as people read it: ``466 m``, ``23``."""
        number = str(format_decimal(Decimal(quantity) / self.scale, locale=locale)).replace("-", "−")
        return f"{number} {self.name}".rstrip()

    def read(self, typed: str) -> int:
        """Return the quantity somebody typed, in the stored unit.

        Raises:
            ValueError: it is no number, or finer than the unit.
        """
        if not _NUMBER.fullmatch(typed.strip()):
            raise ValueError(typed)
        quantity = Decimal(typed.strip()) * self.scale
        if quantity != quantity.to_integral_value():
            raise ValueError(typed)
        return int(quantity)


def unit_of(thing: StockedThing | None) -> Unit:
    """Return what people count a material in."""
    return Unit(*_PEOPLE.get(thing.unit, ("", 1))) if thing else Unit("")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is needed to show one line's materials: names and units."""

    words: Words
    things: Mapping[str, StockedThing]

    def name(self, material: str) -> str:
        """Return a material's name."""
        return self.words.material(material)

    def unit(self, material: str) -> Unit:
        """Return what people count it in."""
        return unit_of(self.things.get(material))

    def shown(self, material: str, quantity: int) -> str:
        """Return a quantity of it as people read it."""
        return self.unit(material).shown(quantity, self.words.locale)

    def bin(self, material: str) -> str:
        """Return where it is kept."""
        return self.things[material].bin if material in self.things else ""

    def matches(self, material: str, sought: str) -> bool:
        """Return whether code, name or bin holds what somebody looks for."""
        wanted = sought.strip().casefold()
        return any(wanted in text.casefold() for text in (material, self.name(material), self.bin(material)))


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One material of the list; quantities as people read them."""

    code: str
    name: str
    bin: str
    on_hand: str
    reserved: str
    free: str
    coming: str
    to_order: str
    short: str
    reorder_at: str
    is_low: bool
    is_short: bool


@dataclass(frozen=True, slots=True)
class SuggestionRow:
    """One material to be ordered: how much, by when, and when it would come."""

    code: str
    name: str
    unit: Unit
    quantity: str
    order_by: date | None
    is_late: bool
    due: str


@dataclass(frozen=True, slots=True)
class ComingRow:
    """One supplier order under way."""

    id: int
    code: str
    name: str
    unit: Unit
    quantity: str
    quantity_typed: str
    reserved: str
    due: date
    reference: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement of the journal."""

    code: str
    name: str
    kind: str
    quantity: str
    is_less: bool
    at: datetime
    lot: str
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class CountRow:
    """One material of a stocktake; ``difference`` is empty until it was counted."""

    code: str
    name: str
    bin: str
    unit: Unit
    typed: str
    expected: str = ""
    difference: str = ""
    is_less: bool = False
    short: str = ""
    problem: bool = False


def level_row(level: StockLevel, shelf: Shelf) -> LevelRow:
    """Return one material as a line of the list."""

    def shown(quantity: int) -> str:
        return shelf.shown(level.material, quantity)

    return LevelRow(
        code=level.material,
        name=shelf.name(level.material),
        bin=shelf.bin(level.material),
        on_hand=shown(level.on_hand),
        reserved=shown(level.reserved),
        free=shown(level.free),
        coming=shown(level.coming),
        to_order=shown(level.to_order) if level.to_order else "",
        short=shown(level.short) if level.short else "",
        reorder_at=shown(level.reorder_at),
        is_low=level.is_low,
        is_short=level.short > 0 or level.to_order > 0,
    )


def suggestion_rows(levels: Iterable[StockLevel], shelf: Shelf, today: date) -> list[SuggestionRow]:
    """Return what to order, the most urgent first."""
    return [
        SuggestionRow(
            code=level.material,
            name=shelf.name(level.material),
            unit=shelf.unit(level.material),
            quantity=shelf.unit(level.material).typed(level.suggested),
            order_by=level.order_by,
            is_late=level.order_by is not None and level.order_by < today,
            due=(today + timedelta(days=level.lead_time_days)).isoformat(),
        )
        for level in levels
        if level.suggested
    ]


def coming_rows(orders: Iterable[SupplierOrder], shelf: Shelf) -> list[ComingRow]:
    """Return supplier orders under way, by day."""
    return [
        ComingRow(
            id=one.id,
            code=one.material,
            name=shelf.name(one.material),
            unit=shelf.unit(one.material),
            quantity=shelf.shown(one.material, one.quantity),
            quantity_typed=shelf.unit(one.material).typed(one.quantity),
            reserved=shelf.shown(one.material, one.reserved) if one.reserved else "",
            due=one.due,
            reference=one.reference,
            is_overdue=one.is_overdue,
        )
        for one in orders
    ]


def movement_rows(movements: Iterable[Movement], shelf: Shelf) -> list[MovementRow]:
    """Return movements, the newest first."""
    return [
        MovementRow(
            code=one.material,
            name=shelf.name(one.material),
            kind=one.kind.value,
            quantity=("+" if one.quantity > 0 else "") + shelf.shown(one.material, one.quantity),
            is_less=one.quantity < 0,
            at=one.at,
            lot=one.lot,
            reference=one.reference,
            reason=one.reason,
        )
        for one in movements
    ]


def rows_to_count(materials: Iterable[str], shelf: Shelf, typed: Mapping[str, str], wrong: set[str]) -> list[CountRow]:
    """Return what is to be counted, the way somebody walks from bin to bin; what should be there is not told."""
    rows = [
        CountRow(each, shelf.name(each), shelf.bin(each), shelf.unit(each), typed.get(each, ""), problem=each in wrong)
        for each in materials
    ]
    return sorted(rows, key=lambda row: (not row.bin, natural_order(row.bin), row.name, row.code))


def counted_rows(counted: Iterable[Counted], shelf: Shelf) -> list[CountRow]:
    """Return what was counted beside what should be there, the differences first."""
    rows = []
    for one in sorted(counted, key=lambda each: (each.difference == 0, shelf.name(each.material))):
        unit = shelf.unit(one.material)
        difference = shelf.shown(one.material, one.difference)
        rows.append(
            CountRow(
                code=one.material,
                name=shelf.name(one.material),
                bin=shelf.bin(one.material),
                unit=unit,
                typed=unit.typed(one.counted),
                expected=shelf.shown(one.material, one.expected),
                difference=("+" + difference if one.difference > 0 else difference) if one.difference else "",
                is_less=one.difference < 0,
                short=shelf.shown(one.material, one.short) if one.short else "",
            )
        )
    return rows


def level_json(level: StockLevel, unit: str) -> dict[str, Any]:
    """Return a level for a program, in the stored unit."""
    return {
        "material": level.material,
        "unit": unit,
        "on_hand": level.on_hand,
        "reserved": level.reserved,
        "free": level.free,
        "short": level.short,
        "coming": level.coming,
        "to_order": level.to_order,
        "order_by": level.order_by,
        "reorder_at": level.reorder_at,
        "lead_time_days": level.lead_time_days,
        "is_low": level.is_low,
        "suggested": level.suggested,
    }


def supplier_order_json(one: SupplierOrder) -> dict[str, Any]:
    """Return a supplier order for a program."""
    return {
        "id": one.id,
        "material": one.material,
        "quantity": one.quantity,
        "reserved": one.reserved,
        "due": one.due,
        "reference": one.reference,
        "is_overdue": one.is_overdue,
    }


def movement_json(one: Movement) -> dict[str, Any]:
    """Return a movement for a program."""
    return {
        "material": one.material,
        "kind": one.kind.value,
        "quantity": one.quantity,
        "at": one.at,
        "by": one.by,
        "lot": one.lot,
        "reference": one.reference,
        "reason": one.reason,
    }
