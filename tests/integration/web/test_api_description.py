from pathlib import Path

import pytest

from kernel.clock import Clock
from web.app import create_app
from web.opening import open_shop
from web.settings import Settings


@pytest.fixture
def document(sqlite_url: str, tmp_path: Path, clock: Clock) -> dict:
    settings = Settings(database_url=sqlite_url, blob_url=str(tmp_path / "blobs"), cache_dir=str(tmp_path))
    shop = open_shop(settings, clock=clock)
    found = create_app(settings, shop).openapi()
    shop.close()
    return found


def test_every_operation_says_what_it_does(document: dict) -> None:
    """A summary of its own, one of the tags, an id from the route's name; pages are not described."""
    operations = [one for path in document["paths"].values() for one in path.values()]
    tags = {tag["name"] for tag in document["tags"]}

    assert all(path.startswith("/api/v1/") for path in document["paths"])
    assert len({one["operationId"] for one in operations}) == len(operations) > 30
    assert "sign_in" in {one["operationId"] for one in operations}
    assert [one["operationId"] for one in operations if len(one["summary"]) < 10 or ":" in one["summary"][:5]] == []
    assert {tag for one in operations for tag in one["tags"]} == tags


def test_errors_are_described_as_they_are_sent(document: dict) -> None:
    answers = [
        (status, set(answer["content"]))
        for path in document["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        if status[0] in "45"
    ]

    assert {kinds for _, kinds in ((status, frozenset(kinds)) for status, kinds in answers)} == {
        frozenset({"application/problem+json"})
    }
    assert "HTTPValidationError" not in str(document)
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
