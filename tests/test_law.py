"""Rules of law at their boundary dates and amounts: `law/*.yaml`, cases that a lawyer can read, through real SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import ibis
import pytest

from gisement.catalog import texts
from gisement.catalog.law import legal_texts
from gisement.catalog.parameters import parameters
from gisement.catalog.tables import read_yaml
from gisement.engine.measure import Observatory
from gisement.indicators.law import RULES
from gisement.store.database import schema
from gisement.studies.law import TABLES, TO_CHECK, outcomes, rows_of
from gisement.terms import Outcome, Perimeter, Rule
from tests.observatories import fill, observatory
from tests.yaml_file import read_all

FOLDER = Path(__file__).parent / "law"
BY_NAME = {rule.name: rule for rule in RULES}
ALL = Perimeter({"buyers": ("all",)})
FIELDS = {
    "consulted": "consultation_date",
    "notified": "notification_date",
    "published": "publication_date",
    "procedure": "procurement_method_details",
    "buyer": "buyer_kind",
    "lots": "lots_count",
    "records": "records_count",
    "innovative": "is_innovative",
    "year": "year",
    "contracts": "contracts_count",
    "months": "months_count",
    "families": "families_count",
    "department": "buyer_department_code",
    **{f"{axis}_{state}": f"{axis}_{state}_count" for axis in ("social", "environmental") for state in ("yes", "none")},
    **{
        name: f"{name}_state"
        for name in ("social_clause", "reserved", "environmental_clause", "environmental_criterion")
    },
}
AMOUNTS = {"amount": "amount_cents", "payments": "payment_cents", "contract_amounts": "contract_cents"}
FOOD = ("food", "organic", "egalim", "unclear", "meat_fish", "meat_fish_egalim", "meat_fish_unclear")
AMOUNTS |= {name: f"{name}_cents" for name in FOOD}
DIRECT = "Marché passé sans publicité ni mise en concurrence préalable"


def cases() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every case, with the rule that it is about."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for part in read_all(path):
            yield from ((part["rule"], case) for case in part["cases"])


CASES = list(cases())


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """An observatory whose tables the cases fill."""
    made = observatory(tmp_path_factory.mktemp("law"), "epci:200069854", tables=TABLES)
    yield made
    made.connection.close()


def row_of(case: Mapping[str, Any], rule: Rule, key: str) -> dict[str, Any]:
    """The row that a case spells, under a key of its own: what it does not say is unknown, but for counts of lots, records and contracts."""
    given = dict(case["row"])
    made: dict[str, Any] = {"lots_count": 1, "records_count": 1, "is_concession": given.pop("concession", False)}
    if rule.table == "buyer_year":
        made |= {f"{axis}_{state}_count": 0 for axis in ("social", "environmental") for state in ("yes", "none")}
        made["contracts_count"] = 0
    if rule.table == "food_year":
        made |= {"months_count": 12, "families_count": 8, **{f"{name}_cents": 0 for name in FOOD}}
    if given.pop("direct", False):
        made["procurement_method_details"] = DIRECT
    if "cpv" in given:
        made |= {"cpv_code": given["cpv"], "cpv_division": given.pop("cpv")[:2]}
    for field, value in given.items():
        made |= {AMOUNTS[field]: value * 100} if field in AMOUNTS else {FIELDS[field]: value}
    return {**made, "contract_key": key, "buyer_id": key}


@pytest.fixture(scope="module")
def decided(held: Observatory) -> Mapping[str, dict[str, dict[str, Any]]]:
    """What each rule says of its cases, by the number of the case."""
    found = {}
    for name in dict.fromkeys(name for name, _ in CASES):
        put_cases(held, BY_NAME[name])
        found[name] = {row["buyer_id"]: row for row in rows_of(held, BY_NAME[name], ALL)}
    return found


def put_cases(held: Observatory, rule: Rule) -> None:
    """Have the table of a rule hold its cases, and nothing else."""
    given = [row_of(case, rule, str(number)) for number, (name, case) in enumerate(CASES) if name == rule.name]
    fill(held, rule.table, given)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{name}-{case['case']}" for name, case in CASES])
def test_case(number: int, decided: Mapping[str, dict[str, dict[str, Any]]]) -> None:
    name, case = CASES[number]
    row = decided[name][str(number)]
    assert (row["outcome"], row["reason"]) == (case["outcome"], case["reason"])


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.table], ids=lambda rule: rule.name)
def test_rows_are_counted_and_listed_by_outcome(rule: Rule, held: Observatory) -> None:
    put_cases(held, rule)
    own = {str(number): case for number, (name, case) in enumerate(CASES) if name == rule.name}
    told = Counter({(one["outcome"], one["reason"]): one["rows"] for one in outcomes(held, rule, ALL)})
    assert told == Counter((case["outcome"], case["reason"]) for case in own.values())
    for outcome in Outcome:
        listed = {row["buyer_id"] for row in rows_of(held, rule, ALL, outcome)}
        assert listed == {number for number, case in own.items() if case["outcome"] == outcome}


def test_every_rule_has_its_text_and_every_observable_one_its_cases() -> None:
    assert set(BY_NAME) == set(legal_texts())
    told = {name for name, _ in CASES}
    assert told == {rule.name for rule in RULES if rule.table}
    for legal in legal_texts().values():
        assert legal.fr
        assert legal.en
        assert legal.text
        assert legal.mark in ("V", "V2", "K")
        assert legal.since_earliest <= legal.since


def test_every_rule_has_a_case_on_each_side_of_its_date() -> None:
    """The day before and the day of; for rules on a year, the year before and the year of, and the year after the end."""
    for rule in RULES:
        if not rule.table:
            continue
        legal, rows = legal_texts()[rule.name], [case["row"] for name, case in CASES if name == rule.name]
        days = {row.get("consulted") for row in rows} | {row.get("notified") for row in rows}
        years = {row.get("year") for row in rows}
        if rule.table == "contract":
            assert {legal.since_earliest - timedelta(days=1), legal.since} <= days, rule.name
        else:
            wanted = {legal.since.year - 1, legal.since.year} | ({legal.until.year + 1} if legal.until else set())
            assert wanted <= years, rule.name


@pytest.mark.parametrize(
    ("rule", "field", "euros"),
    [
        ("a35_soc", "amount", 216_000), ("a35_soc", "amount", 140_000), ("a35_soc", "amount", 5_404_000),
        ("publication_delay", "amount", 40_000), ("dispensation", "amount", 40_000), ("dispensation", "amount", 60_000),
        ("dispensation", "amount", 100_000), ("dispensation", "amount", 140_000), ("spaser", "payments", 100_000_000),
        ("spaser", "payments", 50_000_000), ("egalim_quality", "egalim", 5_000), ("egalim_organic", "organic", 2_000),
        ("egalim_meat_fish", "meat_fish_egalim", 6_000),
    ],
)  # fmt: skip
def test_every_amount_has_a_case_one_euro_under_at_and_over(rule: str, field: str, euros: int) -> None:
    told = {case["row"].get(field) for name, case in CASES if name == rule}
    assert {euros - 1, euros, euros + 1} <= told


def test_only_a_text_that_was_read_is_ever_not_met() -> None:
    refused = {name for name, case in CASES if case["outcome"] == Outcome.NOT_MET}
    assert refused == {"publication_delay", "egalim_quality", "egalim_organic", "egalim_meat_fish"}
    assert all(legal_texts()[name].is_sure for name in refused)
    assert any(case["reason"] == TO_CHECK for _, case in CASES)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_has_its_words_and_no_other_has(language: str) -> None:
    words = texts(language)["law"]
    assert set(words["outcomes"]) == set(Outcome)
    reasons = {rule.why for rule in RULES if not rule.table} | {TO_CHECK}
    reasons |= set(spelled_reasons())
    assert set(words["reasons"]) == reasons


def spelled_reasons() -> Iterator[str]:
    """The reasons that the decisions of the rules give, over tables without rows."""
    for rule in RULES:
        if rule.decide:
            rows = ibis.table(schema(rule.table), name=rule.table)
            yield from (reason for _, _, reason in rule.decide(rows))


def test_parameters_of_law_say_how_they_were_read() -> None:
    legal = [name for name, entry in read_yaml("parameters/law.yaml").items() if "mark" in entry]
    assert len(legal) >= 11
    assert all(parameters()[name]["mark"] in ("V", "V2", "K") for name in legal)
    assert all(isinstance(since, date) for name in legal for since in parameters()[name]["values"])
