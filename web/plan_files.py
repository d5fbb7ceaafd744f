"""Compiled plans kept as files, by the hash of what they were made from: one process compiles, the others read."""

import mmap
import tempfile
from pathlib import Path

from configurator.configurator import best_engine
from configurator.engine import Engine
from configurator.problem import Problem
from kernel.errors import NotValid


class PlanFiles:
    """Finds the solving method of a problem, in a folder of compiled plans first.

    A file that cannot be read (of another version, cut short) is made anew. What no plan can be made for is not kept.

    Args:
        folder: Where the plans are; made when first needed. Everything in it can be made again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, problem: Problem) -> Engine:
        """Return the engine of a problem."""
        from configurator.planning.artefact import content_key, pack, unpack
        from configurator.planning.engine import PlanEngine
        from configurator.planning.limits import DEFAULT_BUDGET

        path = self._folder / f"{content_key(problem, DEFAULT_BUDGET)}.plan"
        if path.is_file():
            try:
                with path.open("rb") as file:
                    return unpack(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
            except (NotValid, ValueError):
                path.unlink(missing_ok=True)
        engine = best_engine(problem)
        if isinstance(engine, PlanEngine):
            self._keep(path, pack(engine))
        return engine

    def _keep(self, path: Path, content: bytes) -> None:
        """Write the file whole or not at all: others may be reading."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
