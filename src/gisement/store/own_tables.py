"""Whether the raw tables that the program itself gives are as it last left them, told without reading one of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from gisement.store.code import code_stamp
from gisement.store.database import OWN
from gisement.store.workspace import Workspace, write_atomically


def are_untouched(workspace: Workspace) -> bool:
    """Whether the code, what the territory is declared to be, and every file are those that `know` saw."""
    with suppress(OSError, ValueError, TypeError, KeyError):  # a file that is gone, a mark that cannot be read
        known = json.loads(_mark(workspace).read_text(encoding="utf-8"))
        return bool(known["files"] and known == _seen(workspace, known["files"]))
    return False


def know(workspace: Workspace, tables: Iterable[str]) -> None:
    """Keep in mind how the files of these tables are, which are all that the program gives."""
    write_atomically(_mark(workspace), json.dumps(_seen(workspace, tables)))


def _seen(workspace: Workspace, tables: Iterable[str]) -> dict[str, Any]:
    status = {table: (workspace.raw / table / f"{OWN}.parquet").stat() for table in tables}
    return {
        "code": code_stamp(),
        "territory": (workspace.root / "territory.toml").read_text(encoding="utf-8"),
        # not the instants at which their state changed: they are those of a workspace that was copied
        "files": {table: [each.st_size, each.st_mtime_ns] for table, each in status.items()},
    }


def _mark(workspace: Workspace) -> Path:
    return workspace.scratch / "plans" / "own_tables.json"
