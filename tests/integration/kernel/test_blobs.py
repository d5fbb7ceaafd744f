"""The blob store in a folder. The S3 store is the same code of obstore behind the same calls; it is not run here."""

from pathlib import Path
from threading import Thread

import pytest

from kernel.blobs import Blob, BlobDamaged, BlobName, BlobNameNotValid, BlobNotFound, BlobStore, BlobUrlNotValid
from kernel.canonical import content_hash

CONTENT = "李雷 & Ana".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(folder: Path) -> BlobStore:
    return BlobStore(str(folder))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_was_put_comes_back_under_its_hash(store: BlobStore) -> None:
    name = store.put(CONTENT, "text/plain")

    assert name == content_hash(CONTENT)
    assert store.exists(name)
    assert store.get(name) == Blob(content=CONTENT, media_type="text/plain")


def test_putting_it_again_changes_nothing(store: BlobStore, folder: Path) -> None:
    name = store.put(CONTENT, "text/plain")
    before = {path: (folder / path).stat().st_mtime_ns for path in files(folder)}

    assert store.put(CONTENT, "application/pdf") == name
    assert {path: (folder / path).stat().st_mtime_ns for path in files(folder)} == before
    assert store.get(name).media_type == "text/plain"


def test_an_erased_blob_is_gone_and_can_be_erased_again(store: BlobStore, folder: Path) -> None:
    name = store.put(CONTENT, "text/plain")
    store.delete(name)
    store.delete(name)

    assert not store.exists(name)
    assert files(folder) == []
    with pytest.raises(BlobNotFound):
        store.get(name)


def test_damage_is_noticed(store: BlobStore, folder: Path) -> None:
    name = store.put(CONTENT, "text/plain")
    (folder / name[:2] / name[2:]).write_bytes(CONTENT + b"!")

    with pytest.raises(BlobDamaged):
        store.get(name)


def test_many_at_once_leave_one_whole_blob_and_no_rest(store: BlobStore, folder: Path) -> None:
    content = bytes(1_000_000)
    threads = [Thread(target=store.put, args=(content, "application/octet-stream")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    name = BlobName(content_hash(content))
    assert store.get(name).content == content
    assert files(folder) == [f"{name[:2]}/{name[2:]}", f"{name[:2]}/{name[2:]}.json"]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64])
def test_only_hashes_are_names(store: BlobStore, name: str) -> None:
    for ask in (store.get, store.exists, store.delete):
        with pytest.raises(BlobNameNotValid):
            ask(BlobName(name))


def test_other_urls_are_refused() -> None:
    with pytest.raises(BlobUrlNotValid):
        BlobStore("ftp://host/blobs")
