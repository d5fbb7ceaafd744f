"""The fonts a sheet may use: a fontconfig file of our own, so that other fonts on the machine change nothing.

Fonts are found by family through this file, never by ``@font-face``: with the latter WeasyPrint keeps a copy of every
font for every document, and the bytes of a PDF would depend on where that copy lies.
"""

import os
from pathlib import Path
from xml.sax.saxutils import escape

NOTO_FOLDERS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto"))
"""Where Debian's ``fonts-noto-core`` and ``fonts-noto-cjk`` put them."""
ACCEPTED = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc")
OTHER_SCRIPTS = ("NotoSans*-Regular.ttf", "NotoSans*-Bold.ttf")
"""For customer texts in any script; they come after Noto Sans and Noto Sans CJK."""


class FontsMissing(RuntimeError):
    """A font of the sheet is not installed."""


def write_fontconfig(folder: Path, fonts: tuple[Path, ...] = NOTO_FOLDERS) -> Path:
    """Write ``fonts.conf`` and its cache below ``folder`` and return the file, for ``FONTCONFIG_FILE``.

    Raises:
        FontsMissing: Noto Sans or Noto Sans CJK is not in ``fonts``.
    """
    missing = [name for name in ACCEPTED if not any((one / name).is_file() for one in fonts)]
    if missing:
        raise FontsMissing(f"{', '.join(missing)} not found: apt-get install fonts-noto-core fonts-noto-cjk")
    folder.mkdir(parents=True, exist_ok=True)
    globs = [str(one / name) for one in fonts for name in (*ACCEPTED, *OTHER_SCRIPTS)]
    lines = [
        '<?xml version="1.0"?>',
        '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
        "<fontconfig>",
        *(f"<dir>{escape(str(one))}</dir>" for one in fonts if one.is_dir()),
        f"<cachedir>{escape(str(folder / 'cache'))}</cachedir>",
        "<selectfont>",
        "<rejectfont><glob>*</glob></rejectfont>",
        *(f"<acceptfont><glob>{escape(one)}</glob></acceptfont>" for one in globs),
        "</selectfont>",
        "</fontconfig>",
    ]
    path = folder / "fonts.conf"
    content = "\n".join(lines) + "\n"
    if not path.is_file() or path.read_text("utf-8") != content:
        half = folder / f".fonts.{os.getpid()}.tmp"  # several processes share the folder: none may read half a file
        half.write_text(content, "utf-8")
        half.rename(path)
    return path
