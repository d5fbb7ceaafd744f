"""What a line should have and does not: steps for its features, operations, a bill of materials, used parts."""

from collections.abc import Iterator

from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog


def structure_findings(loaded: LoadedCatalog) -> Iterator[Finding]:
    """Yield features without a step, parts nothing uses, stocked options nothing picks, missing operations."""
    model = loaded.model
    line_file = f"{loaded.files.folder}/line.yaml:1"
    for feature in model.features:
        if not feature.page:
            yield Finding(
                "feature_on_no_step",
                FindingSeverity.ERROR if feature.required else FindingSeverity.WARNING,
                str(feature.source),
                f"`{feature.code}` stands on no step, so nobody is asked: add it to one of `steps`",
                (feature.code,),
            )
    if not model.operations:
        yield Finding(
            "missing_operation",
            FindingSeverity.ERROR,
            line_file,
            "the line has no operations, so nothing could be built or promised: add `operations`",
        )
    if not model.bom:
        yield Finding(
            "missing_bom",
            FindingSeverity.ERROR,
            line_file,
            "the line has no bill of materials, so nothing could be picked: add `bom`",
        )
    picked = {line.feature for line in model.bom}
    for feature in model.features:
        stocked = [option.code for option in feature.options if option.bin is not None]
        if stocked and feature.code not in picked:
            yield Finding(
                "not_in_bom",
                FindingSeverity.WARNING,
                str(feature.source),
                f"options of `{feature.code}` lie in bins, yet no line of the bill of materials picks them",
                (feature.code,),
            )
    used = {line.part for line in model.bom}
    for part in model.parts.values():
        if part.code not in used:
            yield Finding(
                "unused_part",
                FindingSeverity.WARNING,
                str(part.source),
                f"no line of the bill of materials uses the part `{part.code}`",
                (part.code,),
            )
