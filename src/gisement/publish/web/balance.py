"""Each of several processes gets its share of the requests: one that has more gives connections back."""

from __future__ import annotations

from collections.abc import MutableSequence

from gisement.publish.web.security import Application, Message, Receive, Send

Waiting = MutableSequence[int]
"""How many requests each process has to answer: memory that all of them share."""
ABSENT = 1 << 30
"""What stands for a process that does not answer yet: none gives it anything."""
MORE = 1
"""How many requests a process may have more than another one."""


class Balanced:
    """Closes a connection after its answer where another process has fewer requests to answer.

    Whoever wakes first takes every new connection, and a browser or a proxy holds one for long: of sixteen, one process
    of two had fifteen. A connection that is closed is opened again, until both have as many.
    """

    def __init__(self, app: Application, waiting: Waiting, own: int) -> None:
        self.app, self.waiting, self.own = app, waiting, own
        waiting[own] = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        waiting, own = self.waiting, self.own

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and waiting[own] > min(waiting) + MORE:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        waiting[own] += 1
        try:
            await self.app(scope, receive, sent)
        finally:
            waiting[own] -= 1
