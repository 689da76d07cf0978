"""Processes that answer beside another: each that ends is replaced, and none outlives the one that began them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from gisement.cli.serving import serve_pages
from gisement.publish.web.workers import beside
from gisement.store import Workspace
from gisement.terms import Trouble

PATIENCE, LONG = 30.0, 600.0
ALONE = """
import multiprocessing, time
from gisement.publish.web.workers import beside
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
