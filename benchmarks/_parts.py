"""PC parts in any number: a part of the real tables, or copies of them with jittered sizes and powers."""

import csv
import random
from pathlib import Path

SIZES = (1_000, 10_000, 24_930, 100_000)
JITTERED = {
    "cpu": ("tdp_w",),
    "motherboard": ("ram_max_gb",),
    "gpu": ("length_mm", "tdp_w"),
    "case": ("max_gpu_mm", "max_cooler_mm", "max_psu_mm"),
    "psu": ("wattage_w", "length_mm"),
    "cooler": ("height_mm",),
    "memory": (),
    "storage": (),
    "fan": (),
    "os": (),
}
"""Tables of parts, and the columns whose numbers copies vary in."""


def parts_in(source: Path) -> int:
    """Return how many parts the tables hold."""
    return sum(len(_rows(source / f"{name}.csv")[1]) for name in JITTERED)


def write_tables(source: Path, target: Path, count: int, seed: int = 2026) -> int:
    """Write tables with about ``count`` parts and return how many there are.

    Fewer than the source has: a random part of each table. More: copies with their numbers varied by up to 4 %.
    """
    target.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    share = count / parts_in(source)
    written = 0
    for file in sorted(source.glob("*.csv")):
        columns, rows = _rows(file)
        if file.stem in JITTERED and abs(share - 1) > 1e-4:
            rows = _resized(rows, max(1, round(share * len(rows))), JITTERED[file.stem], chance)
        written += len(rows) if file.stem in JITTERED else 0
        with (target / file.name).open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, columns)
            writer.writeheader()
            writer.writerows(rows)
    return written


def _rows(file: Path) -> tuple[list[str], list[dict[str, str]]]:
    with file.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        rows = list(reader)
        return list(reader.fieldnames or []), rows


def _resized(
    rows: list[dict[str, str]], count: int, columns: tuple[str, ...], chance: random.Random
) -> list[dict[str, str]]:
    if count <= len(rows):
        return [rows[at] for at in sorted(chance.sample(range(len(rows)), count))]
    found = list(rows)
    for copy in range(count - len(rows)):
        row = dict(rows[copy % len(rows)])
        row["id"] = f"{row['id']}-{copy // len(rows) + 1}"
        for column in columns:
            if row.get(column):
                row[column] = str(max(1, round(float(row[column]) * (1 + chance.uniform(-0.04, 0.04)))))
        found.append(row)
    return found
