import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

CHOOSE = """
import hashlib
import numpy as np
from modules_catalog.sizing.components_file import components_text
from modules_catalog.sizing.model import Measures, Sex
from production.stocking.choosing import choose_stock
from production.stocking.model import StockSettings, Wearer

rng = np.random.default_rng(3)
wearers = [
    Wearer(sex, Measures(*(int(v) for v in rng.normal((900, 1060, 650, inseam, 550), (60, 50, 30, 25, 30)))))
    for sex, inseam in ((Sex.FEMALE, 745), (Sex.MALE, 805))
    for _ in range(25)
]
choice = choose_stock(wearers, StockSettings(20, (40,), (1, 1), 1, 50, 300))
text = components_text(choice.table.components)
"""


def test_the_same_stock_is_chosen_without_compiling() -> None:
    """Slower where numba cannot compile, but never another table."""
    names: dict[str, str] = {}
    exec(CHOOSE, names)
    plain = subprocess.run(
        [sys.executable, "-c", CHOOSE + "print(hashlib.sha256(text.encode()).hexdigest())"],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(names["text"].splitlines()) == 21
    assert plain.stdout.strip() == hashlib.sha256(names["text"].encode()).hexdigest()
