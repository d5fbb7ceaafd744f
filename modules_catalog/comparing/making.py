"""Differences in how a line is made: surcharges, bill of materials, parts, routing, stocked components."""

from collections.abc import Iterator, Mapping

from modules_catalog.comparing.model import CatalogChange, Kind, Subject
from modules_catalog.comparing.spelling import spelled, written
from modules_catalog.comparing.things import Facts, Things, thing_changes
from modules_catalog.model import BomLine, ConfigurationModel, Operation, Part, Surcharge


def making_changes(old: ConfigurationModel, new: ConfigurationModel) -> Iterator[CatalogChange]:
    """Yield what came, went or changed, one difference for each part of a thing."""
    for things in (
        Things(Subject.SURCHARGE, _surcharges(old.surcharges), _surcharges(new.surcharges)),
        Things(Subject.BOM, _bom(old.bom), _bom(new.bom)),
        Things(Subject.PART, _parts(old.parts), _parts(new.parts)),
        Things(Subject.OPERATION, _operations(old.operations), _operations(new.operations)),
    ):
        yield from thing_changes(things)
    yield from _components(old, new)


def _surcharges(surcharges: tuple[Surcharge, ...]) -> dict[str, Facts]:
    return {each.id: {"add": written(each.add), "when": written(each.when)} for each in surcharges}


def _bom(bom: tuple[BomLine, ...]) -> dict[str, Facts]:
    """Return the lines by what they pick; of several that pick the same, the later ones are numbered."""
    found: dict[str, Facts] = {}
    for line in bom:
        code = str(line.feature or line.part)
        number = sum(name.partition(" #")[0] == code for name in found)
        name = f"{code} #{number + 1}" if number else code
        found[name] = {"quantity": written(line.quantity) or "1", "unit": line.unit, "when": written(line.when)}
    return found


def _parts(parts: Mapping[str, Part]) -> dict[str, Facts]:
    return {
        code: {
            "cost_minor": spelled(part.cost_minor),
            "lead_time_days": spelled(part.lead_time_days),
            "unit": part.unit,
            "bin": spelled(part.bin),
            "name": ", ".join(f"{locale}: {name}" for locale, name in sorted(part.name.items())),
        }
        for code, part in parts.items()
    }


def _operations(operations: tuple[Operation, ...]) -> dict[str, Facts]:
    """Return the work steps; one that does not say what it waits for waits for the one before it in the list."""
    before = dict(zip((each.code for each in operations[1:]), (each.code for each in operations), strict=False))
    return {
        each.code: {
            "work_centre": each.work_centre,
            "setup_s": spelled(each.setup_s),
            "run_s": written(each.run_s),
            "when": written(each.when),
            "after": before.get(each.code, "") if each.after is None else spelled(each.after),
            "irreversible": spelled(each.irreversible),
            "recipe": written(each.recipe),
            "setup_for": written(each.setup_for),
            "checks": spelled(each.checks),
        }
        for each in operations
    }


def _components(old: ConfigurationModel, new: ConfigurationModel) -> Iterator[CatalogChange]:
    """Yield tables of stocked components that differ, with how many pieces came and went."""
    was = {f"{table.block.value}-{table.cloth.value}": frozenset(table.components) for table in old.components}
    now = {f"{table.block.value}-{table.cloth.value}": frozenset(table.components) for table in new.components}
    for code in dict.fromkeys((*was, *now)):
        before, after = was.get(code, frozenset()), now.get(code, frozenset())
        if before == after:
            continue
        kind = Kind.ADDED if code not in was else Kind.REMOVED if code not in now else Kind.CHANGED
        had, has = (str(len(each)) if each else "" for each in (before, after))
        yield CatalogChange(Subject.COMPONENT, kind, code, "", had, has, len(before ^ after))
