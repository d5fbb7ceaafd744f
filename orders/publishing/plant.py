"""The plant: can every operation of the routing be done there?"""

from collections.abc import Iterator

from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.model import ConfigurationModel
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
                f"`{operation.code}` is done at `{operation.work_centre}`, which the plant `{plant.code}` does not have",
                (operation.code, operation.work_centre),
            )
