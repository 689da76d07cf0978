"""How long a figure takes on a built workspace, once its tables are loaded.

    python benchmarks/measure.py WORKSPACE

Every indicator, alone and by year, family, department and buyer, with each value of its options: the first time (the
query is compiled) and again. The reference is one plain SQL sum by year over the same table in the same process.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from gisement.engine import Observatory
from gisement.indicators import INDICATORS
from gisement.store import Workspace
from gisement.terms import Indicator, Perimeter

GROUPS = ((), ("year",), ("family",), ("buyer_department",), ("year", "family"))
PLAIN = """
SELECT year, sum(amount_cents) FILTER (establishment_farthest <= 4) / sum(amount_cents) FROM purchase GROUP BY year
"""
REPEATS, ASKED = 3, 100


def questions(indicator: Indicator) -> Iterator[tuple[Perimeter, tuple[str, ...]]]:
    """Perimeters and groups to ask of an indicator."""
    everybody = {"buyers": ("all",)}
    for by in GROUPS:
        yield Perimeter(everybody), by
    yield Perimeter({**everybody, "year": ("2024",)}), ()
    for option in indicator.options:
        for value in option.values:
            if value not in ("commune", "food_plan"):
                yield Perimeter(everybody, {option.name: value}), ()


def milliseconds(observatory: Observatory, indicator: Indicator, perimeter: Perimeter, by: tuple[str, ...]) -> float:
    """The time of one answer."""
    began = time.perf_counter()
    observatory.measure(indicator, perimeter, by)
    return (time.perf_counter() - began) * 1000


def main(arguments: Sequence[str]) -> None:
    """Print the slowest and the median answer, first and again, and the reference."""
    began = time.perf_counter()
    observatory = Observatory(Workspace.open(Path(arguments[0]), memory="4GB"), load=True)
    rows = observatory.connection.execute("SELECT count(*) FROM contract").fetchone()
    print(f"{rows[0] if rows else 0} contracts, loaded in {time.perf_counter() - began:.1f} s")
    first: list[float] = []
    again: list[tuple[float, str]] = []
    for indicator in INDICATORS:
        for perimeter, by in questions(indicator):
            first.append(milliseconds(observatory, indicator, perimeter, by))
            best = min(milliseconds(observatory, indicator, perimeter, by) for _ in range(REPEATS))
            again.append((best, f"{indicator.name} by {','.join(by) or 'nothing'} {dict(perimeter.options)}"))
    plain = []
    for _ in range(10):
        began = time.perf_counter()
        observatory.connection.execute(PLAIN).fetchall()
        plain.append((time.perf_counter() - began) * 1000)
    slowest = max(again)
    print(f"{len(again)} figures; first: median {statistics.median(first):.0f} ms, slowest {max(first):.0f} ms")
    print(f"again: median {statistics.median(t for t, _ in again):.0f} ms, slowest {slowest[0]:.0f} ms ({slowest[1]})")
    print(f"over {ASKED} ms: {sum(t > ASKED for t, _ in again)}")
    print(
        f"plain SQL: {min(plain):.0f} ms; ratio of the median {statistics.median(t for t, _ in again) / min(plain):.1f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
