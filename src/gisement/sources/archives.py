"""Opens what users give (file, folder, zip, gzip): nothing outside of it is read, and no bomb unpacked."""

from __future__ import annotations

import errno
import gzip
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from gisement.sources.decp import refusals
from gisement.terms import Trouble

LARGEST: Final = 16 << 30
"""Bytes that one argument may unpack to, archives in it included."""
RATIO: Final = 200
"""Bytes unpacked for one packed: contracts give 10 to 40, a bomb about 1,000."""
MOST_FILES: Final = 20_000
DEEPEST: Final = 2
"""Archives inside archives."""
_TOLD: Final = 5
"""Refusals told in full, of those of several files."""

_ALWAYS_FREE: Final = 8 << 20
_BLOCK: Final = 1 << 20
_ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_GZIP: Final = b"\x1f\x8b"
_WORKBOOK: Final = frozenset(("[Content_Types].xml", "mimetype"))


@dataclass
class _Budget:
    """What one argument may still unpack."""

    folder: Path
    room: int = LARGEST
    files: int = 0
    reads_workbooks: bool = False

    def path(self, name: str) -> Path:
        """A new place for a file, never under a name that the archive chose.

        Raises Trouble where the archive holds more files than are unpacked.
        """
        self.files += 1
        if self.files > MOST_FILES:
            raise _unsafe_archive(
                name, f"il contient plus de {MOST_FILES} fichiers", f"it holds more than {MOST_FILES} files"
            )
        return self.folder / f"{self.files:06}"


def expand(
    path: Path, workdir: Path, *, reads_workbooks: bool = False, without: Collection[Path] = ()
) -> Iterator[tuple[str, Path]]:
    """Each file to read in `path`, with the name to show to users, in order of name.

    A folder is walked whole, links that lead out of it, hidden files and the places `without` which it is asked for
    left aside; a `.zip` or `.gz` (one in
    the other too) is unpacked into `workdir`; a workbook, a zip in its making, is handed over whole where the reader
    of that kind of file `reads_workbooks`. Raises `Trouble` for an archive that is broken, encrypted, too
    large, empty, or that names a place outside of itself: at the end, once all that is sound has come.
    """
    budget = _Budget(workdir, reads_workbooks=reads_workbooks)
    if path.is_dir():
        yield from _folder(path, budget, without)
    elif path.is_file():
        yield from _file(path.name, path, budget, depth=0)
    else:
        raise refusals.not_a_file(str(path.name))


def _folder(root: Path, budget: _Budget, without: Collection[Path]) -> Iterator[tuple[str, Path]]:
    inside = root.resolve()
    found: list[Path] = []
    for folder, names, files in os.walk(root, followlinks=False):
        names[:] = sorted(name for name in names if not _hidden(name) and Path(folder) / name not in without)
        found += [Path(folder) / name for name in sorted(files) if not _hidden(name)]
    sound = [path for path in found if path not in without]
    sound = [path for path in sound if path.is_file() and path.resolve().is_relative_to(inside)]
    yield from _each(_file(path.relative_to(root).as_posix(), path, budget, depth=0) for path in sound)


def _each(parts: Iterable[Iterator[tuple[str, Path]]]) -> Iterator[tuple[str, Path]]:
    """What all of these yield; one that is refused costs the others nothing, and is told of at the end."""
    troubles = []
    for part in parts:
        try:
            yield from part
        except Trouble as trouble:
            troubles.append(trouble)
    if troubles:
        raise _several(troubles)


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _file(name: str, path: Path, budget: _Budget, depth: int) -> Iterator[tuple[str, Path]]:
    with path.open("rb") as file:
        head = file.read(4)
    if head == _ZIP and budget.reads_workbooks and _is_workbook(path):
        yield name, path
    elif head in (_ZIP, _EMPTY_ZIP):
        yield from _zip(name, path, budget, depth)
    elif head.startswith(_GZIP):
        target = budget.path(name)
        with _telling(name), gzip.open(path) as packed:
            _unpack(name, packed, path.stat().st_size, target, budget)
        yield from _inner(name.removesuffix(".gz"), target, budget, depth)
    else:
        yield name, path


