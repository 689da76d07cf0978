"""The journal of who saw and sent what: lines of JSON, a file per month, only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from gisement.store.workspace import Workspace

FOLDER = "journal"


def note(workspace: Workspace, event: Mapping[str, Any]) -> None:
    """Add an event, which has `at` (a moment in UTC), to the month's file; it is on the disk when this returns."""
    folder = workspace.root / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    line = json.dumps(dict(event), ensure_ascii=False, sort_keys=True) + "\n"
    path = folder / f"access-{str(event['at'])[:7]}.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
