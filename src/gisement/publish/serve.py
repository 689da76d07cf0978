"""Serves a folder of static pages on this machine: GET and HEAD only, nothing outside the folder, no script.

The policy allows only the styles that stand in the page itself, by their hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from gisement.terms import Trouble

HOST = "127.0.0.1"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
}
"""What may be served, by the end of its name."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def serve(page: Path, port: int = 8000, say: Callable[[str], None] = print) -> None:
    """Serve the folder of `page` until Ctrl-C; `say` is told the address. Trouble if the port is taken."""
    with server(page.parent, port, page.name) as running:
        say(f"http://{HOST}:{running.server_port}/")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            return


def server(folder: Path, port: int = 0, index: str = "diagnosis.html") -> ThreadingHTTPServer:
    """A server of the folder, not yet running (port 0: any free one); `index` answers at `/`."""
    try:
        return ThreadingHTTPServer((HOST, port), partial(Pages, folder.resolve(), index))
    except OSError:
        raise Trouble(
            fr=f"Le port {port} est déjà pris : en donner un autre avec --port, ou ajouter --no-serve.",
            en=f"Port {port} is taken: give another one with --port, or add --no-serve.",
        ) from None


def policy(content: bytes) -> str:
    """The Content-Security-Policy of a page: its own styles, by hash, and nothing else."""
    hashes = [base64.b64encode(hashlib.sha256(style).digest()).decode() for style in _STYLE.findall(content)]
    styles = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; object-src 'none'"
    )


class Pages(BaseHTTPRequestHandler):
    """Answers GET and HEAD with the files of one folder; the base class refuses any other method (501)."""

    server_version, sys_version = "gisement", ""

    def __init__(self, folder: Path, index: str, *arguments: Any) -> None:
        self.folder, self.index = folder, index
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """A file of the folder, or 404."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """The headers of the same answer."""
        self._answer(with_body=False)

    def log_message(self, *arguments: Any) -> None:
        """Nothing: requests of the page's reader are nobody's business."""

    def end_headers(self) -> None:
        """Every answer, an error too, bears the headers that keep the page to itself."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def _answer(self, *, with_body: bool) -> None:
        path = self._file()
        content = b"Cette page n'existe pas.\n" if path is None else path.read_bytes()
        self.send_response(HTTPStatus.NOT_FOUND if path is None else HTTPStatus.OK)
        self.send_header("Content-Type", "text/plain; charset=utf-8" if path is None else TYPES[path.suffix])
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", policy(content if path and path.suffix == ".html" else b""))
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def _file(self) -> Path | None:
        """The file that the address names, if it lies in the folder (links resolved) and may be served."""
        try:
            asked = unquote(urlsplit(self.path).path, errors="strict").lstrip("/") or self.index
            path = (self.folder / asked).resolve()
            is_inside = path.is_relative_to(self.folder) and path.suffix in TYPES and path.is_file()
        except (ValueError, OSError):
            return None
        return path if is_inside else None
