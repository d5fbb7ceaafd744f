"""On time or not, and how long it took: figures of pieces that were built. Pure.

Source: docs/algorithms/metrics.md, rules M-3 and M-4.
"""

from datetime import date

from production.metrics.model import Agreement, LeadTime, Share
from production.metrics.spans import Condition, Life


def kept(agreement: Agreement, built_on: date) -> tuple[Share, Share, Share]:
    """Return whether a piece was in time: for the promise in force, the first promise, and the day wished for, if any."""
    asked = agreement.requested_on
    return (
        Share(int(built_on <= agreement.promise), 1),
        Share(int(built_on <= agreement.first_promise), 1),
        Share() if asked is None else Share(int(built_on <= asked), 1),
    )


def slippage_days(agreement: Agreement, built_on: date) -> int:
    """Return how many days after its first promise a piece was built; less than 0: before."""
    return (built_on - agreement.first_promise).days


def lead_time(life: Life, ordered_s: int, built_s: int) -> LeadTime:
    """Return where the time between order and last operation of one piece went; the parts add up to the whole (M-4)."""
    spent = dict.fromkeys(Condition, 0)
    for from_s, to_s, condition in life.conditions:
        spent[condition] += max(0, min(built_s if to_s is None else to_s, built_s) - max(from_s, ordered_s))
    known_s = sum(spent.values())
    released_s = built_s if life.released_s is None else life.released_s
    office_s = max(0, min(released_s, built_s) - ordered_s)
    return LeadTime(
        pieces=1,
        office_s=office_s,
        first_wait_s=spent[Condition.FIRST_WAIT],
        between_s=spent[Condition.BETWEEN] + (max(0, built_s - ordered_s) - office_s - known_s),
        work_s=spent[Condition.WORK],
        stopped_s=spent[Condition.STOPPED],
    )
