"""What production refuses."""

from kernel.errors import NotAvailable, NotFound, NotPossible, NotValid


class PlantNotValid(NotValid):
    """A plant's files break their own rules; facts: ``findings``, one ``file:line: message`` each."""


class PlantNotFound(NotFound):
    """No plant makes this line; facts: ``line``."""


class WorkCentreNotFound(NotFound):
    """The plant has no such work centre; facts: ``line``, ``work_centre``."""


class SelectionIncomplete(NotValid):
    """The selection cannot be made as it stands: a formula has no value; facts: ``where``, ``reason``."""


class BeyondHorizon(NotPossible):
    """No date within the rolling horizon; facts: ``work_centre``, ``horizon_ends``."""


class CapacityTaken(NotAvailable):
    """Others took the capacity or the parts each time we reached for them; facts: ``attempts``."""


class ReservationNotFound(NotFound):
    """Nothing is set aside under this key; facts: ``key``."""


class PromiseExpired(NotPossible):
    """The reservation has been given back or has expired; facts: ``key``, ``state``."""


class AdjustmentNotFound(NotFound):
    """The plant's calendar has no such adjustment; facts: ``line``, ``adjustment``."""


class ReserveNotValid(NotValid):
    """A reserve is a share of 0 to 99 percent; facts: ``line``, ``work_centre``, ``percent``."""


class KeptShareNotValid(NotValid):
    """A share cannot be kept like this; facts: ``line``, ``work_centre``, ``wrong``.

    ``wrong`` is ``group`` (no word), ``percent`` (not 0 to 99), ``until_days`` (more than a year) or ``no_place`` (no whole
    machine would be left for others).
    """
