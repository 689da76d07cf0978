"""The order of evidence: each trade rule is a case that a buyer could read, in `cases.yaml`."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.catalog.segments import UNCLASSIFIED, families, rules, segment_definitions, segment_evidence, segments
from gisement.segments.codes import naf_segment
from gisement.segments.decision import decided
from tests.segments.running import EVIDENCE, FLAGS, Tables, decision, segmented
from tests.yaml_file import read_yaml

FILE = read_yaml(Path(__file__).parent / "cases.yaml")
MEDICAL = {"strict": (True, True), "wide": (False, True), "none": (False, False), "unknown": (None, None)}
COLUMNS = {
    "buyer": "buyer_id",
    "siren": "buyer_siren",
    "category": "segment_code_reported",
    "cpv": "cpv_code",
    "nomenclature": "account_nomenclature",
    "account": "account_code",
    "naf": "naf_code",
    "label": "label",
}


@cache
def found() -> dict[str, dict[str, Any]]:
    """Every case through the steps, at once: a case must not change another."""
    lines = [{"line": entry["case"], **line_of(entry)} for entry in FILE["cases"]]
    titles = [{**row, "segment_confidence": row["confidence"]} for row in FILE["titles"]]
    return segmented(lines, mapping(), titles)


def mapping() -> list[dict[str, Any]]:
    """The rows of the mappings that buyers gave."""
    return [{"code_kind": "category", **row} for row in FILE["mapping"]]


def line_of(entry: dict[str, Any]) -> dict[str, Any]:
    """The columns of a case's line."""
    return {COLUMNS[field]: value for field, value in entry["line"].items()}


@pytest.mark.parametrize("entry", FILE["cases"], ids=lambda entry: entry["case"])
def test_case(entry: dict[str, Any]) -> None:
    row, expected = found()[entry["case"]], entry["expected"]
    assert (row["segment"], row["segment_rule"]) == (expected["segment"], expected["rule"])
    if "confidence" in expected:
        assert row["segment_confidence"] == expected["confidence"]
    elif expected["rule"] != UNCLASSIFIED:
        assert row["segment_confidence"] == float(rules()[expected["rule"]]["confidence"])
    if "medical" in expected:
        assert (row["is_medical"], row["is_medical_wide"]) == MEDICAL[expected["medical"]]


def test_every_rule_has_a_case_and_cases_are_distinct() -> None:
    counted = Counter(entry["expected"]["rule"] for entry in FILE["cases"])
    assert set(counted) == set(rules())
    names = [entry["case"] for entry in FILE["cases"]]
    assert len(names) == len(set(names))


def test_a_line_alone_is_decided_as_among_others() -> None:
    for entry in FILE["cases"][::7]:
        titles = [{**row, "segment_confidence": row["confidence"]} for row in FILE["titles"]]
        alone = segmented([{"line": "alone", **line_of(entry)}], mapping(), titles)["alone"]
        together = found()[entry["case"]]
        assert {**alone, "line": ""} == {**together, "line": ""}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark"])
def test_the_decision_is_one_expression_for_both_engines(engine: str) -> None:
    if engine == "pyspark":
        from ibis.backends.pyspark import Backend

        Backend.register_options()
    written = str(ibis.to_sql(decision(Tables(), []), dialect=engine))
    assert "buyer_mapping" in written


def test_without_an_evidence_its_rules_decide_nothing() -> None:
    tables = Tables()
    lines = tables.add("line", {"line": "string", "naf_code": "string"}, [{"line": "1", "naf_code": "81.21Z"}])
    definitions = tables.add("segment_definition", FLAGS, segment_definitions())
    evidence = tables.add("segment_evidence", EVIDENCE, segment_evidence())
    (row,) = tables.rows(decided(lines, definitions, naf=naf_segment(lines, evidence)))
    assert (row["segment"], row["segment_rule"]) == ("cleaning_services", "naf_prefix")
    (bare,) = tables.rows(decided(lines, definitions))
    assert (bare["segment"], bare["segment_confidence"]) == (UNCLASSIFIED, None)


texts = st.none() | st.text(alphabet="0123456789AZ.M ", max_size=9)
line = st.fixed_dictionaries(
    {
        "buyer_id": st.sampled_from(["a", "b", None]),
        "segment_code_reported": texts | st.sampled_from(["AA.14", "AA14"]),
        "cpv_code": st.none() | st.text(alphabet="0123456789", min_size=8, max_size=8),
        "account_nomenclature": st.sampled_from(["M57", "M14", "M21", "M4", "GBCP", "unknown", None]),
        "account_code": texts,
        "naf_code": texts | st.sampled_from(["81.21Z", "70.10Z"]),
        "label": st.none() | st.text(max_size=30) | st.sampled_from(["nettoyage de vitres", "voirie"]),
    }
)


@given(st.lists(line, max_size=8))
def test_any_line_has_exactly_one_known_segment(drawn: list[dict[str, Any]]) -> None:
    lines = [{"line": str(number), **each} for number, each in enumerate(drawn)]
    own = [{"buyer": "a", "code_kind": kind, "code": "1", "segment": "lifts"} for kind in ("category", "account")]
    decided = segmented(lines, mapping=own)
    assert set(decided) == {each["line"] for each in lines}
    for row in decided.values():
        assert row["segment"] in segments()
        assert row["family"] in families()
        assert row["segment_rule"] in rules()
        assert (row["segment_confidence"] is None) == (row["segment_rule"] == UNCLASSIFIED)
        assert (row["is_medical"] is None) == (row["segment"] == UNCLASSIFIED)
        assert row["is_medical_wide"] or not row["is_medical"]
