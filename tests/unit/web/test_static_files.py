import re
from pathlib import Path

import pytest

from web.static_files import BUNDLE, ROOT, STYLESHEETS, StaticFileNotFound, load_static_files


def test_all_own_stylesheets_are_in_the_bundle() -> None:
    """A stylesheet that nobody bundles would never be seen."""
    own = {str(path.relative_to(ROOT)) for path in (ROOT / "css").rglob("*.css")}
    assert own == set(STYLESHEETS)


def test_every_address_in_the_bundle_is_served() -> None:
    """Fonts are ours: nothing is fetched from elsewhere."""
    files = load_static_files()
    for address in re.findall(r"url\(\"([^\"]+)\"\)", files.contents[BUNDLE].decode()):
        assert address.startswith("../")
        assert address.removeprefix("../") in files.contents


def test_a_changed_file_changes_every_address(tmp_path: Path) -> None:
    """The version covers names and contents."""
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a{}")
    (tmp_path / "x.svg").write_text("<svg/>")
    first = load_static_files(tmp_path, ("css/a.css",))
    (tmp_path / "x.svg").write_text("<svg></svg>")
    second = load_static_files(tmp_path, ("css/a.css",))
    assert first.href("x.svg") != second.href("x.svg")
    assert first.href("x.svg") == f"/static/{first.version}/x.svg"


def test_a_wrong_name_fails_where_it_is_written() -> None:
    with pytest.raises(StaticFileNotFound):
        load_static_files().href("css/none.css")


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    sprite = (ROOT / "icons" / "lucide.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    templates = Path(ROOT.parent / "templates").rglob("*.html")
    used = {name for path in templates for name in re.findall(r'(?:ui\.icon\(|icon=)"([a-z0-9-]+)"', path.read_text())}
    assert used - known == set()
