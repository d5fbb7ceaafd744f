"""One configurator per release, built once in a process and shared by all its threads."""

import threading
from collections import OrderedDict

from configurator.configurator import Configurator
from sqlmodel import Session

from modules_catalog.releases import service as releases


class Configurators:
    """Configurators by release, the least used dropped first.

    Args:
        keep: How many releases are kept ready.
    """

    def __init__(self, keep: int = 8) -> None:
        self._keep = keep
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
                found = self._ready[release] = Configurator(releases.model_of(db, release))
            self._ready.move_to_end(release)
            while len(self._ready) > self._keep:
                self._ready.popitem(last=False)
            return found
