"""What the code of this version is, by content, and the plans compiled from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from gisement.store.workspace import Workspace, write_atomically

PACKAGE = Path(__file__).parent.parent
SUFFIXES = (".py", ".csv", ".yaml", ".parquet")
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


def kept_plan(workspace: Workspace, dialect: str) -> list[dict[str, Any]] | None:
    """The plan that this version of the code compiled for an engine, if the workspace has it."""
    path = _plan_path(workspace, dialect)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def keep_plan(workspace: Workspace, dialect: str, plan: Sequence[dict[str, Any]]) -> None:
    """Keep a compiled plan for the next builds of this version of the code."""
    write_atomically(_plan_path(workspace, dialect), json.dumps(list(plan)))


def _plan_path(workspace: Workspace, dialect: str) -> Path:
    return workspace.scratch / "plans" / f"{code_digest()}-{dialect}.json"
