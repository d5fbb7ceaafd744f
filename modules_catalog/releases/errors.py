"""What can go wrong with releases."""

from kernel.errors import NotFound, NotPossible, NotValid


class ReleaseNotFound(NotFound):
    """There is no release of this name, or none in force for the line at that moment."""


class ReleaseDamaged(NotPossible):
    """The stored content is not the one the release is named by."""


class CatalogChanged(NotPossible):
    """The folder's files are no longer those the model was read from: check and publish again."""


class TablesReplaced(NotValid):
    """A model read with other tables is for trying out; only a catalog with its own tables is published."""
