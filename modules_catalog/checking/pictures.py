"""Pictures: options that would be shown as the default look although others of their feature have a look of their own."""

from collections.abc import Iterator

from modules_catalog.checking.listing import some_of
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.loading.problems import Mistake
from modules_catalog.loading.yaml_nodes import Entry, root
from modules_catalog.model import Source
from modules_catalog.pictures.spec import FILE, FeatureLooks
from modules_catalog.wording import said


def picture_findings(loaded: LoadedCatalog) -> Iterator[Finding]:
    """Yield a line without a picture file, and options nobody drew."""
    name = f"{loaded.files.folder}/{FILE}"
    if name not in loaded.files.files:
        yield Finding(
            "missing_picture",
            FindingSeverity.WARNING,
            f"{loaded.files.folder}/line.yaml:1",
            said("the line has no picture of the product: write %(file)s, see how a built-in line does it", file=name),
        )
        return
    try:
        looks = _looks(root(loaded.files.files[name], name))
    except Mistake as mistake:
        yield Finding("picture_not_valid", FindingSeverity.ERROR, str(mistake.source), mistake.problem)
        return
    for feature in loaded.model.features:
        if feature.code not in looks or not feature.options:
            continue
        known, place = looks[feature.code]
        undrawn = [
            option.code
            for option in feature.options
            if known.find(option.code, option.attributes)["key"] == known.default
            and option.code != known.default
            and option.attributes.get("picture") != known.default
        ]
        drawn_apart = len(undrawn) < len(feature.options) - 1
        if undrawn and drawn_apart:
            yield Finding(
                "missing_picture",
                FindingSeverity.WARNING,
                str(place),
                said(
                    "no look for %(options)s of `%(feature)s`, shown as `%(look)s` instead: add a look of that name, "
                    "or name one in the option's column `picture`",
                    options=some_of(undrawn),
                    feature=feature.code,
                    look=known.default,
                ),
                tuple(f"{feature.code}.{code}" for code in undrawn[:5]),
            )


def _looks(entry: Entry) -> dict[str, tuple[FeatureLooks, Source]]:
    """Return the looks of each feature, only their keys matter here, and where they stand."""
    found = {}
    for code, given in entry.mapping().get("features", entry).mapping().items():
        fields = given.mapping()
        if "default" not in fields or "looks" not in fields:
            raise given.mistake(said("`%(code)s` wants a `default` and `looks`", code=code))
        default, looks = fields["default"].text(), fields["looks"].mapping()
        if default not in looks:
            raise fields["default"].mistake(said("the default `%(look)s` has no look: add it to `looks`", look=default))
        found[code] = (FeatureLooks(default, {key: {} for key in looks}), given.source)
    return found
