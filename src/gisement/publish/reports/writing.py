"""How a report is written to a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gisement.publish.reports.book import book
from gisement.publish.reports.document import Report
from gisement.publish.reports.html import html
from gisement.publish.reports.pdf import pdf
from gisement.terms import Trouble

Face = Callable[[Report], bytes]
FACES: Mapping[str, Face] = {".pdf": pdf, ".html": html, ".xlsx": book}


def face_of(path: Path) -> Face:
    """What writes a file of that name. Raises Trouble where its ending is unknown, or its folder is not there."""
    face = FACES.get(path.suffix.lower())
    if face is None:
        allowed = ", ".join(FACES)
        raise Trouble(
            fr=f"{path} : un rapport se termine par {allowed} ; changer le nom du fichier après -o.",
            en=f"{path}: a report ends with {allowed}; change the name of the file after -o.",
        )
    if not path.parent.is_dir():
        raise _unwritable(path)
    return face


def write(report: Report, path: Path) -> None:
    """The report in that file, all of it or nothing. Raises Trouble where it cannot be written there."""
    content = face_of(path)(report)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise _unwritable(path) from None


def _unwritable(path: Path) -> Trouble:
    return Trouble(
        fr=f"{path} ne peut pas être écrit : donner après -o un fichier dans un dossier qui existe et s'écrit.",
        en=f"{path} cannot be written: give after -o a file in a folder that exists and can be written to.",
    )
