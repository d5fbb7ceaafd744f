"""A plant as a JSON document, for keeping it in the database. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from kernel.canonical import JsonValue
from production.plants.model import BUCKET_MIN, Hours, KeptShare, Plant, StockRow, WorkCentre, WorkCentreKind


def plant_to_json(plant: Plant) -> Mapping[str, JsonValue]:
    """Return the plant without its opening stock, which lives in tables of its own."""
    return {
        "code": plant.code,
        "line": plant.line,
        "timezone": plant.timezone,
        "country": plant.country,
        "subdivision": plant.subdivision,
        "floor_locale": plant.floor_locale,
        "spare_buckets": plant.spare_buckets,
        "bucket_min": plant.bucket_min,
        "horizon_days": plant.horizon_days,
        "default_lead_days": plant.default_lead_days,
        "closed": sorted(day.isoformat() for day in plant.closed),
        "bins": list(plant.bins),
        "substitutes": {code: list(others) for code, others in plant.substitutes.items()},
        "texts": {locale: dict(texts) for locale, texts in plant.texts.items()},
        "work_centres": [_centre_to_json(centre) for centre in plant.work_centres],
    }


def plant_from_json(document: Mapping[str, Any], stock: tuple[StockRow, ...] = ()) -> Plant:
    """Return the plant a document was made from."""
    return Plant(
        code=document["code"],
        line=document["line"],
        timezone=document["timezone"],
        country=document["country"],
        subdivision=document["subdivision"],
        floor_locale=document["floor_locale"],
        spare_buckets=document["spare_buckets"],
        bucket_min=document.get("bucket_min", BUCKET_MIN),
        horizon_days=document["horizon_days"],
        default_lead_days=document["default_lead_days"],
        closed=frozenset(date.fromisoformat(day) for day in document["closed"]),
        bins=tuple(document["bins"]),
        substitutes={code: tuple(others) for code, others in document.get("substitutes", {}).items()},
        texts=document["texts"],
        work_centres=tuple(_centre_from_json(centre) for centre in document["work_centres"]),
        stock=stock,
    )


def _centre_to_json(centre: WorkCentre) -> Mapping[str, JsonValue]:
    return {
        "code": centre.code,
        "kind": centre.kind.value,
        "places": centre.places,
        "reserve_percent": centre.reserve_percent,
        "load_pieces": centre.load_pieces,
        "names": dict(centre.names),
        "labour_minor_per_hour": centre.labour_minor_per_hour,
        "place_minor_per_hour": centre.place_minor_per_hour,
        "kept": [centre.kept.group, centre.kept.percent, centre.kept.until_days] if centre.kept else None,
        "hours": [[sorted(hours.weekdays), hours.from_min, hours.to_min] for hours in centre.hours],
    }


def _centre_from_json(document: Mapping[str, Any]) -> WorkCentre:
    return WorkCentre(
        code=document["code"],
        kind=WorkCentreKind(document["kind"]),
        places=document["places"],
        hours=tuple(Hours(frozenset(days), from_min, to_min) for days, from_min, to_min in document["hours"]),
        reserve_percent=document["reserve_percent"],
        load_pieces=document["load_pieces"],
        names=document["names"],
        labour_minor_per_hour=document.get("labour_minor_per_hour", 0),
        place_minor_per_hour=document.get("place_minor_per_hour", 0),
        kept=KeptShare(*document["kept"]) if document.get("kept") else None,
    )
