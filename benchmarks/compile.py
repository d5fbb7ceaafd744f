"""How long it takes to compile a release of PC parts, to store its plan and to load it again.

``python -m benchmarks.compile [--tables DIR] [--sizes 1000 10000 …] [--json]``. Kernels are loaded first; how long
compiling them takes on a machine that never did is measured in a process of its own with an empty cache.
"""

import argparse
import json
import mmap
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._parts import SIZES, write_tables
from benchmarks._recording import ROOT, record, surroundings
from benchmarks.clicks import LINE, REAL_TABLES
from configurator.compiling.compile import compile_model
from configurator.planning.artefact import content_key, pack, unpack
from configurator.planning.engine import build_plan_engine
from configurator.planning.pass_kernels import warm_up
from modules_catalog.loading.catalog import load_catalog

WARM = "import time; b = time.perf_counter(); from configurator.planning.pass_kernels import warm_up; warm_up(); print(time.perf_counter() - b)"


def main() -> None:
    """Measure, write the result, print a table; with ``--json`` the result ends the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tables", type=Path, default=REAL_TABLES if REAL_TABLES.is_dir() else LINE)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--no-record", action="store_true", help="leave benchmarks/results as it is")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        kernels = {"cold_s": kernels_ready_in(cache), "from_cache_s": kernels_ready_in(cache)}
    print(f"kernels: {kernels['cold_s']} s cold, {kernels['from_cache_s']} s from their cache", flush=True)
    warm_up()
    measured = []
    for size in asked.sizes:
        one = measured_size(asked.tables, size)
        print(
            f"{one['parts']:7} parts: read {one['read_s']} s, compile {one['problem_s']} + {one['plan_s']} s, "
            f"store {one['artefact_mb']} MB in {one['store_s']} s, load {one['load_s']} s",
            flush=True,
        )
        measured.append(one)
    result = {**surroundings(), "kernels": kernels, "sizes": measured}
    if not asked.no_record:
        record("compile", result)
    if asked.json:
        print(json.dumps(result))


def kernels_ready_in(cache: str) -> float:
    """Return the seconds a fresh process needs until all kernels run."""
    own = {**os.environ, "NUMBA_CACHE_DIR": cache}
    done = subprocess.run([sys.executable, "-c", WARM], cwd=ROOT, env=own, capture_output=True, text=True, check=True)
    return round(float(done.stdout), 2)


def measured_size(tables: Path, size: int) -> dict[str, Any]:
    """Return the figures of one size."""
    with tempfile.TemporaryDirectory() as folder:
        parts = write_tables(tables, Path(folder), size)
        begun = time.perf_counter()
        model = load_catalog(LINE, tables=Path(folder))
        read_s = time.perf_counter() - begun
    begun = time.perf_counter()
    problem = compile_model(model).problem
    problem_s = time.perf_counter() - begun
    begun = time.perf_counter()
    engine = build_plan_engine(problem)
    plan_s = time.perf_counter() - begun
    begun = time.perf_counter()
    content = pack(engine)
    key = content_key(problem)
    store_s = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{key}.plan"
        file.write_bytes(content)
        begun = time.perf_counter()
        with file.open("rb") as opened:
            again = unpack(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY))
        load_s = time.perf_counter() - begun
        same = again.answers({}).best_minor == engine.answers({}).best_minor
    return {
        "parts": parts,
        "classes": engine.classes,
        "read_s": round(read_s, 2),
        "problem_s": round(problem_s, 2),
        "plan_s": round(plan_s, 2),
        "store_s": round(store_s, 3),
        "artefact_mb": round(len(content) / 1e6, 1),
        "load_s": round(load_s, 3),
        "same_answers": same,
        "rehearsed_work_p95": engine.plan.rehearsal.p95,
        "widest_message": engine.plan.rehearsal.widest,
    }


if __name__ == "__main__":
    main()
