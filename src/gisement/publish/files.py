"""Files that a user asked for."""

from __future__ import annotations

from pathlib import Path

from gisement.terms import Trouble
from gisement.terms.mishap import in_french


def write(content: bytes, path: Path) -> None:
    """Write a file; Trouble where it cannot be."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Trouble(
            fr=f"{path} ne peut pas être écrit ({in_french(error)}) : choisir un autre dossier.",
            en=f"{path} cannot be written ({error.strerror}): choose another folder.",
        ) from None
