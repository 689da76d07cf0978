"""The setting of the demonstration: buyers, families, years and faults, read from `catalog/demonstration`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb

from gisement.catalog.segments import segment_prefixes, segments
from gisement.catalog.tables import FOLDER, read_csv, read_yaml
from gisement.sources.demonstration.identifiers import siren, siret

TERRITORY = "epci:200069854"
DEPARTMENT, REGION = "86", "75"
RINGS = ("epci", "rest_vienne", "rest_region", "rest_france", "abroad")
LOCAL_RINGS = ("epci", "rest_vienne")
MEDICAL, ENERGY = "medical_pharma", "energy_water"
_CENTS_PER_MILLION = 100_000_000


@dataclass(frozen=True)
class Buyer:
    """A fictive public buyer; `group` says which clause rates are its own."""

    identifier: str
    name: str
    siret: str
    legal_category: str
    commune_code: str
    publisher: str
    group: str
    contracts: int


@dataclass(frozen=True)
class Family:
    """A family of purchases: where its money goes (by ring), to whom, and how much of it no contract covers."""

    identifier: str
    word: str
    naf_code: str
    ring_shares: tuple[float, ...]
    sme_share: float
    off_contract_share: float


@dataclass(frozen=True)
class Year:
    """A year: its volume and that of energy (2021 is 1), and how often clauses are met, by group of buyers."""

    year: int
    volume: float
    energy: float
    social: Mapping[str, float]
    environmental: Mapping[str, float]
    reserved: int


@dataclass(frozen=True)
class Commune:
    """A commune where suppliers may be."""

    code: str
    name: str
    postcode: str
    population: int


def buyers() -> list[Buyer]:
    """The nine buyers."""
    return [
        Buyer(
            row["buyer_id"], row["name"], siret(siren(int(row["siren_number"])), 1), row["legal_category"],
            row["commune_code"], row["publisher"], row["clause_group"], int(row["contracts_per_year"]),
        )
        for row in read_csv("demonstration/buyers.csv")
    ]  # fmt: skip


@cache
def families() -> Mapping[str, Family]:
    """The families, by identifier."""
    return {
        row["family_id"]: Family(
            row["family_id"], row["word"], row["naf_code"],
            tuple(float(row[f"share_{ring}"]) for ring in RINGS), float(row["sme_share_amount"]),
            float(row["off_contract_share"]),
        )
        for row in read_csv("demonstration/families.csv")
    }  # fmt: skip


@cache
def matrix() -> Mapping[str, Mapping[str, int]]:
    """Cents by buyer and family in 2021, the year of reference."""
    found: dict[str, dict[str, int]] = {}
    for row in read_csv("demonstration/matrix.csv"):
        cents = round(float(row["amount_meur"]) * _CENTS_PER_MILLION)
        found.setdefault(row["buyer_id"], {})[row["family_id"]] = cents
    return found


@cache
def years() -> tuple[Year, ...]:
    """The years, in order."""
    return tuple(
        Year(
            int(row["year"]), float(row["volume_index"]), float(row["energy_index"]), _by_group(row, "social"),
            _by_group(row, "environmental"), int(row["reserved_contracts"]),
        )
        for row in read_csv("demonstration/years.csv")
    )  # fmt: skip


@cache
def fault_rates(per: str) -> Mapping[str, float]:
    """The rate of each fault of contracts (`contract`), of the register (`supplier`) or of ledgers (`payment`)."""
    return {row["fault"]: float(row["rate"]) for row in read_csv("demonstration/faults.csv") if row["per"] == per}


def fault_names() -> list[str]:
    """Every fault that is seeded at a rate, in order."""
    return [row["fault"] for row in read_csv("demonstration/faults.csv")]


def card() -> dict[str, Any]:
    """Producer, licence and the notice that every figure of the demonstration must bear."""
    content: dict[str, Any] = read_yaml("demonstration/card.yaml")
    return content


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
def family_segments() -> Mapping[str, tuple[str, ...]]:
    """The segments of each family that a CPV code can tell."""
    found: dict[str, list[str]] = {}
    for name, segment in segments().items():
        if name in cpv_codes():
            found.setdefault(segment["family_id"], []).append(name)
    return {family: tuple(names) for family, names in found.items()}


def segment_label(segment: str) -> str:
    """The French name of a segment."""
    return segments()[segment]["segment_fr"]


@cache
def communes() -> Mapping[str, tuple[Commune, ...]]:
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
    with duckdb.connect() as connection:
        return {
            ring: tuple(
                Commune(*row)
                for row in connection.execute(
                    f"SELECT {columns} FROM read_parquet('{path}') WHERE {condition} AND population > 0 "
                    "ORDER BY commune_code"
                ).fetchall()
            )
            for ring, condition in where.items()
        }


def _by_group(row: Mapping[str, str], kind: str) -> dict[str, float]:
    return {group: float(row[f"{kind}_{group}"]) for group in ("city", "other")}
