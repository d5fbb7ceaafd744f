"""What a line should have and does not: steps for its features, operations, a bill of materials, used parts."""

from collections.abc import Iterator

from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.model import ConfigurationModel
from modules_catalog.wording import said


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
                said(
                    "`%(feature)s` stands on no step, so nobody is asked: add it to one of `steps`",
                    feature=feature.code,
                ),
                (feature.code,),
            )
    if not model.is_made:
        yield from _not_made(model, line_file)
    if not model.operations and model.is_made:
        yield Finding(
            "missing_operation",
            FindingSeverity.ERROR,
            line_file,
            said(
                "the line has no operations, so nothing could be built or promised: add `operations`, or say "
                "`settings: {made: false}`"
            ),
        )
    if not model.bom and model.is_made:
        yield Finding(
            "missing_bom",
            FindingSeverity.ERROR,
            line_file,
            said(
                "the line has no bill of materials, so nothing could be picked: add `bom`, or say `settings: {made: false}`"
            ),
        )
    picked = {line.feature for line in model.bom}
    for feature in model.features:
        stocked = [option.code for option in feature.options if option.bin is not None]
        if stocked and feature.code not in picked:
            yield Finding(
                "not_in_bom",
                FindingSeverity.WARNING,
                str(feature.source),
                said(
                    "options of `%(feature)s` lie in bins, yet no line of the bill of materials picks them: add "
                    "`- {feature: %(feature)s}` to `bom`, or empty their column `bin`",
                    feature=feature.code,
                ),
                (feature.code,),
            )
    used = {line.part for line in model.bom}
    for part in model.parts.values():
        if part.code not in used:
            yield Finding(
                "unused_part",
                FindingSeverity.WARNING,
                str(part.source),
                said(
                    "no line of the bill of materials uses the part `%(part)s`: add one to `bom`, or drop it",
                    part=part.code,
                ),
                (part.code,),
            )


def _not_made(model: ConfigurationModel, line_file: str) -> Iterator[Finding]:
    """Yield what it means that a line is only configured, and what it says about making all the same."""
    if model.operations or model.bom:
        place = str(model.operations[0].source) if model.operations else line_file
        yield Finding(
            "not_made",
            FindingSeverity.ERROR,
            place,
            said(
                "`made: false` says that nothing is made, yet the line says how: drop the setting, or what is said of making"
            ),
        )
        return
    yield Finding(
        "not_made",
        FindingSeverity.NOTE,
        line_file,
        said(
            "the line is configured only (`made: false`): no plant promises or builds it, so nobody can order it; to sell it, "
            "drop the setting and add `operations` and `bom`"
        ),
    )
