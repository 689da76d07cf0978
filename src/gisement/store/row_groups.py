"""Several Parquet files made one: their row groups follow each other as they are, and none is decoded.

A Parquet file is its row groups, then a footer which says at which byte each of their columns begins: the
bytes are copied, the places moved, and the footers become one.
Source: parquet-format 2.10, parquet.thrift (the numbers of the fields).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from gisement.store import thrift
from gisement.store.thrift import Struct

MAGIC: Final = b"PAR1"
BLOCK: Final = 1 << 20

_SCHEMA, _ROWS, _GROUPS = 2, 3, 4
_COLUMNS, _GROUP_ROWS, _GROUP_AT, _ORDINAL = 1, 3, 5, 7
_ABOUT: Final = 3
_COLUMN_PLACES: Final = (2, 4, 6)
"""Of a column in a group: where it is, and where its offset and column indexes are."""
_PAGE_PLACES: Final = (9, 10, 11, 14)
"""Of what is told about it: its data, index and dictionary pages, and its Bloom filter."""


def unite(parts: Sequence[Path], target: Path) -> None:
    """Write the rows of `parts` (Parquet files of the same columns, at least one) as one file, in their order.

    Raises ValueError where a part has other columns than the first.
    """
    whole: Struct = {}
    groups: list[Struct] = []
    with target.open("wb") as out:
        out.write(MAGIC)
        for part in parts:
            with part.open("rb") as file:
                footer, end = _footer(file)
                whole = whole or footer
                if footer[_SCHEMA] != whole[_SCHEMA]:
                    raise ValueError(f"{part.name} has other columns than {parts[0].name}")
                for group in _items(footer, _GROUPS):
                    _move(group, out.tell() - len(MAGIC), len(groups))
                    groups.append(group)
                file.seek(len(MAGIC))
                _copy(file, out, end - len(MAGIC))
        whole[_GROUPS] = thrift.LIST, (thrift.STRUCT, groups)
        whole[_ROWS] = thrift.I64, sum(group[_GROUP_ROWS][1] for group in groups)
        text = thrift.encoded(whole)
        out.write(text + len(text).to_bytes(4, "little") + MAGIC)


def _footer(file: BinaryIO) -> tuple[Struct, int]:
    """What the end of a Parquet file tells of it, and the byte at which it begins."""
    end = file.seek(-len(MAGIC) - 4, 2)
    start = end - int.from_bytes(file.read(4), "little")
    file.seek(start)
    return thrift.decoded(file.read(end - start)), start


def _items(struct: Struct, field: int) -> list[Struct]:
    items: list[Struct] = struct[field][1][1]
    return items


def _move(group: Struct, by: int, number: int) -> None:
    """Says of a row group, the `number`-th of its file from 0, that it is `by` bytes further."""
    _shift(group, (_GROUP_AT,), by)
    if _ORDINAL in group:
        group[_ORDINAL] = thrift.I16, number
    for column in _items(group, _COLUMNS):
        _shift(column, _COLUMN_PLACES, by)
        _shift(column[_ABOUT][1], _PAGE_PLACES, by)


def _shift(struct: Struct, fields: Sequence[int], by: int) -> None:
    """Moves the places in these fields; zero is no place: the header of the file is there."""
    for field in fields:
        if field in struct and struct[field][1]:
            struct[field] = thrift.I64, struct[field][1] + by


def _copy(file: BinaryIO, out: BinaryIO, size: int) -> None:
    while size > 0:
        block = file.read(min(size, BLOCK))
        out.write(block)
        size -= len(block)
