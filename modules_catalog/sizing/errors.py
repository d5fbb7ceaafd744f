"""What can be wrong with measures and component tables."""

from dataclasses import dataclass

from kernel.errors import NotFound, NotValid


class MeasurementOutOfRange(NotValid):
    """A body measure no person can have; facts: ``measure``, ``value_mm``, ``min_mm``, ``max_mm``."""


class MeasurementMissing(NotValid):
    """A measure the target needs was not given; facts: ``measures``."""


class ComponentsNotValid(NotValid):
    """A component table breaks its own rules; facts: ``findings``, one ``file:line: message`` each."""


class PeopleNotValid(NotValid):
    """A table of people cannot be read; facts: ``findings``, one ``file:line: message`` each."""


class BlockUnknown(NotFound):
    """No such fit block or cloth family; facts: ``block`` or ``cloth``, ``known``."""


@dataclass(frozen=True, slots=True)
class FileFinding:
    """One thing wrong in a text file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"
