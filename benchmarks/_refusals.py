"""Random sessions with presses that are ruled out: what conflicts and repairs are measured on."""

from dataclasses import dataclass

import numpy as np

from configurator.configurator import Configurator
from configurator.engine import NO_WAY
from configurator.model import NO_LIMITS, Limits, Selection
from configurator.selections import picks_of
from modules_catalog.model import FeatureKind

PRESSED = (FeatureKind.OPTION, FeatureKind.OPTIONS, FeatureKind.BOOLEAN)


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
    """Return presses that are ruled out, one a click where there is one; every second session has a budget.

    Sessions press options that can be had, of random features. After each press one ruled-out option is noted, of a random
    feature that has any.
    """
    rng = np.random.default_rng(seed)
    problem, rows = configurator.problem, configurator.compiled.rows
    kinds = {str(feature.code): feature.kind for feature in configurator.model.features}
    shown = [code for code in rows if kinds[code] in PRESSED and len(problem.domains[rows[code].index].rows) > 1]
    found: list[Refusal] = []
    for number in range(sessions):
        selection, limits = Selection(), NO_LIMITS
        for _ in range(picks_each):
            answers = configurator.engine.answers(picks_of(configurator.compiled, selection), limits)
            if limits is NO_LIMITS and number % 2 and answers.best_minor < NO_WAY:
                limits = Limits(budget_minor=int(answers.best_minor * rng.uniform(1.2, 3.0)))
                answers = configurator.engine.answers(picks_of(configurator.compiled, selection), limits)
            able = {code: answers.with_row[rows[code].index] < NO_WAY for code in shown}
            for code in shown:
                none = problem.domains[rows[code].index].none_row
                if none is not None:
                    able[code] = np.delete(able[code], none)
            blocked = [code for code in shown if not able[code].all()]
            if blocked and selection.answers:
                code = str(rng.choice(blocked))
                found.append(Refusal(selection, code, _option(configurator, code, ~able[code], rng), limits))
            free = [code for code in shown if code not in selection.answers and able[code].any()]
            if not free:
                break
            code = str(rng.choice(free))
            pressed = configurator.pressed(selection, code, _option(configurator, code, able[code], rng))
            selection = selection.with_answer(code, pressed)
    return found


def _option(configurator: Configurator, feature: str, among: np.ndarray, rng: np.random.Generator) -> str:
    domain = configurator.problem.domains[configurator.compiled.rows[feature].index]
    codes = [code for row, code in enumerate(domain.rows) if row != domain.none_row]
    return codes[int(rng.choice(np.flatnonzero(among)))]
