import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import web
from web.translations import LOCALES, ROOT, preferred_locale

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "say": None, "gettext": None, "ngettext": (1, 2)}


def messages() -> Iterator[str]:
    folder = Path(web.__file__).parent
    options = {"templates/**.html": {"trimmed": "true"}}
    found = extract_from_dir(
        str(folder), METHODS, options, KEYWORDS, directory_filter=lambda path: not Path(path).name.startswith(".")
    )
    for _, _, message, _, _ in found:
        yield message if isinstance(message, str) else message[0]
    for room in ("modules_catalog", "orders/publishing"):
        for file in (folder.parent / room).rglob("*.py"):
            yield from said_in(file)


def said_in(file: Path) -> Iterator[str]:
    """Yield the messages for authors; extraction passes over those written inside another message's call."""
    for call in ast.walk(ast.parse(file.read_text())):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "said":
            yield ast.literal_eval(call.args[0])


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
def test_every_message_is_translated(locale: str) -> None:
    """A page is never half English: docs/web.md says how to update the catalogs."""
    with (ROOT / locale / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalog = read_po(source, locale=locale)
    missing = sorted(
        {
            text
            for text in messages()
            if text and not (catalog.get(text) and catalog[text].string and all(catalog[text].string))
        }
    )
    assert missing == []


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
def test_translations_keep_the_places_of_the_original(locale: str) -> None:
    """``%(num)s`` and the like stand in the translation too."""
    with (ROOT / locale / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalog = read_po(source, locale=locale)
    assert [(str(message.id), [str(error) for error in errors]) for message, errors in catalog.check()] == []


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "en"),
        ("de, fr;q=0.8", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh_Hant"),
        ("zh-CN", "zh_Hans"),
        ("zh-Hant-HK", "zh_Hant"),
        ("zh", "zh_Hans"),
        ("de, zh-HK;q=0.5, en;q=0.4", "zh_Hant"),
        ("en-GB, zh-TW;q=0.5", "en"),
        ("zh-TW;q=0, en", "en"),
        ("zh-TW;q=nonsense", "en"),
    ],
)
def test_the_browsers_wish_is_heard(header: str, locale: str) -> None:
    assert preferred_locale(header) == locale
