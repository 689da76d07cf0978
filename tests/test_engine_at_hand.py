"""The engine that DuckDB opens as it is loaded serves once, with the settings of any other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TWO = """
import duckdb, json, pathlib
from gisement.store import Workspace, database
workspace = Workspace(pathlib.Path({folder!r}), memory={memory!r}, threads={threads!r})
made = [database.connect(workspace, kept="8MB", at_hand=True) for _ in range(2)]
made.append(database.connect(workspace, kept="8MB"))
asked = "SELECT name, value FROM duckdb_settings() WHERE name <> 'temp_directory' ORDER BY name"
told = [dict(each.execute(asked).fetchall()) for each in made]
is_first = [each is duckdb.default_connection() for each in made]
folders = [str(database.scratch_of(each)) for each in made]
made[0].execute("CREATE TABLE held AS SELECT 1 AS one")
made[0].close()
left = duckdb.default_connection().execute("SELECT count(*) FROM duckdb_tables()").fetchall()
print(json.dumps([told, is_first, folders, left]))
"""


@pytest.mark.parametrize(("memory", "threads"), [(None, None), ("300MB", 1)])
def test_the_engine_at_hand_serves_once_as_any_other(tmp_path: Path, memory: str | None, threads: int | None) -> None:
    code = TWO.format(folder=str(tmp_path), memory=memory, threads=threads)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    (first, second, other), is_first, folders, left = json.loads(done.stdout)
    assert first == second == other
    assert first["checkpoint_threshold"] != "16.0 MiB"
    assert is_first == [True, False, False]
    assert len({Path(folder).parent == tmp_path / ".scratch" and folder for folder in folders}) == 3
    assert left == [[0]], "nothing is left of it for who comes next"
