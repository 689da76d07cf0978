"""Answers are made one after the other: sixteen made at once would each end when the last one does."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from gisement.publish.web.security import Application, Message, Receive, Send

LONG = 0.05
"""Seconds after which an answer goes on beside the next one: whoever asks for little does not wait for a long file."""
_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""The turn of each process (of each loop): the applications of partners share it."""


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
