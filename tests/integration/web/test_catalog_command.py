"""``lotone catalog``: what machines read, exit codes, and the way from folder to release and back."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kernel.database import Database
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.loading.files import BUILT_IN_CATALOGS
from modules_catalog.releases import service as releases
from orders.drafts import service as drafts
from orders.drafts.configurators import Configurators
from web.cli.catalog import app

CATALOGS = Path(__file__).parents[2] / "data" / "catalogs"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    shutil.copytree(CATALOGS, tmp_path / "catalogs")
    return tmp_path / "catalogs" / "desk"


def lotone(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def last_json(result: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_a_good_catalog_is_ok(desk: Path) -> None:
    result = lotone("check", desk, "--json")

    assert (result.exit_code, last_json(result)) == (0, {"ok": True, "findings": []})


def test_a_library_needs_no_steps_name_or_picture_of_its_own(tmp_path: Path) -> None:
    """What lines use is checked as a library; by itself the same folder is a line that lacks them."""
    shutil.copytree(BUILT_IN_CATALOGS / "common", tmp_path / "catalogs" / "common")

    used = lotone("check", BUILT_IN_CATALOGS / "common")
    alone = lotone("check", tmp_path / "catalogs" / "common")

    assert (used.exit_code, used.stdout.splitlines()) == (0, ["0 errors, 0 warnings, 0 notes"])
    assert (alone.exit_code, alone.stdout.splitlines()[-1]) == (0, "0 errors, 5 warnings, 0 notes")


def test_a_library_is_not_published_by_itself(desk: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes with the lines that use it; with a name it is a line as well."""
    monkeypatch.setenv("LOTONE_DATABASE_URL", sqlite_url)
    parcels = desk.parent / "parcels"
    english = parcels / "texts" / "en.yaml"
    english.write_text(english.read_text().replace("line: Parcels\n", ""))

    refused = lotone("publish", parcels, "--json")
    built_in = lotone("publish", "common")
    with Database(sqlite_url).read() as db:
        assert releases.current_lines(db, now=datetime(2100, 1, 1, tzinfo=UTC)) == []

    told = last_json(refused)
    assert (refused.exit_code, told["ok"]) == (1, False)
    assert told["findings"] == [
        {
            "code": "library_alone",
            "severity": "error",
            "where": "parcels/line.yaml:1",
            "message": "`parcels` is a library, used by `desk`: publish what uses it, that takes it along; to sell it by "
            "itself as well, give it a name (`line` in parcels/texts/en.yaml)",
            "involves": ["parcels", "desk"],
        }
    ]
    assert (built_in.exit_code, built_in.stdout.splitlines()[-1]) == (1, "1 error, 0 warnings, 0 notes")
    english.write_text("line: Parcels\n" + english.read_text())
    assert lotone("publish", parcels).exit_code == 0


def test_a_mistake_in_a_file_is_a_finding_and_exit_code_1(desk: Path) -> None:
    line = desk / "line.yaml"
    line.write_text(line.read_text().replace("part: screw", "part: scrwe"))

    result = lotone("check", desk, "--json")

    assert result.exit_code == 1
    assert last_json(result) == {
        "ok": False,
        "findings": [
            {
                "code": "not_valid",
                "severity": "error",
                "where": "desk/line.yaml:41",
                "message": "there is no part `scrwe` in parts.csv; did you mean `screw`?",
                "involves": [],
            }
        ],
    }


def test_people_read_one_line_a_finding(desk: Path) -> None:
    (desk / "legs.csv").write_text("id,name\n")

    result = lotone("check", desk)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "desk/legs.csv:1: warning: no feature and no rule reads `legs.csv`: name it by `table:`, or remove it "
        "[unused_table]",
        "0 errors, 1 warning, 0 notes",
    ]


def test_a_folder_that_is_no_catalog_is_wrong_usage(tmp_path: Path) -> None:
    assert lotone("check", tmp_path).exit_code == 2
    assert lotone("check", "no_such_line").exit_code == 2
    assert lotone("check", CATALOGS / "desk", "--tables", tmp_path / "nowhere").exit_code == 2


