"""Styles and scripts of the package: served by name and content, so that a browser keeps them for a year."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gisement.publish.palette import style_variables

TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}  # fmt: skip
_FOLDER = Path(__file__).parents[1] / "static"


@dataclass(frozen=True)
class Asset:
    """A file as it is sent, and its address."""

    address: str
    kind: str
    content: bytes
    compressed: bytes


@cache
def assets() -> dict[str, Asset]:
    """Every file of the folder, by name."""
    return {path.name: _asset(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in TYPES}


def static(name: str) -> str:
    """The address of a file; KeyError if there is none of that name."""
    return assets()[name].address


def answer(request: Request) -> Response:
    """The file that an address names."""
    found = assets().get(str(request.path_params["name"]))
    if found is None:
        return PlainTextResponse("", status_code=404)
    can_gzip = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if can_gzip:
        headers["Content-Encoding"] = "gzip"
    return Response(found.compressed if can_gzip else found.content, media_type=found.kind, headers=headers)


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    if path.suffix == ".css":
        content = style_variables().encode() + content
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"/static/{digest}/{path.name}", TYPES[path.suffix], content, gzip.compress(content, 9, mtime=0))
