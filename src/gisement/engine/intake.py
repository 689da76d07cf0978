"""Files come in: each becomes a snapshot, read at once so that its account can be shown; a bad one costs itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisement.engine.build import Say, parse_snapshot
from gisement.sources.archives import expand
from gisement.sources.cards import Card, fetch
from gisement.store import arrival, parsed, remove_snapshot, snapshots
from gisement.store.kept import INVENTED, own_places
from gisement.store.snapshots import is_kept
from gisement.store.workspace import Workspace, migrate
from gisement.terms import Reading, Snapshot, Source, Trouble

OBJECTIVES = "target"
"""The kind of file whose rows must be measured: what they name is checked as they come in."""
NAMED = 6
"""How many of the places that are left out of a folder are named."""


@dataclass(frozen=True)
class Added:
    """What became of one file: its snapshot and reading (None if it was there already), or the trouble with it.

    Or, of a folder, what was left out of it: the insides of workspaces.
    """

    name: str
    snapshot: Snapshot | None
    reading: Reading | None
    trouble: Trouble | None = None
    left_out: Trouble | None = None


def add_files(
    workspace: Workspace,
    source: Source,
    paths: Sequence[Path],
    *,
    card: Mapping[str, Any] | None = None,
    mapping: Path | None = None,
    buyer: str | None = None,
    say: Say = lambda what, done, total: None,
) -> list[Added]:
    """Add files, whole folders and archives; one entry per file found, good or bad.

    What a workspace holds of its own, and the invented files of a demonstration, are left out of a folder: one entry,
    before those of its files, says so.
    What is masked on entry (ledgers) is masked outside the workspace, with a `mapping` and for a `buyer` (SIRET). A
    file that cannot be read costs itself alone: its entry holds the Trouble. Raises Trouble where a path does not
    exist, or another command works in the workspace.
    """
    parsed.each_present(paths, _absent)
    if (mapping or buyer) and source.prepare is None:
        raise _not_masked(source)
    about = card or {"producer": "", "licence": ""}
    with workspace.locked():
        parsed.tidy(workspace)
        migrate(workspace)
        added: list[Added] = []
        with parsed.work_folder(workspace, outside=source.prepare is not None) as workdir:
            for path in paths:
                own = own_places(path)
                added += [Added(path.name, None, None, left_out=_left_out(source, own))] if own else []
                before = len(added)
                try:
                    for name, file in expand(path, workdir, reads_workbooks=source.reads_workbooks, without=set(own)):
                        added.append(_enter(workspace, source, name, file, about, (workdir, mapping, buyer), say))
                except Trouble as trouble:
                    added.append(Added(path.name, None, None, trouble))
                if len(added) == before:
                    added.append(Added(path.name, None, None, _nothing_in(path)))
    return added


def _enter(
    workspace: Workspace, source: Source, name: str, file: Path, about: Mapping[str, Any],
    masking: tuple[Path, Path | None, str | None], say: Say,
) -> Added:  # fmt: skip
    """Add one file, or what is left of it once masked; its name is told before the work begins."""
    say(name, 0, 1)
    if source.prepare is None:
        return _add(workspace, source, name, file, about, say)
    workdir, mapping, buyer = masking
    masked = workdir / "masked"
    try:
        source.prepare(parsed.named(file, name, workdir), masked, mapping, buyer)
    except Trouble as trouble:
        return Added(name, None, None, trouble.about(name))
    return _add(workspace, source, name, masked, about, say)


def _nothing_in(path: Path) -> Trouble:
    name = path.name or path
    return Trouble(
        fr=f"{name} ne contient aucun fichier à ajouter : donner un dossier ou une archive qui en a.",
        en=f"{name} holds no file to add: give a folder or an archive that has some.",
    )


def _left_out(source: Source, own: Sequence[Path]) -> Trouble:
    told = sorted(own, key=lambda place: place.name != INVENTED)  # what looks like real contracts is named first
    named, more = ", ".join(map(str, told[:NAMED])), len(own) - NAMED
    and_more = (f" et {more} de plus", f" and {more} more") if more > 0 else ("", "")
    return Trouble(
        fr="Ce qui est à un espace de travail, ou inventé pour une démonstration, n'est pas ajouté "
        f"({named}{and_more[0]}) : s'il en faut un fichier, le nommer (« gisement add {source.kind} FICHIER »).",
        en=f"What belongs to a workspace, or was invented for a demonstration, is not added ({named}{and_more[1]}): "
        f"should a file of it be needed, name it ('gisement add {source.kind} FILE').",
    )


def _not_masked(source: Source) -> Trouble:
    return Trouble(
        fr=f"--mapping et --buyer ne servent qu'aux grands livres (ledger, pes), pas à {source.kind} : les enlever.",
        en=f"--mapping and --buyer are for ledgers (ledger, pes), not for {source.kind}: leave them out.",
    )


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
        with workspace.locked():  # it may not have been read: a former fetch was killed between the two
            return _parsed(workspace, source, held[0], say, lambda: held[0])
    about = {
        "producer": card.producer, "licence": card.licence, "address": done.url, "date": done.date, "fetched": True,
    }  # fmt: skip
    former = [s for s in _fetched(workspace, source.kind) if s.sha256 != done.sha256]
    with workspace.locked():
        added = _add(workspace, source, card.file_name or card.name, done.path, about, say)
    if added.trouble is None:
        for snapshot in former:
            remove_snapshot(workspace, snapshot.identifier, snapshot.kind)
    return added


def _fetched(workspace: Workspace, kind: str) -> list[Snapshot]:
    return [snapshot for snapshot in snapshots(workspace, kind) if snapshot.card.get("fetched")]


def _add(workspace: Workspace, source: Source, name: str, file: Path, about: Mapping[str, Any], say: Say) -> Added:
    with arrival(workspace, source.kind, name, file, about) as arriving:
        return _parsed(workspace, source, arriving.snapshot, say, arriving.keep)


def _parsed(workspace: Workspace, source: Source, snapshot: Snapshot, say: Say, keep: Callable[[], Snapshot]) -> Added:
    """Read a snapshot if it was not, and keep it; one that cannot be read goes."""
    try:
        reading = parse_snapshot(workspace, source, snapshot, say, keep)
        snapshot = keep()
        if snapshot.kind == OBJECTIVES and reading is not None:
            from gisement.engine.agreed import check_objectives  # Ibis costs half a second, that no other file needs

            check_objectives(workspace, snapshot)
    except Trouble as trouble:
        if is_kept(workspace, snapshot):
            remove_snapshot(workspace, snapshot.identifier, snapshot.kind, notice=False)  # no figure can rest on it
        return Added(snapshot.name, None, None, trouble)
    return Added(snapshot.name, snapshot, reading)


def _absent(path: Path) -> Trouble:
    return Trouble(
        fr=f"{path} n'existe pas : vérifier le chemin du fichier ou du dossier.",
        en=f"{path} does not exist: check the path of the file or folder.",
    )
