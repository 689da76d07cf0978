"""How often the interval of an audit holds the truth: simulated audits of the demonstration territory, errors seeded.

    python benchmarks/audits.py [WORKSPACE [AUDITS]]

WORKSPACE is a built demonstration (by default one of size `tiny` is made). The rows of `local_share` on payments are
the books; the truth is made from them once, with errors at the rates below. Each audit draws its 200 lines with a seed
of its own, is told what is true of them, and gives its 95 % interval. Printed: how often the interval holds the true
share, its mean half-width, and the mean error.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from gisement.models.audit import local_share as audit

AUDITS, DRAWS = 1000, 1000
WRONG_PLACE, WRONG_SEGMENT, WRONG_AMOUNT, UNKNOWN_IS_LOCAL = 0.05, 0.03, 0.02, 0.5
"""Rates of the errors seeded, and the part of unknown places that is local in truth: assumptions of the simulation."""


@dataclass(frozen=True)
class Coverage:
    """Of `audits` simulated audits: the part whose interval holds `share`, the mean half-width and the mean error."""

    audits: int
    share: float
    held: float
    half_width: float
    error: float


def truth_of(rows: pa.Table, seed: int) -> pa.Table:
    """What is true of each row: place, scope, amount, and which of them the books have wrong."""
    chance = np.random.RandomState(seed)
    count = rows.num_rows
    scope, local = rows["is_in_scope"].to_pylist(), rows["is_local"].to_pylist()
    cents = [value or 0 for value in rows["amount_cents"].to_pylist()]
    wrong_place, wrong_segment, wrong_amount, coin = (
        chance.random_sample(count) < rate for rate in (WRONG_PLACE, WRONG_SEGMENT, WRONG_AMOUNT, UNKNOWN_IS_LOCAL)
    )
    return pa.table(
        {
            "row_key": rows["row_key"],
            "is_in_scope_found": [
                bool(c) if s is None else s != bool(w) for s, w, c in zip(scope, wrong_segment, coin, strict=True)
            ],
            "is_local_found": [
                bool(c) if x is None else x != bool(w) for x, w, c in zip(local, wrong_place, coin, strict=True)
            ],
            "amount_found_cents": [c // 2 if w else c for c, w in zip(cents, wrong_amount, strict=True)],
            "is_place_wrong": [x is None or bool(w) for x, w in zip(local, wrong_place, strict=True)],
            "is_segment_wrong": [s is None or bool(w) for s, w in zip(scope, wrong_segment, strict=True)],
            "is_amount_wrong": wrong_amount,
        }
    )


def true_share(truth: pa.Table) -> float:
    """The local share of the true rows."""
    scope, local = (np.array(truth[name].to_pylist()) for name in ("is_in_scope_found", "is_local_found"))
    cents = np.array(truth["amount_found_cents"].to_pylist(), dtype=np.float64)
    return float(cents[scope & local].sum() / cents[scope].sum())


def simulated(rows: pa.Table, audits: int, draws: int = DRAWS) -> Coverage:
    """Audit the rows again and again, each time with another seed."""
    truth = truth_of(rows, seed=1)
    place = {key: rank for rank, key in enumerate(truth["row_key"].to_pylist())}
    share, held, widths, errors = true_share(truth), 0, [], []
    for seed in range(1, audits + 1):
        sample = audit.draw(rows, seed=seed)
        found = truth.take(pa.array([place[key] for key in sample["row_key"].to_pylist()]))
        told = audit.estimate(sample, found.append_column("line_number", sample["line_number"]), seed=seed, draws=draws)
        if told.value is None or told.low is None or told.high is None:
            continue  # never held: an audit that says nothing is no success
        held += told.low <= share <= told.high
        widths.append((told.high - told.low) / 2)
        errors.append(told.value - share)
    return Coverage(audits, share, held / audits, statistics.fmean(widths), statistics.fmean(errors))


def rows_of(root: Path) -> pa.Table:
    """The rows of `local_share` on payments, whoever buys."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.store import Workspace
    from gisement.studies.audit import population
    from gisement.terms import Perimeter

    observatory = Observatory(Workspace.open(root))
    indicator, perimeter = indicator_named("local_share"), Perimeter({"buyers": ("all",), "basis": ("payment",)}, {})
    return population(observatory, indicator, perimeter, observatory.options(indicator, perimeter))


def made() -> Path:
    """A demonstration of size `tiny`, built."""
    import subprocess

    folder = Path(tempfile.mkdtemp()) / "demo"
    command = "from gisement.cli import main; main()"
    words = ["-w", str(folder), "demo", "--size", "tiny", "--no-serve"]
    subprocess.run([sys.executable, "-c", command, *words], check=True, stdout=subprocess.DEVNULL)
    return folder


def main(arguments: Sequence[str]) -> None:
    """Print the coverage."""
    root = Path(arguments[0]) if arguments else made()
    told = simulated(rows_of(root), int(arguments[1]) if len(arguments) > 1 else AUDITS)
    print(f"{told.audits} audits: the 95 % interval holds the true share {told.share:.4f} in {100 * told.held:.1f} %")
    print(f"mean half-width {100 * told.half_width:.2f} points, mean error {100 * told.error:+.2f} points")


if __name__ == "__main__":
    main(sys.argv[1:])
