"""How long a whole request takes after a press: through the web application, on PC parts, by page and by API.

``python -m benchmarks.whole_clicks [--tables DIR] [--sizes 24930 …] [--sessions 10] [--json]``. The PC line with these tables is
published in a database of its own (SQLite), its plant seeded. Sessions open a draft from its defaults and press random possible
options of all steps: on the page as htmx sends a press (the blocks that come back are rendered), and through ``/api/v1``: all
statuses, prices and notes as JSON, or those of one feature. The application runs in this process without a socket. Told are milliseconds on the clock and
of the processor for the request, and of the processor for the engine's answers within it.
"""

import argparse
import asyncio
import gc
import json
import random
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx

from benchmarks._parts import parts_in, write_tables
from benchmarks._recording import ROOT, record, surroundings
from benchmarks._sessions import spread
from configurator.engine import Answers
from configurator.planning.pass_kernels import warm_up
from kernel.clock import fixed_clock
from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import CatalogFiles, read_files
from modules_catalog.releases import service as releases
from production.plants.loading import load_plant
from production.promise import service as promises
from web.app import create_app
from web.migrations.run import upgrade
from web.opening import open_shop
from web.settings import Settings
from web.shop import Shop

LINE = ROOT / "modules_catalog" / "catalogs" / "pc"
REAL_TABLES = ROOT.parent / "shared" / "data" / "pc-parts"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOME = "http://127.0.0.1:8000"
PRESSES = 8


@dataclass(frozen=True, slots=True)
class Pressed:
    """One request: what it took on the clock and of the processor, what of that the engine took, and what came back."""

    ms: float
    cpu_ms: float
    engine_ms: float
    status: int
    kilobytes: float


@dataclass(slots=True)
class EngineClock:
    """Adds up the processor time of an engine's answers and completions."""

    total_ms: float = 0.0

    def watch(self, engine: Any) -> None:
        """Count what these take from now on."""
        for name in ("answers", "completion", "least", "lifted", "closest"):
            setattr(engine, name, self._counted(getattr(engine, name)))

    def _counted(self, ask: Callable[..., Answers]) -> Callable[..., Answers]:
        def counted(*given: Any, **named: Any) -> Answers:
            begun = time.thread_time()
            try:
                return ask(*given, **named)
            finally:
                self.total_ms += (time.thread_time() - begun) * 1000

        return counted


def main() -> None:
    """Measure, write the result, print it; with ``--json`` the result ends the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tables", type=Path, default=REAL_TABLES if REAL_TABLES.is_dir() else LINE)
    parser.add_argument("--sizes", type=int, nargs="*", help="parts; as many as the tables hold unless given")
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--no-record", action="store_true", help="leave benchmarks/results as it is")
    asked = parser.parse_args()
    warm_up()
    measured = []
    for size in asked.sizes or [parts_in(asked.tables)]:
        one = asyncio.run(measured_size(asked.tables, size, asked.sessions))
        for way in SESSIONS:
            told = one[way]
            print(
                f"{one['parts']:7} parts, {way}: {told['requests']} requests, ms {told['ms']}, processor {told['cpu_ms']}, "
                f"of it the engine {told['engine_cpu_ms']}; {told['kilobytes']} kB",
                flush=True,
            )
        measured.append(one)
    result = {**surroundings(), "source_parts": parts_in(asked.tables), "sizes": measured}
    if not asked.no_record:
        record("whole-clicks", result)
    if asked.json:
        print(json.dumps(result))


def files_with(tables: Path) -> CatalogFiles:
    """Return the PC line's files with other tables as its own, so that they can be published."""
    own = read_files(LINE)
    others = {f"{own.folder}/{file.name}": file.read_bytes() for file in sorted(tables.glob("*.csv"))}
    return replace(own, files={name: others.get(name, content) for name, content in own.files.items()})


def opened(folder: Path, tables: Path) -> Shop:
    """Return a shop in which the PC line is in force with these tables."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'shop.db'}",
        blob_url=str(folder / "blobs"),
        cache_dir=str(folder / "cache"),
        master_key_file=str(folder / "master.key"),
        outbox_dir=str(folder / "outbox"),
    )
    shop = open_shop(settings, clock=fixed_clock(NOW), rng=random.Random(1))
    upgrade(shop.database)
    loaded = read_catalog(files_with(tables))
    with shop.database.write() as db:
        releases.publish_files(db, loaded.files, loaded.model, now=NOW)
        promises.seed_plant(db, load_plant("pc"), now=NOW)
    shop.warm_up()
    return shop


async def measured_size(tables: Path, size: int, sessions: int) -> dict[str, Any]:
    """Return the figures of one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = write_tables(tables, folder / "tables", size)
        shop = opened(folder, folder / "tables")
        clock = EngineClock()
        with shop.database.read() as db:
            release = releases.current_release(db, "pc", now=NOW)
            clock.watch(shop.configurators.of(db, release).engine)
        app = create_app(Settings(api_per_minute=0), shop)
        found: dict[str, Any] = {"parts": parts}
        for way, session in SESSIONS.items():
            await session(app, clock, 99)  # templates, caches and kernels are ready from here on
            gc.collect()
            gc.freeze()
            pressed = [one for seed in range(sessions) for one in await session(app, clock, seed)]
            found[way] = {
                "requests": len(pressed),
                "refused": sum(one.status == 409 for one in pressed),
                "ms": spread([one.ms for one in pressed]),
                "cpu_ms": spread([one.cpu_ms for one in pressed]),
                "engine_cpu_ms": spread([one.engine_ms for one in pressed]),
                "kilobytes": spread([one.kilobytes for one in pressed]),
            }
        shop.close()
        return found


