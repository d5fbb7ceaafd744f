"""The author at the pages: a file is changed, the gate looks, what it would do is read, and what passes is published."""

import io
import zipfile
from pathlib import Path

import pytest
import tinyhtml5

from kernel.ids import DraftId
from modules_catalog.exchange.zips import zipped
from modules_catalog.loading.files import BUILT_IN_CATALOGS, CatalogFiles, read_files
from modules_catalog.releases import service as releases
from modules_catalog.uvl.importing import import_uvl
from orders.audit.model import Actor
from orders.drafts import service as drafts
from orders.drafts.service import Reader
from orders.publishing import service as publishing
from orders.quotes.model import DraftNotQuotable
from orders.quotes.service import issue_quote
from tests.journeys.conftest import NOW, do_jobs, enter
from tests.journeys.person import HOME, Person, words_of
from web.demo.people import DEMO_PASSWORD
from web.shop import Shop

DESK = Path(__file__).parents[1] / "data" / "catalogs" / "desk"


def in_force(shop: Shop, line: str) -> str:
    with shop.database.read() as db:
        return releases.current_release(db, line, now=shop.now())


def send(person: Person, name: str, content: bytes) -> None:
    """Send a file by the form of the author's page."""
    person.open("/catalog")
    token = next(each.get("value") or "" for each in person.all("[name=csrf_token]"))
    answer = person.client.post(
        "/catalog/uploads",
        data={"csrf_token": token},
        files={"catalog": (name, content)},
        headers={"Origin": "http://127.0.0.1:8000"},
    )
    person.status = answer.status_code
    if answer.status_code == 303:
        person.open(answer.headers["location"])
    else:
        person.page = tinyhtml5.parse(answer.text, namespace_html_elements=False)


def test_a_price_is_changed_in_the_browser_checked_and_published(shop: Shop) -> None:
    """The draft keeps its release and its price; the impact told it; the next draft is on the new release."""
    files = read_files(DESK)
    author = enter(shop, login_name="author")
    send(author, "desk.zip", zipped(files))
    do_jobs(shop)
    author.open(author.path).press("Publish")
    before = in_force(shop, "desk")
    send(author, "desk.zip", zipped(files))
    do_jobs(shop)
    assert "It is what is in force already" in author.open(author.path).text()
    assert "Another release came into force since" not in author.text()
    author.press("Remove the candidate")
    tools = (shop.database, shop.configurators)
    old = drafts.open_draft(*tools, "desk", owner="v", new_id=shop.new_id, now=NOW)

    author.open(f"/catalog/{before}?view=files").open(f"/catalog/{before}/files/desk/top.csv")
    text = next(author.all("textarea")).text or ""
    assert text.encode() == files.files["desk/top.csv"]
    author.press("Save as a candidate", text=text.replace(",30000,", ",30500,", 1))
    candidate = author.path.removeprefix("/catalog/")
    assert "being checked" in author.text()
    with pytest.raises(AssertionError, match="no button 'Publish'"):
        author.press("Publish")
    do_jobs(shop)

    author.open(f"/catalog/{candidate}")
    assert "has errors" in author.text()  # the golden configuration costs what its author wrote, and no more
    assert "should cost €430.00; it costs €435.00: correct the prices, or total_minor" in author.text()
    for language, told in (
        ("繁體中文", "價格應為 €430.00，實際為 €435.00"),
        ("简体中文", "价格应为 €430.00，实际为 €435.00"),
    ):
        assert told in author.press(language).open(f"/catalog/{candidate}").text()
    author.press("English").open(f"/catalog/{candidate}")
    assert "Publish" not in [words_of(each) for each in author.all("button")]
    author.open(f"/catalog/{candidate}/files/desk/scenarios.yaml")
    scenarios = (next(author.all("textarea")).text or "").replace("total_minor: 43000", "total_minor: 43500", 1)
    author.press("Save as a candidate", text=scenarios)
    mended = author.path.removeprefix("/catalog/")
    do_jobs(shop)

    author.open(f"/catalog/{mended}")
    assert "may be published" in author.text()
    assert "checked in 0 s" in author.text()  # the shop's clock stands still
    author.open(f"/catalog/{mended}?view=differences")
    assert "Oak (Top) now costs €5.00 more: €305.00." in author.text()
    author.open(f"/catalog/{mended}?view=impact")
    assert "Saved drafts 0 1 0" in author.text()
    assert "Saved drafts go on with the catalog they were made on" in author.text()
    assert "Open quotes can be accepted" not in author.text()  # none would change
    assert "changed 1 draft The price of one would be €435.00 (+€5)." in author.text()
    author.press("Publish")

    assert (in_force(shop, "desk"), author.path) == (mended, f"/catalog/{mended}")
    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, old, drafts.Reader("v"), now=NOW)
        assert view.draft.release == before
        assert [each.id for each in publishing.candidates(db)] == [candidate]
        assert releases.files_of(db, mended).files["desk/top.csv"] == text.replace(",30000,", ",30500,", 1).encode()
    new = drafts.open_draft(*tools, "desk", owner="v", new_id=shop.new_id, now=NOW)
    with shop.database.read() as db:
        again = drafts.view_draft(db, shop.configurators, new, drafts.Reader("v"), now=NOW)
    assert ((again.state.total_minor or 0) - (view.state.total_minor or 0), again.draft.release) == (500, mended)


