"""The languages of the pages: Babel catalogs read from their ``.po`` files when they are first asked for.

No compiled catalog is kept: a ``.po`` of this size is read in some hundredths of a second, once a process.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

ROOT = Path(__file__).parent / "locales"
LOCALES = {"en": "English", "zh_Hant": "繁體中文", "zh_Hans": "简体中文"}
DEFAULT_LOCALE = "en"
_ALIASES = {
    "zh": "zh_Hans",
    "zh_CN": "zh_Hans",
    "zh_SG": "zh_Hans",
    "zh_TW": "zh_Hant",
    "zh_HK": "zh_Hant",
    "zh_MO": "zh_Hant",
}


@cache
def translations_for(locale: str) -> NullTranslations:
    """Return the catalog of one of our locales; English is the language of the sources."""
    if locale == DEFAULT_LOCALE:
        return NullTranslations()
    with (ROOT / locale / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalog = read_po(source, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def html_language(locale: str) -> str:
    """Return the locale as HTML writes it: ``zh-Hant``."""
    return locale.replace("_", "-")


def preferred_locale(accept_language: str) -> str:
    """Return our locale that suits an ``Accept-Language`` header best; English if none does."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.split(",")):
        tag, _, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        if tag and weight > 0:
            wanted.append((-weight, place, tag.replace("-", "_")))
    ordered = []
    for _, _, tag in sorted(wanted):
        with_script = "_".join(tag.split("_")[:2])
        ordered.append(with_script if with_script in LOCALES else _ALIASES.get(with_script, tag))
    return negotiate_locale(ordered, list(LOCALES), aliases={}) or DEFAULT_LOCALE
