"""Queries that are at work at once share the threads of the engine."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gisement.engine.duck import DuckRunner
from gisement.engine.plan import Planned
from gisement.store import Workspace

GRANTED = "SELECT 'code' AS naf_code, current_setting('threads')::VARCHAR AS segment"


@pytest.mark.parametrize(
    ("threads", "memory", "workers", "granted"),
    [(1, None, 1, "1"), (2, None, 2, "1"), (5, None, 2, "4"), (5, "1GB", 1, "5")],
)
def test_where_two_ask_at_once_the_engine_has_one_thread_less(
    tmp_path: Path, threads: int, memory: str | None, workers: int, granted: str
) -> None:
    with closing(DuckRunner(Workspace(tmp_path, memory=memory, threads=threads))) as runner:
        runner.hold(Planned("naf_segment", (), GRANTED, "granted"))
        assert runner.connection.sql("SELECT segment FROM naf_segment").fetchall() == [(granted,)]
        assert runner.workers == workers
