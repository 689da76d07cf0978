"""A territory: one commune, one EPCI, one department or one region, and what it declares about itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from gisement.terms.rings import Ring
from gisement.terms.trouble import Trouble


class TerritoryLevel(StrEnum):
    """What kind of area a territory is."""

    COMMUNE = "commune"
    EPCI = "epci"
    DEPARTMENT = "department"
    REGION = "region"

    @property
    def ring(self) -> Ring:
        """The ring that is the territory itself: narrower rings do not exist."""
        return Ring[self.name]


_FRENCH_LEVELS = {"departement": "department", "département": "department", "région": "region"}
_LONGEST_CODE = 80


@dataclass(frozen=True, slots=True)
class Territory:
    """The territory of a workspace.

    `code` is the INSEE code of a commune, department or region, or the SIREN of an EPCI. `food_plan` holds
    the INSEE codes of the communes of a territorial food plan (empty: none is declared). `buyers` holds
    the SIRETs or SIRENs of its public buyers (empty: those located in the territory).
    """

    level: TerritoryLevel
    code: str
    name: str | None = None
    food_plan: tuple[str, ...] = ()
    buyers: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Level and code as a user writes them: `epci:200069854`."""
        return f"{self.level}:{self.code}"


def parse_territory(
    text: str, *, name: str | None = None, food_plan: Iterable[str] = (), buyers: Iterable[str] = ()
) -> Territory:
    """The territory written `LEVEL:CODE` (`epci:200069854`, `commune:86194`, `department:86`, `region:75`).

    Whether the code exists is for the geography to say. Raises Trouble if the text is not of that form.
    """
    level_text, colon, code_text = text.strip().partition(":")
    level_name = level_text.strip().lower()
    level_name = _FRENCH_LEVELS.get(level_name, level_name)
    code = code_text.strip()
    if not colon or level_name not in set(TerritoryLevel) or not code or len(code) > _LONGEST_CODE:
        raise _bad_form(text)
    if level_name != TerritoryLevel.EPCI:
        code = code.upper()  # 2a004 is 2A004
    plan = tuple(sorted({commune.strip().upper() for commune in food_plan}))
    kept_buyers = tuple(sorted({"".join(buyer.split()) for buyer in buyers}))
    return Territory(TerritoryLevel(level_name), code, name, plan, kept_buyers)


@lru_cache(maxsize=64)
def existing_rings(territory: Territory) -> tuple[Ring, ...]:
    """The rings of `territory`, from itself to the world; the food plan only if one is declared."""
    own = territory.level.ring
    return tuple(ring for ring in Ring if ring >= own and (ring != Ring.FOOD_PLAN or bool(territory.food_plan)))


def _bad_form(text: str) -> Trouble:
    shown = text.strip()[:_LONGEST_CODE]
    return Trouble(
        fr=f"Le territoire « {shown} » ne se lit pas : écrire epci:200069854, commune:86194, department:86"
        " ou region:75 (niveau, deux-points, code).",
        en=f"Territory '{shown}' cannot be read: write epci:200069854, commune:86194, department:86"
        " or region:75 (level, colon, code).",
    )
