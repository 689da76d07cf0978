"""How much one address may ask for, requests a second and bytes sent: more is refused before any work.

Then answers are made one after the other: sixteen made at once would each end when the last one does.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakKeyDictionary

from gisement.publish.web.serving.security import NO_STORE, Application, Message, Receive, Send, answer_shortly

RATE, BURST, ADDRESSES = 30.0, 240.0, 50_000
"""A page takes about six requests: five pages a second for as long as one likes, forty at once."""
LARGEST_BODY = 32 << 20
LONG = 0.05
"""Seconds after which an answer goes on beside the next one: whoever asks for little does not wait for a long file."""
_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""The turn of each process (of each loop): the applications of partners share it."""


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
            await answer_shortly(send, 429, [NO_STORE, (b"retry-after", b"2")])
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self.largest:
            await answer_shortly(send, 413 if announced.isdigit() else 400, [NO_STORE])
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
            await answer_shortly(send, 413, [NO_STORE])

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


class Turns:
    """Lets requests in one after the other, first come first served; one process computes no two faster at once."""

    def __init__(self, app: Application, long: float = LONG) -> None:
        self.app, self.long = app, long

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        loop = asyncio.get_running_loop()
        turn = _TURNS.setdefault(loop, asyncio.Lock())
        await turn.acquire()
        is_held = True

        def pass_on() -> None:
            nonlocal is_held
            if is_held:
                is_held = False
                turn.release()

        later = loop.call_later(self.long, pass_on)
        try:
            await self.app(scope, receive, send)
        finally:
            later.cancel()
            pass_on()
