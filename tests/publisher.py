"""A web server on the loopback that publishes files as data.gouv.fr does, with all that goes wrong on real networks.

A scene says what it has and how it behaves: `acts` are what it does with the next requests for a file, one each.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from gisement.sources.cards import Card

BODY = bytes(range(256)) * 4096
OTHER = BODY[::-1]
FIRST, SECOND = '"first"', '"second"'
DATASETS = "/api/1/datasets/"


@dataclass
class Scene:
    """What the server has, what it does with the next requests, and what it was asked (with the moment, in seconds).

    A path of `files` has its own content and ETag; any other one has `body` and `etag`. `listing` is what the
    interface for programs answers for a dataset, `listing_acts` what it does instead.
    """

    body: bytes = BODY
    etag: str | None = FIRST
    last_modified: str | None = None
    ranges: bool = True
    acts: list[Callable[[Handler], bool]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    listing: dict[str, Any] = field(default_factory=dict)
    listing_acts: list[Callable[[Handler], bool]] = field(default_factory=list)
    address: str = ""

    def publish(self, source: Card, content: bytes) -> None:
        """Have a file where its card says that it is: at a fixed address, or named by the dataset's listing."""
        found = source.resolution
        assert found is not None
        if found.address is not None:
            self.files[urlsplit(found.address).path] = content
            return
        path = f"/files/{source.file_name}"
        self.files[path] = content
        resource = {
            "id": found.resource or "the-only-one",
            "title": source.file_name,
            "format": found.format,
            "url": self.address + path,
            "last_modified": "2026-01-05T06:00:00+00:00",
        }
        self.listing.setdefault(str(found.dataset), {"resources": []})["resources"].append(resource)

    def content(self, path: str) -> tuple[bytes, str | None]:
        """The content of a path, and its ETag."""
        if path not in self.files:
            return self.body, self.etag
        return self.files[path], f'"{hashlib.sha256(self.files[path]).hexdigest()[:12]}"'

    def files_asked(self) -> list[dict[str, str]]:
        """The requests for files, without those for listings."""
        return [asked for asked in self.asked if not asked["path"].startswith(DATASETS)]


class Handler(BaseHTTPRequestHandler):
    """Knows conditional and partial requests, unless the scene plays something else."""

    server: Server
    protocol_version = "HTTP/1.1"

    @property
    def scene(self) -> Scene:
        """What is played."""
        return self.server.scene

    def do_GET(self) -> None:
        """A listing or a file."""
        scene = self.scene
        scene.asked.append({"path": self.path} | {name.lower(): value for name, value in self.headers.items()})
        scene.moments.append(time.monotonic())
        is_listing = self.path.startswith(DATASETS)
        acts = scene.listing_acts if is_listing else scene.acts
        if acts and acts.pop(0)(self):
            return
        if is_listing:
            self._list(self.path.removeprefix(DATASETS).strip("/"))
        else:
            self._give(*scene.content(urlsplit(self.path).path))

    def _list(self, dataset: str) -> None:
        found = self.scene.listing.get(dataset)
        if dataset not in self.scene.listing:
            self.answer(404, b'{"message": "no such dataset"}')
        else:
            self.answer(200, json.dumps(found).encode(), {"Content-Type": "application/json", "ETag": None})

    def _give(self, body: bytes, etag: str | None) -> None:
        scene, asked = self.scene, self.headers.get("Range")
        is_same = self.headers.get("If-Range", etag) in (etag, scene.last_modified)
        if etag and self.headers.get("If-None-Match") == etag:
            self.answer(304, headers={"ETag": etag})
        elif asked and scene.ranges and is_same:
            self.partial(int(asked.removeprefix("bytes=").rstrip("-")))
        else:
            self.answer(200, body, {"ETag": etag})

    def partial(self, start: int) -> None:
        """The rest of the file, or 416 if there is none."""
        body, etag = self.scene.content(urlsplit(self.path).path)
        size = len(body)
        if start >= size:
            self.answer(416, b"", {"Content-Range": f"bytes */{size}"})
        else:
            self.answer(206, body[start:], {"Content-Range": f"bytes {start}-{size - 1}/{size}", "ETag": etag})

    def answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str | None] | None = None, sent: int | None = None
    ) -> None:
        """An answer; with `sent`, the connection breaks after so many bytes of the announced body."""
        self.send_response(status)
        validators = {"ETag": self.scene.etag, "Last-Modified": self.scene.last_modified}
        announced = {} if status == 304 else {"Content-Length": str(len(body))}
        for name, value in {**announced, **validators, **(headers or {})}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:sent])
        if sent is not None:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


class Server(ThreadingHTTPServer):
    """Plays one scene, and keeps quiet about clients that hang up."""

    scene: Scene
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Nothing is printed."""


@contextmanager
def published() -> Iterator[Scene]:
    """A fresh scene, on a server of its own."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.scene = Scene(address=f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server.scene
        server.shutdown()
        thread.join()


def says(status: int, **headers: str) -> Callable[[Handler], bool]:
    """An act: answer `status`."""

    def act(handler: Handler) -> bool:
        handler.answer(status, b"no", {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    return act


def breaks_after(count: int) -> Callable[[Handler], bool]:
    """An act: send `count` bytes of the whole body, then close."""

    def act(handler: Handler) -> bool:
        body, etag = handler.scene.content(urlsplit(handler.path).path)
        handler.answer(200, body, {"ETag": etag}, sent=count)
        return True

    return act


def changes(body: bytes, etag: str | None = None) -> Callable[[Handler], bool]:
    """An act: the file becomes another one, then the request is served as usual."""

    def act(handler: Handler) -> bool:
        path = urlsplit(handler.path).path
        if path in handler.scene.files:
            handler.scene.files[path] = body
        else:
            handler.scene.body, handler.scene.etag = body, etag
        return False

    return act


def stalls_after(count: int, until: threading.Event) -> Callable[[Handler], bool]:
    """An act: send `count` bytes of the whole body, then nothing until the event."""

    def act(handler: Handler) -> bool:
        body, etag = handler.scene.content(urlsplit(handler.path).path)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("ETag", etag or "")
        handler.end_headers()
        handler.wfile.write(body[:count])
        handler.wfile.flush()
        until.wait(60)
        handler.close_connection = True
        return True

    return act
