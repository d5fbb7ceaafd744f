"""Agreement: the solving method that will answer customers must say what CP-SAT says. See G-6."""

import random
from collections.abc import Iterator

import numpy as np

from configurator.assignment import Checker, cost_of
from configurator.configurator import Configurator
from configurator.engine import NO_WAY, Answers, Picks
from configurator.problem import Problem
from kernel.errors import NotAvailable
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.wording import said

MOST_ASKED_WHOLE = 120
"""Features up to which CP-SAT is asked for every answer; of larger models it is asked for some."""

POSSIBLE, REFUSED = 60, 12
"""Of these so many possible and so many ruled-out answers; CP-SAT is slow to refuse."""


def agreement_findings(configurator: Configurator, *, samples: int, seed: int = 1) -> Iterator[Finding]:
    """Yield one error for the first sampled question on which the two methods differ.

    Args:
        configurator: The line's configurator; nothing is asked where CP-SAT answers anyway.
        samples: How many random partial choices are tried.
        seed: Of the random choices.
    """
    if configurator.engine.method == configurator.judge.method:
        return
    rng = random.Random(seed)
    for number in range(samples):
        picks = {} if number == 0 else random_picks(configurator.problem, rng)
        try:
            ours = configurator.engine.answers(picks)
        except NotAvailable:
            continue  # CP-SAT answers this question anyway.
        if not ours.proven:
            yield _not_told(configurator, spoken(configurator.problem, picks))
            continue
        if len(configurator.problem.domains) > MOST_ASKED_WHOLE:
            differing = _differing_values(configurator, picks, ours, rng)
        else:
            differing = _differing(configurator.problem, ours, configurator.judge.answers(picks))
        if differing:
            yield Finding(
                "engines_differ",
                FindingSeverity.ERROR,
                str(configurator.model.features[0].source),
                said(
                    "%(method)s and %(judge)s differ on %(features)s after %(choices)s: the program is wrong, not the catalog; "
                    "please report it",
                    method=configurator.engine.method,
                    judge=configurator.judge.method,
                    features=", ".join(differing),
                    choices=spoken(configurator.problem, picks),
                ),
                tuple(differing),
            )
            return


def _not_told(configurator: Configurator, picks: str) -> Finding:
    return Finding(
        "not_told",
        FindingSeverity.WARNING,
        str(configurator.model.features[0].source),
        said(
            "what is possible after %(choices)s was not found out within the effort, so %(method)s and %(judge)s were not "
            "compared there: say the widest rules in smaller ones",
            choices=picks,
            method=configurator.engine.method,
            judge=configurator.judge.method,
        ),
    )


def random_picks(problem: Problem, rng: random.Random) -> Picks:
    """Return one row each for up to three features that customers see."""
    visible = [index for index, domain in enumerate(problem.domains) if not domain.hidden]
    chosen = rng.sample(visible, min(len(visible), rng.randint(1, 3)))
    return {index: {rng.randrange(len(problem.domains[index].rows)): 1} for index in chosen}


def spoken(problem: Problem, picks: Picks) -> str:
    """Return picks in the catalog's words."""
    parts = [
        f"{problem.domains[index].feature} {problem.domains[index].rows[row] or '(none)'}"
        for index, rows in picks.items()
        for row in rows
    ]
    return ", ".join(parts) or said("nothing")


def _differing(problem: Problem, ours: Answers, judged: Answers) -> list[str]:
    """Return the features whose answers differ; unproven answers are not compared."""
    if not (ours.proven and judged.proven):
        return []
    return [
        domain.feature
        for index, domain in enumerate(problem.domains)
        if not domain.hidden and not np.array_equal(ours.with_row[index], judged.with_row[index])
    ]


def _differing_values(configurator: Configurator, picks: Picks, ours: Answers, rng: random.Random) -> list[str]:
    """Return features of a large model on which a few sampled answers differ.

    What should be possible must have a completion that keeps all rules, looked at one by one; for what should not be, CP-SAT
    must find none.
    """
    problem, checker = configurator.problem, Checker(configurator.problem)
    visible = [index for index, domain in enumerate(problem.domains) if not domain.hidden and not domain.many]
    values = [(index, row) for index in visible for row in range(len(problem.domains[index].rows))]
    possible = [(index, row) for index, row in values if ours.with_row[index][row] < NO_WAY]
    refused = [(index, row) for index, row in values if ours.with_row[index][row] >= NO_WAY]
    for some, most in ((possible, POSSIBLE), (refused, REFUSED)):
        for index, row in rng.sample(some, min(most, len(some))) if ours.proven else ():
            asked = {**picks, index: {row: 1}}
            if some is possible:
                found = configurator.engine.completion(asked)
                cost = None if found is None else cost_of(problem, found)
                agreed = found is not None and checker.is_valid(found) and cost == ours.with_row[index][row]
                agreed = (
                    agreed and found is not None and all(found[at].get(r) for at, own in asked.items() for r in own)
                )
            else:
                agreed = configurator.judge.completion(asked) is None
            if not agreed:
                return [problem.domains[index].feature]
    return []
