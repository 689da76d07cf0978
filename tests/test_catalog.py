"""The catalog says what everything is, and says nothing of what is not there."""

from __future__ import annotations

import csv
import importlib
import re
from datetime import date
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gisement.catalog import columns, indicator_texts, raw_tables, tables, texts
from gisement.catalog.file_kinds import file_kinds, retentions
from gisement.catalog.parameters import parameter, parameters
from gisement.catalog.segments import families, segment_prefixes, segments
from gisement.catalog.tables import FOLDER, read_csv, read_yaml
from gisement.engine.plan import compile_step
from gisement.engine.query import AMOUNT_UNKNOWN, BUYERS, DIMENSIONS, MODEL_DIMENSIONS
from gisement.indicators import ALL
from gisement.models.share_decomposition import EFFECTS
from gisement.pipeline import SOURCES, STEPS
from gisement.publish.web.questions import QUESTIONS
from gisement.segments.codes import cpv_segment
from gisement.store.database import schema, sql_type
from gisement.studies.change import AFTER, BEFORE, CHANGE, READINGS
from gisement.terms import Level, Ring, Verdict
from tests.emitted_rules import (
    FINDERS,
    PACKAGE,
    PREFIXED,
    finding_actions,
    finding_rules,
    parsed,
    prefixes,
    returned,
    words_of,
)

# Integers whose name does not end with their unit, and why.
NAMED_WITHOUT_UNIT = {
    "amendment_number": "order of the standard",
    "amendment_rank": "an order",
    "evidence_rank": "an order",
    "criterion_rank": "an order",
    "candidate_rank": "an order",
    "holder_number": "an order",
    "position_number": "an order",
    "version_number": "an order",
    "copies": "records: the word says it",
    "richness": "columns, for comparison only",
    "population": "inhabitants: the word says it",
    "month": "a month",
    "year": "a year",
}
NAMED_AFTER_UNIT = re.compile(
    r"_count$|_pct$|_points$|_year$|_g$|_cents(_initial|_reported)?$|_months(_initial)?$|_minutes$|_(nearest|farthest)$"
)
SUFFIXES = {
    "boolean": re.compile(r"^(is|has|in)_"),
    "date": re.compile(r"_date(_read)?$"),
    "int64": NAMED_AFTER_UNIT,
}
# Read by the web pages, not by a step yet; and by what learns from titles.
NOT_READ_BY_A_STEP = {"raw_epci", "raw_region", "raw_cpv_label"}
EVERY = ALL
# A list is an order, not a unit; a key is a text.
UNITLESS = re.compile(r"_(number|rank|nearest|farthest)$")
ADDED = r"(_initial|_reported|_read)?$"


# --- columns and tables -------------------------------------------------------------------------------------


def test_every_column_is_used_and_described() -> None:
    used = {column for table in tables().values() for column in table.schema}
    assert set(columns()) == used
    assert [c.name for c in columns().values() if len(c.description) < 4] == []
    listed = [row["column"] for row in read_csv("columns.csv")]
    assert listed == sorted(set(listed)), "columns.csv is in alphabetical order, each once"


def test_numbers_have_a_unit() -> None:
    numbers = [c for c in columns().values() if c.type in ("int64", "float64")]
    assert [c.name for c in numbers if not c.unit and not UNITLESS.search(c.name)] == []
    assert [c.name for c in columns().values() if c.type in ("string", "boolean") and c.unit] == []


def test_names_say_kind_and_unit() -> None:
    assert misnamed({c.name: (c.type, c.unit) for c in columns().values()}) == []
    wrong = {
        "closed": ("boolean", ""),
        "amount": ("int64", "cents"),
        "is_open": ("string", ""),
        "x_km": ("int64", "m"),
    }
    assert len(misnamed(wrong)) == 4


def misnamed(known: dict[str, tuple[str, str]]) -> list[str]:
    """The columns whose name does not end (or begin) with their unit or kind."""
    found = []
    for name, (kind, unit) in known.items():
        right = SUFFIXES.get(kind, re.compile(""))
        says = {
            "_cents": "cents",
            "_km": "km",
            "_pct": "percent",
            "_months": "months",
            "_year": "year",
            "_minutes": "minutes",
        }
        ends = [said for end, said in says.items() if re.search(end + ADDED, name)]
        is_published_text = kind == "string" and name.endswith("_reported")
        lies = [said for said in ends if not unit.startswith(said) and not is_published_text]
        is_text = re.search(r"_(code|name|id|key|rule)" + ADDED, name) is not None
        is_told = bool(right.search(name)) or name in NAMED_WITHOUT_UNIT
        is_boolean_name = re.match(r"(is|has|in)_", name) is not None
        wrong = not is_told or lies or (is_text and kind != "string") or (is_boolean_name and kind != "boolean")
        found += [name] if wrong else []
    return found


