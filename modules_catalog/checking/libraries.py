"""Libraries: folders other lines use. They are published with those lines, not by themselves."""

from collections.abc import Iterable, Iterator

from modules_catalog.checking.listing import some_of
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.wording import said


def published_alone(loaded: LoadedCatalog, users: Iterable[str]) -> Iterator[Finding]:
    """Yield an error where a library is to be published as if it were a line.

    A folder that others use and that has no name for customers is a library; with a name it is a line as well.

    Args:
        loaded: What is to be published.
        users: Codes of the lines that use its folder.
    """
    folder = loaded.files.folder
    others = sorted(set(users) - {folder})
    if others and "line" not in loaded.model.texts.get("en", {}):
        yield Finding(
            "library_alone",
            FindingSeverity.ERROR,
            f"{folder}/line.yaml:1",
            said(
                "`%(folder)s` is a library, used by %(lines)s: publish what uses it, that takes it along; to sell it by "
                "itself as well, give it a name (`line` in %(folder)s/texts/en.yaml)",
                folder=folder,
                lines=some_of(others),
            ),
            (folder, *others),
        )
