"""What can be cut off one combination, and what is left: plain arithmetic for one measure at a time (F-8, F-9).

These are the words of the rules; ``search`` runs the same arithmetic over whole tables and is
tested against them.
"""

from dataclasses import dataclass

from modules_catalog.sizing.constants import (
    HALVES_DIFFER_HIP_MM,
    HALVES_DIFFER_THIGH_MM,
    HEM_MINUTES,
    HEM_MM,
    HIP_IN_MM,
    HIP_MINUTES,
    OTHER_YOKE_MINUTES,
    SIDE_SEAM_STEP_MM,
    THIGH_IN_MM,
    THIGH_MINUTES,
    TOP_EDGE_MINUTES,
    TOP_EDGE_MM,
    WAIST_IN_MM,
    WAIST_MINUTES,
    WAIST_OUT_MM,
)
from modules_catalog.sizing.model import Component, Measures


@dataclass(frozen=True, slots=True)
class Trims:
    """What is cut off before sewing, in mm; a negative waist trim lets out."""

    waist_mm: int = 0
    hip_mm: int = 0
    thigh_mm: int = 0
    hem_mm: int = 0
    top_front_mm: int = 0
    top_back_mm: int = 0

    @property
    def beyond_hem(self) -> int:
        """How many trims there are besides the hem, each top edge counted on its own."""
        return sum(t != 0 for t in (self.waist_mm, self.hip_mm, self.thigh_mm, self.top_front_mm, self.top_back_mm))


def compatible(front: Component, back: Component) -> bool:
    """Say whether a front and a back belong to one pair, whatever is trimmed (F-7)."""
    return (
        front.sex_block == back.sex_block
        and front.length_class == back.length_class
        and abs(front.hip_mm - back.hip_mm) <= HALVES_DIFFER_HIP_MM
        and abs(front.thigh_mm - back.thigh_mm) <= HALVES_DIFFER_THIGH_MM
    )


def side_seam_step_mm(front: Component, back: Component, yoke: Component) -> int:
    """Return how much higher the front ends at the side seam than back and yoke, untrimmed."""
    return front.depth_mm - back.depth_mm - yoke.side_height_mm


def top_edges_can_meet(step_mm: int) -> bool:
    """Say whether trimming both top edges can make the depths meet at the side seam (F-7)."""
    return abs(step_mm) <= SIDE_SEAM_STEP_MM + TOP_EDGE_MM


def untrimmed(front: Component, back: Component, yoke: Component) -> Measures:
    """Return what the combination measures before anything is cut off."""
    return Measures(
        waist_mm=front.waist_mm + back.waist_mm - yoke.waist_take_mm,
        hip_mm=front.hip_mm + back.hip_mm,
        thigh_mm=front.thigh_mm + back.thigh_mm,
        inseam_mm=front.inseam_mm,
        rise_mm=front.depth_mm + back.depth_mm + yoke.centre_height_mm,
    )


def trims_towards(target: Measures, whole: Measures, step_mm: int) -> Trims:
    """Return the trims that bring an untrimmed combination as near to the target as the limits allow (F-8).

    Only for combinations whose top edges can meet.
    """
    top_front, top_back = top_edge_trims(whole.rise_mm - target.rise_mm, step_mm)
    return Trims(
        waist_mm=clipped(whole.waist_mm - target.waist_mm, -WAIST_OUT_MM, WAIST_IN_MM),
        hip_mm=clipped(whole.hip_mm - target.hip_mm, 0, HIP_IN_MM),
        thigh_mm=clipped(whole.thigh_mm - target.thigh_mm, 0, THIGH_IN_MM),
        hem_mm=clipped(whole.inseam_mm - target.inseam_mm, 0, HEM_MM),
        top_front_mm=top_front,
        top_back_mm=top_back,
    )


def top_edge_trims(surplus_mm: int, step_mm: int) -> tuple[int, int]:
    """Return (front, back) trims of the top edge for a surplus of rise and a step at the side seam.

    Nearest to the surplus that lets the edges meet; one edge rather than two; then the smaller step left; then
    the front.
    """
    apart = abs(step_mm) - SIDE_SEAM_STEP_MM
    total = clipped(surplus_mm, max(0, apart), min(2 * TOP_EDGE_MM, 2 * TOP_EDGE_MM - apart))
    even = clipped((step_mm + total) // 2, max(0, total - TOP_EDGE_MM), min(TOP_EDGE_MM, total))
    choices = [(total, 0), (0, total), (even, total - even)]
    admissible = [
        (front, back)
        for front, back in choices
        if max(front, back) <= TOP_EDGE_MM and abs(step_mm - front + back) <= SIDE_SEAM_STEP_MM
    ]
    return min(admissible, key=lambda t: ((t[0] > 0) + (t[1] > 0), abs(step_mm - t[0] + t[1])))


def finished(whole: Measures, trims: Trims) -> Measures:
    """Return what is left of a combination after its trims."""
    return Measures(
        waist_mm=whole.waist_mm - trims.waist_mm,
        hip_mm=whole.hip_mm - trims.hip_mm,
        thigh_mm=whole.thigh_mm - trims.thigh_mm,
        inseam_mm=whole.inseam_mm - trims.hem_mm,
        rise_mm=whole.rise_mm - trims.top_front_mm - trims.top_back_mm,
    )


def minutes(trims: Trims, yoke: Component) -> int:
    """Return the minutes of work a combination asks for (F-10); the top edge is one job."""
    return (
        WAIST_MINUTES * (trims.waist_mm != 0)
        + HIP_MINUTES * (trims.hip_mm != 0)
        + THIGH_MINUTES * (trims.thigh_mm != 0)
        + HEM_MINUTES * (trims.hem_mm != 0)
        + TOP_EDGE_MINUTES * (trims.top_front_mm != 0 or trims.top_back_mm != 0)
        + OTHER_YOKE_MINUTES * (not yoke.is_plain)
    )


def clipped(value: int, least: int, greatest: int) -> int:
    """Return the value, or the nearer end of the range it falls out of."""
    return min(max(value, least), greatest)
