"""Kconfig files mean what Kconfig makes of them: a small tree against its symbols reckoned by hand, for all that people may want."""

from itertools import product
from pathlib import Path

import pytest
from pysat.solvers import Solver

from benchmarks._kconfig import KconfigNotRead
from benchmarks._kconfig_models import KconfigModel, kconfig_model
from configurator.compiling.compile import compile_model
from configurator.engine import NO_WAY
from configurator.satisfying.engine import build_sat_engine
from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.uvl.importing import catalog_of
from modules_catalog.uvl.reading import feature_model_of

TOP = """mainmenu "Kitchen Configuration"

config STEAM
	bool "Steam" # of the oven
	help
		if this were read, it would be
		config NOTHING

menu "Networking"
	depends on !TINY

config NET
	bool "Network (with \\"quotes\\")"
	select POWER if STEAM
	imply LED

source "net/Kconfig"
endmenu

config TINY
	bool "Small"

config POWER
	bool
	default y if WIFI && \\
		!TINY

config LED
	bool
	depends on STEAM

choice
	prompt "Display"
	depends on POWER

config LCD
	bool "LCD"

config OLED
	bool "OLED"
	depends on STEAM

endchoice

if LCD
config DIM
	bool "Dim" if STEAM
	default y
endif

config LEVEL
	int "Level"
	default 3

config LATE
	bool "Late"
	depends on MISSING || LEVEL > 5
"""
NET = """config WIFI
	tristate "Wireless"
	depends on NET != n
"""
WANTED = ("STEAM", "NET", "TINY", "WIFI", "OLED", "DIM", "LATE", "LEVEL_above_5")


def reckoned(wanted: dict[str, bool]) -> dict[str, bool]:
    """Return what the symbols become when somebody wants these."""
    on = dict.fromkeys(("STEAM", "TINY", "LEVEL_above_5"), False) | {"LATE": False}
    on |= {name: wanted[name] for name in ("STEAM", "TINY", "LEVEL_above_5")}
    on["NET"] = wanted["NET"] and not on["TINY"]
    on["WIFI"] = wanted["WIFI"] and on["NET"]
    on["POWER"] = on["WIFI"] or (on["NET"] and on["STEAM"])
    on["LED"] = on["NET"] and on["STEAM"]
    on["OLED"] = on["POWER"] and on["STEAM"] and wanted["OLED"]
    on["LCD"] = on["POWER"] and not on["OLED"]
    on["DIM"] = on["LCD"] and (wanted["DIM"] if on["STEAM"] else True)
    on["LATE"] = wanted["LATE"] and on["LEVEL_above_5"]
    return on


@pytest.fixture
def kitchen(tmp_path: Path) -> KconfigModel:
    folder = tmp_path / "kitchen-1.0"
    (folder / "net").mkdir(parents=True)
    (folder / "Kconfig").write_text(TOP, encoding="utf-8")
    (folder / "net" / "Kconfig").write_text(NET, encoding="utf-8")
    return kconfig_model(folder)


def test_a_small_tree_has_the_products_reckoned_by_hand(kitchen: KconfigModel) -> None:
    """Prompts, dependencies, selects, implies, hidden defaults, choices, ifs, comparisons and continued lines."""
    symbols = tuple(reckoned(dict.fromkeys(WANTED, False)))
    answers = product((False, True), repeat=len(WANTED))
    want = {tuple(reckoned(dict(zip(WANTED, given, strict=True))).values()) for given in answers}
    assert set(symbols) <= set(kitchen.numbers)
    with Solver(name="glucose4", bootstrap_with=kitchen.clauses()) as solver:

        def possible(values: tuple[bool, ...]) -> bool:
            signs = zip(symbols, values, strict=True)
            return bool(solver.solve([kitchen.numbers[name] * (1 if value else -1) for name, value in signs]))

        assert {values for values in product((False, True), repeat=len(symbols)) if possible(values)} == want


def test_the_imported_model_is_answered_like_its_own_clauses(kitchen: KconfigModel) -> None:
    """Both answers of every feature, after each single choice."""
    catalog = catalog_of(feature_model_of(kitchen.text()))
    files = {f"model/{name}": text.encode() for name, text in catalog.files.items()}
    problem = compile_model(read_catalog(CatalogFiles("model", files)).model).problem
    engine = build_sat_engine(problem)
    places = {name: problem.index[code] for name, code in catalog.codes.items()}
    with Solver(name="glucose4", bootstrap_with=kitchen.clauses()) as solver:

        def possible(chosen: dict[str, str]) -> bool:
            return bool(solver.solve([kitchen.numbers[n] * (1 if v == "yes" else -1) for n, v in chosen.items()]))

        for picked, answer in [(name, value) for name in places for value in ("yes", "no")]:
            rows = problem.domains[places[picked]].rows
            if not possible({picked: answer}):
                continue
            told = engine.answers({places[picked]: {rows.index(answer): 1}})
            for name, place in places.items():
                for row, value in enumerate(problem.domains[place].rows):
                    assert bool(told.with_row[place][row] < NO_WAY) == possible({picked: answer, name: value})


def test_what_no_product_has_is_left_out(tmp_path: Path) -> None:
    """A symbol nobody can set is gone, what needs it too; all others keep their products."""
    (tmp_path / "Config.in").write_text(
        "config A\n\tbool 'a'\nconfig B\n\tbool 'b'\n\tdepends on GONE\nconfig C\n\tbool 'c'\n\tdepends on A || B\n"
    )
    model = kconfig_model(tmp_path).without_dead()
    assert [name for name in model.numbers if len(name) == 1] == ["A", "C"]
    assert model.text().splitlines()[-1] == "\tC => A"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config A\n\tbool 'a'\n\tdepends on (B\n", "Config.in:3: a bracket is not closed"),
        ("config A\n\tbool 'a'\n\tdepends on B C\n", "Config.in:3: `C` is not expected in `B C`"),
        ("endmenu\n", "Config.in:1: endmenu without its menu"),
        ("config A\n\tcolour red\n", "Config.in:2: `colour` is not known here"),
    ],
)
def test_a_line_that_is_not_understood_is_named(tmp_path: Path, text: str, message: str) -> None:
    """File, line and what is wrong."""
    (tmp_path / "Config.in").write_text(text, encoding="utf-8")
    with pytest.raises(KconfigNotRead) as error:
        kconfig_model(tmp_path)
    assert str(error.value) == f"{tmp_path}/{message}"
