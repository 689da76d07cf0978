"""How long an impact takes: 9 buyers × 104 segments × 5 rings, 1,000 draws, on a made-up table of 64 industries.

    python benchmarks/impact.py [--draws 1000] [--industries 64]

Nothing is read: the economy, the zones and the demand are drawn. The target is under 5 seconds on two cores.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from gisement.models.impact.draws import drawn, spreads
from gisement.models.impact.effects import Demand, Economy, Zones, simulate

BUYERS, SEGMENTS, ZONES = 9, 104, 4


def economy(n: int, dice: np.random.Generator) -> Economy:
    """An economy of n industries whose columns add up to 1, a fifth of them goods."""
    parts = dice.uniform(0.01, 1, (n + 3, n))
    parts[:n] *= 0.5 * n / parts[:n].sum(axis=0).mean() / n
    parts /= parts.sum(axis=0)
    goods, trade = np.arange(n) < n // 5, np.arange(n) == n // 2
    return Economy(
        A=parts[:n], v=parts[n], m=parts[n + 1], t=parts[n + 2], goods=goods.astype(float),
        imported=dice.uniform(0, 0.6, n), earners=trade.astype(float), margin=0.3,
    )  # fmt: skip


def main() -> None:
    """Time one simulation and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--industries", type=int, default=64)
    asked = parser.parse_args()
    dice, n = np.random.default_rng(1), asked.industries
    nation = dice.uniform(1e4, 1e6, n)
    zones = Zones((2, 4, 5, 6), np.array([nation * share for share in (0.002, 0.006, 0.09, 1.0)]))
    shape = (3, BUYERS * SEGMENTS, ZONES + 1, n)
    sparse = np.where(dice.uniform(size=shape) < 0.02, dice.uniform(0, 1e6, shape), 0.0)
    demand = Demand(sparse, sparse[..., ::-1])
    country = economy(n, dice)
    begun, processor = time.perf_counter(), time.process_time()
    values = simulate(country, zones, demand, drawn(asked.draws, 1), "value_added", "indirect")
    told = spreads(values[:, :2].sum(axis=1).reshape(asked.draws, -1))
    took, used = time.perf_counter() - begun, time.process_time() - processor
    print(
        f"{len(told)} results ({BUYERS} buyers, {SEGMENTS} segments, {ZONES} zones), {asked.draws} draws, "
        f"{n} industries: {took:.1f} s, {used:.1f} s of processor"
    )


if __name__ == "__main__":
    main()
