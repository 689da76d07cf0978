"""YAML files of the catalog, read as compiled where they are, as Python reads its own: a twentieth of the time.

What was compiled of a file stands beside Python's bytecode, under a digest of the text that it was made of.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any


def content_of(path: Path) -> Any:
    """The content of a YAML file: as compiled, if that was made of the file as it stands, or read anew."""
    text = path.read_bytes()
    kept = _kept(path, text)
    return kept["content"] if kept else _parsed(text)


def compiled_at(path: Path) -> Path:
    """Where what was compiled of a file stands, if it was."""
    return path.parent / "__pycache__" / f"{path.name}.json"


def to_keep(path: Path) -> str | None:
    """What to keep of a YAML file; None where it stands there, or would say something else (dates, numbers as keys)."""
    text = path.read_bytes()
    if _kept(path, text):
        return None
    content = _parsed(text)
    with suppress(TypeError):
        told = json.dumps({"of": _digest(text), "content": content})
        return told if json.loads(told)["content"] == content else None
    return None


def _kept(path: Path, text: bytes) -> dict[str, Any] | None:
    with suppress(OSError, ValueError, TypeError, KeyError):
        kept: dict[str, Any] = json.loads(compiled_at(path).read_bytes())
        return kept if kept["of"] == _digest(text) and "content" in kept else None
    return None


def _parsed(text: bytes) -> Any:
    import yaml  # takes longer to load than most files to read

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _digest(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=16).hexdigest()
