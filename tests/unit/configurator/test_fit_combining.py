import random

from configurator.fit.combining import combine
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import Component, ComponentKind, ComponentTable, Measures, Sex
from modules_catalog.sizing.trims import compatible, side_seam_step_mm, top_edges_can_meet
from tests.oracles.fit import best_by_enumeration, judge


def random_table(rng: random.Random) -> ComponentTable:
    panels = [
        Component(
            f"{kind.value}{n}", kind, "F", rng.choice("SL"), rng.randint(400, 470), rng.randint(500, 560),
            rng.randint(300, 345), 800, rng.randint(230, 300),
        )
        for kind in (ComponentKind.FRONT, ComponentKind.BACK)
        for n in range(4)
    ]  # fmt: skip
    yokes = [
        Component(f"y{n}", ComponentKind.YOKE, "any", "", side_height_mm=h, centre_height_mm=h + w, waist_take_mm=t)
        for n, (h, w, t) in enumerate([(40, 0, 0), (40, 25, 25), (65, 25, 0)])
    ]
    return ComponentTable(FitBlock.STRAIGHT, ClothFamily.RIGID, (*panels, *yokes))


def test_the_combination_is_admissible_and_as_good_as_any() -> None:
    """F-7 … F-10 on 60 random tables, beside enumeration of every combination and trim."""
    rng = random.Random(3)
    within = 0
    for _ in range(60):
        table = random_table(rng)
        target = Measures(
            rng.randint(800, 940),
            rng.randint(980, 1120),
            rng.randint(600, 690),
            rng.randint(690, 810),
            rng.randint(500, 620),
        )
        best = best_by_enumeration(table, Sex.FEMALE, target)
        found = combine(target, table, Sex.FEMALE)
        if best is None:
            assert found is None
            continue
        assert found is not None
        front, back, yoke = found.front, found.back, found.yoke
        t = found.trims
        assert compatible(front, back)
        assert top_edges_can_meet(side_seam_step_mm(front, back, yoke))
        assert abs(front.depth_mm - t.top_front_mm - (back.depth_mm + yoke.side_height_mm - t.top_back_mm)) <= 25
        assert judge(front, back, yoke, target) == best[0]
        assert found.residuals == found.finished.minus(target)
        within += best[0][0] == 0

    assert within >= 10
