"""Forms whose fields are not known by name beforehand, for handlers that run in a thread."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData


async def read_form(request: Request) -> FormData:
    """Return the form as it was sent."""
    return await request.form()


TheForm = Annotated[FormData, Depends(read_form)]
