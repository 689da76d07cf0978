"""Snapshots: files as they were received, named by their content, never altered."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from gisement.store.workspace import Workspace, drop, flush, put_in_place, write_atomically
from gisement.terms import Snapshot, Trouble

BLOCK = 1 << 20
IDENTIFIER_LENGTH = 16
WITHDRAWN = "withdrawn.json"


@dataclass
class Arrival:
    """A file that was copied into the workspace and hashed: its snapshot, whose name is given by `keep`."""

    snapshot: Snapshot
    _target: Path
    _flushed: Future[None] | None

    def keep(self) -> Snapshot:
        """The snapshot, in place: copy, card and folder appear in one step, once they are on the disk."""
        if self._flushed:
            self._flushed.result()
            self._flushed = None
            self._target.parent.mkdir(parents=True, exist_ok=True)
            put_in_place(self.snapshot.path.parent, self._target)
        return _read(self._target)


@contextmanager
def arrival(workspace: Workspace, kind: str, name: str, source: Path, card: Mapping[str, Any]) -> Iterator[Arrival]:
    """A file on its way in, which can be read while the disk takes it; what is not kept leaves nothing behind.

    The same content added twice is one snapshot. A killed `add` leaves nothing but scratch.
    """
    incoming = workspace.scratch / f"incoming-{os.getpid()}"
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir(parents=True)
    try:
        with ThreadPoolExecutor(1) as beside:
            digest, size = _copy_and_hash(source, incoming / "content", beside)
            target = workspace.snapshots / kind / digest[:IDENTIFIER_LENGTH]
            if (target / "card.json").is_file():
                yield Arrival(_read(target), target, None)
                return
            content = {"kind": kind, "name": name, "sha256": digest, "size": size, **card}
            write_atomically(incoming / "card.json", json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
            snapshot = replace(_read(incoming), identifier=target.name)
            yield Arrival(snapshot, target, beside.submit(flush, snapshot.path))
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def add_snapshot(workspace: Workspace, kind: str, name: str, source: Path, card: Mapping[str, Any]) -> Snapshot:
    """Copy a file into the workspace; the same content added twice is one snapshot."""
    with arrival(workspace, kind, name, source, card) as arriving:
        return arriving.keep()


def snapshots(workspace: Workspace, kind: str | None = None) -> Iterator[Snapshot]:
    """Every snapshot (of one kind), ordered by kind and content."""
    for path in sorted(workspace.snapshots.glob(f"{kind or '*'}/*/card.json")):
        yield _read(path.parent)


def is_kept(workspace: Workspace, snapshot: Snapshot) -> bool:
    """Whether a snapshot is in place, and no longer on its way."""
    return (workspace.snapshots / snapshot.kind / snapshot.identifier / "card.json").is_file()


def identifiers(workspace: Workspace) -> set[str]:
    """The identifiers of all snapshots, without a look into their cards."""
    return {path.parent.name for path in workspace.snapshots.glob("*/*/card.json")}


def came_in(held: Snapshot) -> date:
    """The day on which a file came into the workspace, as its folder says."""
    return datetime.fromtimestamp((held.path.parent / "card.json").stat().st_mtime, UTC).date()


def remove_snapshot(workspace: Workspace, identifier: str, kind: str | None = None, *, notice: bool = True) -> Snapshot:
    """Withdraw a snapshot (by its name, or the beginning of its identifier) and all that was parsed from it.

    Derived tables go at the next build. The same content may have come in as two kinds of file: `kind`, or
    `KIND/IDENTIFIER`, tells which. Raises Trouble unless exactly one file is meant.
    """
    before, slash, after = identifier.partition("/")
    kinds = {held.kind for held in snapshots(workspace)}
    kind, identifier = (before, after) if kind is None and slash and before in kinds else (kind, identifier)
    found = [
        held
        for held in snapshots(workspace, kind)
        if identifier and (held.identifier.startswith(identifier) or held.name == identifier)
    ]
    if len(found) != 1:
        raise Trouble(
            fr=f"« {identifier} » désigne {len(found)} fichiers de l'espace de travail : donner l'identifiant "
            "d'un seul, ou GENRE/IDENTIFIANT (voir « gisement sources »).",
            en=f"'{identifier}' names {len(found)} files of the workspace: give the identifier of one, "
            "or KIND/IDENTIFIER (see 'gisement sources').",
        )
    if notice:
        _note(workspace, found[0])
    for parsed in workspace.raw.glob(f"*/{found[0].identifier}.parquet"):
        drop(parsed)
    shutil.rmtree(found[0].path.parent)
    return found[0]


def withdrawals(workspace: Workspace) -> list[dict[str, str]]:
    """The files withdrawn from the workspace, by day: `kind`, `identifier` (of the content, never its name), `day`."""
    path = workspace.root / WITHDRAWN
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def _note(workspace: Workspace, gone: Snapshot) -> None:
    """Keep a notice: figures already published may rest on the file."""
    told = {"kind": gone.kind, "identifier": gone.identifier, "day": datetime.now(UTC).date().isoformat()}
    kept = [one for one in withdrawals(workspace) if one != told]
    write_atomically(workspace.root / WITHDRAWN, json.dumps([*kept, told], ensure_ascii=False, indent=1))


def _copy_and_hash(source: Path, target: Path, beside: Executor) -> tuple[str, int]:
    """The sha256 of a file and its size, once copied: one block is hashed while the next is."""
    digest, size = hashlib.sha256(), 0
    hashed: Future[None] | None = None
    with source.open("rb") as reader, target.open("wb") as writer:
        while block := reader.read(BLOCK):
            writer.write(block)
            size += len(block)
            if hashed:
                hashed.result()
            hashed = beside.submit(digest.update, block)
    if hashed:
        hashed.result()
    return digest.hexdigest(), size


def _read(folder: Path) -> Snapshot:
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    return Snapshot(folder.name, card["kind"], card["name"], folder / "content", card["sha256"], card["size"], card)
