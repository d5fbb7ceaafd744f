"""The measuring form: one drawing, one number, two readings, and what to ask when a number is rare."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kernel.units import LengthNotUnderstood, LengthUnit, parse_length_mm
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.from_garment import body_of_garment
from modules_catalog.sizing.model import MEASURES, Measure, Measures, Sex
from modules_catalog.sizing.plausibility import Opinion, Plausibility, check_measures
from orders.customers.model import COUNTER_MEASURES, THIRD_READING_ABOVE_MM


def _(message: str) -> str:
    return message


#: What each measure is called and how it is taken.
NAMES: Mapping[str, str] = {
    "waist_circ_wear": _("Waist, where the jeans will sit"),
    "hip_circ": _("Hip"),
    "thigh_circ": _("Thigh"),
    "crotch_height": _("Crotch height"),
    "crotch_length_wear": _("Rise, front to back"),
}
HOW: Mapping[str, str] = {
    "waist_circ_wear": _("Tape flat around the body where the waistband should sit, one finger under it."),
    "hip_circ": _("Around the fullest part of the seat, feet together, pockets empty."),
    "thigh_circ": _("Around one thigh, right below the seat fold, standing relaxed."),
    "crotch_height": _("From the floor straight up to the crotch, without shoes. Not the hem length."),
    "crotch_length_wear": _("From the front of the waistband line, through the legs, to the same line at the back."),
}

#: A pair that fits is measured on the same five; {its measure: the body measure that follows from it}.
GARMENT_MEASURES: Mapping[Measure, str] = dict(zip(MEASURES, COUNTER_MEASURES, strict=True))
GARMENT_NAMES: Mapping[Measure, str] = {
    Measure.WAIST: _("Waistband, all around"),
    Measure.HIP: _("Hip, all around"),
    Measure.THIGH: _("Thigh, all around"),
    Measure.INSEAM: _("Inside leg"),
    Measure.RISE: _("Front and back rise together"),
}
GARMENT_HOW: Mapping[Measure, str] = {
    Measure.WAIST: _("Closed and flat on a table: twice the width along the top edge."),
    Measure.HIP: _("Twice the width where the pair is widest, about a hand above the crotch."),
    Measure.THIGH: _("Twice the width of one leg, right below the crotch."),
    Measure.INSEAM: _("From the crossing of the seams down to the end of the hem."),
    Measure.RISE: _("From the top edge in front through the crotch to the top edge at the back."),
}
#: Sizes there are, in inches.
WAIST_SIZES = range(22, 57)
LENGTH_SIZES = range(26, 41)


@dataclass(frozen=True, slots=True)
class MeasureField:
    """One measure of the form, with what was typed and what to say about it."""

    name: str
    label: str
    how: str
    drawing: str
    readings: tuple[str, ...]
    problem: str  # "", "missing", "not_understood", "impossible", "apart", "rare"
    facts: Mapping[str, int]
    confirmed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MeasuringForm:
    """The whole form as shown, and as understood."""

    unit: str
    sex: str
    fields: tuple[MeasureField, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the measures can be kept as they are."""
        return bool(self.sex) and all(not field.problem for field in self.fields)


def empty_garment_form(unit: str = "cm", sex: str = "") -> MeasuringForm:
    """Return a form for a pair that fits."""
    fields = tuple(
        MeasureField(name, GARMENT_NAMES[measure], GARMENT_HOW[measure], f"garment-{name}", ("",), "", {}, False)
        for measure, name in GARMENT_MEASURES.items()
    )
    return MeasuringForm(unit, sex, fields)


def empty_form(unit: str = "cm", sex: str = "", readings: Mapping[str, tuple[str, ...]] | None = None) -> MeasuringForm:
    """Return a form to be filled in, perhaps begun with readings already known."""
    known = readings or {}
    fields = tuple(
        MeasureField(name, NAMES[name], HOW[name], f"measure-{name}", known.get(name, ("", "")), "", {}, False)
        for name in COUNTER_MEASURES
    )
    return MeasuringForm(unit, sex, fields)


