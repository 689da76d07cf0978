"""How much one address may ask for: requests per second, and bytes of what it sends. Refused before any work."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

from gisement.publish.web.security import Application, Message, Receive, Send

RATE, BURST, ADDRESSES = 30.0, 240.0, 50_000
"""A page takes about six requests: five pages a second for as long as one likes, forty at once."""
LARGEST_BODY = 32 << 20


class Limits:
    """Refuses what is too frequent (429) or too large (413): a bucket of `burst` requests, `rate` more a second."""

    def __init__(
        self, app: Application, rate: float = RATE, burst: float = BURST, largest: int = LARGEST_BODY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.app, self.rate, self.burst, self.largest, self.clock = app, rate, burst, largest, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not self._admits((scope.get("client") or ("",))[0]):
            await _refuse(send, 429, (b"retry-after", b"2"))
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self.largest:
            await _refuse(send, 413 if announced.isdigit() else 400)
            return
        await self._counted(scope, receive, send)

    async def _counted(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, and cut it where it sends more than it may, whatever length it announced."""
        got, is_begun, is_cut = 0, False, False

        async def counted() -> Message:
            nonlocal got, is_cut
            message = await receive()
            got += len(message.get("body", b""))
            if got > self.largest:
                is_cut = True
                raise _TooLarge
            return message

        async def sent(message: Message) -> None:
            nonlocal is_begun
            if not is_cut or is_begun:  # what the application says of being cut is not what happened
                is_begun = True
                await send(message)

        with suppress(_TooLarge):
            await self.app(scope, counted, sent)
        if is_cut and not is_begun:
            await _refuse(send, 413)

    def _admits(self, address: str) -> bool:
        now = self.clock()
        left, seen = self._buckets.pop(address, (self.burst, now))
        left = min(self.burst, left + (now - seen) * self.rate)
        self._buckets[address] = (left - 1 if left >= 1 else left, now)
        while len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        return left >= 1


class _TooLarge(Exception):
    """More was sent than may be."""


async def _refuse(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    more = [(b"content-length", b"0"), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": more})
    await send({"type": "http.response.body", "body": b""})