@pytest.mark.parametrize("part", ["modules", "rules", "work", "files", "nonsense"])
def test_a_release_is_shown_in_all_its_parts(shop: Shop, part: str) -> None:
    author = enter(shop, login_name="author")

    author.open(f"/catalog/{in_force(shop, 'pc')}?view={part}")

    assert author.status == 200
    assert {"modules": "cpu · option · 41 options", "rules": "gpu.length_mm <= case.max_gpu_mm",
            "work": "Seconds", "files": "pc/line.yaml", "nonsense": "cpu · option"}[part] in author.text()  # fmt: skip


def test_a_line_nobody_sold_yet_comes_in_as_a_zip_and_back_out_the_same(shop: Shop) -> None:
    files = read_files(DESK)
    author = enter(shop, login_name="author")

    send(author, "desk.zip", zipped(files))
    assert (author.path, author.status) == (f"/catalog/{files.release()}", 200)
    do_jobs(shop)
    author.open(author.path)
    assert "Nothing found" in author.text()
    author.press("Publish")

    assert in_force(shop, "desk") == files.release()
    sent_back = author.client.get(f"/catalog/{files.release()}/export.zip")
    document = author.client.get(f"/catalog/{files.release()}/export.json")
    assert sent_back.content == zipped(files)
    assert document.json()["release"] == files.release()
    send(author, "desk.json", document.content)
    assert author.path == f"/catalog/{files.release()}"


def test_a_catalog_that_cannot_be_read_is_shown_with_file_and_line_and_mended_there(shop: Shop) -> None:
    files = read_files(DESK)
    line = files.files["desk/line.yaml"].replace(b"part: screw", b"part: scrwe")
    author = enter(shop, login_name="author")

    send(
        author, "desk.zip", zipped(CatalogFiles(files.folder, {**files.files, "desk/line.yaml": line}, files.libraries))
    )
    do_jobs(shop)
    author.open(author.path)
    assert "there is no part scrwe in parts.csv; did you mean screw ? desk/line.yaml:41" in author.text()
    author.open(next(link for link in author.links("/catalog/") if link.endswith("/files/desk/line.yaml?line=41")))
    (named,) = [each for each in author.all("li") if each.get("aria-current") == "true"]
    assert (named.get("value"), "part: scrwe" in words_of(named)) == ("41", True)
    author.press("Save as a candidate", text=files.files["desk/line.yaml"].decode())

    assert author.path == f"/catalog/{files.release()}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no catalog", "This is no catalog document"),
        (b"PK\x03\x04 broken", "This is neither a zip file nor a catalog document."),
    ],
)
def test_what_is_no_catalog_is_refused_and_nothing_is_kept(shop: Shop, content: bytes, said: str) -> None:
    author = enter(shop, login_name="author")

    send(author, "x.zip", content)

    assert author.status == 422
    assert said in author.text()
    with shop.database.read() as db:
        assert publishing.candidates(db) == []


def test_a_zip_that_leads_elsewhere_is_refused(shop: Shop) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("desk/line.yaml", "line: desk\n")
        archive.writestr("../../web/settings.py", "boo")
    author = enter(shop, login_name="author")

    send(author, "evil.zip", out.getvalue())

    assert author.status == 422
    assert "../../web/settings.py" in author.text()


def test_a_release_comes_into_force_on_its_day_and_never_in_the_past(shop: Shop) -> None:
    files = read_files(DESK)
    author = enter(shop, login_name="author")
    send(author, "desk.zip", zipped(files))
    do_jobs(shop)
    author.open(author.path)

    author.press("Publish", effective_from="2026-11-22")
    assert "It can come into force today or later, not in the past." in author.text()
    author.open(f"/catalog/{files.release()}").press("Publish", effective_from="2026-12-01")

    with shop.database.read() as db:
        ((release, effective, _),) = releases.starts_of(db, "desk")
        assert (release, effective.isoformat()) == (files.release(), "2026-12-01T00:00:00+00:00")
        assert "desk" not in releases.current_lines(db, now=shop.now())


def test_others_than_authors_see_none_of_it(shop: Shop) -> None:
    for name in ("store", "planner", "floor", "finance", "ana"):
        assert enter(shop, login_name=name).open("/catalog").status == 403


