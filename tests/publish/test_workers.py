"""Processes that answer beside another: each that ends is replaced, and none outlives the one that began them.

One that has more requests than another gives connections back.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gisement.cli.serving import serve_pages
from gisement.publish.web.serving.workers import ABSENT, Balanced, beside
from gisement.store import Workspace
from gisement.terms import Trouble

PATIENCE, LONG = 30.0, 600.0
ALONE = """
import multiprocessing, time
from gisement.publish.web.serving.workers import beside
if __name__ == "__main__":
    with beside(time.sleep, [(600.0,)]):
        print(multiprocessing.active_children()[0].pid, flush=True)
        time.sleep(600)
"""


def test_a_process_that_ends_is_replaced_and_all_end_with_the_block() -> None:
    """One of two is killed: two are there again; after the block, none."""
    with beside(time.sleep, [(LONG,), (LONG,)]):
        first = _running()
        assert len(first) == 2
        os.kill(min(first), signal.SIGKILL)
        assert _until(lambda: len(_running() - {min(first)}) == 2)
        assert max(first) in _running()
    assert _running() == set()


def test_no_process_outlives_a_server_that_is_killed() -> None:
    """A server that the system kills cannot stop the others: they see that it is gone."""
    server = subprocess.Popen([sys.executable, "-c", ALONE], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    other = int(server.stdout.readline())
    server.kill()
    server.wait()
    assert _until(lambda: not _is_alive(other))


def test_several_processes_show_no_line_of_payment(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Who has signed in is known to one process alone."""
    with pytest.raises(Trouble, match="--workers"):
        serve_pages(Workspace(tmp_path_factory.getbasetemp()), "127.0.0.1", 0, partner=True, workers=2)


def _running() -> set[int]:
    return {child.pid for child in multiprocessing.active_children() if child.pid is not None and child.is_alive()}


def _until(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not is_so():
        time.sleep(0.05)
    return is_so()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def closed(waiting: Sequence[int], asked: int) -> int:
    """How many of the answers to requests made at once close their connection, by the first process."""
    told: list[Any] = []
    held = list(waiting)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0)  # so that all are there before the first is answered
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        told.extend(message.get("headers", ()))

    async def together() -> None:
        balanced = Balanced(app, held, 0)
        await asyncio.gather(*(balanced({"type": "http"}, None, send) for _ in range(asked)))  # type: ignore[arg-type]

    # in a thread: a browser of other tests may hold the loop of this one
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(together())).result()
    assert held == [0, *waiting[1:]], "what was answered waits no more"
    return told.count((b"connection", b"close"))


@pytest.mark.parametrize(
    ("waiting", "asked", "expected"),
    [
        pytest.param([ABSENT], 16, 0, id="one process alone keeps all"),
        pytest.param([ABSENT, ABSENT], 16, 0, id="the other does not answer yet"),
        pytest.param([ABSENT, 8], 8, 0, id="both have as many"),
        pytest.param([ABSENT, 8], 9, 0, id="one more is no matter"),
        pytest.param([ABSENT, 1], 15, 13, id="fifteen to one: given back until two are left"),
        pytest.param([ABSENT, 20, 1], 4, 2, id="the one that has the fewest decides"),
    ],
)
def test_connections_are_given_back_where_another_process_has_fewer(
    waiting: list[int], asked: int, expected: int
) -> None:
    assert closed(waiting, asked) == expected
