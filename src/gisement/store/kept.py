"""What a workspace keeps beside its tables, and how to know in a folder what is a workspace's own.

Samples of audits, from their draw to their estimate (`audits/<seed>/sample.parquet`, `about.json`); what each release
published, so that a later one can say which figures moved; the journal of who saw and sent what, lines of JSON, a file
per month, only ever added to. Tables made of sources are no source themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gisement.catalog.tables import read_yaml
from gisement.store.snapshots import WITHDRAWN
from gisement.store.workspace import LAYOUT_FILE, MARK, RIGHTS, Workspace, put_in_place, write_atomically
from gisement.terms import Trouble

if TYPE_CHECKING:
    import pyarrow as pa

AUDITS, RELEASES, JOURNAL = "audits", "releases", "journal"
"""Folders of a workspace: samples of audits, what each release published, who saw and sent what."""
INVENTED: Final = "files"
"""Where a demonstration keeps the files that it writes, to be looked at."""


def keep_sample(workspace: Workspace, seed: int, sample: pa.Table, about: Mapping[str, Any]) -> None:
    """Keep what was drawn with a seed, and from which perimeter; the same seed again replaces it."""
    import pyarrow.parquet as pq

    folder = _of_seed(workspace, seed)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / ".sample.part"
    pq.write_table(sample, unfinished)
    put_in_place(unfinished, folder / "sample.parquet")
    write_atomically(folder / "about.json", json.dumps(dict(about), ensure_ascii=False, indent=1, sort_keys=True))


def kept_sample(workspace: Workspace, seed: int) -> tuple[pa.Table, dict[str, Any]]:
    """The table drawn with a seed, and what it was drawn from; raises Trouble if nothing was drawn with it."""
    import pyarrow.parquet as pq

    folder = _of_seed(workspace, seed)
    if not (folder / "about.json").is_file():
        raise Trouble(
            fr=f"Aucun tirage n'a la graine {seed} : lancer « gisement audit draw --seed {seed} -o formulaire.csv ».",
            en=f"No draw has the seed {seed}: run 'gisement audit draw --seed {seed} -o form.csv'.",
        )
    about: dict[str, Any] = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    return pq.read_table(folder / "sample.parquet"), about


def _of_seed(workspace: Workspace, seed: int) -> Path:
    return workspace.root / AUDITS / str(seed)


def keep_release(workspace: Workspace, name: str, content: Mapping[str, Any]) -> None:
    """Keep what a release published, after those kept before; the latest, published again, keeps its place."""
    kept = sorted((workspace.root / RELEASES).glob("*.json"))
    if kept and _released(kept[-1].stem) == name:
        return
    number = int(kept[-1].stem.split("-")[0]) + 1 if kept else 1
    told = json.dumps({"release": name, **content}, ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(workspace.root / RELEASES / f"{number:06}-{name}.json", told)


def kept_releases(workspace: Workspace) -> list[dict[str, Any]]:
    """What each release published, the latest first."""
    paths = sorted((workspace.root / RELEASES).glob("*.json"), reverse=True)
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def _released(stem: str) -> str:
    return stem.partition("-")[2]


def note(workspace: Workspace, event: Mapping[str, Any]) -> None:
    """Add an event, which has `at` (a moment in UTC), to the month's file; it is on the disk when this returns."""
    folder = workspace.root / JOURNAL
    folder.mkdir(mode=0o700, exist_ok=True)
    line = json.dumps(dict(event), ensure_ascii=False, sort_keys=True) + "\n"
    path = folder / f"access-{str(event['at'])[:7]}.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
    folders += [AUDITS, JOURNAL, RELEASES]
    invented = [INVENTED] if _is_invented(root / INVENTED) else []
    return [name for name in (*invented, *folders, MARK, LAYOUT_FILE, WITHDRAWN, RIGHTS) if name in there]


def _is_invented(folder: Path) -> bool:
    """Whether the demonstration's generator wrote this folder."""
    _, _, files = next(os.walk(folder), ("", [], []))  # a folder that cannot be read, or is none, yields nothing
    return read_yaml("demonstration/card.yaml")["truth"] in files


def _holds_a_file(folder: Path) -> bool:
    return any(files for _, _, files in os.walk(folder))
