"""Clicks on feature models: ours, a textbook solver loop, CP-SAT, and flamapy's configurator, in one run."""

import gc
import json
import subprocess
import tempfile
import time
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from pysat.solvers import Solver

from benchmarks._feature_models import Clause
from benchmarks._recording import ROOT
from benchmarks._sessions import spread
from configurator.compiling.compile import compile_model
from configurator.cpsat.engine import CpSatEngine
from configurator.engine import NO_WAY, Answers, Picks
from configurator.satisfying.engine import SatEngine, build_sat_engine
from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.model import ConfigurationModel
from modules_catalog.uvl.exporting import exported
from modules_catalog.uvl.importing import ImportedCatalog, catalog_of
from modules_catalog.uvl.reading import feature_model_of

PICKS_EACH = 10
PATIENCE_S = 120
"""How long flamapy may take to read a model and answer."""
PEERS = ROOT / ".cache" / "peers"
LOCK = ROOT / "requirements" / "peers.txt"
Session = list[tuple[str, bool]]
Click = tuple[Picks, Answers, float]
Played = tuple[Session, list[Click]]


class Measurable(Protocol):
    """A feature model as UVL, and as clauses of its own: feature ``name`` is the variable ``numbers[name]``."""

    @property
    def numbers(self) -> Mapping[str, int]:
        """The variable of each feature."""

    def text(self) -> str:
        """Return the model as UVL."""

    def clauses(self) -> list[Clause]:
        """Return clauses with exactly the model's products."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A model with its engine; ``names`` are the UVL names of the domains asked about, by place."""

    model: Measurable
    engine: SatEngine
    names: Mapping[int, str]

    def literal(self, at: int, row: int) -> int:
        """Return a domain's row as a literal of the model's own clauses."""
        number = self.model.numbers[self.names[at]]
        return number if self.engine.problem.domains[at].rows[row] == "yes" else -number


def measured_model(model: Measurable, sessions: int, probes: int, *, flamapy: bool = True) -> dict[str, Any]:
    """Return the figures of one model; times are of the processor."""
    begun = time.process_time()
    catalog = catalog_of(feature_model_of(model.text()))
    loaded = _loaded(catalog)
    load_s = time.process_time() - begun
    begun = time.process_time()
    problem = compile_model(loaded).problem
    compile_s = time.process_time() - begun
    begun = time.process_time()
    engine = build_sat_engine(problem)
    engine_s = time.process_time() - begun
    ours = Imported(model, engine, {problem.index[code]: name for name, code in catalog.codes.items()})
    gc.collect()
    gc.disable()
    played = [_session(ours, seed) for seed in range(sessions)]
    clicks = [click for session in played for click in session[1]]
    textbook = _textbook(ours, clicks)
    gc.enable()
    judge = CpSatEngine(problem)
    return {
        "features": len(model.numbers),
        "rules": len(loaded.rules),
        "load_s": round(load_s, 2),
        "compile_s": round(compile_s, 2),
        "engine_s": round(engine_s, 2),
        "click_cpu_ms": spread([ms for _, _, ms in clicks]),
        "clicks": len(clicks),
        "textbook": textbook,
        "cp_sat": _cp_sat(judge, ours, clicks, probes),
        "flamapy": _flamapy(ours, played) if flamapy else {"not_run": "it was not asked"},
        "exported_and_imported": _round_trip(loaded, ours, clicks),
    }


def _loaded(catalog: ImportedCatalog) -> ConfigurationModel:
    files = {f"model/{name}": text.encode() for name, text in catalog.files.items()}
    return read_catalog(CatalogFiles("model", files)).model


def _session(ours: Imported, seed: int) -> Played:
    """Return random possible choices, and the answer after each beginning of them."""
    rng = np.random.default_rng(seed)
    choices: Session = []
    picks: dict[int, dict[int, int]] = {}
    clicks: list[Click] = []
    while True:
        begun = time.process_time()
        answers = ours.engine.answers(picks)
        clicks.append((dict(picks), answers, (time.process_time() - begun) * 1000))
        free = [at for at in ours.names if at not in picks and (answers.with_row[at] < NO_WAY).all()]
        if len(choices) == PICKS_EACH or not free:
            return choices, clicks
        at, row = int(rng.choice(free)), int(rng.integers(2))
        picks[at] = {row: 1}
        choices.append((ours.names[at], ours.literal(at, row) > 0))