def judged_form(
    unit: str,
    sex: str,
    typed: Mapping[str, tuple[str, ...]],
    confirmed: frozenset[str],
    reasons: Mapping[str, str] = MappingProxyType({}),
) -> tuple[MeasuringForm, dict[str, tuple[int, ...]]]:
    """Return the form with a problem on every field that needs another look, and the readings in millimetres.

    Rare values ask to be confirmed or measured again, readings that lie apart for a third one; whoever measures may keep
    either with a reason. Only the impossible blocks.
    """
    understood: dict[str, tuple[int, ...]] = {}
    problems: dict[str, tuple[str, Mapping[str, int]]] = {}
    for name in COUNTER_MEASURES:
        problem, values = _understood(typed.get(name, ()), LengthUnit(unit))
        understood[name] = values
        if problem:
            problems[name] = (problem, {})
        elif (
            len(values) == 2
            and abs(values[0] - values[1]) > THIRD_READING_ABOVE_MM
            and not reasons.get(name, "").strip()
        ):
            problems[name] = ("apart", {"difference_mm": abs(values[0] - values[1])})
    if sex:
        means = {name: sum(values) // len(values) for name, values in understood.items() if values}
        for name, opinion in check_measures(Sex(sex), means).items():
            problem = _doubt(opinion, name in confirmed or bool(reasons.get(name, "").strip()))
            if problem and name not in problems:
                problems[name] = (problem, _facts(opinion))
    fields = tuple(
        MeasureField(
            name,
            NAMES[name],
            HOW[name],
            f"measure-{name}",
            _shown(typed.get(name, ()), problems.get(name, ("", {}))[0]),
            *problems.get(name, ("", {})),
            name in confirmed,
            reasons.get(name, "").strip(),
        )
        for name in COUNTER_MEASURES
    )
    return MeasuringForm(unit, sex, fields), understood


def garment_form(
    unit: str,
    sex: str,
    typed: Mapping[str, tuple[str, ...]],
    block: FitBlock,
    cloth: ClothFamily,
    reasons: Mapping[str, str] = MappingProxyType({}),
) -> tuple[MeasuringForm, dict[str, tuple[int, ...]], dict[str, int]]:
    """Return the form of a pair that fits, the body's readings that follow from it, and what was measured, in millimetres.

    The body is judged as if it had been measured: what is rare asks for the pair to be measured again.
    """
    taken: dict[str, int] = {}
    problems: dict[str, tuple[str, Mapping[str, int]]] = {}
    for measure, name in GARMENT_MEASURES.items():
        problem, values = _understood(typed.get(name, ()), LengthUnit(unit))
        if problem:
            problems[name] = (problem, {})
        else:
            taken[measure.value] = (2 * sum(values) + len(values)) // (2 * len(values))
    readings: dict[str, tuple[int, ...]] = {}
    if not problems:
        finished = Measures(*(taken[measure.value] for measure in MEASURES))
        body = body_of_garment(finished, block=block, cloth=cloth)
        readings = {name: (value,) for name, value in body.items()}
        for name, opinion in check_measures(Sex(sex), body).items() if sex else ():
            problem = _doubt(opinion, bool(reasons.get(name, "").strip()))
            if problem:
                problems[name] = (problem, {})
    fields = tuple(
        MeasureField(
            name,
            GARMENT_NAMES[measure],
            GARMENT_HOW[measure],
            f"garment-{name}",
            (*(typed.get(name) or ("",)),)[:1],
            *problems.get(name, ("", {})),
            False,
            reasons.get(name, "").strip(),
        )
        for measure, name in GARMENT_MEASURES.items()
    )
    return MeasuringForm(unit, sex, fields), readings, taken


def _understood(typed: tuple[str, ...], unit: LengthUnit) -> tuple[str, tuple[int, ...]]:
    try:
        values = tuple(parse_length_mm(text, unit) for text in typed if text.strip())
    except LengthNotUnderstood:
        return "not_understood", ()
    return ("", values) if values else ("missing", ())


def _doubt(opinion: Opinion, is_confirmed: bool) -> str:
    if opinion.verdict is Plausibility.IMPOSSIBLE:
        return "impossible"
    return "rare" if opinion.verdict is Plausibility.CONFIRM and not is_confirmed else ""


def _facts(opinion: Opinion) -> Mapping[str, int]:
    named = {"from_mm": opinion.from_mm, "to_mm": opinion.to_mm}
    return {name: value for name, value in named.items() if value is not None}


def _shown(typed: tuple[str, ...], problem: str) -> tuple[str, ...]:
    """Return the reading boxes: two, and a third where the first two lie apart."""
    given = tuple(text for text in typed if text.strip())
    boxes = 3 if problem == "apart" or len(given) > 2 else 2
    return (*given, *("",) * (boxes - len(given)))[:boxes]
