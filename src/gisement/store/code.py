"""What the code of this version is, by content, and the plans compiled from it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from gisement.catalog.compiled import compiled_at, to_keep
from gisement.store.workspace import Workspace, write_atomically

PACKAGE = Path(__file__).parent.parent
SUFFIXES = (".py", ".csv", ".yaml", ".parquet")
KEPT_PLANS = 8
NOT_READERS = ("cards.py", "download.py", "geography.py", "demonstration")


@cache
def code_digest(*parts: str) -> str:
    """A digest of every file of the package, or of the named parts of it."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts or ("",):
        top = PACKAGE / part
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.suffix in SUFFIXES:
                digest.update(str(path.relative_to(PACKAGE)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def readers_digest() -> str:
    """A digest of what turns files into raw tables: not of what fetches them, nor of what invents them."""
    sources = sorted(path.name for path in (PACKAGE / "sources").iterdir() if path.name not in NOT_READERS)
    catalogs = sorted(path.name for path in (PACKAGE / "catalog").glob("*.csv") if path.name != "columns.csv")
    return code_digest(*(f"sources/{name}" for name in sources), *(f"catalog/{name}" for name in catalogs))


@cache
def code_stamp() -> str:
    """What changes as soon as a file of the package does, told without reading one: a tenth of the time of a digest."""
    return stamp_of(PACKAGE)


def stamp_of(package: Path) -> str:
    """A digest of the names, sizes and instants of the files of a package."""
    files = ((entry.path, entry.stat()) for entry in _files(str(package)))
    # when its state changed last (ctime), no user can set back: two versions may bear one date
    told = sorted((path, each.st_size, each.st_mtime_ns, each.st_ctime_ns) for path, each in files)
    return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()


def known_digests(workspace: Workspace) -> dict[str, str]:
    """The digests of the `code` and of its `readers`, taken once for as long as no file of the package is touched."""
    kept, stamp = workspace.scratch / "plans" / "code.json", code_stamp()
    with suppress(OSError, ValueError, TypeError, KeyError):
        known: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
        if known["stamp"] == stamp and known["code"] and known["readers"]:
            return known
    known = {"stamp": stamp, "code": code_digest(), "readers": readers_digest()}
    write_atomically(kept, json.dumps(known))
    return known


def kept_plan(workspace: Workspace | None, dialect: str) -> list[dict[str, Any]] | None:
    """The plan that this version of the code compiled for an engine, if the workspace or the user's cache has it."""
    name = _plan_name(workspace, dialect)
    for folder in (*_plans(workspace), *_shared_plans()):
        with suppress(OSError, ValueError):
            plan: list[dict[str, Any]] = json.loads((folder / name).read_text(encoding="utf-8"))
            return plan
    return None


def keep_plan(workspace: Workspace | None, dialect: str, plan: Sequence[dict[str, Any]]) -> None:
    """Keep a compiled plan for the next builds of this version of the code, of this workspace and of others.

    The catalog of this version is kept too.
    """
    keep_catalog()
    name, content = _plan_name(workspace, dialect), json.dumps(list(plan))
    for folder in _plans(workspace):
        write_atomically(folder / name, content)
    for folder in _shared_plans():
        with suppress(OSError):  # a home that cannot be written to: each workspace compiles for itself
            write_atomically(folder / name, content)
            for former in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-KEPT_PLANS]:
                former.unlink(missing_ok=True)


def keep_catalog() -> None:
    """Keep the YAML files of the catalog as compiled, beside Python's bytecode, where that may be written."""
    for path in (PACKAGE / "catalog").rglob("*.yaml"):
        told = to_keep(path)
        if told is not None:
            with suppress(OSError):
                write_atomically(compiled_at(path), told)


def _plan_name(workspace: Workspace | None, dialect: str) -> str:
    return f"{known_digests(workspace)['code'] if workspace else code_digest()}-{dialect}.json"


def _files(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path)
            elif entry.name.endswith(SUFFIXES):
                yield entry


def _plans(workspace: Workspace | None) -> list[Path]:
    return [workspace.scratch / "plans"] if workspace else []


def _shared_plans() -> list[Path]:
    """The user's cache: compiling takes most of the first build of a small workspace."""
    with suppress(RuntimeError):  # a user without a home
        return [Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gisement" / "plans"]
    return []