def _is_workbook(path: Path) -> bool:
    """Whether a zip is a workbook; a broken one is none, and is told of as an archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return not _WORKBOOK.isdisjoint(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _inner(name: str, path: Path, budget: _Budget, depth: int) -> Iterator[tuple[str, Path]]:
    if depth >= DEEPEST:
        yield name, path
    else:
        yield from _file(name, path, budget, depth + 1)


def _zip(name: str, path: Path, budget: _Budget, depth: int) -> Iterator[tuple[str, Path]]:
    with _telling(name), zipfile.ZipFile(path) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
        if any(entry.filename in _WORKBOOK for entry in entries):
            raise refusals.unknown_format(name)
        wanted = [entry for entry in entries if _wanted(name, entry)]
        unpacked = []
        for entry in wanted:
            target = budget.path(name)
            shown = f"{name}/{refusals.plain(entry.filename)}"
            with archive.open(entry) as packed:
                _unpack(shown, packed, entry.compress_size, target, budget)
            unpacked.append((shown, target))
    if not unpacked:
        raise _nothing_inside(name)
    yield from _each(_inner(shown, target, budget, depth) for shown, target in unpacked)


def _wanted(name: str, entry: zipfile.ZipInfo) -> bool:
    """Whether an entry of a zip is a file to read; raises `Trouble` where it is dangerous."""
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if ".." in parts or (parts and (parts[0].startswith("/") or ":" in parts[0])):
        inside = refusals.plain(entry.filename)
        raise _unsafe_archive(
            name,
            f"son fichier « {inside} » sort de l'archive",
            f"its file “{inside}” leaves the archive",
        )
    if entry.flag_bits & 1:
        raise _unsafe_archive(name, "il est protégé par un mot de passe", "it is protected by a password")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return not (entry.is_dir() or is_link or any(map(_hidden, parts)))


def _unpack(name: str, packed: IO[bytes] | gzip.GzipFile, size: int, target: Path, budget: _Budget) -> None:
    """Writes what is packed, and counts what really comes out: an archive may lie about its sizes."""
    done = 0
    allowed = max(size * RATIO, _ALWAYS_FREE)
    with target.open("wb") as out:
        while block := packed.read(_BLOCK):
            done += len(block)
            budget.room -= len(block)
            if done > allowed or budget.room < 0:
                raise _unsafe_archive(
                    name,
                    "il se décompresse en un volume démesuré (bombe de décompression ?)",
                    "it unpacks to an unreasonable size (a decompression bomb?)",
                )
            out.write(block)


class _telling:
    """Turns what a broken archive raises into a `Trouble`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            raise refusals.no_room(self.name, refusals.plain(str(error))) from None
        if isinstance(error, zipfile.BadZipFile | zlib.error | lzma.LZMAError | EOFError | OSError | struct.error):
            raise refusals.broken_table(self.name, "archive abîmée") from None
        if isinstance(error, NotImplementedError | RuntimeError | ValueError | OverflowError | UnicodeError):
            raise refusals.broken_table(self.name, "compression non reconnue") from None


def _nothing_inside(name: str) -> Trouble:
    """The refusal of an archive without any file."""
    return Trouble(
        fr=f"{name} ne contient aucun fichier : vérifiez l'archive.", en=f"{name} holds no file: check the archive."
    )


def _several(troubles: Sequence[Trouble]) -> Trouble:
    """What is wrong with each of several files, a line each, the first ones in full."""
    first, left = troubles[:_TOLD], len(troubles) - _TOLD
    more = (f"Et {left} autres fichiers refusés.", f"And {left} more files refused.") if left > 0 else ()
    return Trouble(
        fr="\n".join([*(one.fr for one in first), *more[:1]]), en="\n".join([*(one.en for one in first), *more[1:]])
    )


def _unsafe_archive(name: str, why_fr: str, why_en: str) -> Trouble:
    """The refusal of an archive that is not opened, with the reason in both languages."""
    return Trouble(
        fr=f"{name} n'est pas ouvert : {why_fr}. Décompressez-le vous-même si vous en connaissez l'origine.",
        en=f"{name} is not opened: {why_en}. Unpack it yourself if you know where it comes from.",
    )