async def timed(clock: EngineClock, ask: Callable[[], Awaitable[httpx.Response]]) -> tuple[httpx.Response, Pressed]:
    """Return an answer with its times."""
    clock.total_ms = 0.0
    begun, cpu = time.perf_counter(), time.process_time()
    answer = await ask()
    ms, cpu_ms = (time.perf_counter() - begun) * 1000, (time.process_time() - cpu) * 1000
    if answer.status_code not in (200, 409):
        raise RuntimeError(f"{answer.status_code}: {answer.text[:300]}")
    return answer, Pressed(ms, cpu_ms, clock.total_ms, answer.status_code, round(len(answer.content) / 1000, 1))


def client_of(app: Any) -> httpx.AsyncClient:
    """Return a visitor with cookies of their own."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HOME)


async def page_session(app: Any, clock: EngineClock, seed: int) -> list[Pressed]:
    """Return presses on the page, as htmx sends them: random possible options of random steps."""
    chance = random.Random(seed)
    async with client_of(app) as client:
        begin = (await client.get("/configure/pc")).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', begin)
        opened = await client.post("/configure/pc", data={"csrf_token": token[1] if token else ""})
        draft = opened.headers["location"]
        first = (await client.get(draft)).headers["location"]
        steps = sorted(set(re.findall(rf'href="{draft}/([a-z_]+)"', (await client.get(first)).text)))
        found: list[Pressed] = []
        while len(found) < PRESSES:
            step = chance.choice(steps)
            page = await client.get(f"{draft}/{step}")
            pressable = _pressable(page.text)
            sent = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
            if not pressable or sent is None:
                steps.remove(step)
                continue
            path, option = chance.choice(pressable)
            data = {"csrf_token": sent[1], "step": step, "option": option}
            headers = {"HX-Request": "true"}
            _, pressed = await timed(clock, lambda: client.post(path, data=data, headers=headers))  # noqa: B023
            found.append(pressed)
        return found


def _pressable(page: str) -> list[tuple[str, str]]:
    """Return where each possible option that is not chosen yet is sent, and what is sent."""
    found = []
    for form in re.finditer(r'<form[^>]*hx-post="([^"]+/choices/[^"]+)".*?</form>', page, re.DOTALL):
        for button in re.findall(r'<button[^>]*data-status="available"[^>]*>', form[0]):
            option = re.search(r' value="([^"]*)"', button)
            if option is not None:
                found.append((form[1], option[1]))
    return found


async def one_feature_session(app: Any, clock: EngineClock, seed: int) -> list[Pressed]:
    """Return choices sent to the API by a program that asks for the options of the feature it answers next."""
    return await api_session(app, clock, seed, is_one=True)


async def api_session(app: Any, clock: EngineClock, seed: int, *, is_one: bool = False) -> list[Pressed]:
    """Return choices sent to the API: random possible options of random features."""
    chance = random.Random(seed)
    async with client_of(app) as client:
        answer = await client.post("/api/v1/drafts", json={"line": "pc"})
        draft = answer.json()
        headers = {"X-Draft-Key": draft["draft_key"]}
        client.cookies.clear()
        place = f"{HOME}{answer.headers['location']}"
        found: list[Pressed] = []
        while len(found) < PRESSES:
            possible = {
                code: [option for option, told in each["options"].items() if told["status"] == "available"]
                for code, each in draft["state"]["features"].items()
                if each["kind"] in ("option", "options")
            }
            open_yet = [code for code, options in possible.items() if options]
            if not open_yet:  # of the one feature asked for nothing else can be had
                draft = (await client.get(place, headers=headers)).json()
                continue
            feature = chance.choice(open_yet)
            body = {"option": chance.choice(possible[feature])}
            params = {"options_of": chance.choice(sorted(possible))} if is_one else {}
            answer, pressed = await timed(
                clock,
                lambda: client.put(f"{place}/choices/{feature}", json=body, headers=headers, params=params),  # noqa: B023
            )
            found.append(pressed)
            if answer.status_code == 200:
                draft = answer.json()
        return found


SESSIONS = {"page": page_session, "api": api_session, "api_one_feature": one_feature_session}


if __name__ == "__main__":
    main()
