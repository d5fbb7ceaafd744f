"""``docs/numbers.md``: what was measured, beside what is to be reached, made of the recorded results and nothing else."""

import json
from collections.abc import Iterator
from typing import Any

from benchmarks._recording import RESULTS, ROOT

PAGE = ROOT / "docs" / "numbers.md"
HEAD = """# Numbers

What was measured, beside what is to be reached. The page is made of `benchmarks/results/*.json` by `./dev bench numbers`; a test fails where the two
differ. *Processor* times do not see what else the machine did, *wall* times do; the last table says where and when each was taken.

| what | to be reached | measured | beside, in the same run |
|---|---|---|---|
"""
WHEN = """
## Where and when

| benchmark | commit | machine | load before | note |
|---|---|---|---|---|
"""
PLOTS = """
## Plots

![One click on PC parts](../benchmarks/results/clicks.svg)

![One click on feature models](../benchmarks/results/clicks-models.svg)

![Promises kept against quoted lead](../benchmarks/results/promises.svg)

![Fit against the number of components](../benchmarks/results/fit.svg)
"""


def page() -> str:
    """Return the page as Markdown."""
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))}
    table = "".join(f"| {' | '.join(row)} |\n" for row in _rows(found))
    taken = "".join(
        f"| `{name}` | {each['commit']} | {each['machine']}, Python {each['python']} | {_load(each)} "
        f"| {each.get('note', '')} |\n"
        for name, each in found.items()
    )
    return HEAD + table + WHEN + taken + PLOTS


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    yield from _clicks(found["clicks"])
    yield from _whole_clicks(found["whole-clicks"])
    yield from _models(found["clicks-published"])
    yield from _models(found["clicks-models"])
    yield from _compile(found["compile"])
    yield from _explain(found["explain"])
    yield _exactness(found["exactness"])
    yield from _quotes(found["quotes"])
    yield from _orders(found["orders"])
    yield from _promises(found["promises"])
    yield from _sheets(found["sheets"])
    yield _fit(found["fit"])


