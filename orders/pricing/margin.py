"""Custom pays: what one order earns above what it costs. Pure."""

from dataclasses import dataclass

from orders.pricing.rules import share_of
from production.costing import ProductCost


@dataclass(frozen=True, slots=True)
class Margin:
    """What is earned on an order: its net price against what making it costs, all pieces together."""

    currency: str
    net_minor: int
    cost: ProductCost

    @property
    def margin_minor(self) -> int:
        """The net price less all costs."""
        return self.net_minor - self.cost.total_minor

    @property
    def percent(self) -> int:
        """The margin in whole percent of the net price, rounded down; 0 for an order that is given away."""
        return 100 * self.margin_minor // self.net_minor if self.net_minor else 0

    def lacks_minor(self, floor_percent: int) -> int:
        """Return what the order earns too little for a floor in percent of the net price; 0 when it earns enough."""
        return max(0, share_of(self.net_minor, 100 * floor_percent) - self.margin_minor)
