"""What pymrio makes of its own test system, as JSON: run by its own interpreter (`requirements.lock`), not by ours."""

from __future__ import annotations

import json
import sys
from typing import Any

import pymrio


def lists(frame: Any) -> list[Any]:
    """The numbers of a frame."""
    found: list[Any] = frame.to_numpy(dtype=float).tolist()
    return found


def main() -> None:
    """Six regions of eight sectors: flows, outputs, coefficients, inverse, and the emissions that they carry."""
    system = pymrio.load_test()
    system.calc_all()
    emissions = system.emissions
    found = {
        "version": pymrio.__version__,
        "Z": lists(system.Z),
        "x": lists(system.x),
        "Y": lists(system.Y),
        "A": lists(system.A),
        "L": lists(system.L),
        "S": lists(emissions.S),
        "M": lists(emissions.M),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
