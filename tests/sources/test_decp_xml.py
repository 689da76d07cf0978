"""XML contracts: the official forms read as their JSON does, and anything else is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gisement.terms import Trouble
from tests.sources.decp_samples import Row, concession, contract, published, read_rows, wrapped


def xml(name: str, value: Any) -> str:
    """The official XML of a value of the 2022 JSON."""
    if isinstance(value, list):
        return "".join(xml(name, item) for item in value)
    if isinstance(value, dict):
        return f"<{name}>" + "".join(_child(key, inner) for key, inner in value.items()) + f"</{name}>"
    return f"<{name}>{str(value).lower() if isinstance(value, bool) else value}</{name}>"


def _child(key: str, value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"<{key}>" + "".join(xml(k, v) for item in value for k, v in item.items()) + f"</{key}>"
    return xml(key, value)


def document(*records: Row, concessions: tuple[Row, ...] = ()) -> str:
    """An XML document of contracts."""
    inside = "".join(xml("marche", record) for record in records)
    inside += "".join(xml("contrat-concession", record) for record in concessions)
    return f'<?xml version="1.0" encoding="UTF-8"?><marches>{inside}</marches>'


def test_json_and_xml_of_one_content_give_the_same_rows(tmp_path: Path) -> None:
    records, concessions = (contract(), contract(id="2", modifications=...)), (concession(),)
    _, from_json = read_rows(tmp_path, wrapped(*records, concessions=concessions))
    _, from_xml = read_rows(tmp_path, document(*records, concessions=concessions), "decp.xml")
    assert from_json == from_xml


def test_one_child_and_two_children_parse_alike(tmp_path: Path) -> None:
    holder = {"titulaire": {"id": "1", "typeIdentifiant": "SIRET"}}
    label = {"considerationSociale": ["Clause sociale"]}
    text = document(contract(titulaires=[holder], considerationsSociales=label), contract())
    _, rows = read_rows(tmp_path, text, "decp.xml")
    assert [len(row["titulaires"]) for row in rows] == [1, 2]
    assert rows[0]["considerationsSociales"] == ["Clause sociale"]


@pytest.mark.parametrize("root", ["marche", "contrat-concession"])
def test_a_contract_may_be_the_root(tmp_path: Path, root: str) -> None:
    record = contract() if root == "marche" else concession()
    _, rows = read_rows(tmp_path, xml(root, record), "decp.xml")
    assert [row["record_kind"] for row in rows] == [root]
    assert rows[0]["titulaires"]


def test_the_2019_form_and_empty_elements(tmp_path: Path) -> None:
    text = """<marches xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><!-- fictif --><marche>
      <id>A</id><acheteur><id>1</id><nom>Ville</nom></acheteur><ccag/><technique/>
      <modaliteExecution><modaliteExecution>Tranches</modaliteExecution></modaliteExecution>
      <titulaires><titulaire><id>2</id></titulaire></titulaires><titulaires><titulaire><id>3</id></titulaire>
      </titulaires><considerationsSociales/><modifications/></marche></marches>"""
    _, rows = read_rows(tmp_path, text, "decp.xml")
    row = rows[0]
    assert (row["acheteur_nom"], row["ccag"], row["techniques"]) == ("Ville", None, [])
    assert (row["modalitesExecution"], row["considerationsSociales"]) == (["Tranches"], [])
    assert [holder["id"] for holder in row["titulaires"]] == ["2", "3"]
    assert row["modifications"] == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    declared = {"utf-16": "UTF-16", "iso-8859-1": "ISO-8859-1"}.get(encoding, "UTF-8")
    text = document(contract(objet="Crêpes d'été")).replace("UTF-8", declared)
    _, rows = read_rows(tmp_path, text.encode(encoding), "decp.xml")
    assert rows[0]["objet"] == "Crêpes d'été"


def test_another_root_is_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"“csv”.*“marches”"):
        read_rows(tmp_path, "<csv><marche><Annee>2019</Annee></marche></csv>", "maison.xml")


def test_a_broken_document_says_where(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="line 2"):
        read_rows(tmp_path, "<marches>\n<marche><id>1</marche></marches>", "casse.xml")


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE marches [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE marches [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE marches SYSTEM "http://example.invalid/x.dtd">',
    ],
)
def test_entities_are_refused_unread(tmp_path: Path, declaration: str) -> None:
    text = f"{declaration}<marches><marche><id>&a;</id></marche></marches>"
    with pytest.raises(Trouble, match="DOCTYPE"):
        read_rows(tmp_path, text, "bombe.xml")


def test_rows_of_a_child_that_is_no_contract_are_left_out(tmp_path: Path) -> None:
    report, rows = read_rows(
        tmp_path, "<marches><autre><id>1</id></autre>" + xml("marche", contract()) + "</marches>", "decp.xml"
    )
    assert report.records == 1
    assert published(rows[0])["id"] == contract()["id"]
