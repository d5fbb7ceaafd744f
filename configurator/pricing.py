"""Price lines: what makes up the price of a selection and of its best completion.

See docs/algorithms/configuring.md, C-12.
"""

from configurator.assignment import Assignment
from configurator.compiling.compile import Compiled
from configurator.model import PriceLine


def price_lines(compiled: Compiled, assignment: Assignment, chosen: frozenset[int]) -> tuple[PriceLine, ...]:
    """Return the lines of a complete assignment, in the order of the features, then the surcharges.

    Args:
        compiled: The model.
        assignment: Every domain's rows.
        chosen: Domains the customer has answered; the others' lines are open.
    """
    lines = []
    for index, domain in enumerate(compiled.problem.domains):
        if domain.hidden:
            continue
        feature = compiled.rows[domain.feature].feature
        for row, count in sorted(assignment[index].items()):
            if row == domain.none_row or not count:
                continue
            amount = int(compiled.base_minor[index][row]) * count
            if feature is not None and feature.options:
                key = f"option.{domain.feature}.{domain.rows[row]}"
            elif amount:
                key = f"feature.{domain.feature}"
            else:
                continue
            lines.append(PriceLine(key, count, amount, open=index not in chosen))
    for part in compiled.price_parts:
        rows = assignment[part.domain]
        amount = sum(int(part.amounts[row]) * count for row, count in rows.items())
        if amount:
            visible = not compiled.problem.domains[part.domain].hidden
            lines.append(
                PriceLine(f"surcharge.{part.surcharge}", 1, amount, open=visible and part.domain not in chosen)
            )
    return tuple(lines)
