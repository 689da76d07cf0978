"""Identifiers against an independent library, on DuckDB and on Spark SQL."""

from __future__ import annotations

import csv
import random
from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis
import pytest
from stdnum import luhn
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret
from stdnum.fr import tva as stdnum_tva

from gisement.clean.identifiers import IDENTITY_COLUMNS, RULES, identify

REGISTER = Path(__file__).parents[3] / "shared/data/sirene/sirene_etablissements_extrait_decp-augmente.csv"
SCHEMA = ibis.schema({"text": "string", "kind_text": "string"})
Identity = tuple[Any, ...]

POITIERS = "21860194600013"  # a public body
CASES: list[tuple[str | None, str | None, Identity]] = [
    (POITIERS, "SIRET", (POITIERS, "siret", "218601946", True, None)),
    (" 218 601 946 00013", "SIRET", (POITIERS, "siret", "218601946", True, "spaces_removed")),
    ("218\u202f601\u00a0946-00013\t", None, (POITIERS, "siret", "218601946", True, "spaces_removed")),
    ("['21860194600013']", "['SIRET']", (POITIERS, "siret", "218601946", True, "spaces_removed")),
    (POITIERS + ".0", "SIRET", (POITIERS, "siret", "218601946", True, "decimal_removed")),
    ("21860194600014", "SIRET", ("21860194600014", "siret", "218601946", False, "bad_checksum")),
    ("21860194700013", "SIRET", ("21860194700013", "siret", None, False, "bad_checksum")),
    ("218601946", "SIRET", ("218601946", "siren", "218601946", True, "siren_as_siret")),
    ("218 601 946", None, ("218601946", "siren", "218601946", True, "siren_as_siret")),
    ("218601946", "SIREN", ("218601946", "siren", "218601946", True, None)),
    ("218601947", "SIRET", ("218601947", "siren", None, False, "bad_checksum")),
    ("7050065000015", "SIRET", (None, "unknown", None, None, "wrong_length")),
    ("705006500015", "SIRET", ("00705006500015", "siret", "007050065", True, "leading_zero_restored")),
    ("2.18601946E+13", "SIRET", (None, "unknown", None, None, "scientific_notation")),
    ("2,1E13", None, (None, "unknown", None, None, "scientific_notation")),
    ("35600000000048", "SIRET", ("35600000000048", "siret", "356000000", True, None)),
    ("35600000049837", "SIRET", ("35600000049837", "siret", "356000000", True, None)),
    ("35600000049838", "SIRET", ("35600000049838", "siret", "356000000", False, "bad_checksum")),
    ("356000000", "SIREN", ("356000000", "siren", "356000000", True, None)),
    ("FR05218601946", "TVA", ("218601946", "siren", "218601946", True, "vat_to_siren")),
    ("FR 05 218601946", "SIRET", ("218601946", "siren", "218601946", True, "vat_to_siren")),
    ("FR33218601946", "TVA", ("218601946", "siren", "218601946", False, "bad_checksum")),
    ("05218601946", "TVA_INTRACOMMUNAUTAIRE", ("218601946", "siren", "218601946", True, "vat_to_siren")),
    ("12345678901", "TVA", ("12345678901", "foreign", None, None, None)),
    (POITIERS, "TVA", (POITIERS, "siret", "218601946", True, "kind_corrected")),
    ("BE 0403.091.220", "TVA", ("BE0403091220", "foreign", None, None, "spaces_removed")),
    ("PT123456789", "SIRET", ("PT123456789", "foreign", None, None, "kind_corrected")),
    ("123456789", "TAHITI", ("123456789", "foreign", None, None, None)),
    ("0123456789", "RIDET", ("0123456789", "foreign", None, None, None)),
    ("12345678901234", "HORS-UE", ("12345678901234", "foreign", None, None, None)),
    ("BRDA SILVA", "HORS_UE", ("BRDASILVA", "foreign", None, None, "spaces_removed")),
    ("NC", "HORS-UE", (None, "unknown", None, None, "not_an_identifier")),
    ("00000000000000", "SIRET", (None, "unknown", None, None, "not_an_identifier")),
    ("000000000", "SIRET", (None, "unknown", None, None, "not_an_identifier")),
    ("DEMENAGEMENT DUPRE", "SIRET", (None, "unknown", None, None, "not_an_identifier")),
    ("123456", "SIRET", (None, "unknown", None, None, "wrong_length")),
    ("", "SIRET", (None, "unknown", None, None, "not_an_identifier")),
    (None, "SIRET", (None, "unknown", None, None, "missing")),
    (None, None, (None, "unknown", None, None, "missing")),
]


def _expression() -> Any:
    table = ibis.table(SCHEMA.items(), name="published")
    return identify(table, "text", "kind_text", prefix="x_")


