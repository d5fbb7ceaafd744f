"""What the API takes and gives of stock and of days that differ. Quantities are in the material's own unit: pcs, mm, g or ml."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from production.plants.model import MINUTES_A_DAY
from production.supply.service import MOST, MOST_LEAD_DAYS, MOST_REORDER
from web.routes.api.schemas import Given, Told

Material = Annotated[str, Field(min_length=1, max_length=120, examples=["cloth.indigo_14"])]
Quantity = Annotated[int, Field(ge=0, le=MOST)]


class Level(Told):
    """What there is of one material."""

    material: str
    unit: str = Field(examples=["mm"])
    on_hand: int = Field(description="What a count should find: free and reserved, less what is missing.")
    reserved: int
    free: int
    short: int = Field(description="What of the reserved is missing.")
    coming: int = Field(description="Under way and free.")
    to_order: int = Field(description="Promised to orders from a supplier and not ordered yet.")
    order_by: date | None
    reorder_at: int
    lead_time_days: int
    is_low: bool
    suggested: int = Field(description="What to order; 0 when there is enough.")


class Movement(Told):
    """One change of what lies in the plant."""

    material: str
    kind: Literal["received", "counted", "used"]
    quantity: int
    at: datetime
    by: str
    lot: str
    reference: str
    reason: str


class Delivery(Given):
    """What came: on its own, or of a supplier order."""

    material: Material
    quantity: Quantity
    lot: str = Field("", max_length=80)
    reference: str = Field("", max_length=80, description="The delivery note.")
    supplier_order: int | None = Field(None, ge=1)
    rest_follows: bool = Field(False, description="A part of the supplier order; otherwise nothing more comes of it.")


class Count(Given):
    """What a stocktake found of one material."""

    material: Material
    counted: Quantity
    reason: str = Field("", max_length=120, examples=["damaged"])


class CountedLevel(Told):
    """What it changed."""

    difference: int
    level: Level


class OrderFromSupplier(Given):
    """What a supplier is to bring, and when."""

    material: Material
    quantity: Annotated[int, Field(ge=1, le=MOST)]
    due: date
    reference: str = Field("", max_length=80)


class SupplierOrder(Told):
    """What a supplier still has to bring."""

    id: int
    material: str
    quantity: int
    reserved: int = Field(description="Promised of it.")
    due: date
    reference: str
    is_overdue: bool


class DayIn(Given):
    """The day a supplier order comes now."""

    due: date


class MovedOrder(Told):
    """How many promises the new day puts at risk; `GET …/planning/{line}/risks` names them."""

    at_risk: int


class Ordering(Given):
    """When to order a material again, and how long its supplier takes; without days as catalog or plant say."""

    reorder_at: Annotated[int, Field(ge=0, le=MOST_REORDER)]
    lead_time_days: Annotated[int, Field(ge=0, le=MOST_LEAD_DAYS)] | None = None


Minute = Annotated[int, Field(ge=0, le=MINUTES_A_DAY, description="Minutes since midnight on the plant's clock.")]


class AdjustmentIn(Given):
    """Places of a work centre that are away, or there beside the shifts, for a span of one day."""

    work_centre: str = Field(max_length=40, examples=["embroidery"])
    kind: Literal["maintenance", "down", "overtime"]
    day: date
    from_min: Minute
    to_min: Minute
    places: int = Field(1, ge=1, le=1000)
    note: str = Field("", max_length=120)


class Adjustment(AdjustmentIn):
    """An adjustment that is kept."""

    id: int


class Risk(Told):
    """A promise that lacks something: seconds of a work centre from a moment on, or some of a material."""

    number: str = Field(description="Of the order, or of the quote that still holds its place.")
    promised: date
    missing: int
    work_centre: str
    at: datetime | None
    material: str


class AdjustmentEffect(Told):
    """What an adjustment does to promises; ``adjustment`` is null when it was only tried."""

    adjustment: Adjustment | None
    at_risk: list[Risk] = Field(description="The promises it puts at risk that were not before.")


class ReserveIn(Given):
    """The share of a work centre that is never promised."""

    percent: int = Field(ge=0, le=99)


class Evidence(Told):
    """What the recorded times of a work centre look like."""

    count: int
    left_out: int = Field(description="Scans that cannot have been work.")
    mean_percent: int = Field(description="Of the standard time.")
    cv_percent: int
    stopped_percent: int
    kept_permille: int = Field(description="On how many days of a thousand what is promised is to fit.")


class Reserve(Told):
    """The reserve of a work centre and the one its times ask for; null without a verdict for one."""

    work_centre: str
    current_percent: int
    verdict: Literal["proposed", "too_few", "too_much", "by_the_clock"]
    evidence: Evidence
    percent: int | None


class KeptIn(Given):
    """A share of a work centre to be kept for a group; 0 percent keeps nothing."""

    group: str = Field(default="", max_length=40)
    percent: int = Field(ge=0, le=99)
    until_days: int = Field(default=0, ge=0, le=366, description="So many days ahead it is free for all.")


class DaysOfShare(Told):
    """When the usual work could be ready, its material being there; null when there is no room at all."""

    others: date | None
    group: date | None
    rush: date | None


class ShareEffect(Told):
    """The dates now, and with the share."""

    before: DaysOfShare
    after: DaysOfShare


class Kept(Told):
    """A share of a work centre that only one customer group is promised, of days more than so many ahead."""

    work_centre: str
    group: str
    percent: int
    until_days: int