def _whole_clicks(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for size in result["sizes"]:
        ways = {
            "page": "a press on the page",
            "api": "a choice sent to the API, the options of all features told",
            "api_one_feature": "a choice sent to the API, the options of one feature told",
        }
        for way, name in ways.items():
            told = size[way]
            yield (
                f"{name}, whole request, {size['parts']:,} parts, wall ms",
                "p95 ≤ 60",
                _spread(told["ms"]),
                f"of it the engine p95 {told['engine_cpu_ms']['p95']} ms; p50 {told['kilobytes']['p50']:,.0f} kB come back",
            )


def _clicks(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    bars = {24930: "p95 ≤ 12, goal 3 ms", 99999: "p95 ≤ 20, goal 5 ms"}
    for size in result["sizes"]:
        peers = [f"CP-SAT one value p50 {size['checked_by_cp_sat']['ms_a_value']['p50']:,.0f} ms"]
        alone = size.get("statuses_only_single_slots", {})
        if "python_sat" in alone:
            sat, ours = alone["python_sat"]["click_cpu_ms"]["p50"], alone["plan_cpu_ms"]["p50"]
            peers.append(f"statuses of the choose-one features alone: ours {ours}, python-sat {sat:,.0f} ms")
        checked = size["checked_by_cp_sat"]
        peers.append(f"{checked['different']} of {checked['values']} values different")
        yield (
            f"a click, all statuses and prices, {size['parts']:,} parts, processor ms",
            bars.get(size["parts"], ""),
            _spread(size["click_cpu_ms"]),
            "; ".join(peers),
        )


def _models(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for model in result["models"]:
        name = f" ({model['model']})" if "model" in model else ", generated"
        beside = []
        if "textbook" in model:
            peer = model["textbook"]
            beside.append(
                f"python-sat p50 {peer['click_cpu_ms']['p50']:,.0f}, p95 {peer['click_cpu_ms']['p95']:,.0f}: "
                f"{peer['different']} of {peer['values']:,} values different"
            )
        if "flamapy" in model:
            peer = model["flamapy"]
            if "not_run" in peer:
                beside.append(f"flamapy not run: {peer['not_run']}")
            else:
                beside.append(f"flamapy p50 {peer['click_cpu_ms']['p50']}: {peer['wrongly_open']:,} wrongly open")
        told = f"a click, feature model of {model['features']:,}{name}, processor ms"
        yield told, "", _spread(model["click_cpu_ms"]), "; ".join(beside)


def _compile(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for size in result["sizes"]:
        if size["parts"] in (24930, 99999):
            whole = size["problem_s"] + size["plan_s"]
            told = f"compile a release of {size['parts']:,} parts; load what is stored, s"
            bar = "≤ 10, goal 3; ≤ 0.3" if size["parts"] == 24930 else ""
            yield told, bar, f"{whole:.1f}; {size['load_s']:.2f}", f"{size['artefact_mb']} MB stored"


def _explain(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    bars = {24930: ("p95 ≤ 20, goal 5 ms", "p95 ≤ 60, goal 15 ms")}
    for size in result["sizes"]:
        for at, what in enumerate(("conflict", "repairs")):
            checked = size["checked_by_cp_sat"]
            wrong, of = (
                (checked["not_minimal"], checked["conflicts"])
                if what == "conflict"
                else (checked["not_valid"], checked["repairs"])
            )
            ratios = size.get("peers", {})
            key = "conflict_ratio_of_sums" if what == "conflict" else "repairs_ratio_of_sums"
            beside = f"; CP-SAT takes {ratios[key]:,.0f} times as long" if key in ratios else ""
            yield (
                f"{'a minimal conflict' if what == 'conflict' else 'ranked repairs'}, {size['parts']:,} parts, processor ms",
                bars.get(size["parts"], ("", ""))[at],
                _spread(size[f"{what}_cpu_ms"]),
                f"{wrong} of {of} wrong by CP-SAT{beside}",
            )


def _exactness(result: dict[str, Any]) -> tuple[str, str, str, str]:
    models, values = result["models"], result["values"] + result["sat_values"]
    conflicts = result["conflicts"] + result["sat_conflicts"]
    more = ""
    if "catalogs" in result:
        models, values = models + result["catalogs"], values + result["catalog_values"]
        conflicts += result["catalog_conflicts"]
        more = f", {result['catalog_repairs']:,} repairs, {result['goals'] + result['wishes']:,} goals and wishes"
    return (
        "answers that differ from brute force, random models",
        "0 of ≥ 10,000 models",
        f"{result['different']} of {models:,} models, {values:,} values",
        f"{conflicts:,} conflicts, {result['completions']:,} completions{more} among them",
    )


def _quotes(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for count, databases in result["open_orders"].items():
        for name, figures in databases.items():
            one, eight = figures["one_client"], figures["8_clients"]
            book = figures.get("textbook")
            beside = (
                f"read, then write: p95 {book['one_client']['p95_ms']:.0f}; {book['8_clients']['p95_ms']:,.0f}"
                if book
                else ""
            )
            yield (
                f"quote and reserve, {int(count):,} open orders, {name}: one client; eight, wall ms",
                "p95 ≤ 20; ≤ 100" if count == "10000" else "",
                f"p50 {one['p50_ms']:.0f}, p95 {one['p95_ms']:.0f}; p50 {eight['p50_ms']:.0f}, p95 {eight['p95_ms']:,.0f}; "
                f"overbooked {figures['overbooked']}, lost {figures['lost']}",
                beside,
            )


def _orders(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for name in ("sqlite", "postgresql"):
        figures = result[name]
        faults = ", ".join(f"{each.replace('_', ' ')} {count}" for each, count in figures["faults"].items())
        killed = figures["killed"]
        yield (
            f"orders a second with reservation, job and audit, {name}: one client; eight processes; two of the eight killed",
            "0 overbooked, lost or doubled",
            f"{figures['one_client']['orders_per_s']} ({figures['one_client']['own_cpu_ms']:.0f} ms of the processor each); "
            f"{figures['processes']['orders_per_s']}; {killed['orders_per_s']} with {killed['killed']} killed: {faults}",
            f"one row and its commit p50 {figures['plain_commit']['p50_ms']} ms",
        )


def _promises(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for line, figures in result["lines"].items():
        for kind, bar in (("exact", "100 %"), ("noisy", "≥ 99.9 % at quoted ≤ 1.4 × actual")):
            rows = [load[kind] for load in figures["loads"]]
            least, worst = min(row["kept"] for row in rows), rows[-1]
            told = "exact times" if kind == "exact" else "cv 0.25 and 5 % downtime"
            yield (
                f"promises kept, {line}, {told}, load {figures['loads'][-1]['load']}",
                bar,
                f"{100 * worst['kept']:.2f} % at {worst['quoted_over_actual']:.2f} × actual; least of all loads {100 * least:.2f} %",
                "",
            )


def _sheets(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    plain = result["plain_weasyprint_page_cpu_ms"]
    same = "byte-identical" if result["identical"] else "NOT byte-identical"
    for line, figures in result["lines"].items():
        ours = figures["cpu_ms_per_page"]
        yield (
            f"a page of a build sheet, {line}, processor ms",
            "≤ 100 where a plain page takes 95 to 102",
            f"{ours:.0f}, {ours / plain:.2f} of a plain page; {same}",
            f"a plain WeasyPrint page {plain:.0f}",
        )


def _fit(result: dict[str, Any]) -> tuple[str, str, str, str]:
    chosen = next(each for each in result["components"] if each["count"] == 150)
    whole = next(each for each in result["whole_sizes_with_alterations"] if each["count"] == 150)
    planned, rack = chosen["planned"], result["off_the_rack"]["planned"]["all"]
    return (
        "people not used for choosing who are fitted within 13/13/7/7/7 mm, 150 components",
        "≥ 96.5 %, each sex ≥ 95 %; goal 97 %",
        f"{100 * planned['all']:.1f} % (women {100 * planned['F']:.1f}, men {100 * planned['M']:.1f})",
        f"150 whole sizes with alterations {100 * whole['planned']['all']:.1f} %, off the rack {100 * rack:.1f} %",
    )


def _load(result: dict[str, Any]) -> str:
    return f"{result['load']:.1f}" if "load" in result else "not noted"


def _spread(times: dict[str, float]) -> str:
    return f"p50 {times['p50']:.1f}, p95 {times['p95']:.1f}, max {times['max']:.1f}"
