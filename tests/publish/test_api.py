"""The interface for programs: what the pages say, in JSON, CSV, XLSX and Parquet; no request breaks it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from python_calamine import CalamineWorkbook
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from gisement.engine import Observatory
from gisement.engine.served import Served
from gisement.pipeline import INDICATORS
from gisement.publish import answers
from gisement.publish.web.app import create_app
from gisement.publish.web.site import Site
from gisement.store import Workspace
from gisement.terms import Perimeter, Trouble, Verdict

(LOCAL_SHARE,) = (indicator for indicator in INDICATORS if indicator.name == "local_share")
ADDRESSES = ("indicators", "segments", "sources", "check", "search", "measure/{indicator}", "sensitivity/{indicator}",
             "rows/{indicator}")  # fmt: skip


@pytest.fixture(scope="module")
def described(site: Site) -> Any:
    """The interface, as its description tells of it to a program that makes requests."""
    return schemathesis.openapi.from_asgi("/api/openapi.json", create_app(site))


@pytest.mark.parametrize("name", ADDRESSES)
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_request_breaks_the_interface(described: Any, name: str, data: st.DataObject) -> None:
    """No 5xx, no answer that the description does not tell of."""
    case = data.draw(described[f"/api/{name}"]["GET"].as_strategy())
    # which keys and options an indicator has is not in the description: a request may be refused, in one sentence
    case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=120)


def test_every_address_is_tried(described: Any) -> None:
    assert {operation.ok().path for operation in described.get_all_operations()} == {f"/api/{n}" for n in ADDRESSES}


def test_the_description_is_in_french_and_in_english_on_request(client: TestClient) -> None:
    french, english = (client.get(f"/api/openapi.json{asked}").json() for asked in ("", "?language=en"))
    words = {"fr": list(sentences(french)), "en": list(sentences(english))}
    assert french["paths"]["/api/rows/{indicator}"]["get"]["summary"].startswith("Les lignes d'un verdict")
    assert english["paths"]["/api/rows/{indicator}"]["get"]["summary"].startswith("The rows of one verdict")
    assert len(words["fr"]) == len(words["en"]) > 100
    same = {told for told, other in zip(words["fr"], words["en"], strict=True) if told == other}
    assert {told.lower() for told in same} <= {"segment"}, "a sentence that no language changes was not translated"
    for path, entry in french["paths"].items():
        assert all(given["description"] for given in entry["get"].get("parameters", ())), path
        assert all(answer["description"] for answer in entry["get"]["responses"].values()), path


def sentences(part: Any) -> Iterator[str]:
    """Every summary and description."""
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if key in ("summary", "description") and isinstance(value, str):
            yield value
        yield from sentences(value)


def test_figures_are_those_of_the_command_line(client: TestClient, workspace: Workspace) -> None:
    told = client.get("/api/measure/local_share?by=year&ring=region").json()
    observatory = Observatory(workspace)
    perimeter = Perimeter(options={"ring": "region"})
    figures = observatory.measure(LOCAL_SHARE, perimeter, ("year",))
    assert told == json.loads(answers.to_json(answers.answer(LOCAL_SHARE, perimeter, figures)))
    english = client.get("/api/measure/local_share?language=en").json()
    assert english["indicator"]["title"] == "Local share of purchases"


@pytest.mark.parametrize("name", ["suppliers_count", "supplier_concentration", "total_spend", "new_supplier_share"])
def test_masking_moves_no_figure(client: TestClient, workspace: Workspace, name: str) -> None:
    (indicator,) = (indicator for indicator in INDICATORS if indicator.name == name)
    (figure,) = client.get(f"/api/measure/{name}").json()["figures"]
    (alike,) = Observatory(workspace).measure(indicator, Perimeter())
    assert (figure["value"], figure["low"], figure["high"]) == (alike.value, alike.low, alike.high)


def test_every_combination_of_options_is_told(client: TestClient) -> None:
    lines = list(csv.DictReader(io.StringIO(client.get("/api/sensitivity/sme_share?format=csv").text)))
    assert {line["options_medical"] for line in lines} == {"excluded", "excluded_wide", "included"}


def test_a_file_of_figures_says_that_they_are_invented_and_leaves_empty_what_is_hidden(paid_client: TestClient) -> None:
    answer = paid_client.get("/api/measure/local_share?basis=payment&by=family&format=csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert {line["notice"] for line in lines} == {"Données fictives, calibrées"}
    hidden = {line["sums_eur_part"] == "" for line in lines if line["secrecy"] == "not_shown"}
    assert hidden == {True}
    assert [line for line in lines if line["secrecy"] != "not_shown" and line["sums_eur_part"] == ""] == []


def test_rows_are_the_same_in_every_format(client: TestClient) -> None:
    address = "/api/rows/local_share?verdict=part&year=2024"
    lines = list(csv.DictReader(io.StringIO(client.get(f"{address}&format=csv").text)))
    table = parquet.read_table(io.BytesIO(client.get(f"{address}&format=parquet").content))
    assert table["purchase_key"].to_pylist() == [line["purchase_key"] for line in lines]
    rows, following = [], f"{address}&limit=7"
    while following:
        told = client.get(following).json()
        rows += told["rows"]
        following = told["next"]
    assert [row["purchase_key"] for row in rows] == [line["purchase_key"] for line in lines]
    assert told["count"] == len(lines) > 7
    assert sum(row["weight"] for row in rows) == sum(table["weight"].to_pylist())


@pytest.mark.parametrize("sign", "=+-@|\t＝｜")
def test_a_cell_that_begins_like_a_formula_is_text(sign: str) -> None:
    assert answers.to_csv([{"name": f"{sign}calc"}]).splitlines()[1].lstrip('"').startswith("'")


def test_a_workbook_holds_the_figures_and_their_definition_and_no_formula(client: TestClient) -> None:
    address = "/api/measure/total_spend?by=year&format=xlsx"
    content = client.get(address).content
    assert client.get(address).content == content, "same figures, same bytes"
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    figures, definition = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    told = client.get("/api/measure/total_spend?by=year").json()
    column = figures[0].index("sums_eur_part")
    assert [row[column] for row in figures[1:]] == [figure["sums_eur"]["part"] for figure in told["figures"]]
    assert told["indicator"]["definition"] in {cell for row in definition for cell in row}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/measure/local_share?year=soon", 400),
        ("/api/measure/local_share?ring=planet", 422),
        ("/api/measure/local_share?colour=red", 422),
        ("/api/measure/contracts?medical=included", 400),
        ("/api/rows/local_share", 422),
        ("/api/rows/local_share?verdict=part&limit=1000000", 422),
        ("/api/nowhere", 404),
    ],
)
def test_what_cannot_be_answered_is_told_in_json(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.json()["detail"]


# --- what is never shown ------------------------------------------------------------------------------------


def test_a_natural_person_is_nowhere_in_the_served_file(site: Site, workspace: Workspace) -> None:
    from tests.workspaces import rows

    hidden = rows(workspace, "SELECT * FROM supplier WHERE is_natural_person", ["supplier"])
    assert hidden, "the demonstration should have natural persons"
    numbers = {row["supplier_id"] for row in hidden} | {row["supplier_siren"] for row in hidden}
    content = b"".join(path.read_bytes() for path in workspace.scratch.glob("served-*.duckdb"))
    assert content
    for table in ("contract", "purchase", "contract_supplier", "supplier", "place", "finding", "raw_decp", "lookup"):
        text = "\n".join(map(str, site.served.rows(f'SELECT * FROM "{table}"')))
        assert not [number for number in numbers if number and number in text], table
    shown = list(site.served.rows("SELECT * FROM purchase WHERE supplier_id LIKE 'personne-%'"))
    assert len({row["supplier_id"] for row in shown}) == len(hidden)
    assert {row["supplier_name"] for row in shown} == {None}


def test_a_table_of_an_older_version_is_told_in_one_sentence(workspace: Workspace, tmp_path: Path) -> None:
    old = Workspace(shutil.copytree(workspace.root, tmp_path / "old"))
    path = old.tables / "renewal.parquet"
    table = parquet.read_table(path)
    parquet.write_table(table.drop_columns(["end_date"]), path)
    with pytest.raises(Trouble, match="renewal was built by an older version"):
        Served(old)


def test_the_served_file_can_only_be_read(site: Site) -> None:
    import duckdb

    for sql in (
        "CREATE TABLE x (a INT)",
        "DELETE FROM purchase",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY purchase TO 'purchase.csv'",
        "SET enable_external_access = true",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            site.served.connection.cursor().execute(sql)


def test_what_is_typed_is_only_ever_a_value(site: Site) -> None:
    nasty = "x' OR 1=1 --"
    assert site.served.found(nasty) == []
    assert site.served.supplier(nasty) is None
    assert site.measure("local_share", (("buyer", nasty),))[0].value is None
    assert list(site.observatory.rows(LOCAL_SHARE, Perimeter({"supplier": (nasty,)}), Verdict.PART)) == []
