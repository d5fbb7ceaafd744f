"""The constants of fit are agreed with the people who cut: a change here is a change of the product."""

from modules_catalog.sizing import constants as c


def test_tolerances() -> None:
    assert c.PLAN_TOLERANCE_MM == (13, 13, 7, 7, 7)
    assert c.WEAR_TOLERANCE_TENTHS_MM == (127, 190, 127, 127, 127)


def test_ease_in_percent_of_waist_hip_thigh() -> None:
    assert {b.value: (e.waist_percent, e.hip_percent, e.thigh_percent) for b, e in c.EASE.items()} == {
        "skinny": (0, 0, 1),
        "slim": (0, 2, 2),
        "straight": (1, 5, 6),
        "bootcut": (1, 4, 5),
        "relaxed": (1, 8, 12),
    }
    assert {f.value: (e.waist_percent, e.hip_percent, e.thigh_percent) for f, e in c.STRETCH_TAKEN_OFF.items()} == {
        "rigid": (0, 0, 0),
        "comfort": (1, 2, 2),
        "stretch": (1, 4, 4),
    }


def test_position_of_waistband_crotch_and_hem() -> None:
    assert (c.WAISTBAND_BELOW_NAVEL_MM, c.NAVEL_TO_SEAT_AT_LEAST_MM, c.RISE_SLOPE_PERCENT) == (40, 60, 105)
    assert (c.CROTCH_DROP_MM, c.HEM_ABOVE_FLOOR_MM) == (8, 30)
    assert (c.KNEE_EASE_PERCENT, c.FOOT_PASSES_MM) == (15, 10)


def test_trim_limits() -> None:
    assert (c.WAIST_IN_MM, c.WAIST_OUT_MM, c.HIP_IN_MM, c.THIGH_IN_MM, c.HEM_MM, c.TOP_EDGE_MM) == (
        51,
        13,
        51,
        51,
        102,
        25,
    )


def test_minutes_of_work_and_weight_of_residuals() -> None:
    assert (c.WAIST_MINUTES, c.HIP_MINUTES, c.THIGH_MINUTES, c.HEM_MINUTES) == (2, 3, 3, 1)
    assert (c.TOP_EDGE_MINUTES, c.OTHER_YOKE_MINUTES, c.RESIDUAL_WEIGHT) == (3, 1, 10)


def test_compatibility() -> None:
    assert (c.SIDE_SEAM_STEP_MM, c.HALVES_DIFFER_HIP_MM, c.HALVES_DIFFER_THIGH_MM) == (25, 51, 38)
    assert (c.YOKE_WEDGES_MM, c.YOKE_WAIST_TAKES_MM, c.COMPONENTS_AT_MOST) == ((0, 25), (0, 25), 200)
