"""Random sessions: what a customer might press, and how long the answers took."""

import time
from dataclasses import dataclass

import numpy as np

from configurator.engine import NO_WAY, Answers, Engine, Picks
from configurator.model import NO_LIMITS, Limits
from configurator.problem import Problem


@dataclass(frozen=True, slots=True)
class Click:
    """One answer: after which picks, under which limits, how long it took."""

    picks: Picks
    limits: Limits
    ms: float
    cpu_ms: float
    answers: Answers


def random_sessions(
    engine: Engine, problem: Problem, sessions: int, *, picks_each: int = 8, seed: int = 2026
) -> list[Click]:
    """Return the clicks of sessions; each presses a possible row of a random open feature, half with a budget."""
    rng = np.random.default_rng(seed)
    shown = [place for place, domain in enumerate(problem.domains) if not domain.hidden and len(domain.rows) > 1]
    clicks: list[Click] = []
    for _ in range(sessions):
        picks: dict[int, dict[int, int]] = {}
        limits = NO_LIMITS
        for _ in range(picks_each):
            click = timed(engine, picks, limits)
            clicks.append(click)
            if limits is NO_LIMITS and rng.random() < 0.5 and click.answers.best_minor < NO_WAY:
                limits = Limits(budget_minor=int(click.answers.best_minor * rng.uniform(1.2, 3.0)))
            left = [place for place in shown if place not in picks]
            place = int(rng.choice(left))
            possible = np.flatnonzero(click.answers.with_row[place] < NO_WAY)
            if not len(possible):
                break
            picks = {**picks, place: {int(rng.choice(possible)): 1}}
    return clicks


def timed(engine: Engine, picks: Picks, limits: Limits) -> Click:
    """Return one answer with its times."""
    begun, cpu = time.perf_counter(), time.thread_time()
    answers = engine.answers(picks, limits)
    ms, cpu_ms = (time.perf_counter() - begun) * 1000, (time.thread_time() - cpu) * 1000
    return Click(picks, limits, ms, cpu_ms, answers)


def spread(values: list[float]) -> dict[str, float]:
    """Return p50, p95 and the largest, to the hundredth."""
    p50, p95 = np.percentile(values, [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2), "max": round(max(values), 2)}
