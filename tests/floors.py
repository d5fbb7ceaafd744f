"""A small plant and random work on its floor, for what sequences it."""

import itertools
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from production.plants.model import Hours, Plant, WorkCentre, WorkCentreKind
from production.sequencing.model import Sequence, Step, Work
from production.sequencing.searching import HORIZON_DAYS
from production.sequencing.working_time import centre_time

HOUR = 3600
EIGHT = int(datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp())
DAY = (Hours(frozenset(range(5)), 8 * 60, 16 * 60),)
PLANT = Plant(
    code="works",
    line="mugs",
    timezone="UTC",
    country="NL",
    subdivision=None,
    floor_locale="en",
    work_centres=(
        WorkCentre("cut", WorkCentreKind.FLOW, 2, DAY),
        WorkCentre("wash", WorkCentreKind.BATCH, 1, DAY, load_pieces=2),
        WorkCentre("test", WorkCentreKind.SLOT, 2, DAY),
        WorkCentre("pack", WorkCentreKind.FLOW, 1, DAY),
    ),
)

steps = st.tuples(
    st.sampled_from(["cut", "wash", "test", "pack"]),
    st.integers(60, 4 * HOUR),
    st.integers(-2 * HOUR, 20 * HOUR),
    st.sampled_from(["", "blue", "red"]),
)


@st.composite
def floors(draw: st.DrawFn, most: int = 8) -> tuple[Work, ...]:
    """Pieces of up to four steps each, waiting for each other or not, of two recipes or none."""
    works = []
    for number in range(draw(st.integers(1, most))):
        chain: list[Step] = []
        for place, (centre, seconds, rank_s, recipe) in enumerate(draw(st.lists(steps, min_size=1, max_size=4))):
            after = tuple(step.number for step in chain if draw(st.booleans()))
            chain.append(Step(10 * place, centre, seconds, EIGHT + rank_s, after, recipe, min(seconds, 50)))
        works.append(Work(f"p{number}", EIGHT + draw(st.integers(0, 40 * HOUR)), tuple(chain)))
    return tuple(works)


def assert_workable(works: tuple[Work, ...], found: Sequence) -> None:
    """Q-1: after what it waits for, never two at one place, within the shift, set-up saved only after its like."""
    at = {(each.key, each.number): each for each in found.placed}
    staffed = {c.code: centre_time(PLANT, c, date(2026, 3, 2), HORIZON_DAYS) for c in PLANT.work_centres}

    assert len(at) == sum(len(work.steps) for work in works)
    for work in works:
        for step in work.steps:
            placed = at[work.key, step.number]
            assert placed.start_s >= EIGHT
            assert staffed[step.work_centre].is_at_work(placed.start_s)
            assert all(at[work.key, number].end_s <= placed.start_s for number in step.after)
            if step.work_centre != "test":
                assert staffed[step.work_centre].left_s(placed.start_s) >= placed.end_s - placed.start_s
    for code in staffed:
        here = sorted(
            (each.place, each.start_s, each.end_s, each.key, each.number)
            for each in found.placed
            if each.work_centre == code
        )
        for (place, start_s, end_s, *who), (next_place, next_s, *_rest) in itertools.pairwise(here):
            assert place != next_place or next_s >= end_s or (code == "wash" and next_s == start_s), who
    by_key = {(work.key, step.number): step for work in works for step in work.steps}
    for each in found.placed:
        step = by_key[each.key, each.number]
        missing_s = step.seconds - (each.end_s - each.start_s)
        before = [
            o for o in found.placed if (o.work_centre, o.place, o.end_s) == (each.work_centre, each.place, each.start_s)
        ]
        assert missing_s in (0, step.setup_s)
        assert missing_s == 0 or by_key[before[0].key, before[0].number].recipe == step.recipe != ""
