"""Files written where the user asked for them, and files of nobody else for a moment."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gisement.terms import Trouble
from gisement.terms.mishap import unwritable


def write_output(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a text file. Raises Trouble if it cannot be, or if a file is there that may not be replaced."""
    try:
        with path.open("w" if replace else "x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise Trouble(
            fr=f"{path} existe déjà : choisir un autre nom, pour ne pas l'écraser.",
            en=f"{path} exists already: choose another name, so as not to overwrite it.",
        ) from None
    except OSError as error:
        raise unwritable(path, error) from None


def check_output(path: Path) -> None:
    """Refuse, before what takes time, a path where no file can be written. Raises Trouble there."""
    if path.is_dir():
        raise Trouble(
            fr=f"{path} est un dossier : donner le nom du fichier à écrire.",
            en=f"{path} is a folder: give the name of the file to write.",
        )
    if not path.absolute().parent.is_dir():
        raise Trouble(
            fr=f"Le dossier {path.parent} n'existe pas : le créer, ou choisir un autre dossier.",
            en=f"The folder {path.parent} does not exist: create it, or choose another folder.",
        )


def write_file(content: bytes, path: Path) -> None:
    """Write a file, in the place of one that was there. Raises Trouble if it cannot be."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise unwritable(path, error) from None


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that nobody else reads, gone when it is done with."""
    with tempfile.TemporaryDirectory(prefix="gisement-") as folder:
        yield Path(folder)


@contextmanager
def private_file(name: str, text: str) -> Iterator[Path]:
    """A text as a file of that name, in such a folder."""
    with private_folder() as folder:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        yield path
