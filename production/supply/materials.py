"""What a line's catalog says can lie in its plant: the unit of each material and where it is kept. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from modules_catalog.model import ConfigurationModel
from production.exploding import OPTION_KINDS, material_code
from production.model import Bom, BomItem, MaterialCode


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


def with_substitutes(bom: Bom, taken: Mapping[str, str], model: ConfigurationModel) -> Bom:
    """Return the bill of what is really taken: ``{material of the bill: what stands for it}`` (M-9)."""
    things = materials_of(model) if taken else {}

    def real(item: BomItem) -> BomItem:
        other = taken.get(item.code)
        if other is None:
            return item
        shelf = things.get(other, StockedThing(other)).bin or None
        feature, _, option = other.partition(".")
        named = (feature, option) if option and model.has_feature(feature) else (None, None)
        return replace(
            item, code=MaterialCode(other), bin=shelf, feature=named[0], option=named[1], stands_for=item.code
        )

    return Bom(tuple(real(item) for item in bom.items))