def test_exceptions_to_names_are_still_needed() -> None:
    assert set(NAMED_WITHOUT_UNIT) <= set(columns())
    assert [name for name in NAMED_WITHOUT_UNIT if NAMED_AFTER_UNIT.search(name)] == []


def test_every_table_has_a_grain_a_key_and_a_step() -> None:
    for name, table in tables().items():
        assert table.grain.startswith("one row"), name
        assert table.key, name
        assert set(table.key) <= set(table.schema), name
    assert set(tables()) == {step.name for step in STEPS}
    written = [list(entry["columns"]) for entry in read_yaml("tables.yaml").values()]
    assert all(len(names) == len(set(names)) for names in written)


def test_every_table_that_is_read_exists_and_every_raw_table_is_read() -> None:
    known = set(tables()) | set(raw_tables())
    read = {name for step in STEPS for name in step.inputs}
    assert read <= known
    assert set(raw_tables()) - read == NOT_READ_BY_A_STEP
    assert {name for source in SOURCES.values() for name in source.raw_tables} <= set(raw_tables())
    assert {indicator.table for indicator in EVERY} <= set(tables())


def test_raw_columns_are_documented_with_a_type_that_the_engine_knows() -> None:
    rows = list(read_csv("raw_columns.csv"))
    assert len({(row["table"], row["column"]) for row in rows}) == len(rows)
    assert [row for row in rows if len(row["description"]) < 4] == []
    assert [row["type"] for row in rows if not sql_type(row["type"])] == []


# --- retention ----------------------------------------------------------------------------------------------


def test_every_kind_of_file_has_one_duration_and_what_reads_it() -> None:
    registry = importlib.import_module("gisement.sources.registry")
    kinds = [kind for each in retentions() for kind in each.kinds]
    assert sorted(kinds) == sorted(registry.SOURCES)
    for kind in file_kinds().values():
        signature(registry.function_of(kind.reader)).bind(Path(), *map(Path, kind.tables), "name")
        if kind.prepare:
            signature(registry.function_of(kind.prepare)).bind(Path(), Path(), None, None)


# --- parameters ---------------------------------------------------------------------------------------------


@cache
def code() -> str:
    """The code of the whole package."""
    return "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("name", parameters())
def test_a_parameter_is_dated_referenced_and_used(name: str) -> None:
    entry = parameters()[name]
    assert all(str(entry[field]).strip() for field in ("unit", "description", "reference"))
    assert entry["values"]
    assert all(isinstance(since, date) and isinstance(value, int) for since, value in entry["values"].items())
    assert f'parameter("{name}"' in code()
    assert not name.endswith("_cents") or entry["unit"] == "cents"


def test_a_parameter_holds_from_its_date() -> None:
    assert parameter("duration_max_months") == 180
    assert parameter("duration_max_months", date(2024, 1, 1)) == 180
    with pytest.raises(KeyError):
        parameter("duration_max_months", date(1800, 1, 1))
    with pytest.raises(KeyError):
        parameter("nowhere")


# --- segments -----------------------------------------------------------------------------------------------


def test_every_segment_has_a_family_and_families_count_theirs() -> None:
    found = [segment["family_id"] for segment in segments().values()]
    assert {name: found.count(name) for name in families()} == {
        name: int(family["segments"]) for name, family in families().items()
    }
    assert set(found) == set(families())
    assert (len(families()), len(segments())) == (21, 104)
    assert sorted(int(family["order"]) for family in families().values()) == list(range(1, 22))
    labels = [(s["family_fr"], families()[s["family_id"]]["family_fr"]) for s in segments().values()]
    assert [pair for pair in labels if pair[0] != pair[1]] == []


