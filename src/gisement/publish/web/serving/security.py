"""Headers of every answer, and what is refused before any page is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors {frames}"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]", "testserver")
METHODS: tuple[str, ...] = ("GET", "HEAD")
LONGEST_ADDRESS = 4096
NO_STORE = (b"cache-control", b"no-store")


class Guard:
    """Adds the headers, answers what a browser holds already (304), and refuses other methods and names.

    An answer depends on the data's release, the code and the address alone: one mark stands for all; without a mark
    nothing is kept. What is `private` is kept by no shared cache. With `local_only`, a name that is not this machine's
    is refused, so that no other site can ask for what is here.
    """

    def __init__(
        self, app: Application, mark: str, *, private: bool = False, local_only: bool = False,
        methods: tuple[str, ...] = METHODS,
    ) -> None:  # fmt: skip
        self.app, self.mark, self.private, self.local_only = app, f'W/"{mark}"'.encode(), private, local_only
        self.keeps, self.methods = bool(mark), methods

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = self._refused(scope)
        if status:
            allowed = [(b"allow", ", ".join(self.methods).encode())] if status == 405 else []
            await answer_shortly(send, status, [*self._headers(scope), *allowed])
            return
        known = self.mark in dict(scope["headers"]).get(b"if-none-match", b"")
        if self.keeps and known and not _is_static(scope) and not _is_part(scope):
            await answer_shortly(send, 304, self._headers(scope))
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = {name.lower() for name, _ in message["headers"]}
                own = self._headers(scope, message["status"])
                more = [(name, value) for name, value in own if name not in held or name == b"vary"]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self.app(scope, receive, sent)

    def _refused(self, scope: Message) -> int:
        if scope["method"] not in self.methods:
            return 405
        if len(scope["query_string"]) + len(scope["path"]) > LONGEST_ADDRESS:
            return 414
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").rsplit(":", 1)
        is_local = host[0].lower() in LOCAL_NAMES or ":".join(host).lower() in LOCAL_NAMES
        return 421 if self.local_only and not is_local else 0

    def _headers(self, scope: Message, status: int = 304) -> list[tuple[bytes, bytes]]:
        is_frame = "/embed/" in scope["path"]
        policy = POLICY.format(frames="*" if is_frame else "'none'")
        found = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
        found.append((b"content-security-policy", policy.encode()))
        found.append((b"cross-origin-resource-policy", b"cross-origin" if is_frame else b"same-origin"))
        if not is_frame:
            found.append((b"x-frame-options", b"DENY"))
        found.append((b"vary", b"HX-Request"))
        if _is_part(scope) or not self.keeps:
            # a part of a page must never be taken for the page of the same address
            found.append(NO_STORE)
        elif status in (200, 304) and not _is_static(scope):
            kind = b"private" if self.private else b"public"
            found += [(b"cache-control", kind + b", max-age=0, must-revalidate"), (b"etag", self.mark)]
        elif status not in (200, 304):
            found.append(NO_STORE)
        return found


def _is_part(scope: Message) -> bool:
    return b"hx-request" in dict(scope["headers"])


def _is_static(scope: Message) -> bool:
    return str(scope["path"]).startswith("/static/")


async def answer_shortly(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    """An answer without a body."""
    length = [] if status == 304 else [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": b""})