def test_a_program_brings_a_catalog_in_reads_the_review_and_publishes(shop: Shop) -> None:
    """By zip or by document; unchecked, with errors or in the past it is refused and nothing changes."""
    files = read_files(DESK)
    program = enter(shop).client
    token = program.post(
        "/api/v1/sessions", json={"login_name": "author", "password": DEMO_PASSWORD}, headers={"Origin": HOME}
    ).json()["token"]
    program.cookies.clear()
    who = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/catalog/candidates/{files.release()}"

    added = program.post("/api/v1/catalog/candidates", content=zipped(files), headers=who)
    assert (added.status_code, added.json()["candidate"], added.json()["state"]) == (201, files.release(), "checking")
    assert program.post(f"{path}/publication", json={}, headers=who).json()["code"] == "CandidateNotChecked"
    do_jobs(shop)
    told = program.get(path, headers=who).json()
    assert (told["state"], told["review"]["findings"], told["review"]["impact"]) == ("passed", [], None)
    broken = {**files.files, "desk/line.yaml": files.files["desk/line.yaml"].replace(b"part: screw", b"part: scrwe")}
    sent = program.post(
        "/api/v1/catalog/candidates", content=zipped(CatalogFiles("desk", broken, files.libraries)), headers=who
    ).json()["candidate"]
    do_jobs(shop)
    review = program.get(f"/api/v1/catalog/candidates/{sent}", headers={**who, "Accept-Language": "zh-CN"}).json()
    assert review["review"]["findings"] == [
        {"code": "not_valid", "severity": "error", "where": "desk/line.yaml:41", "involves": [],
         "message": "parts.csv 中没有零件 `scrwe`；是否为 `screw`？"}
    ]  # fmt: skip
    assert program.delete(f"/api/v1/catalog/candidates/{sent}", headers=who).status_code == 204
    past = program.post(f"{path}/publication", json={"effective_from": "2026-11-22T00:00:00Z"}, headers=who)
    assert (past.status_code, past.json()["code"]) == (422, "StartInPast")
    published = program.post(f"{path}/publication", json={}, headers=who)
    assert published.json() == {"release": files.release()}

    document = program.get(f"/api/v1/catalog/contents/{files.release()}", headers=who).json()
    table = document["files"]["desk/top.csv"]
    table["rows"][0][table["columns"].index("price_minor")] = "30500"
    dearer = program.post("/api/v1/catalog/candidates", json=document, headers=who).json()["candidate"]
    do_jobs(shop)
    refused = program.post(f"/api/v1/catalog/candidates/{dearer}/publication", json={}, headers=who)
    assert (refused.status_code, refused.json()["code"]) == (409, "CandidateNotPassed")
    names = {"before": files.release(), "after": dearer}
    (change,) = program.get("/api/v1/catalog/differences", params=names, headers=who).json()
    assert change["text"] == "Oak (Top) now costs €5.00 more: €305.00."
    assert program.delete(f"/api/v1/catalog/candidates/{dearer}", headers=who).status_code == 204
    assert program.get("/api/v1/catalog/candidates", headers=who).json() == []
    for content in (b"", b"PK", b"{}"):
        answer = program.post("/api/v1/catalog/candidates", content=content, headers=who)
        assert (answer.status_code, answer.json()["code"]) == (422, "ArchiveNotValid")
    assert in_force(shop, "desk") == files.release()


FEATURE_MODEL = """\
features
    Bike
        mandatory
            Frame
                alternative
                    Steel
                    Carbon
        optional
            Motor
            Basket
constraints
    !(Basket & Motor)
"""


def test_a_feature_model_is_imported_published_and_configured(shop: Shop, tmp_path: Path) -> None:
    """What every product has is a warning; no plant makes it, so the page says so and nobody can order it."""
    (tmp_path / "bike.uvl").write_text(FEATURE_MODEL)
    import_uvl(tmp_path / "bike.uvl", tmp_path / "bike")
    author = enter(shop, login_name="author")

    send(author, "bike.zip", zipped(read_files(tmp_path / "bike")))
    do_jobs(shop)
    author.open(author.path)
    assert "may be published" in author.text()
    assert "Bike can only be answered with yes" in author.text()
    assert "the line is configured only" in author.text()
    author.press("Publish")

    visitor = enter(shop)
    assert "Bike" in visitor.open("/").text()
    draft = visitor.open("/configure/Bike").press("Make yours").path.rpartition("/")[0]
    visitor.open(f"{draft}/Bike").press("=yes", within="#feature-Motor")
    assert "To configure only" in visitor.text()
    assert "date not known yet" not in visitor.text()
    assert "Order" not in [words_of(each) for each in visitor.all("button")]
    visitor.press("=yes", within="#feature-Basket")
    assert (visitor.status, "!(Basket & Motor)" in visitor.text(".conflict__reasons")) == (409, True)

    staff = Reader("clerk", is_staff=True)
    with pytest.raises(DraftNotQuotable) as refused:
        issue_quote(
            shop.database,
            shop.configurators,
            DraftId(draft.rpartition("/")[2]),
            staff,
            new_id=shop.new_id,
            actor=Actor("clerk", "store"),
            now=NOW,
        )
    assert refused.value.facts == {"reason": "not_made"}


def test_a_library_is_refused_with_the_lines_that_take_it_along(shop: Shop) -> None:
    """It is looked at like any candidate, and not published: nobody would know it by a name."""
    author = enter(shop, login_name="author")

    send(author, "common.zip", zipped(read_files(BUILT_IN_CATALOGS / "common")))
    do_jobs(shop)
    author.open(author.path)

    assert "common is a library, used by jeans , pc : publish what uses it" in author.text()
    assert "Publish" not in [words_of(each) for each in author.all("button")]
