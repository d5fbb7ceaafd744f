"""Mistakes in catalog files: raised where they are met, collected, and reported all at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kernel.errors import NotValid
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.model import Source


class CatalogNotValid(NotValid):
    """The catalog's files cannot be read as a model; ``findings`` say where and why, in the order of the files."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings=[str(finding) for finding in findings])
        self.findings = tuple(findings)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)


class Mistake(Exception):
    """One mistake of the author's, at one place. Ends the reading of the thing it stands in, never of the catalog."""

    def __init__(
        self, source: Source, problem: str, *, code: str = "not_valid", involves: tuple[str, ...] = ()
    ) -> None:
        super().__init__(problem)
        self.source = source
        self.problem = problem
        self.code = code
        self.involves = involves


class Problems:
    """The mistakes met so far, and remarks that do not stop the loading."""

    def __init__(self) -> None:
        self._mistakes: list[Finding] = []
        self.remarks: list[Finding] = []

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Note the mistake that ends the block, and go on behind it."""
        try:
            yield
        except Mistake as mistake:
            self.add(mistake.source, mistake.problem, code=mistake.code, involves=mistake.involves)

    def add(self, source: Source, problem: str, *, code: str = "not_valid", involves: tuple[str, ...] = ()) -> None:
        """Note a mistake."""
        self._mistakes.append(Finding(code, FindingSeverity.ERROR, str(source), problem, involves))

    def remark(
        self,
        source: Source,
        message: str,
        *,
        code: str,
        severity: FindingSeverity = FindingSeverity.WARNING,
        involves: tuple[str, ...] = (),
    ) -> None:
        """Note something that the gate reports but that does not stop the loading."""
        self.remarks.append(Finding(code, severity, str(source), message, involves))

    def raise_any(self) -> None:
        """Raise what was collected.

        Raises:
            CatalogNotValid: At least one mistake was noted.
        """
        if self._mistakes:
            raise CatalogNotValid(self._mistakes)
