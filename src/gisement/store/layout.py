"""The layout of a workspace, by number: what an older one must be given, and what a newer one refuses.

1. (before this file) `territory.toml`, `snapshots/`, `raw/`, `tables/`, `out/`, without a number.
2. `layout.txt` holds the number; served copies of a former layout are dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gisement.store.workspace import Workspace, write_atomically
from gisement.terms import Trouble

LAYOUT = 2
NAME = "layout.txt"


def layout_of(root: Path) -> int:
    """The number of a workspace's layout; raises Trouble if this version of the program is too old for it."""
    path = root / NAME
    text = path.read_text(encoding="utf-8").strip() if path.is_file() else "1"
    if not text.isdigit() or not 1 <= int(text) <= LAYOUT:
        raise Trouble(
            fr=f"{root} a été fait par une version plus récente de Gisement (disposition {text}, celle-ci lit jusqu'à "
            f"{LAYOUT}) : mettre Gisement à jour.",
            en=f"{root} was made by a later version of Gisement (layout {text}, this one reads up to {LAYOUT}): "
            "upgrade Gisement.",
        )
    return int(text)


def migrate(workspace: Workspace) -> None:
    """Bring a workspace to the layout of this version, step by step; for who holds the lock.

    Killed between two steps, it goes on from there: the number is written after each.
    """
    for number in range(layout_of(workspace.root), LAYOUT):
        _STEPS[number](workspace)
        write_atomically(workspace.root / NAME, f"{number + 1}\n")


def _numbered(workspace: Workspace) -> None:
    for former in workspace.scratch.glob("served-*.duckdb"):
        former.unlink(missing_ok=True)


_STEPS: dict[int, Callable[[Workspace], None]] = {1: _numbered}
