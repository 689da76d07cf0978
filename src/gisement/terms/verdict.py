"""The four answers an indicator can give about one row."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What an indicator says of a row: three-valued logic, plus what lies outside the definition."""

    EXCLUDED = "excluded"
    UNKNOWN = "unknown"
    PART = "part"
    REST = "rest"


class Level(StrEnum):
    """How far a figure is from what was published; the highest level of the inputs wins."""

    OBSERVED = "observed"
    DERIVED = "derived"
    MODELLED = "modelled"

    @property
    def rank(self) -> int:
        """0 for observed, 1 for derived, 2 for modelled."""
        return _LEVELS.index(self)


_LEVELS = tuple(Level)


def highest(levels: list[Level]) -> Level:
    """The level farthest from observation; `OBSERVED` when there is none."""
    return max(levels, key=lambda level: level.rank, default=Level.OBSERVED)
