"""The plant: can every operation of the routing be done there?"""

from collections.abc import Iterator
from difflib import get_close_matches

from modules_catalog.checking.listing import some_of
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.model import ConfigurationModel
from modules_catalog.wording import said
from production.plants.model import Plant


def plant_findings(model: ConfigurationModel, plant: Plant) -> Iterator[Finding]:
    """Yield an error for each operation whose work centre the plant does not have."""
    known = {centre.code for centre in plant.work_centres}
    for operation in model.operations:
        if operation.work_centre not in known:
            yield Finding(
                "work_centre_not_in_plant",
                FindingSeverity.ERROR,
                str(operation.source),
                said(
                    "`%(operation)s` is done at `%(centre)s`, which the plant `%(plant)s` does not have; it has %(centres)s: "
                    "correct the operation, or the plant",
                    operation=operation.code,
                    centre=operation.work_centre,
                    plant=plant.code,
                    centres=some_of(get_close_matches(operation.work_centre, sorted(known), 3) or sorted(known)),
                ),
                (operation.code, operation.work_centre),
            )
