"""One configurator per release, built once in a process and shared by all its threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from sqlmodel import Session

from configurator.compiling.compile import compile_model
from configurator.configurator import Configurator, best_engine
from configurator.engine import Engine
from configurator.problem import Problem
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases


class Configurators:
    """Configurators by release, the least used dropped first.

    Args:
        keep: How many releases are kept ready.
        engine_for: What finds the solving method of a problem, perhaps compiled before; by default it is compiled anew.
    """

    def __init__(self, keep: int = 8, engine_for: Callable[[Problem], Engine] = best_engine) -> None:
        self._keep = keep
        self._engine_for = engine_for
        self._ready: OrderedDict[str, Configurator] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, db: Session, release: str) -> Configurator:
        """Return the configurator of a release; the first call for it compiles, others wait.

        Raises:
            ReleaseNotFound: there is no such release.
        """
        with self._lock:
            found = self._ready.get(release)
            if found is None:
                found = self.build(releases.model_of(db, release))
                self._ready[release] = found
            self._ready.move_to_end(release)
            while len(self._ready) > self._keep:
                self._ready.popitem(last=False)
            return found

    def build(self, model: ConfigurationModel) -> Configurator:
        """Return a new configurator of a model, which need not be a release; it is not kept."""
        compiled = compile_model(model)
        return Configurator(model, compiled=compiled, engine=self._engine_for(compiled.problem))
