"""How well titles tell what is bought: the classifier of titles, on buyers that it has not seen.

    python benchmarks/titles.py WORKSPACE [--labels CPV.csv] [--folds 5] [--curve]

WORKSPACE is a built workspace. Each fold holds out whole buyers; the model learns from the others, thresholds
included. One example is a distinct (buyer, title, division). `--labels` adds the French labels of the CPV (columns
`code` and `label_fr`), which do not ship. `--curve` learns from a part of the buyers instead, on two folds. Nothing
is written.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from gisement.catalog.segments import segment_prefixes
from gisement.models.titles.classifier import NO_LABELS, Examples, folds_by_buyer, train

COVERAGES: Final = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
PARTS: Final = (0.125, 0.25, 0.5, 1.0)
CURVE_FOLDS: Final = (1, 2)
TITLES: Final = """
    SELECT DISTINCT ON (buyer_siren, lower(trim(title)), cpv_division) title, buyer_siren, cpv_code, segment
    FROM read_parquet(?) WHERE title IS NOT NULL AND cpv_code IS NOT NULL AND buyer_siren IS NOT NULL
    ORDER BY buyer_siren, lower(trim(title)), cpv_division, contract_key"""


def examples_of(workspace: Path) -> Examples:
    """The distinct titles of a workspace whose CPV code is known."""
    rows = duckdb.connect().execute(TITLES, [str(workspace / "tables" / "contract.parquet")]).fetchall()
    return Examples(*(list(column) for column in zip(*rows, strict=True)))


def labels_of(path: Path | None) -> Examples:
    """The labels of the CPV as examples; none without a file."""
    if path is None:
        return NO_LABELS
    known = {row["prefix"]: row["segment"] for row in segment_prefixes()}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    codes = [row["code"] for row in rows]
    segments = [next(known[code[:size]] for size in range(8, 1, -1) if code[:size] in known) for code in codes]
    return Examples([row["label_fr"] for row in rows], codes, codes, segments)


def curve(probability: Any, is_right: Any) -> str:
    """Accuracy of the surest share of titles, for each share."""
    ordered = is_right[np.argsort(-probability, kind="stable")]
    return "  ".join(f"{part:.0%} {ordered[: max(1, int(len(ordered) * part))].mean():.3f}" for part in COVERAGES)


def evaluated(examples: Examples, labels: Examples, fold: Any, number: int, part: float = 1.0) -> dict[str, Any]:
    """What a model learnt from (a part of) the other buyers says of the buyers of one fold."""
    others = examples.part(np.flatnonzero(fold != number))
    names = sorted(set(others.buyers))
    kept = set(np.random.default_rng(number).permutation(names)[: int(len(names) * part)].tolist())
    learnt = others.part([place for place, buyer in enumerate(others.buyers) if buyer in kept])
    unseen = examples.part(np.flatnonzero(fold == number))
    began = time.perf_counter()
    model = train(learnt, labels)
    trained = time.perf_counter()
    answer = model.answer(unseen.titles)
    print(
        f"  fold {number}: {len(learnt.titles)} titles learnt in {trained - began:.0f} s, "
        f"{len(unseen.titles)} answered in {time.perf_counter() - trained:.1f} s",
        flush=True,
    )
    return {
        "learnt": len(learnt.titles),
        "truth": np.array(unseen.divisions),
        "division": np.array(answer.divisions),
        "division_right": np.array(answer.divisions) == np.array(unseen.divisions),
        "division_probability": answer.division_probability,
        "division_answered": answer.division_probability >= model.threshold["division"],
        "segment_right": np.array(answer.segments) == np.array(unseen.segments),
        "segment_probability": answer.segment_probability,
        "segment_answered": answer.segment_probability >= model.threshold["segment"],
        "destroyed": np.array(["\ufffd" in title for title in unseen.titles]),
    }


def report(found: list[dict[str, Any]]) -> None:
    """Accuracy by coverage, at the thresholds, by division, and whether probabilities tell the truth."""
    joined = {name: np.concatenate([each[name] for each in found]) for name in found[0] if name != "learnt"}
    for name in ("division", "segment"):
        right, probability = joined[f"{name}_right"], joined[f"{name}_probability"]
        answered = joined[f"{name}_answered"]
        print(f"{name}: accuracy by coverage  {curve(probability, right)}")
        print(f"  at the threshold: {answered.mean():.1%} answered, of which {right[answered].mean():.1%} right")
    destroyed = joined["destroyed"]
    print(
        "division, destroyed accents only:",
        curve(joined["division_probability"][destroyed], joined["division_right"][destroyed]),
    )
    print("probability said / share right:", *_reliability(joined))
    print("division  titles  answered  right when answered")
    for division in sorted(set(joined["truth"])):
        of_it = joined["truth"] == division
        answered = of_it & joined["division_answered"]
        share = f"{joined['division_right'][answered].mean():.2f}" if answered.any() else "-"
        print(f"  {division}      {of_it.sum():6d}  {answered.sum() / of_it.sum():8.2f}  {share}")


def _reliability(joined: dict[str, Any]) -> list[str]:
    said, right = joined["division_probability"], joined["division_right"]
    steps = [(said >= low / 10) & (said < (low + 1) / 10 + (low == 9)) for low in range(10)]
    return [f"{said[step].mean():.2f}/{right[step].mean():.2f}" for step in steps if step.sum() >= 20]


def main() -> None:
    """Run the measurements asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("workspace", type=Path, nargs="?")
    asked.add_argument("--labels", type=Path)
    asked.add_argument("--folds", type=int, default=5)
    asked.add_argument("--curve", action="store_true")
    given = asked.parse_args()
    if given.workspace is None:
        print("titles: no workspace given, nothing measured (see the top of this file)")
        return
    examples, labels = examples_of(given.workspace), labels_of(given.labels)
    print(f"{len(examples.titles)} titles of {len(set(examples.buyers))} buyers, {len(labels.titles)} labels")
    fold = folds_by_buyer(examples.buyers, given.folds, seed=7)
    if not given.curve:
        report([evaluated(examples, labels, fold, number) for number in range(given.folds)])
        return
    for part in PARTS:
        found = [evaluated(examples, labels, fold, number, part) for number in CURVE_FOLDS]
        right, said = (
            np.concatenate([each[f"division_{name}"] for each in found]) for name in ("right", "probability")
        )
        print(f"learnt from {part:.1%} of the buyers, {found[0]['learnt']} titles: {curve(said, right)}", flush=True)


if __name__ == "__main__":
    main()
