"""What is a workspace's own in a folder that a user gives: tables made of sources are no source themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gisement.catalog.tables import read_yaml
from gisement.store import audits, journal, layout, releases
from gisement.store.snapshots import WITHDRAWN
from gisement.store.workspace import MARK, RIGHTS, Workspace

INVENTED: Final = "files"
"""Where a demonstration keeps the files that it writes, to be looked at."""


def own_places(folder: Path) -> list[Path]:
    """The folders and files that are those of workspaces, in `folder` or at any depth under it.

    The invented files of a demonstration are among them, first of their workspace. Neither what users put beside them
    is told, nor hidden names, which nobody reads, nor folders without any file.
    """
    found: list[Path] = []
    for inner, names, files in os.walk(folder, followlinks=False):
        own = _own(Path(inner), {*names, *files}) if MARK in files else []
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in own)
        found += [Path(inner) / name for name in own if name in files or _holds_a_file(Path(inner) / name)]
    return found


def _own(root: Path, there: Iterable[str]) -> list[str]:
    """What of the names that are there in a workspace is not its user's."""
    workspace = Workspace(root)
    folders = [path.name for path in (workspace.raw, workspace.tables, workspace.snapshots, workspace.out)]
    folders += [audits.FOLDER, journal.FOLDER, releases.FOLDER]
    invented = [INVENTED] if _is_invented(root / INVENTED) else []
    return [name for name in (*invented, *folders, MARK, layout.NAME, WITHDRAWN, RIGHTS) if name in there]


def _is_invented(folder: Path) -> bool:
    """Whether the demonstration's generator wrote this folder."""
    _, _, files = next(os.walk(folder), ("", [], []))  # a folder that cannot be read, or is none, yields nothing
    return read_yaml("demonstration/card.yaml")["truth"] in files


def _holds_a_file(folder: Path) -> bool:
    return any(files for _, _, files in os.walk(folder))
