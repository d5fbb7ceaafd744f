"""Our solver on published job shops and flexible job shops, beside PyJobShop in the same run."""

import pytest

from benchmarks._shops import FT06, KACEM_4X5, LA01, MK01, SMALL, Shop, peer
from production.plants.model import Hours, Plant, WorkCentre, WorkCentreKind
from production.sequencing.improving import improved
from production.sequencing.judging import flaws, worth
from production.sequencing.model import Step, Work
from production.sequencing.searching import sequence
from production.sequencing.solving import solved
from production.sequencing.windowing import cut_out
from tests.floors import EIGHT

ALWAYS = (Hours(frozenset(range(7)), 0, 24 * 60),)


@pytest.mark.parametrize("shop", SMALL, ids=lambda shop: shop.name)
def test_the_published_best_is_found_and_proven_as_by_the_peer(shop: Shop) -> None:
    """W-3: seconds late of one piece due at once are the makespan."""
    window = shop.window()
    found = improved(window, time_s=60.0)
    other = peer(shop, time_s=60.0)

    assert (found.after.late_s, found.is_proven, found.trouble) == (shop.best, True, "")
    assert (other.makespan, other.is_proven) == (shop.best, True)
    assert flaws(window, found.schedule) == []


@pytest.mark.parametrize("time_s", [0.0, 0.1])
def test_without_time_nothing_is_claimed(time_s: float) -> None:
    """W-4: out of time the best so far is given, and proven only if it is: never below the published best."""
    window = MK01.window()
    found = solved(window, time_s=time_s)

    assert flaws(window, found.schedule) == []
    assert MK01.best <= worth(window, found.schedule).late_s <= worth(window, window.given).late_s
    assert not found.is_proven or worth(window, found.schedule).late_s == MK01.best


def test_a_plant_of_six_machines_is_sequenced_to_the_published_best() -> None:
    """FT06 as six work centres open day and night: the gap search's sequence, cut out, improved to 55 seconds, put back."""
    centres = tuple(WorkCentre(f"m{at}", WorkCentreKind.FLOW, 1, ALWAYS) for at in range(FT06.machines))
    plant = Plant("works", "mugs", "UTC", "NL", None, "en", centres)
    steps: list[Step] = []
    for job in FT06.jobs:
        for place, ((machine, time),) in enumerate(job):
            number = len(steps)
            steps.append(Step(number, f"m{machine}", time * 60, EIGHT, (number - 1,) if place else ()))
    works = (Work("all", EIGHT, tuple(steps)),)
    before = sequence(plant, works, EIGHT)
    cut = cut_out(plant, works, before, EIGHT, frozenset({"all"}))
    found = solved(cut.window, time_s=60.0)
    after = cut.put_back(before, found.schedule)

    assert found.is_proven
    assert max(one.end_s for one in after.placed) == after.finished_s["all"] == EIGHT + 55 * 60
    assert before.finished_s["all"] > after.finished_s["all"]


def test_the_instances_are_those_of_their_papers() -> None:
    assert [(len(shop.jobs), shop.machines) for shop in (FT06, LA01, KACEM_4X5, MK01)] == [
        (6, 6),
        (10, 5),
        (4, 5),
        (10, 6),
    ]
    assert [sum(len(job) for job in shop.jobs) for shop in (FT06, LA01, KACEM_4X5, MK01)] == [36, 50, 12, 55]
    at_machine = [sum(time for job in LA01.jobs for ((at, time),) in job if at == machine) for machine in range(5)]
    assert max(at_machine) == LA01.best  # the busiest machine's work: nothing can be shorter
    assert sum(time for job in FT06.jobs for ((_, time),) in job) == 197
