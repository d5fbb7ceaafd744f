"""Rules nobody needs: those the others imply, and those nothing ever breaks."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from configurator.configurator import Configurator
from configurator.cpsat.question import OutOfTime
from configurator.engine import WeighsRules
from configurator.satisfying.engine import build_sat_engine
from configurator.satisfying.errors import NotEncodable
from modules_catalog.checking.listing import some_of
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.model import Rule
from modules_catalog.wording import said
from orders.publishing.violating import implied_by


def rule_findings(
    configurator: Configurator,
    *,
    reported: frozenset[str] = frozenset(),
    on_rule: Callable[[int], None] = lambda done: None,
) -> Iterator[Finding]:
    """Yield a warning for each rule the others imply, and a note for each one nothing ever breaks.

    A rule that never matters today may be written for modules still to come, so it is only a note.

    Args:
        configurator: The line's configurator.
        reported: Rules reported already because they kill an option; that others are idle beside them is no news.
        on_rule: Told after each rule how many are weighed.
    """
    weigher = _weigher(configurator)
    weighed = {} if weigher is None else weigher.weighed()
    for done, rule in enumerate(configurator.model.rules):
        on_rule(done)
        try:
            implied = weighed[rule.id] if rule.id in weighed else implied_by(configurator.problem, rule.id)
        except OutOfTime:
            yield _not_told(rule)
            continue
        if implied is None or (implied and reported.issuperset(implied)):
            continue
        yield _redundant(rule, implied) if implied else _never_matters(rule)


def _weigher(configurator: Configurator) -> WeighsRules | None:
    """Return what tells fast whether a rule is needed: the engine itself, else satisfiability over the same rules.

    What a rule forbids does not depend on prices, so they are left out.
    """
    if isinstance(configurator.engine, WeighsRules):
        return configurator.engine
    problem = configurator.problem
    free = tuple(replace(domain, cost_minor=np.zeros_like(domain.cost_minor)) for domain in problem.domains)
    try:
        return build_sat_engine(replace(problem, domains=free))
    except NotEncodable:
        return None


def _redundant(rule: Rule, others: tuple[str, ...]) -> Finding:
    return Finding(
        "redundant_rule",
        FindingSeverity.WARNING,
        str(rule.source),
        said(
            "the rule `%(rule)s` says nothing beyond what %(rules)s said already: drop it, or correct it",
            rule=rule.id,
            rules=some_of(others, 10),
        ),
        (rule.id, *others),
    )


def _not_told(rule: Rule) -> Finding:
    return Finding(
        "not_told",
        FindingSeverity.NOTE,
        str(rule.source),
        said(
            "whether the rule `%(rule)s` is needed was not found out within the effort of a check: nothing has to be done, or "
            "say it in smaller rules",
            rule=rule.id,
        ),
        (rule.id,),
    )


def _never_matters(rule: Rule) -> Finding:
    return Finding(
        "rule_never_matters",
        FindingSeverity.NOTE,
        str(rule.source),
        said(
            "nothing that can be chosen ever breaks the rule `%(rule)s`: nothing has to be done where it is written for modules "
            "to come, else drop it or correct it",
            rule=rule.id,
        ),
        (rule.id,),
    )
