"""Rows as they come: nothing is gathered, nothing waits in a queue."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from pyarrow import parquet

from gisement.publish.answers import flattened, safe


def csv_stream(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """CSV, a block of lines at a time; a cell that a spreadsheet would run as a formula is written as text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names: list[str] = []
    for number, row in enumerate(rows):
        flat = flattened(row)
        if not names:
            names = list(flat)
            writer.writerow(names)
        if list(flat) != names:
            if further := flat.keys() - set(names):
                raise ValueError(f"columns that the first row lacks: {sorted(further)}")
            flat = {name: flat.get(name) for name in names}
        writer.writerow(map(safe, flat.values()))
        if number % 500 == 499:
            yield _taken(buffer)
    yield _taken(buffer)


def begun(stream: Iterator[bytes]) -> Iterator[bytes]:
    """The same stream, its first part made already: what cannot be answered is told before the answer has begun."""
    first = next(stream, b"")
    return chain((first,), stream)


def parquet_stream(batches: Any) -> Iterator[bytes]:
    """Parquet, a group of rows at a time."""
    sink = _Sink()
    with parquet.ParquetWriter(sink, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """What a writer has written and nobody has taken yet."""

    def __init__(self) -> None:
        super().__init__()
        self.kept, self.place = bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.kept += data
        self.place += len(data)
        return len(data)

    def tell(self) -> int:
        return self.place

    def taken(self) -> bytes:
        """What was written since the last time."""
        found, self.kept = bytes(self.kept), bytearray()
        return found


def _taken(buffer: io.StringIO) -> bytes:
    found = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return found
