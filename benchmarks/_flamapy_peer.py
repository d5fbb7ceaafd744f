"""Runs in a virtual environment of its own: what flamapy's configurator says after each click of some sessions.

Reads ``{"uvl": file, "sessions": [[[feature, selected], …], …]}`` and writes ``{"build_s", "clicks": [{"ms", "decided"}]}``: a click for
each beginning of a session, with what is decided besides the choices.
"""

import json
import sys
import time


def main() -> None:
    """Answer standard input on standard output."""
    from flamapy.metamodels.configurator_metamodel.transformation.fm_to_configurator import FmToConfigurator
    from flamapy.metamodels.fm_metamodel.transformations import UVLReader

    asked = json.load(sys.stdin)
    begun = time.process_time()
    model = FmToConfigurator(UVLReader(asked["uvl"]).transform()).transform()
    build_s = time.process_time() - begun
    preset = {name: option.value for name, option in model.options_by_name.items() if option.value is not None}
    preset[model.feature_model.root.name] = True
    clicks = []
    for session in asked["sessions"]:
        for length in range(len(session) + 1):
            chosen = dict(session[:length])
            begun = time.process_time()
            decided = model.solver_backend.propagate(chosen)
            ms = (time.process_time() - begun) * 1000
            clicks.append({"ms": ms, "decided": None if decided is None else {**preset, **decided}})
    json.dump({"build_s": round(build_s, 2), "clicks": clicks}, sys.stdout)


if __name__ == "__main__":
    main()
