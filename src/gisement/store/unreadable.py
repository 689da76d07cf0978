"""The boundary where a file becomes a table: what libraries raise on spoilt bytes, told in one plain sentence.

Readers refuse what they foresee, with the place and what to mend. What is left comes from below them: DuckDB, Arrow,
zip, CSV and XML readers, numbers and letters that no column holds. A machine that lacks memory or disk is no damage.
"""

from __future__ import annotations

import csv
import errno
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from gisement.terms import Trouble

NO_MEMORY = (MemoryError, duckdb.OutOfMemoryException)
NO_TABLE = (
    duckdb.Error, csv.Error, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, UnicodeError,
    OverflowError, RecursionError, NotImplementedError,
)  # fmt: skip
"""What spoilt bytes make libraries raise. DuckDB's own class stands for all of its: a damaged Parquet raises it bare.

Arrow's errors are ValueError and KeyError too: who opens a file with Arrow tells them. ValueError, TypeError and
KeyError are not here: they are more often a fault of a reader than of a file.
"""
OF_THE_MACHINE = ("No space left", "File too large", "quota", "Cannot open file", "Permission")
"""Words of DuckDB's errors on a file that have nothing to do with what is in it."""
DAMAGE = (None, errno.EINVAL)
"""Numbers of the system's errors that gzip, bzip2 and zip raise on spoilt bytes."""


@contextmanager
def table_told(name: str) -> Iterator[None]:
    """Raise Trouble, about the file `name`, for what spoilt bytes or too little memory make libraries raise."""
    try:
        yield
    except NO_MEMORY:
        raise too_little_memory(name) from None
    except NO_TABLE as error:
        if any(word in str(error) for word in OF_THE_MACHINE):
            raise
        raise _no_table(name) from None
    except OSError as error:
        if error.errno not in DAMAGE:
            raise
        raise _no_table(name) from None


def too_little_memory(name: str) -> Trouble:
    """The file may be sound: the machine cannot hold what reading it takes."""
    return Trouble(
        fr=f"{name} : la mémoire ne suffit pas pour le lire ; en libérer, puis recommencer.",
        en=f"{name}: there is not enough memory to read it; free some, then try again.",
    )


def _no_table(name: str) -> Trouble:
    return Trouble(
        fr=f"{name} ne se lit pas comme un tableau : l'enregistrer de nouveau en CSV UTF-8, avec une ligne d'en-tête.",
        en=f"{name} cannot be read as a table: save it anew as CSV in UTF-8, with a line of headings.",
    )
