"""Pages and their swappable parts: one Jinja environment for each language, one answer for each kind of request.

A page is a template; its swappable parts are named blocks in it, each with one root element whose id is the
block's name with hyphens. :func:`respond` sends the whole page, or only the blocks when htmx asked for them.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup

from web import formats, navigation
from web.static_files import StaticFiles, load_static_files
from web.translations import LOCALES, html_language, translations_for

ROOT = Path(__file__).parent / "templates"
VARY = "HX-Request, HX-Request-Type, Cookie, Accept-Language"


class SharedBytecode(BytecodeCache):
    """Compiled templates of this process: each is compiled for the first language and read by the others."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what is known of its template."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


class Macros(Mapping[str, Any]):
    """The shared macros under one name: ``ui.button(…)`` in any template and any block, without an import."""

    def __init__(self) -> None:
        self._macros: dict[str, Any] = {}

    def add(self, module: object) -> None:
        """Take every macro of one ``_shared`` template; two of one name are a mistake."""
        for name, macro in vars(module).items():
            if name.startswith("_") or not callable(macro):
                continue
            if name in self._macros:
                raise ValueError(f"two shared macros are called {name}")
            self._macros[name] = macro

    def __getitem__(self, name: str) -> Any:
        return self._macros[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._macros)

    def __len__(self) -> int:
        return len(self._macros)


@dataclass(frozen=True, slots=True)
class Templates:
    """The environments, one a language."""

    environments: Mapping[str, Environment]

    def page(self, locale: str, template: str, values: Mapping[str, Any]) -> str:
        """Return the whole page."""
        return self.environments[locale].get_template(template).render(values)

    def block(self, locale: str, template: str, block: str, values: Mapping[str, Any]) -> str:
        """Return one named block of a page.

        Raises:
            KeyError: The page has no such block.
        """
        loaded = self.environments[locale].get_template(template)
        context = loaded.new_context(dict(values))
        return "".join(loaded.blocks[block](context)).strip()

    def blocks(self, locale: str, template: str, names: Sequence[str], values: Mapping[str, Any]) -> str:
        """Return the first block for htmx's own target, the others each with theirs."""
        first, *others = names
        parts = [self.block(locale, template, first, values)]
        for name in others:
            inner = self.block(locale, template, name, values)
            parts.append(f'<hx-partial hx-target="#{block_id(name)}" hx-swap="outerHTML">{inner}</hx-partial>')
        return "\n".join(parts)


def block_id(name: str) -> str:
    """Return the id of a block's root element: ``options_panel`` → ``options-panel``."""
    return name.replace("_", "-")


def load_templates(static_files: StaticFiles, root: Path = ROOT) -> Templates:
    """Return the templates below ``root`` in every language, their shared macros ready."""
    bytecode = SharedBytecode()
    environments = {locale: _environment(locale, static_files, root, bytecode) for locale in LOCALES}
    return Templates(environments=MappingProxyType(environments))


@cache
def the_look() -> tuple[StaticFiles, Templates]:
    """Return our files and templates, read once a process: neither changes while it runs."""
    files = load_static_files()
    return files, load_templates(files)


def _environment(locale: str, static_files: StaticFiles, root: Path, bytecode: BytecodeCache) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(root),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
        bytecode_cache=bytecode,
    )
    translations = translations_for(locale)
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    macros = Macros()
    environment.globals.update(
        ui=macros,
        static_url=static_files.href,
        once=_once,
        locale=locale,
        html_language=html_language(locale),
        locales=LOCALES,
    )
    environment.filters.update(
        money=_filter(formats.money, locale=locale),
        money_delta=_filter(formats.money_or_same, locale=locale, translations=translations),
        days_delta=_filter(formats.days_delta, translations=translations),
        date=_filter(formats.date, locale=locale),
        moment=_filter(formats.moment, locale=locale),
        length=_filter(formats.length, locale=locale),
        number=_filter(formats.number, locale=locale),
    )
    for path in sorted((root / "_shared").glob("_*.html")):
        macros.add(environment.get_template(f"_shared/{path.name}").module)
    return environment


def _filter(function: Callable[..., str], **of_the_language: object) -> Callable[..., str]:
    """Return a filter that is applied when a page is shown, not to constants when it is compiled for all languages."""

    @pass_context
    def applied(_context: Context, *given: object, **named: object) -> str:
        return function(*given, **of_the_language, **named)

    return applied


def wants_blocks(request: Request) -> bool:
    """Tell whether htmx asked for a part; a history restore or a whole-body swap gets the whole page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def respond(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    blocks: Sequence[str] = (),
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return the page, or its ``blocks`` when htmx asked for a part.

    Args:
        request: The request, carrying who reads and in which language.
        template: Path below ``web/templates``.
        values: What the template shows: frozen view values, never table rows.
        blocks: Named blocks to send to htmx; the first goes to the target of the element that acted, the others
            find their place by id. Without any, htmx gets the whole page too.
        status: 409 for a refused choice, 422 for bad input; htmx 4 swaps both.
        headers: Further headers, such as ``HX-Push-Url``.
    """
    templates: Templates = request.app.state.templates
    locale = reader_locale(request)
    is_part = bool(blocks) and wants_blocks(request)
    shown = {**page_values(request), "is_part": is_part, **values}
    if is_part:
        html = templates.blocks(locale, template, blocks, shown)
    else:
        html = templates.page(locale, template, shown)
    return HTMLResponse(html, status_code=status, headers={"Vary": VARY, **(headers or {})})


def go_to(request: Request, url: str) -> Response:
    """Return the way to another page after a change: 303, or for htmx a header that loads the page anew."""
    if wants_blocks(request):
        return Response(status_code=204, headers={"HX-Redirect": url, "Vary": VARY})
    return RedirectResponse(url, status_code=303, headers={"Vary": VARY})


def reader_locale(request: Request) -> str:
    """Return the language of the reader, as the visitor middleware found it."""
    return str(request.state.visitor.locale)


def page_values(request: Request) -> dict[str, Any]:
    """Return what every page may use: the request's address, the reader and the CSRF field."""
    visitor = request.state.visitor
    user = getattr(request.state, "user", None)
    token = visitor.csrf_token
    return {
        "request": request,
        "url_for": request.url_for,
        "here": request.url.path,
        "visitor": visitor,
        "user": user,
        "links": navigation.links(request, user),
        "csrf_token": token,
        "csrf": lambda: Markup('<input type="hidden" name="csrf_token" value="{}">').format(token),
    }


def _once() -> Markup:
    """Return the field by which a form that was pressed twice is known (`web.forms.done_once`)."""
    return Markup('<input type="hidden" name="once" value="{}">').format(secrets.token_urlsafe(16))
