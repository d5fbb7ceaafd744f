"""What the picture needs to know of the chosen parts, read from their attributes with safe fall-backs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modules_catalog.pictures.spec import Look, PictureSpec

BODY = {
    "black": "#24272e",
    "white": "#e9e9e6",
    "grey": "#80858d",
    "silver": "#b9bdc2",
    "green": "#4b5d4e",
    "pink": "#dba7b4",
    "blue": "#3c5a8c",
    "red": "#8f2f2b",
    "beige": "#cfc1a5",
}
SOLID_PANELS = ("solid", "steel", "aluminum", "aluminium", "mesh")


@dataclass(frozen=True, slots=True)
class Card:
    """A graphics card."""

    length_mm: float
    slots: float
    colour: str
    fans: int


@dataclass(frozen=True, slots=True)
class Cooler:
    """A processor cooler: ``tower``, ``low`` or ``liquid``."""

    kind: str
    radiator_mm: float
    height_mm: float
    colour: str
    fan_mm: float


@dataclass(frozen=True, slots=True)
class Build:
    """A PC to draw; lengths in millimetres."""

    depth_mm: float
    height_mm: float
    width_mm: float
    colour: str
    has_glass: bool
    board_width_mm: float = 0
    board_height_mm: float = 0
    board_colour: str = "#1b1e24"
    memory_slots: int = 4
    memory_sticks: int = 0
    memory_colour: str = "#2a2d35"
    memory_glows: bool = False
    has_cpu: bool = False
    cooler: Cooler | None = None
    cards: tuple[Card, ...] = ()
    m2_drives: int = 0
    drives_25: int = 0
    drives_35: int = 0
    psu_watts: int = 0
    psu_length_mm: float = 0
    fans: int = 0
    fans_glow: bool = False


def read_build(spec: PictureSpec, selection: Mapping[str, Any], attributes: Mapping[str, Any]) -> Build:
    """Return the build of a selection; what is not chosen is left out, what is not known is usual."""

    def chosen(feature: str) -> Iterator[tuple[str, int, Mapping[str, Any], Look]]:
        for option, count in _counted(selection.get(feature)):
            known = attributes.get(feature, {}).get(option, {})
            words = " ".join(str(known.get(name) or "") for name in ("form_factor",)) or option
            yield option, count, known, spec.look(feature, words.replace("Extended ATX", "eatx"), {})

    values: dict[str, Any] = {}
    _read_case(values, spec, list(chosen("case")))
    for _, _, known, look in chosen("motherboard"):
        values |= {"board_width_mm": look["width_mm"], "board_height_mm": look["height_mm"]}
        values["memory_slots"] = int(_number(known, "ram_slots", 2 if look["width_mm"] < 200 else 4))
        values["board_colour"] = "#dcdcd8" if colour_word(known) == "white" else "#1b1e24"
    for _, count, known, _ in chosen("memory"):
        values["memory_sticks"] = values.get("memory_sticks", 0) + count * int(_number(known, "modules", 2))
        values["memory_colour"] = BODY.get(colour_word(known), "#2a2d35")
        values["memory_glows"] = _is_true(known.get("rgb")) or "RGB" in str(known.get("color", ""))
    values["has_cpu"] = any(True for _ in chosen("cpu"))
    for option, _, known, _ in chosen("cooler"):
        values["cooler"] = _cooler(spec.look("cooler", option, {}), known)
    values["cards"] = tuple(_card(known) for _, count, known, _ in chosen("gpu") for _ in range(count))
    for kind in ("m2_drives", "drives_25", "drives_35"):
        values[kind] = 0
    for option, count, known, _ in chosen("storage"):
        values[_drive_kind(option, known)] += count
    for _, _, known, _ in chosen("psu"):
        values |= {"psu_watts": int(_number(known, "wattage_w", 0)), "psu_length_mm": _number(known, "length_mm", 150)}
    for _, count, known, _ in chosen("fan"):
        values["fans"] = values.get("fans", 0) + count * int(_number(known, "quantity", 1))
        values["fans_glow"] = values.get("fans_glow", False) or "RGB" in f"{known.get('connector')}{known.get('color')}"
    return Build(**values)


def colour_word(known: Mapping[str, Any]) -> str:
    """Return the first colour a part names, in lower case; empty when it names none."""
    text = str(known.get("color") or known.get("colour") or "").lower()
    return next((word for word in text.replace("/", "|").split("|") if word in BODY), "")


def _read_case(
    values: dict[str, Any], spec: PictureSpec, cases: list[tuple[str, int, Mapping[str, Any], Look]]
) -> None:
    known, look = (cases[0][2], cases[0][3]) if cases else ({}, spec.look("case", None, {}))
    for name, lowest, highest in (("depth_mm", 180, 700), ("height_mm", 150, 750), ("width_mm", 80, 420)):
        values[name] = min(max(_number(known, name, float(look[name])), lowest), highest)
    values["colour"] = BODY.get(colour_word(known), BODY["black"])
    panel = str(known.get("side_panel") or "tempered glass").lower()
    values["has_glass"] = not any(word in panel for word in SOLID_PANELS)


def _cooler(look: Look, known: Mapping[str, Any]) -> Cooler:
    kind, radiator = str(look["kind"]), _number(known, "radiator_mm", float(look["radiator_mm"]))
    height = _number(known, "height_mm", float(look["height_mm"]))
    if known.get("water_cooled") not in (None, ""):
        kind = "liquid" if _is_true(known["water_cooled"]) else ("low" if height < 90 else "tower")
    if kind == "liquid":
        radiator = radiator or 240
    return Cooler(kind, radiator, height, BODY.get(colour_word(known), "#2a2d35"), _number(known, "fan_size_mm", 120))


def _card(known: Mapping[str, Any]) -> Card:
    fans = str(known.get("cooling") or "")
    return Card(
        length_mm=min(max(_number(known, "length_mm", 270), 130), 420),
        slots=min(max(_number(known, "slot_width", _number(known, "case_slots", 2)), 1), 4),
        colour=BODY.get(colour_word(known), "#2a2d35"),
        fans=int(fans[0]) if fans[:1].isdigit() else 2,
    )


def _drive_kind(option: str, known: Mapping[str, Any]) -> str:
    text = f"{known.get('form_factor', '')} {known.get('interface', '')} {known.get('type', '')} {option}".lower()
    if "m.2" in text or "m2" in text or "nvme" in text:
        return "m2_drives"
    return "drives_35" if "3.5" in text or "hdd" in text else "drives_25"


def _counted(choice: Any) -> list[tuple[str, int]]:
    if isinstance(choice, Mapping):
        return [(str(option), int(count)) for option, count in sorted(choice.items()) if int(count) > 0]
    return [(choice, 1)] if isinstance(choice, str) and choice and choice != "none" else []


def _number(known: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = known.get(name)
    try:
        return float(value) if value not in (None, "") else otherwise
    except (TypeError, ValueError):
        return otherwise


def _is_true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


Scale = Callable[[float], float]
"""From millimetres to picture units."""
