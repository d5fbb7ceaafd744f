"""What can be wrong with a UVL file, or with writing one."""

from kernel.errors import NotFound, NotPossible, NotValid
from modules_catalog.model import Source


class UvlNotFound(NotFound):
    """There is no such UVL file."""


class UvlNotValid(NotValid):
    """A UVL file is not understood, contradicts itself, or says what a catalog cannot say; with place and way out."""

    def __init__(self, source: Source, problem: str) -> None:
        super().__init__(file=source.file, line=source.line, problem=problem)
        self.source = source
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.source}: {self.problem}"


class UvlOutNotEmpty(NotPossible):
    """The folder a catalog should be written to holds something already."""
