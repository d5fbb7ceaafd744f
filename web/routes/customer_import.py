"""Customers and measures from a CSV file, first looked through, then added."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response

from orders.customers.importing import COLUMNS, ImportProblem, read_import
from orders.customers.service import Imported, import_customers
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheActor, TheShop
from web.templating import reader_locale, respond
from web.views.importing import problem_words

router = APIRouter(
    prefix="/customers/import", dependencies=[Depends(require_role(Role.STORE))], include_in_schema=False
)
SHOWN_PROBLEMS = 100


@router.get("", name="customer_import:form")
def form(request: Request) -> Response:
    """Ask for the file."""
    return _show(request)


@router.post("", name="customer_import:send")
def send(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    file: Annotated[UploadFile | None, File()] = None,
    dry_run: Annotated[str, Form()] = "",
) -> Response:
    """Look the file through; add its people unless it was only to be looked through, or something is wrong."""
    content = file.file.read() if file is not None else b""
    rows, problems = read_import(content, today=shop.now().date())
    if problems or dry_run:
        return _show(request, problems=problems, count=len(rows), is_checked=not problems)
    with shop.database.write() as db:
        done = import_customers(db, rows, new_id=shop.new_id, actor=actor, now=shop.now())
    return _show(request, done=done)


def _show(
    request: Request,
    *,
    problems: list[ImportProblem] | None = None,
    count: int = 0,
    is_checked: bool = False,
    done: Imported | None = None,
) -> Response:
    locale = reader_locale(request)
    found = problems or []
    values = {
        "columns": COLUMNS,
        "problems": [(each.line, each.column, problem_words(each, locale)) for each in found[:SHOWN_PROBLEMS]],
        "more": max(0, len(found) - SHOWN_PROBLEMS),
        "count": count,
        "is_checked": is_checked,
        "done": done,
    }
    return respond(request, "customers/import.html", values, status=422 if found else 200)
