"""A workspace is one folder: `territory.toml`, `snapshots/`, `raw/`, `tables/`, `out/`; copy it, or throw it away."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gisement.terms import Territory, Trouble, parse_territory
from gisement.terms.mishap import in_french
from gisement.terms.toml_text import parsed_toml

MARK = "territory.toml"
"""The file by which a folder is a workspace."""
RIGHTS = "partners.toml"
"""Which partner may see what: written by hand, in the workspace."""
LITTLE_MEGABYTES = 1100
"""What an engine takes at first: a million contracts are built with it; some millions of payments want more."""
LAYOUT = 2
"""The layout of a workspace, by number: what an older one must be given, and what a newer one refuses.

1. (before the number) `territory.toml`, `snapshots/`, `raw/`, `tables/`, `out/`.
2. `layout.txt` holds the number; served copies of a former layout are dropped.
"""
LAYOUT_FILE = "layout.txt"


@dataclass(frozen=True)
class Workspace:
    """The places inside a workspace folder, and what an engine may take of the machine.

    `memory` None: little at first, and more for a table that cannot be made with it; `threads` None: all. `held`: where
    a reader holds the tables as they were when it began (`store.served`).
    """

    root: Path
    memory: str | None = None
    threads: int | None = None
    held: Path | None = None

    @property
    def tables(self) -> Path:
        """Built tables, one Parquet file each, with their lineage beside them (for a reader, those it holds)."""
        return self.held or self.root / "tables"

    @property
    def raw(self) -> Path:
        """Parsed snapshots: `raw/<table>/<snapshot>.parquet`."""
        return self.root / "raw"

    @property
    def snapshots(self) -> Path:
        """Files as they were received: `snapshots/<kind>/<identifier>/`."""
        return self.root / "snapshots"

    @property
    def scratch(self) -> Path:
        """Unfinished files and what the engine spills; always safe to delete."""
        return self.root / ".scratch"

    @property
    def out(self) -> Path:
        """Reports and exports asked for without another address."""
        return self.root / "out"

    @classmethod
    def create(cls, root: Path, territory: Territory) -> Workspace:
        """A new workspace for a territory; the same folder may be given again to change the territory."""
        workspace = cls(root)
        for folder in (workspace.tables, workspace.raw, workspace.snapshots, workspace.out):
            folder.mkdir(parents=True, exist_ok=True)
        write_atomically(root / MARK, _territory_toml(territory))
        return workspace

    @classmethod
    def open(cls, root: Path, memory: str | None = None, threads: int | None = None) -> Workspace:
        """The workspace at `root`; raises Trouble if there is none."""
        if not (root / MARK).is_file():
            raise Trouble(
                fr=f"{root} n'est pas un espace de travail : lancer d'abord "
                f"« gisement -w {root} init --territory epci:… ».",
                en=f"{root} is not a workspace: first run 'gisement -w {root} init --territory epci:…'.",
            )
        return cls(root, memory, threads)

    def memory_grants(self) -> list[str]:
        """What an engine may take, more each time: the limit that the user sets, or up to half of the machine."""
        if self.memory:
            return [self.memory]
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
        doubled = (LITTLE_MEGABYTES * 2**times for times in range(12))
        return [f"{size}MB" for size in doubled if size <= max(LITTLE_MEGABYTES, machine // 2)]

    def territory(self) -> Territory:
        """The territory that `territory.toml` declares; raises Trouble where the file cannot be read."""
        path = self.root / MARK
        try:
            content = parsed_toml(path.read_text(encoding="utf-8"))
            return parse_territory(
                content["territory"],
                name=content.get("name") or None,
                food_plan=tuple(content.get("food_plan", ())),
                buyers=tuple(content.get("buyers", ())),
            )
        except (tomllib.TOMLDecodeError, KeyError, UnicodeDecodeError) as error:
            raise Trouble(
                fr=f"{path} est illisible ({in_french(error)}) : le corriger, ou l'effacer et relancer "
                "« gisement init ».",
                en=f"{path} cannot be read ({error}): mend it, or delete it and run 'gisement init' again.",
            ) from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace for one writer; raises Trouble if another process is building."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Trouble(
                    fr=f"Une autre commande travaille déjà dans {self.root} : attendre qu'elle se termine.",
                    en=f"Another command is at work in {self.root}: wait until it ends.",
                ) from None
            yield


def write_atomically(path: Path, text: str) -> None:
    """Replace a small text file in one step, so that no reader ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.write_text(text, encoding="utf-8")
    put_in_place(unfinished, path)


def put_in_place(unfinished: Path, target: Path) -> None:
    """Give a finished file, or a folder of files, its name; after a power cut it is there whole, or not at all.

    Renaming alone would not do: the name may reach the disk before the content, and an empty file pass for a table.
    Nor would the content alone: a name is content of its folder, which is flushed too, before and after.
    """
    inside = [unfinished] if unfinished.is_file() else [*unfinished.iterdir(), unfinished]
    for path in inside:
        flush(path)
    unfinished.replace(target)
    flush(target.parent)


def drop(path: Path) -> None:
    """Delete a file, or a folder of files, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _territory_toml(territory: Territory) -> str:
    def listed(values: tuple[str, ...]) -> str:
        return json.dumps(list(values), ensure_ascii=False)

    return (
        f'territory = "{territory.key}"\n'
        f"name = {json.dumps(territory.name or '', ensure_ascii=False)}\n"
        "# Communes (codes Insee) du plan alimentaire territorial, s'il y en a un.\n"
        f"food_plan = {listed(territory.food_plan)}\n"
        "# SIREN ou SIRET des acheteurs suivis ; vide : ceux qui sont situés sur le territoire.\n"
        f"buyers = {listed(territory.buyers)}\n"
    )


def layout_of(root: Path) -> int:
    """The number of a workspace's layout; raises Trouble if this version of the program is too old for it."""
    path = root / LAYOUT_FILE
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
        write_atomically(workspace.root / LAYOUT_FILE, f"{number + 1}\n")


def _numbered(workspace: Workspace) -> None:
    for former in workspace.scratch.glob("served-*.duckdb"):
        former.unlink(missing_ok=True)


_STEPS: dict[int, Callable[[Workspace], None]] = {1: _numbered}
