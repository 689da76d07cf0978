"""The territory of the demonstration: its buyers, families, years and places, read from `catalog/demonstration`.

Communes are real; they stand on circles of a drawing, since true coordinates may not ship.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeVar

import duckdb
import msgspec

from gisement.catalog.segments import segment_prefixes, segments
from gisement.catalog.tables import FOLDER, read_csv
from gisement.sources.demonstration.identifiers import siren, siret

TERRITORY = "epci:200069854"
DEPARTMENT, REGION = "86", "75"
RINGS = ("epci", "rest_vienne", "rest_region", "rest_france", "abroad")
LOCAL_RINGS = ("epci", "rest_vienne")
ABROAD = "abroad"
MEDICAL, ENERGY = "medical_pharma", "energy_water"
FICTIVE = "Données fictives"
SOLE_TRADER = "1000"
"""Legal category of natural persons: their names are masked on entry."""
CENTRE = (46.58, 0.34)
CIRCLES = {
    "epci": (3.0, 22.0),
    "rest_vienne": (25.0, 65.0),
    "rest_region": (70.0, 260.0),
    "rest_france": (180.0, 600.0),
}
"""Nearest and farthest distance of each ring, in kilometres: a drawing, not a map."""
_KM_PER_DEGREE = 111.2
_TURN = 0.6180339887
_CENTS_PER_MILLION = 100_000_000
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Buyer:
    """A fictive public buyer and its ledger.

    `group` says which clause rates are its own; `lines` are payment lines a year at full size, `layout` how its ledger
    is laid out and `first_year` when it begins (None: it gives none).
    """

    identifier: str
    name: str
    number: int
    legal_category: str
    commune_code: str
    publisher: str
    group: str
    contracts: int
    lines: int
    nomenclature: str
    layout: str | None
    first_year: int | None

    @cached_property
    def siret(self) -> str:
        """Its fictive SIRET."""
        return siret(siren(self.number), 1)


@dataclass(frozen=True)
class Family:
    """A family of purchases: where its money goes (by ring), to whom, and how much of it no contract covers."""

    identifier: str
    word: str
    naf_code: str
    epci: float
    rest_vienne: float
    rest_region: float
    rest_france: float
    abroad: float
    sme_share: float
    off_contract_share: float

    @property
    def ring_shares(self) -> Sequence[float]:
        """The share of its money that goes to each ring, in the order of `RINGS`."""
        return [getattr(self, ring) for ring in RINGS]


@dataclass(frozen=True)
class Year:
    """A year: its volume and that of energy (2021 is 1), and how often clauses are met, by group of buyers."""

    year: int
    volume: float
    energy: float
    social_city: float
    social_other: float
    environmental_city: float
    environmental_other: float
    reserved: int

    def rate(self, kind: str, buyer: Buyer) -> float:
        """How often a contract of this buyer has a `social` or `environmental` clause."""
        return float(getattr(self, f"{kind}_{buyer.group}"))


@dataclass(frozen=True)
class Commune:
    """A commune where suppliers may be."""

    code: str
    name: str
    postcode: str
    population: int


def rows(kind: type[Kind], name: str) -> Iterator[Kind]:
    """The rows of a table of `catalog/demonstration`: its headers are the fields of `kind`, an empty cell is None."""
    for row in read_csv(f"demonstration/{name}.csv"):
        yield msgspec.convert({field: cell or None for field, cell in row.items()}, kind, strict=False)


@cache
def buyers() -> Sequence[Buyer]:
    """The nine buyers."""
    return list(rows(Buyer, "buyers"))


@cache
def families() -> Mapping[str, Family]:
    """The families, by identifier."""
    return {family.identifier: family for family in rows(Family, "families")}


@cache
def years() -> Sequence[Year]:
    """The years, in order."""
    return list(rows(Year, "years"))


@cache
def matrix() -> Mapping[str, Mapping[str, int]]:
    """Cents by buyer and family in 2021, the year of reference."""
    found: dict[str, dict[str, int]] = {}
    for row in read_csv("demonstration/matrix.csv"):
        cents = round(float(row["amount_meur"]) * _CENTS_PER_MILLION)
        found.setdefault(row["buyer_id"], {})[row["family_id"]] = cents
    return found


@cache
def fault_rates() -> Mapping[str, Mapping[str, float]]:
    """The rate of each fault, by what it strikes: a `contract`, a `supplier` of the register, a `payment`."""
    found: dict[str, dict[str, float]] = {}
    for row in read_csv("demonstration/faults.csv"):
        found.setdefault(row["per"], {})[row["fault"]] = float(row["rate"])
    return found


@cache
def cpv_codes() -> Mapping[str, tuple[str, ...]]:
    """The CPV codes of each segment: its prefixes filled with zeros, without those that lead elsewhere."""
    prefixes = sorted(((row["prefix"], row["segment"]) for row in segment_prefixes()), key=lambda p: -len(p[0]))
    found: dict[str, list[str]] = {}
    for prefix, segment in prefixes:
        code = prefix.ljust(8, "0")
        if next(held for start, held in prefixes if code.startswith(start)) == segment:
            found.setdefault(segment, []).append(code)
    return {segment: tuple(sorted(set(codes))) for segment, codes in found.items()}


@cache
def family_segments() -> Mapping[str, Sequence[str]]:
    """The segments of each family that a CPV code can tell."""
    found: dict[str, list[str]] = {}
    for name, segment in segments().items():
        if name in cpv_codes():
            found.setdefault(segment["family_id"], []).append(name)
    return found


def segment_label(segment: str) -> str:
    """The French name of a segment."""
    return segments()[segment]["segment_fr"]


@cache
def communes() -> Mapping[str, Sequence[Commune]]:
    """The communes of each ring in France, by code; the two outer rings keep their largest ones."""
    inside = f"epci_code = '{TERRITORY.partition(':')[2]}'"
    region, department = f"region_code = '{REGION}'", f"department_code = '{DEPARTMENT}'"
    where = {
        "epci": inside,
        "rest_vienne": f"{department} AND NOT coalesce({inside}, false)",
        "rest_region": f"{region} AND NOT {department} AND population > 8000",
        "rest_france": f"NOT {region} AND length(department_code) = 2 AND population > 30000",
    }
    path = str(FOLDER / "geography" / "commune.parquet").replace("'", "''")
    columns = "commune_code, commune_name, split_part(postcodes, '|', 1), population"
    select = f"SELECT {columns} FROM read_parquet('{path}') WHERE population > 0 AND"  # a bound value loads pandas
    with duckdb.connect() as connection:
        found = {
            ring: connection.execute(f"{select} {one} ORDER BY commune_code").fetchall() for ring, one in where.items()
        }
    return {ring: [Commune(*row) for row in held] for ring, held in found.items()}


def points() -> dict[str, tuple[float, float]]:
    """Latitude and longitude of each commune on the drawing: the most populous of the EPCI stands in the centre."""
    found = {}
    for ring, (near, far) in CIRCLES.items():
        known = sorted(communes()[ring], key=lambda commune: -commune.population)
        for rank, commune in enumerate(known):
            is_centre = ring == "epci" and rank == 0
            distance = 0.0 if is_centre else near + (far - near) * rank / len(known)
            angle = 2 * math.pi * (rank * _TURN)
            north = CENTRE[0] + distance * math.cos(angle) / _KM_PER_DEGREE
            east = CENTRE[1] + distance * math.sin(angle) / (_KM_PER_DEGREE * math.cos(math.radians(CENTRE[0])))
            found[commune.code] = north, east
    return found


def km(start: tuple[float, float], end: tuple[float, float]) -> float:
    """The distance between two points of the drawing, in kilometres."""
    east = (end[1] - start[1]) * math.cos(math.radians(CENTRE[0]))
    return _KM_PER_DEGREE * math.hypot(end[0] - start[0], east)


def csv_text(header: Sequence[str], lines: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    """A header and lines as the text of a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue()
