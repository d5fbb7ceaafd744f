"""The files a browser fetches: served under a hash of their content, so that they may be kept for ever.

All own stylesheets go out as one file, in cascade-layer order. The hash in the address covers the whole
folder, so relative addresses inside it (fonts in the stylesheet) need no rewriting.
"""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kernel.errors import NotFound

ROOT = Path(__file__).parent / "static"

STYLESHEETS = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components/chrome.css",
    "css/components/button.css",
    "css/components/field.css",
    "css/components/option.css",
    "css/components/message.css",
    "css/components/summary.css",
    "css/components/steps.css",
    "css/components/lists.css",
    "css/components/table.css",
    "css/components/floor.css",
    "css/components/chart.css",
    "css/utilities.css",
)
BUNDLE = "css/lotone.css"
FOREVER = "public, max-age=31536000, immutable"

mimetypes.add_type("font/woff2", ".woff2")


class StaticFileNotFound(NotFound):
    """No file of that name is served."""


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """The served files, read once at start.

    Attributes:
        version: Hash over all names and contents.
        contents: {path below the folder: bytes}.
    """

    version: str
    contents: Mapping[str, bytes]

    def href(self, path: str) -> str:
        """Return the address of one file; a wrong name fails where it is written.

        Raises:
            StaticFileNotFound: There is no such file.
        """
        if path not in self.contents:
            raise StaticFileNotFound(path=path)
        return f"/static/{self.version}/{path}"


def load_static_files(root: Path = ROOT, stylesheets: tuple[str, ...] = STYLESHEETS) -> StaticFiles:
    """Return all files below ``root``, the own stylesheets (``css/``) bundled into one."""
    own = {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    contents = {path: content for path, content in own.items() if not path.startswith("css/")}
    contents[BUNDLE] = b"\n".join(own[path] for path in stylesheets)
    digest = hashlib.sha256()
    for path, content in sorted(contents.items()):
        digest.update(f"{path}:{len(content)}:".encode())
        digest.update(content)
    return StaticFiles(version=digest.hexdigest()[:12], contents=contents)


router = APIRouter()


@router.get("/static/{version}/{path:path}", name="static:file", include_in_schema=False)
def static_file(request: Request, version: str, path: str) -> Response:
    """Answer with one file; an address of another version (an old page, a newer process) is not kept."""
    files: StaticFiles = request.app.state.static_files
    content = files.contents.get(path)
    if content is None:
        raise StaticFileNotFound(path=path)
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    caching = FOREVER if version == files.version else "no-cache"
    return Response(content, media_type=kind, headers={"Cache-Control": caching})
