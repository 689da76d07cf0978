"""The workspace of the demonstration territory: its files written, then added as real ones are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gisement.cli.session import Settings, fail
from gisement.terms import parse_territory

if TYPE_CHECKING:
    from gisement.store import Workspace


def filled(root: Path, size: str) -> Workspace:
    """The workspace in `root`, holding the demonstration of this size and no other."""
    from gisement.engine.intake import add_files
    from gisement.publish.progress import progress
    from gisement.sources.demonstration import write
    from gisement.sources.registry import SOURCES
    from gisement.store import Workspace, remove_snapshot, snapshots

    made = write(root / "files", size)
    workspace = Workspace.create(root, parse_territory(made.territory, name=made.name))
    for former in [s for s in snapshots(workspace) if s.card.get("producer") == made.card["producer"]]:
        remove_snapshot(workspace, former.identifier, former.kind)  # of another size: two territories would add up
    with progress(Settings.language) as step:
        for file in made.all_files:
            source = SOURCES[file.kind]
            added = add_files(workspace, source, [file.path], card=made.card, mapping=file.mapping, say=step)
            fail([one.trouble for one in added if one.trouble is not None])
    return workspace
