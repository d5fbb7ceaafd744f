"""Reasons in words: a rule's text with its places filled, and what limits say for themselves.

See docs/algorithms/configuring.md, C-11.
"""

import re
from collections.abc import Mapping

from configurator.limits import BUDGET
from kernel.money import Money, decimal_from_money
from modules_catalog.model import ConfigurationModel, Locale

_PLACE = re.compile(r"\{([^{}]+)\}")
_LIMITS = {
    BUDGET: "No complete configuration with these choices stays within the budget.",
    "capacity": "{0} has no free capacity left for this before the requested date.",
    "material": "This cannot be had before the requested date.",
    "need_by": "Nothing can be ready by the requested date.",
    "need_by:rush": "Only a rush order can be ready by the requested date.",
    "need_by:together": "This cannot be ready by the requested date.",
    "panels": "No panels cut ahead come close enough to these measures in this fit and cloth.",
}
_OVER_BUDGET = "Over the budget by {0} {1}."


def reason(
    model: ConfigurationModel, rule: str, values: Mapping[str, str], locale: Locale = "en", *, missing: bool = False
) -> str:
    """Return why a rule says no, or what is not known, with the numbers at hand; open places read ``…``."""
    kind, _, subject = rule.partition(":")
    if rule == BUDGET and "over_minor" in values:
        over = decimal_from_money(Money(int(values["over_minor"]), model.currency))
        return _OVER_BUDGET.format(over, model.currency)
    if rule in _LIMITS and rule not in ("capacity", "material"):
        return _LIMITS[rule]
    if subject and kind in _LIMITS:
        return _LIMITS[kind].format(subject)
    key = f"rule.{rule}.missing" if missing else f"rule.{rule}"
    text = model.text(key, locale)
    if text == key.rsplit(".", 1)[-1]:
        text = model.text(f"rule.{rule}", locale) if missing else rule
    return _PLACE.sub(lambda place: values.get(place[1], "…"), text)
