"""Several processes that answer on one socket: one process of Python computes one answer at a time."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

PAUSE = 1.0
"""Seconds before another process takes the place of one that ended: what ends at once must not take the machine."""


@contextmanager
def beside(count: int, answer: Callable[..., None], *given: Any) -> Iterator[None]:
    """That many processes which run `answer(*given)`, each replaced if it ends, until the block ends.

    They end with this one, even where it is killed.
    """
    context, stopped = multiprocessing.get_context("spawn"), threading.Event()

    def begun() -> Any:
        process = context.Process(target=_until_orphaned, args=(answer, given), daemon=True)
        process.start()
        return process

    running = [begun() for _ in range(count)]

    def watch() -> None:
        while running and not stopped.is_set():
            ended = wait([process.sentinel for process in running], timeout=PAUSE)
            if ended and not stopped.wait(PAUSE):
                running[:] = [begun() if process.sentinel in ended else process for process in running]

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
