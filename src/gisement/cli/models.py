"""`gisement measure` for what a model computes: impact, local multiplier, emissions, joint purchases, and what-if."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisement.terms import Figure, Indicator, Perimeter, Trouble
from gisement.terms.toml_text import parsed_toml

if TYPE_CHECKING:
    from gisement.engine import Observatory
    from gisement.studies.impact.shift import Shift


def modelled(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, by: Sequence[str], *,
    sensitivity: bool = False, scenario: Path | None = None,
) -> tuple[list[Figure], dict[str, Any]]:  # fmt: skip
    """The figures of an indicator that a model computes, and what they rest on."""
    from gisement.studies import modelled as models

    if not models.is_impact(indicator):
        if sensitivity:
            return models.sensitivity(observatory, indicator, perimeter), {}
        return models.measure(observatory, indicator, perimeter, by), {}
    from gisement.studies.impact.model import Impact

    impact = Impact(observatory)
    if scenario is not None:
        found = impact.what_if(indicator, perimeter, shifts(scenario))
    elif sensitivity:
        found = models.sensitivity(observatory, indicator, perimeter)
    else:
        found = impact.measure(indicator, perimeter, by)
    return found, asdict(impact.about(indicator, perimeter))


def shifts(path: Path) -> list[Shift]:
    """The what-if of a TOML file: `[[shift]]` with `segment`, `points` and `to`. Raises Trouble if unreadable."""
    from gisement.studies.impact.shift import Shift

    if not path.is_file():
        raise Trouble(
            fr=f"{path} n'existe pas, ou n'est pas un fichier : donner un scénario en TOML.",
            en=f"{path} does not exist, or is no file: give a scenario in TOML.",
        )
    try:
        told = parsed_toml(path.read_text(encoding="utf-8"))["shift"]
        return [Shift(str(one["segment"]), _points(one["points"]), str(one["to"])) for one in told]
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        raise Trouble(
            fr=f'{path} ne se lit pas : y écrire [[shift]], puis segment = "…", points = 10 et to = "department".',
            en=f'{path} cannot be read: write [[shift]], then segment = "…", points = 10 and to = "department".',
        ) from None


def _points(value: Any) -> float:
    points = float(value)
    if not 0 < points <= 100:
        raise ValueError(points)
    return points
