"""Queries that are at work at once share the threads of the engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

from gisement.engine.duck import DuckRunner
from gisement.engine.plan import Planned
from gisement.store import Workspace

WAIT = 20


def held(runner: DuckRunner, name: str, sql: str) -> str:
    """The last cell of the one row of a table held in memory, which is let go of."""
    runner.hold(Planned(name, (), sql, name))
    (row,) = runner.connection.sql(f'FROM "{name}"').fetchall()
    runner.release(name)
    return str(row[-1])


def test_the_second_query_has_one_thread_less_than_one_alone(tmp_path: Path) -> None:
    begun, ended = Event(), Event()

    def others_end() -> int:
        begun.set()
        return int(ended.wait(WAIT))

    granted = "SELECT 'code' AS naf_code, current_setting('threads')::VARCHAR AS segment"
    with closing(DuckRunner(Workspace(tmp_path, threads=3))) as runner, ThreadPoolExecutor() as pool:
        runner.connection.create_function("others_end", others_end, [], "BIGINT", side_effects=True)
        assert held(runner, "naf_segment", granted) == "3"
        waiting = "SELECT NULL::DATE AS as_of_date, others_end() AS dated_records_count"
        first = pool.submit(held, runner, "observation", waiting)
        assert begun.wait(WAIT)
        assert held(runner, "naf_segment", granted) == "2"
        ended.set()
        assert first.result() == "1"
        assert held(runner, "naf_segment", granted) == "3"
