"""Catalogs leave and come back byte for byte; what is no catalog, too large or leads elsewhere is refused by name."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from modules_catalog.exchange import gathering, zips
from modules_catalog.exchange.documents import document_of, files_of_document
from modules_catalog.exchange.errors import ArchiveNotValid
from modules_catalog.exchange.gathering import with_file
from modules_catalog.exchange.zips import unzipped, zipped
from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import BUILT_IN_CATALOGS, CatalogFiles, built_in_library, read_files

DESK = Path(__file__).parents[2] / "data" / "catalogs" / "desk"


def nowhere(name: str) -> Mapping[str, bytes] | None:
    return None


def a_zip(members: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def refusal(content: bytes) -> tuple[str, object]:
    with pytest.raises(ArchiveNotValid) as refused:
        unzipped(content, nowhere)
    return str(refused.value.facts["reason"]), refused.value.facts.get("name")


@pytest.mark.parametrize("folder", [DESK, BUILT_IN_CATALOGS / "jeans", BUILT_IN_CATALOGS / "pc"], ids=lambda f: f.name)
def test_a_catalog_comes_back_with_the_same_hash(folder: Path) -> None:
    """Through a zip and through a JSON document that was printed and read by somebody else's program."""
    files = read_files(folder)

    by_zip = unzipped(zipped(files), nowhere)
    by_document = files_of_document(json.dumps(document_of(files), indent=1).encode(), nowhere)

    assert (by_zip.release(), by_document.release()) == (files.release(), files.release())
    assert dict(by_zip.files) == dict(by_document.files) == dict(files.files)
    assert zipped(by_zip) == zipped(files)


def test_tables_stand_in_a_document_as_rows_and_can_be_edited_there() -> None:
    document = document_of(read_files(DESK))
    table = document["files"]["desk/top.csv"]
    price = table["columns"].index("price_minor")
    assert table["rows"][1][:2] == ["beech", "Beech, steamed"]

    table["rows"][1][price] = "26100"
    edited = files_of_document(json.dumps(document).encode(), nowhere)

    assert edited.release() != document["release"]
    (beech,) = [option for option in read_catalog(edited).model.feature("top").options if option.code == "beech"]
    assert beech.price_minor == 26100


def test_a_table_written_in_another_way_stays_as_it_is_written() -> None:
    """Quotes nobody needs, or lines ended as on Windows, would be lost in rows: such a file stands as text."""
    files = with_file(read_files(DESK), "desk/drawer.csv", b'id,name\r\n"flat",Flat\r\n')

    assert document_of(files)["files"]["desk/drawer.csv"] == {"text": 'id,name\r\n"flat",Flat\r\n'}
    assert files_of_document(json.dumps(document_of(files)).encode(), nowhere).release() == files.release()


def test_libraries_that_were_not_sent_are_found_elsewhere() -> None:
    jeans = read_files(BUILT_IN_CATALOGS / "jeans")
    own = {name: content for name, content in jeans.files.items() if name.startswith("jeans/")}

    assert unzipped(a_zip(own), built_in_library).release() == jeans.release()
    assert refusal(a_zip(own)) == ("library", "common")


def test_one_folder_around_all_and_what_systems_leave_behind_are_passed_over() -> None:
    files = read_files(DESK)
    members = {f"my catalog-v2/{name}": content for name, content in files.files.items()}
    assert refusal(a_zip(members))[0] == "name"  # a blank in a name would be trouble elsewhere
    members = {f"v2/{name}": content for name, content in files.files.items()}

    sent = a_zip({**members, "__MACOSX/v2/._top.csv": b"x", "v2/desk/.DS_Store": b"x", "v2/desk/top.csv~": b"x"})

    assert unzipped(sent, nowhere).release() == files.release()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK no zip at all", ("not_zip", None)),
        (a_zip({})[:10], ("not_zip", None)),
        (a_zip({}), ("no_line", "")),
        (a_zip({"desk/top.csv": "id\n"}), ("no_line", "")),
        (a_zip({"a/line.yaml": "line: a", "b/line.yaml": "line: b"}), ("several_lines", "a, b")),
        (a_zip({"../etc/passwd": "x"}), ("name", "../etc/passwd")),
        (a_zip({"desk/../../x": "x"}), ("name", "desk/../../x")),
        (a_zip({"/etc/passwd": "x"}), ("name", "/etc/passwd")),
        (a_zip({"C:\\x/line.yaml": "x"}), ("name", "C:\\x/line.yaml")),
        (a_zip({"line.yaml": "line: a"}), ("name", "line.yaml")),
        (a_zip({"desk/" + "x" * 300: "x"}), ("name", ("desk/" + "x" * 300)[:200])),
    ],
)  # fmt: skip
def test_what_is_no_catalog_is_refused_by_what_is_wrong(content: bytes, expected: tuple[str, object]) -> None:
    assert refusal(content) == expected


def test_bounds_hold_before_anything_large_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small zip that would grow, one that lies about its sizes, and one of too many files."""
    for module in (gathering, zips):
        monkeypatch.setattr(module, "MOST_BYTES", 100_000)
        monkeypatch.setattr(module, "MOST_FILES", 20)
    bomb = a_zip({})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("desk/line.yaml", b"0" * 40_000_000)
    bomb = out.getvalue()
    assert len(bomb) < 50_000

    assert refusal(bomb)[0] == "too_large"
    lying = bomb.replace((40_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert refusal(lying)[0] in ("too_large", "not_zip")
    assert refusal(a_zip({f"desk/f{number}": b"" for number in range(21)}))[0] == "too_many_files"


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b'{"format":"other","files":{}}', b'{"format":"lotone-catalog-1","files":[]}',
     b'{"format":"lotone-catalog-1","files":{"desk/line.yaml":{"base64":"?"}}}',
     b'{"format":"lotone-catalog-1","files":{"desk/line.yaml":{"columns":["a"],"rows":[[1]]}}}',
     b"[" * 100_000],
)  # fmt: skip
def test_a_document_of_another_shape_is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveNotValid) as refused:
        files_of_document(content, nowhere)
    assert refused.value.facts["reason"] == "not_json"


@pytest.mark.parametrize("name", ["top.csv", "other/top.csv", "desk/../top.csv", "desk//top.csv", "desk/", "desk/.x"])
def test_a_file_is_written_into_the_catalogs_own_folders_only(name: str) -> None:
    files: CatalogFiles = read_files(DESK)

    with pytest.raises(ArchiveNotValid):
        with_file(files, name, b"")
