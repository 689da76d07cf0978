"""How fast and how well suppliers without SIRET are found in the register.

    python benchmarks/linkage.py [NAMES [ESTABLISHMENTS]] [--data FOLDER]

Speed: 100,000 names against 5,000,000 establishments (invented names, communes of uneven size), wall seconds, peak
memory, and a recall on the names that were corrupted (a sanity check, not a quality). Quality, where the folder of real
files is there: precision and recall by setting and by corruption on labelled pairs of real names.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from benchmarks import labelled_names  # noqa: E402
from gisement.models.linkage.suppliers import ACCEPTED, link  # noqa: E402

WORDS, COMMUNES, SEED = 150_000, 35_000, 1
CONSONANTS, VOWELS = np.array(list("BCDFGHJLMNPRSTV")), np.array(list("AEIOU"))
TRADES = ("MENUISERIE", "ELECTRICITE", "PLOMBERIE", "TRANSPORTS", "CONSTRUCTION", "SERVICES", "CONSEIL", "RESTAURANT")


def register(size: int, chance: np.random.RandomState) -> pa.Table:
    """An invented register: a family name or two, often with a trade; the largest commune has 1 in 190 of them."""
    letters = [(CONSONANTS, VOWELS)[i % 2] for i in range(9)]
    drawn = np.column_stack([some[chance.randint(0, len(some), WORDS)] for some in letters])
    words = np.array(["".join(parts[: 4 + i % 6]) for i, parts in enumerate(drawn.tolist())], dtype=object)
    first, second = words[chance.randint(0, WORDS, size)], words[chance.randint(0, WORDS, size)]
    trade = np.array(TRADES, dtype=object)[chance.randint(0, len(TRADES), size)]
    kind = chance.randint(0, 3, size)
    name = np.where(kind == 0, first + " " + second, np.where(kind == 1, trade + " " + first, first))
    commune = (COMMUNES * chance.random_sample(size) ** 2).astype(int)
    code = np.array([f"{1 + number % 95:02d}{number // 95:03d}" for number in range(COMMUNES)], dtype=object)[commune]
    siret = [f"{100_000_000_00000 + number * 100_003:014d}" for number in range(size)]
    return pa.table(
        {
            "siret": siret,
            "siren": [text[:9] for text in siret],
            "name": pa.array(name, pa.string()),
            "commune_code": pa.array(code, pa.string()),
            "postcode": pa.nulls(size, pa.string()),
            "department_code": pa.array([text[:2] for text in code], pa.string()),
            "naf_code": pa.nulls(size, pa.string()),
            "is_head_office": pa.array(chance.random_sample(size) < 0.5),
            "is_closed": pa.array(chance.random_sample(size) < 0.4),
        }
    )


def asked(known: pa.Table, size: int, chance: np.random.RandomState) -> pa.Table:
    """Names of the register, most of them corrupted, with their commune."""
    chosen = known.take(pa.array(chance.randint(0, known.num_rows, size)))
    dice, kinds = Random(SEED), (*labelled_names.CORRUPTIONS.values(), labelled_names.untouched)
    names = [dice.choice(kinds)(name, dice) for name in chosen["name"].to_pylist()]
    return pa.table(
        {
            "row_key": chosen["siret"],
            "supplier_name": pa.array(names, pa.string()),
            "commune_code": chosen["commune_code"],
            "postcode": pa.nulls(size, pa.string()),
            "department_code": chosen["department_code"],
            "naf_prefixes": pa.nulls(size, pa.list_(pa.string())),
        }
    )


def speed(names: int, establishments: int) -> None:
    """Time the linkage once, register and names already in memory."""
    chance = np.random.RandomState(SEED)
    known = register(establishments, chance)
    wanted = asked(known, names, chance)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, busy = time.perf_counter(), time.process_time()
    found = link(wanted, known).to_pylist()
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    accepted = [row for row in found if row["status"] == ACCEPTED]
    right = sum(row["siren"] == row["row_key"][:9] for row in accepted)
    print(f"{names:,} names, {establishments:,} establishments: {seconds:.1f} s ({busy:.1f} s of processor), ", end="")
    print(f"peak {peak / 2**20:.1f} GiB")
    print(f"  (inputs alone: {before / 2**20:.1f} GiB) accepted {len(accepted):,}, right {right / len(accepted):.3f}")


def quality(data: Path) -> None:
    """Precision and recall on real names, by setting and by corruption."""
    names = labelled_names.read(data)
    pairs = names.pairs()
    for setting in labelled_names.SETTINGS:
        show(setting, labelled_names.judged(names, setting, pairs))
    own = [(names.register_name(siret), siret) for siret in list(names.spellings)[::5]]
    for title, corrupt in labelled_names.CORRUPTIONS.items():
        show(title, labelled_names.judged(names, "crowded", own, corrupt))


def show(title: str, outcome: labelled_names.Outcome) -> None:
    """One line, and one per rule."""
    print(
        f"{title:18} asked {outcome.asked:5} present {outcome.present:5} accepted {outcome.accepted:5} "
        f"precision {outcome.precision:.3f} recall {outcome.recall:.3f} doubtful {outcome.doubtful:5} "
        f"right 98 times of 100 from {outcome.least_score}"
    )
    for rule, (right, accepted) in outcome.by_rule.items():
        print(f"    {rule:28} {right:5} of {accepted:5}")


def main() -> None:
    """Speed, then quality where the real files are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="?", type=int, default=100_000)
    parser.add_argument("establishments", nargs="?", type=int, default=5_000_000)
    parser.add_argument("--data", type=Path, default=PROJECT.parent / "shared" / "data")
    given = parser.parse_args()
    speed(given.names, given.establishments)
    if given.data.is_dir():
        quality(given.data)


if __name__ == "__main__":
    main()
