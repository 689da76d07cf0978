"""Several processes that answer on one socket: one process of Python computes one answer at a time."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

PAUSE = 1.0
"""Seconds before another process takes the place of one that ended: what ends at once must not take the machine."""


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
