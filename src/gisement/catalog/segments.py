"""Purchase segments: 21 families, 104 segments, and the codes and words that lead to each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from gisement.catalog.tables import read_csv, read_yaml

UNCLASSIFIED = "unclassified"
OUT_OF_SCOPE = "out_of_scope"
ANY_NOMENCLATURE = "ALL"
"""Account prefixes that mean the same in every public chart of accounts."""


@cache
def segments() -> dict[str, dict[str, str]]:
    """Every segment by its identifier, with its labels, prefixes, medical flags and addressability."""
    return {row["segment_id"]: row for row in read_csv("segments.csv")}


@cache
def families() -> dict[str, dict[str, str]]:
    """Every family of segments by its identifier, with its labels."""
    return {row["family_id"]: row for row in read_csv("segment_families.csv")}


@cache
def rules() -> dict[str, dict[str, str]]:
    """Every rule that may decide a segment, in the order of evidence, with its confidence and what that rests on."""
    return {row["segment_rule"]: row for row in read_csv("segment_rules.csv")}


def segment_prefixes() -> list[dict[str, Any]]:
    """One row per CPV prefix, in order: the segment it leads to and whether that is a medical good."""
    rows = (
        {"prefix": prefix, **_described(name)}
        for name, segment in segments().items()
        for prefix in _listed(segment["cpv_prefixes"])
    )
    return sorted(rows, key=lambda row: row["prefix"])


def segment_definitions() -> list[dict[str, Any]]:
    """One row per segment, in order: its family and whether it is a medical good."""
    return sorted((_described(name) for name in segments()), key=lambda row: str(row["segment"]))


def segment_evidence() -> list[dict[str, Any]]:
    """One row per prefix of an account, NAF or NACRES code, in order.

    `standing` says what the prefix is worth: `specific`, `default` (the supplier and the words go first) or
    `not_specific` (no segment, and why is in the catalog).
    """
    rows = (*_account_rows(), *_naf_rows(), *_nacres_rows())
    named = (dict(zip(("evidence", "nomenclature", "prefix", "segment", "standing"), row, strict=True)) for row in rows)
    return sorted(named, key=lambda row: (str(row["evidence"]), str(row["nomenclature"]), str(row["prefix"])))


def segment_words() -> list[dict[str, Any]]:
    """One row per phrase of one to three words that names a segment, as a person writes it."""
    return [{"phrase": row["phrase"], "segment": row["segment_id"]} for row in read_csv("segment_words.csv")]


def not_specific_accounts() -> list[dict[str, str]]:
    """The account prefixes that lead to no segment, each with its reason."""
    return list(read_csv("accounts_not_specific.csv"))


Row = tuple[str, str, str, str | None, str]


def _account_rows() -> Iterator[Row]:
    for name, segment in segments().items():
        for column, standing in (("account_prefixes", "specific"), ("default_account_prefixes", "default")):
            for prefix in _listed(segment[column]):
                nomenclature, _, account = prefix.partition(":")
                yield "account", nomenclature, account, name, standing
    for row in not_specific_accounts():
        yield "account", row["nomenclature"], row["account_prefix"], None, "not_specific"


def _naf_rows() -> Iterator[Row]:
    for name, segment in segments().items():
        for prefix in _listed(segment["naf_prefixes"]):
            code = prefix.replace(".", "")
            if name == UNCLASSIFIED:
                yield "naf", ANY_NOMENCLATURE, code, None, "not_specific"
            else:
                yield "naf", ANY_NOMENCLATURE, code, name, "specific"


def _nacres_rows() -> Iterator[Row]:
    for row in read_csv("nacres_segments.csv"):
        yield "nacres", ANY_NOMENCLATURE, row["nacres_prefix"].replace(".", ""), row["segment_id"], "specific"


def _described(name: str) -> dict[str, Any]:
    segment = segments()[name]
    return {
        "segment": name,
        "family": segment["family_id"],
        "is_medical": segment["excluded_medical"] == "true",
        "is_medical_wide": segment["excluded_medical_wide"] == "true",
    }


def _listed(text: str) -> list[str]:
    return [part for part in text.split(";") if part]


@cache
def chains() -> dict[str, dict[str, Any]]:
    """Every chain by its name: titles, what it is about, its segments."""
    return {entry["name"]: entry for entry in read_yaml("chains.yaml")}
