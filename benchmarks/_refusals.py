"""Random sessions that end in a press which is ruled out: what explanations and repairs are measured on."""

from dataclasses import dataclass

import numpy as np

from configurator.configurator import Configurator
from configurator.model import NO_LIMITS, Limits, Selection, Status


@dataclass(frozen=True, slots=True)
class Refusal:
    """A press that is ruled out after these choices and under these limits."""

    selection: Selection
    feature: str
    option: str
    limits: Limits


def random_refusals(
    configurator: Configurator, sessions: int, *, picks_each: int = 10, seed: int = 2026
) -> list[Refusal]:
    """Return presses that are ruled out, one a click where there is one; half of the sessions have a budget.

    Each session presses random options that can be had of random features; after each press one option that is ruled out, of
    a random feature that has any, is noted.
    """
    rng = np.random.default_rng(seed)
    found: list[Refusal] = []
    for number in range(sessions):
        selection, limits = Selection(), NO_LIMITS
        for _ in range(picks_each):
            state = configurator.state(selection, limits)
            if limits is NO_LIMITS and number % 2 and state.total_minor is not None:
                limits = Limits(budget_minor=int(state.total_minor * rng.uniform(1.2, 3.0)))
                state = configurator.state(selection, limits)
            out = {
                code: [option for option, each in feature.options.items() if each.status is Status.RULED_OUT]
                for code, feature in state.features.items()
            }
            blocked = [code for code, options in out.items() if options]
            if blocked and selection.answers:
                code = blocked[int(rng.integers(len(blocked)))]
                found.append(Refusal(selection, code, out[code][int(rng.integers(len(out[code])))], limits))
            free = [
                code for code, each in state.features.items() if code not in selection.answers and len(each.options) > 1
            ]
            if not free:
                break
            code = free[int(rng.integers(len(free)))]
            possible = [o for o, each in state.features[code].options.items() if each.status is not Status.RULED_OUT]
            if not possible:
                break
            pressed = configurator.pressed(selection, code, possible[int(rng.integers(len(possible)))])
            selection = selection.with_answer(code, pressed)
    return found