def _on_duckdb(pairs: list[tuple[str | None, str | None]]) -> list[dict[str, Any]]:
    rows = {"n": list(range(len(pairs))), "text": [p[0] for p in pairs], "kind_text": [p[1] for p in pairs]}
    connection = ibis.duckdb.connect()
    schema = ibis.schema({"n": "int64", "text": "string", "kind_text": "string"})
    connection.create_table("published", ibis.memtable(rows, schema=schema))
    sql = ibis.to_sql(_expression(), dialect="duckdb")
    cursor = connection.raw_sql(f"SELECT * FROM ({sql}) ORDER BY ALL")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _on_spark(spark: Any, pairs: list[tuple[str | None, str | None]]) -> list[dict[str, Any]]:
    spark.createDataFrame(pairs, "text string, kind_text string").createOrReplaceTempView("published")
    return [row.asDict() for row in spark.sql(str(ibis.to_sql(_expression(), dialect="pyspark"))).collect()]


def _identities(rows: list[dict[str, Any]]) -> dict[tuple[Any, Any], Identity]:
    return {(row["text"], row["kind_text"]): tuple(row["x_" + name] for name in IDENTITY_COLUMNS) for row in rows}


@lru_cache
def _case_identities() -> dict[tuple[Any, Any], Identity]:
    return _identities(_on_duckdb([(text, kind) for text, kind, _ in CASES]))


def _random_pairs(count: int) -> list[tuple[str | None, str | None]]:
    """SIRETs of every kind: random, with a valid key, of La Poste, with one digit wrong, lengths 1 to 16."""
    dice = random.Random(86)
    pairs: list[tuple[str | None, str | None]] = []
    for _ in range(count):
        siren = f"{dice.randrange(10**8):08d}"
        siren += luhn.calc_check_digit(siren)
        valid = siren + f"{dice.randrange(10**4):04d}"
        valid += luhn.calc_check_digit(valid)
        post = f"356000000{dice.randrange(10**5):05d}"
        wrong = f"{dice.randrange(10**14):014d}"
        any_size = "".join(dice.choices("0123456789", k=dice.randrange(1, 17)))
        pairs += [(text, "SIRET") for text in (valid, post, wrong, any_size, siren)]
        pairs.append((f"FR{dice.randrange(100):02d}{siren}", "TVA"))
    return pairs


def _expected_siret(text: str) -> bool:
    return bool(stdnum_siret.is_valid(text)) and set(text[:9]) != {"0"} and text == stdnum_siret.compact(text)


def _disagreements(rows: list[dict[str, Any]]) -> list[Any]:
    wrong = []
    for row in rows:
        text, siren = row["text"], row["text"][:9]
        is_siren = bool(stdnum_siren.is_valid(siren))
        if len(text) in (9, 14) and text.isdigit() and int(text) and row["x_siren"] != (siren if is_siren else None):
            wrong.append(row)
        if len(text) == 9 and text.isdigit() and int(text) and row["x_is_checksum_valid"] != is_siren:
            wrong.append(row)
        if text.startswith("FR") and row["x_is_checksum_valid"] != bool(stdnum_tva.is_valid(text)):
            wrong.append(row)
        if len(text) == 14 and text.isdigit() and int(text) and row["x_is_checksum_valid"] != _expected_siret(text):
            wrong.append(row)
    return wrong


@pytest.mark.parametrize(("text", "kind", "expected"), CASES)
def test_case(text: str | None, kind: str | None, expected: Identity) -> None:
    assert _case_identities()[text, kind] == expected


def test_every_rule_is_described_and_shown() -> None:
    assert {expected[4] for _, _, expected in CASES} - {None} == set(RULES)


def test_agrees_with_an_independent_library() -> None:
    rows = _on_duckdb(_random_pairs(3000))
    assert len(rows) == 18000
    assert sum(row["x_identifier_kind"] == "siret" and row["x_is_checksum_valid"] for row in rows) > 3000
    assert _disagreements(rows) == []


def test_other_columns_stay() -> None:
    table = ibis.table({"id": "int64", "text": "string"}, name="published")
    made = identify(table, "text", None, prefix="buyer_")
    assert set(made.columns) == {"id", "text", *("buyer_" + name for name in IDENTITY_COLUMNS)}


@pytest.mark.skipif(not REGISTER.exists(), reason="real data not there")
def test_real_register_is_valid() -> None:
    with REGISTER.open(encoding="utf-8", newline="") as lines:
        pairs: list[tuple[str | None, str | None]] = [(row["siret"], "SIRET") for row in csv.DictReader(lines)]
    identities = _identities(_on_duckdb(pairs))
    assert len(identities) == 8264
    assert {identity[1] for identity in identities.values()} == {"siret"}
    assert all(identity[3] for identity in identities.values())


@pytest.mark.spark
def test_spark_gives_the_same(spark: Any) -> None:
    cases: list[tuple[str | None, str | None]] = [(text, kind) for text, kind, _ in CASES]
    assert _identities(_on_spark(spark, cases)) == {(text, kind): expected for text, kind, expected in CASES}


@pytest.mark.spark
def test_spark_agrees_with_an_independent_library(spark: Any) -> None:
    rows = _on_spark(spark, _random_pairs(1000))
    assert len(rows) == 6000
    assert _disagreements(rows) == []
