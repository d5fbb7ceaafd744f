"""Bodies read from named measures, as a survey table or a measuring form gives them."""

from collections.abc import Mapping

from modules_catalog.sizing.errors import MeasurementMissing
from modules_catalog.sizing.model import Body, NavelMeasures, Sex, WearMeasures
from modules_catalog.sizing.rounding import rounded

ALWAYS = ("hip_circ", "thigh_circ", "crotch_height")
AT_NAVEL = ("waist_circ_omphalion", "waist_height_omphalion", "buttock_height", "crotch_length_omphalion")
AT_WEAR = ("waist_circ_wear", "crotch_length_wear")
OPTIONAL = ("lower_thigh_circ", "heel_ankle_circ")

#: Every measure fit can use, without unit.
BODY_MEASURES: tuple[str, ...] = (*ALWAYS, *AT_NAVEL, *AT_WEAR, *OPTIONAL)


def body_from(sex: Sex, measures: Mapping[str, int]) -> Body:
    """Return the body of a person from {measure name, with or without ``_mm``: mm}.

    Wearing-position measures win over those at the navel where both are given. Names fit does not use are ignored.

    Raises:
        MeasurementMissing: neither way of giving waist and rise is complete, or hip, thigh or crotch height is missing.
        MeasurementOutOfRange: a measure no person can have.
    """
    known = {name.removesuffix("_mm"): value for name, value in measures.items()}
    upper_names = AT_NAVEL if missing(AT_WEAR, known) and not missing(AT_NAVEL, known) else AT_WEAR
    lacking = missing((*ALWAYS, *upper_names), known)
    if lacking:
        raise MeasurementMissing(measures=lacking)
    upper: NavelMeasures | WearMeasures
    if upper_names is AT_NAVEL:
        upper = NavelMeasures(*(known[name] for name in AT_NAVEL))
    else:
        upper = WearMeasures(*(known[name] for name in AT_WEAR))
    return Body(
        sex=sex,
        hip_circ_mm=known["hip_circ"],
        thigh_circ_mm=known["thigh_circ"],
        crotch_height_mm=known["crotch_height"],
        upper=upper,
        lower_thigh_circ_mm=known.get("lower_thigh_circ"),
        heel_ankle_circ_mm=known.get("heel_ankle_circ"),
    )


def wear_measures(body: Body) -> dict[str, int]:
    """Return what was taken of a body with waist and rise at the wearing position, {name without unit: mm}."""
    taken = {name: value for name, value in body.taken().items() if name not in AT_NAVEL}
    return taken | {
        "waist_circ_wear": rounded(*body.waist_at_wear()),
        "crotch_length_wear": body.crotch_length_at_wear_mm(),
    }


def missing(names: tuple[str, ...], known: Mapping[str, int]) -> tuple[str, ...]:
    """Return the names that are not known, in order."""
    return tuple(name for name in names if name not in known)
