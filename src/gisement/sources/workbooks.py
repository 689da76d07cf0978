"""XLSX, XLS and ODS opened without harm: a small one may claim a cell in the last corner of its sheet.

The library makes a table of all that lies between the first and the last cell, and ends the process where that does not
fit in memory. A workbook that is not plainly small is therefore opened first by a process of its own, which may die.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import python_calamine as calamine

from gisement.store.unreadable import NO_TABLE
from gisement.terms import Trouble, one_line

Signs = npt.NDArray[np.uint8]
SMALL: Final = 64 << 20
"""Bytes that the parts of a plainly small workbook hold once unpacked."""
FEW_CELLS: Final = 5_000_000
"""Cells between the first and the last one of a plainly small sheet."""
MEMORY: Final = 2 << 30
PATIENCE: Final = 300
_BROKEN: Final = 3
_TRIAL: Final = f"""
import resource, sys
import python_calamine as calamine
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
try:
    book = calamine.CalamineWorkbook.from_path(sys.argv[1])
    for name in book.sheet_names:
        book.get_sheet_by_name(name)
except BaseException as error:
    sys.exit({_BROKEN} if type(error).__name__ == "PanicException" else 0)
"""
"""What the process does: a broken workbook ends it with its own status, one that is merely refused is told by us."""
_PREFIXED_CELL: Final = re.compile(rb"<\w+:c[\s/>]")
_LONGEST: Final = 12
"""Signs of the longest address that is looked at: three letters, eight digits, a quotation mark."""
_OF_WORDS: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_AFTER_NAMES: Final = b" \t\n\r\f\v/>"


def open_workbook(path: Path, name: str) -> calamine.CalamineWorkbook:
    """The workbook in a file. Raises Trouble where it is none, is locked, or takes gigabytes."""
    if not _is_plainly_small(path):
        _try_apart(path, name)
    with workbook_told(name):
        return calamine.CalamineWorkbook.from_path(str(path))


@contextmanager
def workbook_told(name: str) -> Iterator[None]:
    """Raise Trouble for what the library raises on a spoilt workbook, its panics included."""
    try:
        yield
    except calamine.PasswordError:
        raise Trouble(
            fr=f"{name} est protégé par un mot de passe : l'enregistrer sans protection.",
            en=f"{name} is protected by a password: save it without protection.",
        ) from None
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError) as error:
        raise _unreadable(name, f" ({one_line(error)})") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # which no module gives, and is no Exception
            raise
        raise _unreadable(name) from None


def _is_plainly_small(path: Path) -> bool:
    """Whether it is an XLSX of some megabytes, whose cells all say where they are, and are close together."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > SMALL or "xl/workbook.xml" not in archive.namelist():
                return False
            held = {part.filename: archive.read(part) for part in parts}  # one that lies about its size is refused here
    except (*NO_TABLE, OSError, RuntimeError, ValueError):
        return False
    return all(_is_dense(data) for name, data in held.items() if name.startswith("xl/worksheets/"))


def _is_dense(sheet: bytes) -> bool:
    signs = np.frombuffer(sheet + bytes(_LONGEST + 3), np.uint8)
    addresses, lines, width = _addresses(signs)
    return addresses >= _cells(sheet, signs) and lines * width <= FEW_CELLS


def _cells(sheet: bytes, signs: Signs) -> int:
    """How many cells there are: elements `c`, of any prefix."""
    at = np.flatnonzero(signs == ord("c"))
    plain = (signs[at - 1] == ord("<")) & _is_among(signs[at + 1], _AFTER_NAMES)
    return int(plain.sum()) + (len(_PREFIXED_CELL.findall(sheet)) if b":c" in sheet else 0)


def _is_among(signs: Signs, known: bytes) -> npt.NDArray[np.bool_]:
    return np.isin(signs, np.frombuffer(known, np.uint8))


def _addresses(signs: Signs) -> tuple[int, int, int]:
    """How many cells say where they are (`r="AB12"`), the last line that a cell or line names, and the last column.

    Read on all addresses at once, a sign after the other: one by one, a million of them took two seconds.
    """
    at = np.flatnonzero(signs == ord("r"))
    at = at[(signs[at + 1] == ord("=")) & (signs[at + 2] == ord('"')) & ~_is_among(signs[at - 1], _OF_WORDS)] + 3
    letters, digits, column, line = (np.zeros(len(at), dtype=np.int64) for _ in range(4))
    in_letters, in_digits, is_closed = (np.full(len(at), told) for told in (True, True, False))
    for place in range(_LONGEST):
        sign = signs[at + place]
        is_letter = in_letters & (sign >= ord("A")) & (sign <= ord("Z"))
        is_digit = in_digits & (sign >= ord("0")) & (sign <= ord("9"))
        is_closed |= in_digits & (sign == ord('"'))
        letters, digits = letters + is_letter, digits + is_digit
        column = np.where(is_letter, column * 26 + sign - (ord("A") - 1), column)
        line = np.where(is_digit, line * 10 + sign - ord("0"), line)
        in_letters, in_digits = is_letter, is_letter | is_digit
        if not in_digits.any():
            break
    has_cell = (letters >= 1) & (letters <= 3) & (digits >= 1)
    has_line = (letters <= 3) & (digits >= 1) & (digits <= 8) & is_closed
    return int(has_cell.sum()), int(line[has_line].max(initial=0)), int(column[has_cell].max(initial=0))


def _try_apart(path: Path, name: str) -> None:
    """Open a workbook in a process that may use so much memory and time. Raises Trouble if it does not live."""
    trial = [sys.executable, "-I", "-c", _TRIAL, str(path)]
    try:
        status = subprocess.run(trial, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE).returncode
    except subprocess.TimeoutExpired:
        status = None
    if status == _BROKEN:
        raise _unreadable(name)
    if status != 0:
        raise Trouble(
            fr=f"{name} occuperait trop de mémoire ou de temps (une cellule égarée au bout d'une feuille ?) : "
            "l'enregistrer en CSV.",
            en=f"{name} would take too much memory or time (a stray cell at the end of a sheet?): save it as CSV.",
        )


def _unreadable(name: str, why: str = "") -> Trouble:
    return Trouble(
        fr=f"{name} n'est pas un classeur lisible{why} : l'enregistrer en .xlsx, .ods ou .csv.",
        en=f"{name} is no readable workbook{why}: save it as .xlsx, .ods or .csv.",
    )
