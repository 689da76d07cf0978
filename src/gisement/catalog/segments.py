"""Purchase segments: 21 families, 104 segments, and the CPV prefixes that lead to each."""

from __future__ import annotations

from functools import cache
from typing import Any

from gisement.catalog.tables import read_csv


@cache
def segments() -> dict[str, dict[str, str]]:
    """Every segment by its identifier, with its labels, prefixes, medical flags and addressability."""
    return {row["segment_id"]: row for row in read_csv("segments.csv")}


@cache
def families() -> dict[str, dict[str, str]]:
    """Every family of segments by its identifier, with its labels."""
    return {row["family_id"]: row for row in read_csv("segment_families.csv")}


def segment_prefixes() -> list[dict[str, Any]]:
    """One row per CPV prefix, in order: the segment it leads to and whether that is a medical good."""
    rows = (
        {
            "prefix": prefix,
            "segment": name,
            "family": segment["family_id"],
            "is_medical": segment["excluded_medical"] == "true",
            "is_medical_wide": segment["excluded_medical_wide"] == "true",
        }
        for name, segment in segments().items()
        for prefix in segment["cpv_prefixes"].split(";")
        if prefix
    )
    return sorted(rows, key=lambda row: row["prefix"])
