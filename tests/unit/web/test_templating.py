from datetime import date
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from web.static_files import load_static_files
from web.templating import block_id, load_templates
from web.translations import LOCALES

PAGE = """{% block main %}<main>{% block options_panel %}<section id="options-panel">{{ ui.thing(name) }}</section>{% endblock %}
{% block summary %}<aside id="summary">{{ price | money("EUR") }}</aside>{% endblock %}</main>{% endblock %}"""
SHARED = "{% macro thing(name) %}<b>{{ name }}</b>{% endmacro %}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "_shared").mkdir()
    (tmp_path / "_shared" / "_thing.html").write_text(SHARED)
    (tmp_path / "page.html").write_text(PAGE)
    return tmp_path


def test_the_first_block_is_plain_and_the_others_find_their_place(folder: Path) -> None:
    """htmx 4 puts the rest where each ``hx-partial`` points; macros work in a block alone."""
    templates = load_templates(load_static_files(), folder)
    html = templates.blocks("en", "page.html", ["options_panel", "summary"], {"name": "<Ana>", "price": 13_800})
    assert html == (
        '<section id="options-panel"><b>&lt;Ana&gt;</b></section>\n'
        '<hx-partial hx-target="#summary" hx-swap="outerHTML"><aside id="summary">€138.00</aside></hx-partial>'
    )


def test_a_name_that_is_missing_fails(folder: Path) -> None:
    templates = load_templates(load_static_files(), folder)
    with pytest.raises(UndefinedError, match="'name' is undefined"):
        templates.block("en", "page.html", "options_panel", {})


def test_what_is_compiled_once_is_said_in_each_language(folder: Path) -> None:
    """A constant too goes through the filter of the reader's own language."""
    (folder / "page.html").write_text('{{ "2026-11-23" | as_date | date(year=true) }}')
    templates = load_templates(load_static_files(), folder)
    for environment in templates.environments.values():
        environment.filters["as_date"] = date.fromisoformat
    told = {locale: templates.page(locale, "page.html", {}) for locale in LOCALES}
    assert told["zh_Hant"].startswith("2026年11月23日")
    assert "23" in told["en"]
    assert "年" not in told["en"]


def test_two_macros_of_one_name_fail_at_start(folder: Path) -> None:
    (folder / "_shared" / "_twice.html").write_text(SHARED)
    with pytest.raises(ValueError, match="two shared macros are called thing"):
        load_templates(load_static_files(), folder)


def test_a_block_names_its_root() -> None:
    assert block_id("options_panel") == "options-panel"
