"""The workspace of the demonstration territory: its files written, then added as real ones are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gisement.cli.session import Settings, colon, fail
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
    from gisement.store.kept import INVENTED

    with progress(Settings.language) as step:
        word = f"écriture{colon()}" if Settings.language == "fr" else f"writing{colon()}"
        made = write(root / INVENTED, size, say=lambda what, done, total: step(f"{word}{what}", done, total))
    workspace = Workspace.create(root, parse_territory(made.territory, name=made.name))
    for former in [s for s in snapshots(workspace) if s.card.get("producer") == made.card["producer"]]:
        remove_snapshot(workspace, former.identifier, former.kind)  # of another size: two territories would add up
    with progress(Settings.language) as step:
        for number, file in enumerate(made.files):
            step(file.path.name, number, len(made.files))
            added = add_files(workspace, SOURCES[file.kind], [file.path], card=made.card, mapping=file.mapping)
            fail([one.trouble for one in added if one.trouble is not None])
    return workspace