def test_a_catalog_is_published_once_and_comes_back_byte_for_byte(
    desk: Path, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTONE_DATABASE_URL", sqlite_url)
    release = load_catalog(desk).release

    for _ in range(2):
        result = lotone("publish", desk, "--json")
        assert (result.exit_code, last_json(result)) == (0, {"ok": True, "line": "desk", "release": release})
    exported = lotone("export", "desk", "--release", "current", "--out", tmp_path / "out", "--json")

    assert exported.exit_code == 0
    assert last_json(exported)["release"] == release
    assert load_catalog(tmp_path / "out" / "desk").release == release
    again = lotone("export", "desk", "--release", release, "--out", tmp_path / "out")
    assert again.exit_code == 2
    assert "is there already" in again.stderr


def test_what_the_gate_refuses_is_not_published(desk: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTONE_DATABASE_URL", sqlite_url)
    top = desk / "top.csv"
    top.write_text(top.read_text().replace(",30000,", ",,"))

    result = lotone("publish", desk, "--json")

    assert result.exit_code == 1
    assert last_json(result)["ok"] is False
    database = Database(sqlite_url)
    with database.read() as db:
        lines = releases.starts_of(db, "desk")
    database.dispose()
    assert lines == []


def test_a_folder_is_exported_without_a_database(desk: Path, tmp_path: Path) -> None:
    result = lotone("export", desk, "--out", tmp_path / "out")

    assert result.exit_code == 0
    assert (tmp_path / "out" / "parcels" / "line.yaml").read_bytes() == (
        desk.parent / "parcels" / "line.yaml"
    ).read_bytes()


def test_two_catalogs_are_compared_in_words_and_for_programs(
    desk: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A is what was published, B the folder as it was edited since."""
    monkeypatch.setenv("LOTONE_DATABASE_URL", sqlite_url)
    assert lotone("publish", desk).exit_code == 0
    top = desk / "top.csv"
    top.write_text(top.read_text().replace(",30000,", ",30500,", 1))

    people, program = lotone("diff", "desk@current", desk), lotone("diff", "desk@current", desk, "--json")

    assert people.stdout.splitlines() == [
        "Options and prices",
        "  Oak (Top) now costs €5.00 more: €305.00.",
        "1 difference",
    ]
    assert last_json(program) == {
        "before": load_catalog(CATALOGS / "desk").release,
        "after": load_catalog(desk).release,
        "changes": [
            {
                "subject": "option",
                "kind": "changed",
                "code": "top.oak",
                "what": "price_minor",
                "before": "30000",
                "after": "30500",
                "count": 0,
                "text": "Oak (Top) now costs €5.00 more: €305.00.",
            }
        ],
    }
    assert lotone("diff", "desk@" + "0" * 64, desk).exit_code == 2
    assert lotone("diff", desk, desk, "--locale", "tlh").exit_code == 2


def test_the_impact_on_a_database_is_told_and_nothing_there_is_changed(
    desk: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    """A line nobody has released has no impact; a released one counts the drafts; a bad address is wrong usage."""
    first = lotone("check", desk, "--database", sqlite_url, "--json")
    assert "impact" not in last_json(first)
    why = "no release of desk is in force there, so there is nothing it would change"
    assert lotone("check", desk, "--database", sqlite_url).stdout.splitlines()[-1] == why
    monkeypatch.setenv("LOTONE_DATABASE_URL", sqlite_url)
    assert lotone("publish", desk).exit_code == 0
    database = Database(sqlite_url)
    with database.read() as db:
        release = releases.starts_of(db, "desk")[0][0]
    drafts.open_draft(database, Configurators(), "desk", owner="v", new_id=lambda: "d1", now=datetime.now(UTC))
    top = desk / "top.csv"
    top.write_text(top.read_text().replace(",30000,", ",30500,", 1))
    (desk / "scenarios.yaml").unlink()

    told = last_json(lotone("check", desk, "--database", sqlite_url, "--json"))
    people = lotone("check", desk, "--database", sqlite_url).stdout.splitlines()

    assert told["impact"]["counts"] == {"broken": 0, "changed": 1, "unchanged": 0}  # type: ignore[index]
    assert people[-5:] == [
        "Open quotes: 0 broken, 0 changed, 0 unchanged",
        "Saved drafts: 0 broken, 1 changed, 0 unchanged",
        "  Saved drafts go on with the catalog they were made on; new ones, and what is ordered again, begin with the new one.",
        "  changed: 1 draft",
        "    The price of one would be €435.00 (+€5).",
    ]
    with database.read() as db:
        assert [start[0] for start in releases.starts_of(db, "desk")] == [release]
    database.dispose()
    assert lotone("check", desk, "--database", "nowhere").exit_code == 2
    assert lotone("check", desk, "--database", sqlite_url, "--tables", desk).exit_code == 2
