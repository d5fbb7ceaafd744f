"""What can be wrong with something that was sent as a catalog."""

from kernel.errors import NotValid


class ArchiveNotValid(NotValid):
    """What was sent is no catalog; facts: ``reason``, and where it helps ``name`` and ``most``.

    Reasons: ``not_zip``, ``not_json``, ``too_large``, ``too_many_files``, ``name``, ``no_line``, ``several_lines``,
    ``library``, ``not_text``.
    """