def _textbook(ours: Imported, clicks: list[Click]) -> dict[str, Any]:
    """Return the times of a solver with phase steering, on clauses of its own, and how many of our statuses it denies."""
    times, values, different = [], 0, 0
    with Solver(name="glucose4", bootstrap_with=ours.model.clauses()) as solver:
        for picks, answers, _ in clicks:
            chosen = [ours.literal(at, next(iter(rows))) for at, rows in picks.items()]
            begun = time.process_time()
            possible = _possible(solver, len(ours.model.numbers), chosen)
            times.append((time.process_time() - begun) * 1000)
            for at in ours.names:
                for row in range(2):
                    values += 1
                    different += (ours.literal(at, row) in possible) != bool(answers.with_row[at][row] < NO_WAY)
    return {"click_cpu_ms": spread(times), "values": values, "different": different}


def _round_trip(loaded: ConfigurationModel, ours: Imported, clicks: list[Click]) -> dict[str, Any]:
    """Return how many statuses change when the catalog is written as UVL and read again."""
    said = exported(loaded)
    if said.left_out:
        return {"left_out": len(said.left_out)}
    again = catalog_of(feature_model_of(said.text))
    engine = build_sat_engine(compile_model(_loaded(again)).problem)
    places = {at: engine.problem.index[again.codes[name.replace(".", "_")]] for at, name in ours.names.items()}
    values = different = 0
    for picks, answers, _ in clicks:
        own = engine.answers({places[at]: rows for at, rows in picks.items()})
        for at, place in places.items():
            values += 2
            different += int((own.with_row[place] != answers.with_row[at]).sum())
    return {"values": values, "different": different}


def _possible(solver: Any, features: int, chosen: list[int]) -> set[int]:
    """Return the literals some product with all choices has, a choice's own lifted."""
    told = {abs(literal) for literal in chosen}
    left = {sign * number for number in range(1, features + 1) if number not in told for sign in (1, -1)}
    found: set[int] = set()
    while left:
        solver.set_phases(sorted(left))
        asked = next(iter(left))
        if solver.solve(assumptions=[*chosen, asked]):
            product = set(solver.get_model()[:features])
            found |= product
            left -= product
        else:
            left.discard(asked)
    for literal in chosen:
        if solver.solve(assumptions=[*(other for other in chosen if other != literal), -literal]):
            found.add(-literal)
    return found | set(chosen)


def _cp_sat(judge: CpSatEngine, ours: Imported, clicks: list[Click], probes: int) -> dict[str, Any]:
    """Return how long CP-SAT takes for one option, and how many of our statuses it denies."""
    rng = np.random.default_rng(7)
    places = list(ours.names)
    times, different = [], 0
    for _ in range(probes):
        picks, answers, _ = clicks[int(rng.integers(len(clicks)))]
        at = int(rng.choice(places))
        row = int(rng.integers(2))
        begun = time.process_time()
        found = judge.completion({**picks, at: {row: 1}})
        times.append((time.process_time() - begun) * 1000)
        different += (found is not None) != bool(answers.with_row[at][row] < NO_WAY)
    return {"cpu_ms_a_value": spread(times), "values": probes, "different": different}


def _flamapy(ours: Imported, played: list[Played]) -> dict[str, Any]:
    """Return flamapy's times and how many options it leaves open that no product has; or why it did not run."""
    python = PEERS / "bin" / "python"
    if not python.is_file():
        venv.create(PEERS, with_pip=True)
        command = [
            str(python),
            "-m",
            "pip",
            "install",
            "-q",
            "--only-binary",
            ":all:",
            "--require-hashes",
            "-r",
            str(LOCK),
        ]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            python.unlink()
            return {"not_run": made.stderr.strip().splitlines()[-1]}
    with tempfile.TemporaryDirectory() as folder:
        uvl = Path(folder) / "model.uvl"
        uvl.write_text(ours.model.text(), encoding="utf-8")
        asked = json.dumps({"uvl": str(uvl), "sessions": [choices for choices, _ in played]})
        script = Path(__file__).with_name("_flamapy_peer.py")
        try:
            done = subprocess.run(  # -P: the benchmarks beside the script are no modules of the peer's
                [python, "-P", script], input=asked, capture_output=True, text=True, check=False, timeout=PATIENCE_S
            )
        except subprocess.TimeoutExpired:
            return {"not_run": f"it had not read the model after {PATIENCE_S} s"}
    if done.returncode:
        return {"not_run": done.stderr.strip().splitlines()[-1]}
    told = json.loads(done.stdout[done.stdout.index("{") :])
    wrong = open_values = 0
    for (picks, answers, _), own in zip(
        [click for _, clicks in played for click in clicks], told["clicks"], strict=True
    ):
        for at, name in ours.names.items():
            if at in picks or own["decided"] is None or name in own["decided"]:
                continue
            open_values += 2
            wrong += int((answers.with_row[at] >= NO_WAY).sum())
    return {
        "build_s": told["build_s"],
        "click_cpu_ms": spread([click["ms"] for click in told["clicks"]]),
        "open_values": open_values,
        "wrongly_open": wrong,
    }