def test_medical_goods_are_seven_segments_and_the_wide_reading_adds_services() -> None:
    strict = {name for name, segment in segments().items() if segment["excluded_medical"] == "true"}
    wide = {name for name, segment in segments().items() if segment["excluded_medical_wide"] == "true"}
    assert len(strict) == 7
    assert strict < wide
    assert {segments()[name]["family_id"] for name in strict} == {"medical_pharma"}
    assert {value for s in segments().values() for value in (s["excluded_medical"], s["excluded_medical_wide"])} == {
        "true",
        "false",
    }


def test_no_prefix_leads_to_two_segments() -> None:
    rows = segment_prefixes()
    assert len({row["prefix"] for row in rows}) == len(rows)
    assert [row["prefix"] for row in rows if not re.fullmatch(r"[0-9]{2,8}", row["prefix"])] == []
    assert rows == sorted(rows, key=lambda row: str(row["prefix"]))


def test_every_cpv_code_has_one_segment_the_longest_prefix(shared_data: Path) -> None:
    with (shared_data / "nomenclatures" / "cpv_2008.csv").open(encoding="utf-8", newline="") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    assert len(codes) == len(set(codes)) == 9454
    found = segments_of(codes)
    assert len(found) == len(codes)
    by_prefix = {row["prefix"]: row["segment"] for row in segment_prefixes()}
    for code in codes:
        longest = next(code[:size] for size in range(8, 1, -1) if code[:size] in by_prefix)
        assert found[code] == by_prefix[longest], code
    assert set(by_prefix.values()) == set(found.values()), "a segment that no code reaches"


def test_the_longest_prefix_wins() -> None:
    found = segments_of(["33000000", "33600000", "33760000", "50400000"])
    assert found["33600000"] == "med_drugs"
    assert found["50400000"] == "maint_biomedical"
    assert len({found["33000000"], found["33600000"], found["33760000"]}) == 3


def segments_of(codes: list[str]) -> dict[str, str]:
    """The segment that the step of the pipeline gives to each code; a code that comes twice is an error."""
    connection = duckdb.connect()
    for name in cpv_segment.inputs:
        described = ", ".join(f'"{column}" {sql_type(kind)}' for column, kind in schema(name).items())
        connection.execute(f"CREATE TABLE {name} ({described})")
    (coded,) = set(cpv_segment.inputs) - {"segment_prefix"}
    connection.execute(f"INSERT INTO {coded} (cpv_code) SELECT unnest(?)", [codes])
    fields = ("prefix", "segment", "family", "is_medical", "is_medical_wide")
    connection.executemany(
        f"INSERT INTO segment_prefix ({', '.join(fields)}) VALUES (?, ?, ?, ?, ?)",
        [[row[field] for field in fields] for row in segment_prefixes()],
    )
    rows = connection.execute(compile_step(cpv_segment, "duckdb").sql).fetchall()
    found: dict[str, str] = {code: segment for code, segment, *_ in rows}
    assert len(found) == len(rows)
    return found


# --- texts --------------------------------------------------------------------------------------------------

