"""Answers kept for whoever asks the same again: one depends on the release, the code and the address alone."""

from __future__ import annotations

import threading
from collections import OrderedDict

from gisement.publish.web.serving.security import Application, Message, Receive, Send

MOST_BYTES, LARGEST = 32 << 20, 1 << 18
"""What is kept in all, and of one answer: files that stream are longer, and are made each time."""
ASKED = (b"accept-encoding", b"hx-request")
"""The headers of a request that its answer depends on."""
GROWING = ("/releases",)
"""How the addresses end whose answer may grow while a release lasts: a server notes the release after it has begun."""
Key = tuple[str, bytes, tuple[bytes | None, ...]]


class Kept:
    """Keeps successful answers to GET, the latest asked for; the application of the next release has its own.

    Wraps what compresses, so that neither is done again. Not for answers that depend on who asks.
    """

    def __init__(self, app: Application, most: int = MOST_BYTES) -> None:
        self.app, self.most = app, most
        self._answers: OrderedDict[Key, list[Message]] = OrderedDict()
        self._bytes, self._lock = 0, threading.Lock()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].endswith(GROWING):
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"])
        key = (scope["path"], scope["query_string"], tuple(given.get(name) for name in ASKED))
        found = self._found(key)
        for message in found:
            await send(dict(message))
        if not found:
            await self._made(key, scope, receive, send)

    def _found(self, key: Key) -> list[Message]:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key, [])

    async def _made(self, key: Key, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, and keep what was answered if it is whole and short."""
        told: list[Message] = []
        size = 0

        async def sent(message: Message) -> None:
            nonlocal size
            size += len(message.get("body", b""))
            if size <= LARGEST:
                told.append(dict(message))
            await send(message)

        await self.app(scope, receive, sent)
        if size <= LARGEST and told[0].get("status") == 200 and not told[-1].get("more_body"):
            self._keep(key, told)

    def _keep(self, key: Key, told: list[Message]) -> None:
        with self._lock:
            self._bytes += _size(told) - _size(self._answers.pop(key, []))
            self._answers[key] = told
            while self._bytes > self.most:
                self._bytes -= _size(self._answers.popitem(last=False)[1])


def _size(told: list[Message]) -> int:
    return sum(len(message.get("body", b"")) for message in told)
