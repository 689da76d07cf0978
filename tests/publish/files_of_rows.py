"""What the file of a page of rows holds, added up: to compare with what the page says."""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import Any, NamedTuple

import pyarrow.parquet as pq
from starlette.testclient import TestClient


class Lines(NamedTuple):
    """What the rows of a file add up to, how many they are, and their bases."""

    weight: int
    number: int
    bases: frozenset[str]


def lines_of(client: TestClient, rows: Any, kind: str) -> Lines:
    """All rows of a page of rows, as its file of that kind (CSV, PARQUET) holds them."""
    (file,) = rows.xpath(f"//p[@class='take']/a[text()='{kind}']/@href")
    return _read(client, str(file))


@cache
def _read(client: TestClient, file: str) -> Lines:
    """The lines of a file, asked for once."""
    answer = client.get(file)
    if file.endswith("format=parquet"):
        table = pq.read_table(io.BytesIO(answer.content))
        held = table.select([name for name in ("weight", "basis") if name in table.column_names]).to_pylist()
    else:
        held = list(csv.DictReader(io.StringIO(answer.text)))
    weights = (int(line["weight"]) for line in held if line["weight"] not in (None, ""))
    return Lines(sum(weights), len(held), frozenset(line["basis"] for line in held if line.get("basis")))
