"""Rings: sets of communes around a territory, each inside the next one."""

from __future__ import annotations

from enum import IntEnum


class Ring(IntEnum):
    """How far from the territory: ring n is ring n-1 and every area of level n that touches the territory.

    Rings are drawn around the territory, never around a buyer. The number orders them; it is no distance.
    """

    COMMUNE = 1
    EPCI = 2
    FOOD_PLAN = 3
    DEPARTMENT = 4
    REGION = 5
    COUNTRY = 6
    WORLD = 7
