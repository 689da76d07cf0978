"""Several processes that answer on one socket, as one process of Python computes one answer at a time.

Each gets its share of the requests: one that has more gives connections back.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

from gisement.publish.web.serving.security import Application, Message, Receive, Send

PAUSE = 1.0
"""Seconds before another process takes the place of one that ended: what ends at once must not take the machine."""
Waiting = MutableSequence[int]
"""How many requests each process has to answer: memory that all of them share."""
ABSENT = 1 << 30
"""What stands for a process that does not answer yet: none gives it anything."""
MORE = 1
"""How many requests a process may have more than another one."""


def shared_numbers(count: int, first: int) -> Any:
    """That many numbers in memory which processes begun by `beside` share with this one, if they are given it."""
    return multiprocessing.get_context("spawn").RawArray("i", [first] * count)


@contextmanager
def beside(answer: Callable[..., None], given: Sequence[tuple[Any, ...]]) -> Iterator[None]:
    """A process for each of `given` which runs `answer(*given)`, replaced if it ends, until the block ends.

    They end with this one, even where it is killed.
    """
    context, stopped = multiprocessing.get_context("spawn"), threading.Event()

    def begun(told: tuple[Any, ...]) -> Any:
        process = context.Process(target=_until_orphaned, args=(answer, told), daemon=True)
        process.start()
        return process

    running = [begun(told) for told in given]

    def watch() -> None:
        while running and not stopped.is_set():
            ended = wait([process.sentinel for process in running], timeout=PAUSE)
            if ended and not stopped.wait(PAUSE):
                running[:] = [
                    begun(told) if process.sentinel in ended else process
                    for process, told in zip(running, given, strict=True)
                ]

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopped.set()
        watcher.join()
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def _until_orphaned(answer: Callable[..., None], given: tuple[Any, ...]) -> None:
    threading.Thread(target=_follow, daemon=True).start()
    answer(*given)


def _follow() -> None:
    """End with the process that began this one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


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
