"""The day no product with an option is ready before: what the plant would promise for less than any of them asks.

Shown as "from" where a press changes other answers too and nobody has worked out which. See docs/algorithms/need-by.md, N-6.
"""

from configurator.configurator import Configurator
from configurator.model import Answer
from orders.drafts.slack import Slack, last_of, works_in_rows
from orders.drafts.strands import NOT_RUSHED, NOTHING, Level, RowAnswers, StrandKey, may_rush, strand_of
from production.model import Demand


def weakest_demand(
    configurator: Configurator, rows: RowAnswers, demand: Demand, feature: str, answer: Answer, option: str
) -> Demand | None:
    """Return a demand that asks no more of the plant than any product with the option; ``None`` where none is known.

    Args:
        configurator: The line's.
        rows: The answers of each feature's rows.
        demand: Of the choices with this answer, kept or not by the rules: which operations wait for which.
        feature: The option's feature.
        answer: The answer with the option in it.
        option: The option.
    """
    if not works_in_rows(demand):
        return None
    last = last_of(demand)
    keys: list[StrandKey] = [(False, load.operation) for load in demand.loads]
    keys += [(True, need.code) for need in demand.materials]
    keys += [NOT_RUSHED] if may_rush(configurator, rows) else []
    levels: dict[StrandKey, tuple[Level, Level]] = {}
    for key in keys:
        strand = strand_of(configurator, rows, key)
        least = NOTHING if strand is None else strand.least_with(feature, answer, option, rows)
        levels[key] = (least, least)
    if last is None or levels[False, last][1] == NOTHING:
        return None
    return Slack(demand, levels).at(())
