"""One release to read from beginning to end, whatever a build does meanwhile: its files are held by a second name.

A build never writes into a table: it puts another file in its place. Who holds the former file by another name goes on
reading it, and the space is given back when that name goes, with the reader's scratch folder.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from gisement.store import database
from gisement.store.served import unsettled
from gisement.store.workspace import Workspace

TRIES = 20


def held_still(workspace: Workspace, folder: Path) -> Workspace:
    """The same workspace, whose tables no build changes; as it is where the disk gives a file no second name."""
    for attempt in range(TRIES):
        place = folder / f"tables-{attempt}"
        place.mkdir(parents=True)
        try:
            is_same = _hold(workspace.tables, place)
        except OSError:
            shutil.rmtree(place, ignore_errors=True)
            return workspace
        if is_same:
            return replace(workspace, held=place)
        shutil.rmtree(place, ignore_errors=True)
    raise unsettled()


def let_go(workspace: Workspace) -> None:
    """Give back what a reader held."""
    if workspace.held:
        shutil.rmtree(workspace.held, ignore_errors=True)


def check_settled(workspace: Workspace, table: str) -> None:
    """Raise Trouble unless a table was made from the very tables beside it, and these from theirs."""
    waiting = {table: ""}
    seen: dict[str, Any] = {}
    while waiting:
        name, wanted = waiting.popitem()
        if name not in seen:
            seen[name] = database.read_lineage(workspace, name)
            # of a raw table, what went in is told file by file, not as one content
            inputs = seen[name]["inputs"] if seen[name] else {}
            waiting |= {made_from: content for made_from, content in inputs.items() if isinstance(content, str)}
        if seen[name] is None or wanted not in ("", seen[name]["content"]):
            raise unsettled()


def _hold(tables: Path, place: Path) -> bool:
    """Link every file; False if one was replaced meanwhile.

    A lineage goes before its table is replaced, and comes after: one that is still there when its table has been linked
    is of that very table.
    """
    for lineage in sorted(tables.glob("*.lineage.json")):
        name = lineage.name.removesuffix(".lineage.json") + ".parquet"
        try:
            os.link(lineage, place / lineage.name)
            os.link(tables / name, place / name)
            if not os.path.samefile(lineage, place / lineage.name):
                return False
        except FileNotFoundError:
            return False
    return True