PARTS = {"title", "sentence", "definition", "excludes", "assumes", "unit_label"}
PAYMENT: dict[bool, set[str]] = {True: {"payment"}, False: set()}
PLACEHOLDERS = {"value", "low", "high", "perimeter", "area", "ring"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_name_that_a_page_shows_has_a_text_and_no_other_has(language: str) -> None:
    held = texts(language)
    assert set(held["indicators"]) == {indicator.name for indicator in EVERY}
    assert set(held["dimensions"]) == {
        *DIMENSIONS,
        BUYERS,
        *(name for names in MODEL_DIMENSIONS.values() for name in names),
    }
    assert set(held["rings"]) == {ring.name.lower() for ring in Ring}
    assert set(held["verdicts"]) == set(Verdict)
    assert set(held["levels"]) == set(Level)
    assert set(held["effects"]) == {BEFORE, AFTER, CHANGE, *EFFECTS}
    assert set(held["readings"]) == set(READINGS)
    causes = {word for indicator in EVERY for word in (indicator.unknown_scope, indicator.unknown_counts)}
    assert set(held["unknown_reasons"]) == {AMOUNT_UNKNOWN, *causes} - {""}
    assert set(held["intervals"]) == {"missing", "sampling", "simulation", "scenario"}
    options: dict[str, set[str]] = {}
    for option in (option for i in EVERY for option in i.options):
        options.setdefault(option.name, set()).update(option.values)
    assert {name: set(option["values"]) for name, option in held["options"].items()} == options


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_rule_that_a_step_can_write_has_a_text_and_no_other_has(language: str) -> None:
    held = texts(language)
    assert set(held["findings"]) == finding_rules()
    assert set(held["actions"]) == finding_actions()
    reasons = words_of("clean/contracts.py", "reason") | words_of("clean/contract_state.py", "reason")
    assert set(held["amount_reasons"]) == reasons
    assert set(held["place_rules"]) == words_of("enrich/places.py", "rule", "place_rule")
    assert set(held["buyer_place_rules"]) == words_of("enrich/buyers.py", "rule", "buyer_place_rule")
    assert set(held["states"]) == returned("clean/contracts.py", "_consideration")


def test_rules_are_read_off_the_code() -> None:
    rules = finding_rules()
    assert len(rules) > 50
    assert {"publication_date_missing", "identifier_bad_checksum", "same_title_later_date"} <= rules
    assert {"amendment_amount_absurd", "amount_maybe_in_cents", "correction_not_applied"} <= rules
    assert {"ledger_staff", "payment_amount_tax_included_only", "account_gap_unexplained"} <= rules
    assert {name for module in FINDERS for name in prefixes(parsed(module))} == set(PREFIXED)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("indicator", EVERY, ids=lambda indicator: indicator.name)
def test_an_indicator_has_its_texts(indicator: Any, language: str) -> None:
    has_two = indicator.table == "purchase" and "payment" in indicator.bases
    assert set(texts(language)["indicators"][indicator.name]) == PARTS | PAYMENT[has_two]
    for basis in ("contract", "payment"):
        check_texts(indicator_texts(indicator.name, language, basis))


def check_texts(text: dict[str, Any]) -> None:
    assert set(text) == PARTS
    assert all(text["excludes"]), "an indicator says what it leaves out"
    assert all(text["assumes"])
    used = set(re.findall(r"\{(\w+)\}", text["sentence"]))
    assert {"value", "perimeter"} <= used <= PLACEHOLDERS
    told = {"value": "44 %", "low": "40 %", "high": "50 %", "perimeter": "2024", "ring": "la région", "area": "Vienne"}
    assert text["sentence"].format(**told).endswith(".")
    assert text["definition"].endswith(".")


CEILING = {"fr": ("maxim", "estim"), "en": ("ceiling", "estimate")}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "indicator",
    [i for i in EVERY if i.is_of_money and i.table in ("contract", "purchase")],
    ids=lambda indicator: indicator.name,
)
def test_a_text_about_euros_says_that_they_are_ceilings(indicator: Any, language: str) -> None:
    text = texts(language)["indicators"][indicator.name]
    for part in ("sentence", "definition", "unit_label"):
        assert all(word in text[part] for word in CEILING[language]), part
    assert ("sommes versées" if language == "fr" else "not money paid") in text["sentence"]


PAID = {"fr": "payé", "en": "paid"}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "indicator",
    [i for i in EVERY if i.table == "purchase" and "payment" in i.bases],
    ids=lambda i: i.name,
)
def test_a_text_about_payments_speaks_of_no_contract(indicator: Any, language: str) -> None:
    text = indicator_texts(indicator.name, language, "payment")
    for part in ("title", "sentence", "definition", "unit_label"):
        assert not re.search(r"contrat|contract|attribution|award", text[part]), part
    if indicator.weight:
        assert PAID[language] in text["sentence"]
        assert PAID[language] in text["unit_label"]


def test_nothing_in_the_texts_prefers_the_near_or_confirms_a_figure() -> None:
    refused = re.compile(r"préférence locale|local preference|\bconfirm|dépensé|acheter local|buy local", re.I)
    for name in ("fr", "en", "indicators"):
        whole = (FOLDER / "texts" / f"{name}.yaml").read_text(encoding="utf-8")
        assert refused.findall(whole) == []
    assert refused.search("La préférence locale confirme")


# --- where indicators are shown -----------------------------------------------------------------------------


def test_each_place_has_its_indicators_in_one_order_and_is_asked_for() -> None:
    places = {place for each in ALL for place in each.shown}
    ranks = {place: sorted(each.shown[place] for each in ALL if place in each.shown) for place in places}
    assert [place for place, found in ranks.items() if len(set(found)) < len(found)] == []
    code = "\n".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "publish").rglob("*.py"))
    asked = set(re.findall(r'shown_at\("([\w/]+)"\)', code)) | {f"figures/{q.name}" for q in QUESTIONS}
    assert places == asked
