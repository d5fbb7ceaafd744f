"""What a line's catalog says can lie in its plant: the unit of each material and where it is kept. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from modules_catalog.model import ConfigurationModel
from production.exploding import OPTION_KINDS, material_code


@dataclass(frozen=True, slots=True)
class StockedThing:
    """One material as the catalog knows it: ``unit`` is pcs, mm, g or ml."""

    code: str
    unit: str = "pcs"
    bin: str = ""


def materials_of(model: ConfigurationModel) -> Mapping[str, StockedThing]:
    """Return everything a variant of the line may take, by its code: parts, options in the bill of materials, cut pieces."""
    found: dict[str, StockedThing] = {}
    for line in model.bom:
        if line.part is not None:
            found[line.part] = StockedThing(line.part, line.unit, model.parts[line.part].bin or "")
            continue
        feature = model.feature(str(line.feature))
        for option in feature.options if feature.kind in OPTION_KINDS else ():
            code = material_code(feature.code, option.code)
            found[code] = StockedThing(code, line.unit, option.bin or "")
    for table in model.components:
        for piece in table.components:
            found[piece.id] = StockedThing(piece.id, "pcs", piece.bin or "")
    return found
