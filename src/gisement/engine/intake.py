"""Files come in: each becomes a snapshot, read at once so that its account can be shown; a bad one costs itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisement.engine.build import Say, parse_snapshot
from gisement.sources.cards import Card, fetch
from gisement.sources.decp import expand
from gisement.store import add_snapshot, parsed, remove_snapshot, snapshots
from gisement.store.workspace import Workspace
from gisement.terms import Reading, Snapshot, Source, Trouble


@dataclass(frozen=True)
class Added:
    """What became of one file: its snapshot and reading (None if it was there already), or the trouble with it."""

    name: str
    snapshot: Snapshot | None
    reading: Reading | None
    trouble: Trouble | None = None


def add_files(
    workspace: Workspace,
    source: Source,
    paths: Sequence[Path],
    *,
    card: Mapping[str, Any] | None = None,
    say: Say = lambda what, done, total: None,
) -> list[Added]:
    """Add files, whole folders and archives; one entry per file found, good or bad."""
    parsed.each_present(paths, _absent)
    about = card or {"producer": "", "licence": ""}
    with workspace.locked():
        parsed.tidy(workspace)
        workdir = parsed.fresh_folder(workspace, "expanded")
        added: list[Added] = []
        for path in paths:
            try:
                for name, file in expand(path, workdir):
                    added.append(_add(workspace, source, name, file, about, say))
            except Trouble as trouble:
                added.append(Added(path.name, None, None, trouble))
        parsed.drop_folder(workdir)
    return added


def fetch_source(workspace: Workspace, card: Card, source: Source, base_url: str, say: Say) -> Added:
    """Download a source if it has changed, and add it; the former version stays a snapshot until it is removed."""
    done = fetch(
        card,
        workspace.scratch / "downloads",
        base_url,
        progress=lambda got, of: say(card.title, got, of or 0),
    )
    held = [s for s in _fetched(workspace, source.kind) if s.sha256 == done.sha256]
    if held and not done.is_new:
        return Added(held[0].name, held[0], None)
    about = {
        "producer": card.producer, "licence": card.licence, "address": done.url, "date": done.date, "fetched": True,
    }  # fmt: skip
    former = [s for s in _fetched(workspace, source.kind) if s.sha256 != done.sha256]
    with workspace.locked():
        added = _add(workspace, source, card.file_name or card.name, done.path, about, say)
    if added.trouble is None:
        for snapshot in former:
            remove_snapshot(workspace, snapshot.identifier)
    return added


def _fetched(workspace: Workspace, kind: str) -> list[Snapshot]:
    return [snapshot for snapshot in snapshots(workspace, kind) if snapshot.card.get("fetched")]


def _add(workspace: Workspace, source: Source, name: str, file: Path, about: Mapping[str, Any], say: Say) -> Added:
    snapshot = add_snapshot(workspace, source.kind, name, file, about)
    try:
        reading = parse_snapshot(workspace, source, snapshot, say)
    except Trouble as trouble:
        remove_snapshot(workspace, snapshot.identifier)
        return Added(name, None, None, trouble)
    return Added(name, snapshot, reading)


def _absent(path: Path) -> Trouble:
    return Trouble(
        fr=f"{path} n'existe pas : vérifier le chemin du fichier ou du dossier.",
        en=f"{path} does not exist: check the path of the file or folder.",
    )
