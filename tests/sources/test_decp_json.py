"""JSON contracts: every published shape of one record gives one row, and an odd record costs only itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisement.sources.decp import raw, read
from gisement.terms import Trouble
from tests.sources.decp_samples import (
    Row,
    concession,
    contract,
    published,
    read_rows,
    rows_of,
    wrapped,
    write,
)

HOLDERS = [
    {"id": "22222222222222", "typeIdentifiant": "SIRET", "denominationSociale": None},
    {"id": "FR00333333333", "typeIdentifiant": "TVA", "denominationSociale": None},
]


def one(folder: Path, record: Any) -> Row:
    """The row of a file that holds this record alone."""
    _, rows = read_rows(folder, wrapped(record))
    assert len(rows) == 1
    return rows[0]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is published of the row of a contract in its plainest shape."""
    return published(one(tmp_path_factory.mktemp("sound"), contract()))


def test_a_record_becomes_a_row_of_the_declared_columns(tmp_path: Path) -> None:
    row = one(tmp_path, contract())
    assert list(row) == [column.name for column in raw.columns()]
    assert (row["position"], row["record_kind"], row["source_format"]) == (1, "marche", "decp_2022")
    assert (row["acheteur_id"], row["montant"], row["marcheInnovant"]) == (
        "11111111111111",
        "40000.5",
        "false",
    )
    assert row["considerationsSociales"] == ["Clause sociale", "Critère social"]
    assert row["modalitesExecution"] is None
    assert [{key: h[key] for key in HOLDERS[0]} for h in row["titulaires"]] == HOLDERS
    assert row["modifications"][0]["montant"] == "45000"
    assert row["modifications"][0]["titulaires"][0]["id"] == "44444444444444"
    assert row["actesSousTraitance"][0]["sousTraitant_id"] == "55555555555555"
    assert row["unreadable_reason"] is None
    assert row["has_lost_letters"] is False


def test_a_concession_fills_the_columns_of_a_contract(tmp_path: Path) -> None:
    report, rows = read_rows(tmp_path, wrapped(concessions=(concession(),)))
    row = rows[0]
    assert report.concessions == 1
    assert (row["record_kind"], row["acheteur_id"]) == ("contrat-concession", "66666666666666")
    assert (row["montant"], row["dateNotification"]) == ("120000", "2024-02-01")
    assert row["titulaires"][0]["id"] == "77777777777777"
    assert row["considerationsEnvironnementales"] == []
    assert row["donneesExecution"][0]["depensesInvestissement"] == "7.5"


@pytest.mark.parametrize(
    "document",
    [
        {"marches": [contract()]},
        {"marches": {"marche": [contract()]}},
        {"marches": {"marche": [contract()], "contrat-concession": []}},
        {"marches": {"marche": contract()}},
        {"marche": [contract()]},
        {"marche": contract()},
        {"$schema": "x", "n": [[1], {"a": "]"}], "marches": [contract()], "apres": {"b": [1, 2]}},
        [contract()],
        contract(),
    ],
)
def test_every_root_gives_the_same_row(tmp_path: Path, sound: dict[str, Any], document: Any) -> None:
    _, rows = read_rows(tmp_path, document, "root.json")
    assert [published(row) for row in rows] == [sound]


def test_a_table_by_columns_is_read(tmp_path: Path) -> None:
    table = {"id": {"0": "a", "1": "b"}, "objet": {"0": "x", "1": None}}
    report, rows = read_rows(tmp_path, table)
    assert [(row["id"], row["objet"]) for row in rows] == [("a", "x"), ("b", None)]
    assert report.notes


def test_positions_and_kinds_follow_the_file(tmp_path: Path) -> None:
    records = [contract(id=str(number)) for number in range(5)]
    _, rows = read_rows(tmp_path, wrapped(*records, concessions=(concession(id="c"),)))
    assert [row["id"] for row in rows] == ["0", "1", "2", "3", "4", "c"]
    assert [row["position"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[-1]["record_kind"] == "contrat-concession"


HOLDER_SHAPES: list[Any] = [
    [{"titulaire": {k: v for k, v in h.items() if v}} for h in HOLDERS],
    [{k: v for k, v in h.items() if v} for h in HOLDERS],
    [[[[{k: v for k, v in h.items() if v} for h in HOLDERS]]]],
    [[{"titulaire": HOLDERS[0]}], [{"titulaire": HOLDERS[1]}]],
    {"titulaire": HOLDERS},
    json.dumps(HOLDERS),
    str(HOLDERS),
    str(tuple(HOLDERS)),
    str(HOLDERS).replace("None", "nan"),
    "[" + "\n ".join(str(holder) for holder in HOLDERS) + "]",
]


@pytest.mark.parametrize("shape", HOLDER_SHAPES)
def test_every_shape_of_holders_gives_the_same_row(tmp_path: Path, sound: dict[str, Any], shape: Any) -> None:
    row = one(tmp_path, contract(titulaires=shape))
    assert row["unreadable_reason"] is None
    assert published(row) == sound


def test_what_an_element_says_under_its_name_and_beside_it_is_read_together(tmp_path: Path) -> None:
    """One amendment of both forms, and one of the form of 2022 alone: what is under the name comes first."""
    both = {"modification": {"id": "1", "montant": ""}, "id": "9", "montant": 5, "titulaires": [{"id": "a"}]}
    made = one(tmp_path, contract(modifications=[both, {"modification": {"id": "2"}}]))["modifications"]
    assert [(act["id"], act["montant"]) for act in made] == [("1", "5"), ("2", None)]
    assert [holder["id"] for holder in made[0]["titulaires"]] == ["a"]
    alone = one(tmp_path, contract(modifications=[{"modification": {"id": "2"}}, {"modification": {}}]))
    assert [act["id"] for act in alone["modifications"]] == ["2"]


@pytest.mark.parametrize(
    "shape",
    [
        ["Clause sociale", "Critère social"],
        {"considerationSociale": ["Clause sociale", "Critère social"]},
        "['Clause sociale', 'Critère social']",
        "['Clause sociale' 'Critère social']",
        "{'considerationSociale': ['Clause sociale', 'Critère social']}",
        '{"considerationSociale": ["Clause sociale", "Crit\\u00e8re social"]}',
    ],
)
def test_every_shape_of_labels_gives_the_same_row(tmp_path: Path, sound: dict[str, Any], shape: Any) -> None:
    assert published(one(tmp_path, contract(considerationsSociales=shape))) == sound


def test_one_child_and_one_label_alone_read_as_lists(tmp_path: Path) -> None:
    row = one(
        tmp_path,
        contract(
            titulaires={"titulaire": {"id": "1"}},
            considerationsSociales={"considerationSociale": "Clause sociale"},
            considerationsEnvironnementales="NC",
            acheteur="99999999999999",
        ),
    )
    assert [holder["id"] for holder in row["titulaires"]] == ["1"]
    assert row["considerationsSociales"] == ["Clause sociale"]
    assert row["considerationsEnvironnementales"] == ["NC"]
    assert row["acheteur_id"] == "99999999999999"


def test_flattened_keys_are_put_back(tmp_path: Path, sound: dict[str, Any]) -> None:
    flat = contract(acheteur=..., lieuExecution=..., titulaires=...)
    flat |= {"acheteur_id": "11111111111111", "lieuExecution.code": "86000"}
    flat |= {"lieuExecution.typeCode": "Code postal", "titulaire_id_2": "FR00333333333"}
    flat |= {"titulaire_typeIdentifiant_2": "TVA", "titulaires.1.id": "['22222222222222']"}
    flat |= {"titulaires.1.typeIdentifiant": "SIRET"}
    assert published(one(tmp_path, flat)) == sound


def test_the_2019_format_is_found_per_record(tmp_path: Path) -> None:
    old: Row = {"id": "2019A", "acheteur": {"id": "1", "nom": "Ville"}, "_type": "Marché", "objet": "x"}
    old["titulaires"] = [{"id": "2", "denominationSociale": "Fictive SARL"}]
    _, rows = read_rows(tmp_path, wrapped(old, contract()))
    assert [row["source_format"] for row in rows] == ["decp_2019", "decp_2022"]
    assert rows[0]["considerationsSociales"] is None
    assert rows[0]["titulaires"][0]["denominationSociale"] == "Fictive SARL"


def test_values_stay_as_published_and_empty_ones_are_null(tmp_path: Path) -> None:
    row = one(tmp_path, contract(dureeMois="NC", montant="1 234,00", ccag="", offresRecues=None, id=12))
    assert (row["dureeMois"], row["montant"], row["ccag"]) == ("NC", "1 234,00", None)
    assert (row["offresRecues"], row["id"]) == (None, "12")


def test_holders_whose_values_were_lost_are_none(tmp_path: Path) -> None:
    lost = [{"modification": {"id": 1, "titulaires": [{"titulaire": "typeIdentifiant"}, {"titulaire": "id"}]}}]
    row = one(tmp_path, contract(modifications=lost))
    assert row["modifications"][0]["titulaires"] == []
    assert len(row["titulaires"]) == 2


def test_an_odd_record_costs_only_itself(tmp_path: Path) -> None:
    odd: list[Any] = [contract(id="x", modifications=["avenant"]), 12, "texte", None, {"autre": 1}]
    report, rows = read_rows(tmp_path, wrapped(contract(id="a"), *odd, contract(id="b")))
    assert (report.records, report.unreadable) == (7, 5)
    assert (rows[0]["id"], rows[-1]["id"]) == ("a", "b")
    reasons = [row["unreadable_reason"] for row in rows[1:-1]]
    assert "modifications" in reasons[0]
    assert "avenant" in reasons[0]
    assert all(reasons)
    assert rows[1]["id"] is None
    assert len({row["record_hash"] for row in rows[1:4]}) == 3


def sound_and_slow(folder: Path, records: list[Any]) -> tuple[list[Row], list[Row]]:
    """The rows of these records by the fast path, and by the slow one (an odd record forces it)."""
    _, fast = read_rows(folder, wrapped(*records), "fast.json")
    _, slow = read_rows(folder, wrapped(*records, contract(modifications=["avenant"])), "slow.json")
    assert slow[-1]["unreadable_reason"]
    return fast, slow[:-1]


def test_fast_and_slow_paths_agree(tmp_path: Path) -> None:
    records = [contract(), concession(), contract(montant=1e22, objet='a "b" \\ é😀\t'), contract(id=...)]
    records += [contract(montant={"valeur": [1, None, True]}, dureeMois=12.50), contract(titulaires=[])]
    fast, slow = sound_and_slow(tmp_path, records)
    assert fast == slow


TEXTS = st.text(max_size=12) | st.sampled_from(["NC", "", "[a", "{'id'", "0", "oui", "[]", "nan", "\u0000", "�"])
SCALARS = TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()


FIELDS = st.sampled_from(["id", "objet", "montant", "dureeMois", "ccag", "uid"])


@settings(max_examples=6)
@given(st.lists(st.dictionaries(FIELDS, SCALARS), min_size=30, max_size=60))
def test_fast_and_slow_paths_agree_on_any_values(
    tmp_path_factory: pytest.TempPathFactory, changes: list[dict[str, Any]]
) -> None:
    records = [contract(**changed) for changed in changes]
    fast, slow = sound_and_slow(tmp_path_factory.mktemp("agree"), records)
    assert fast == slow


def test_identical_records_have_one_hash_wherever_they_are(tmp_path: Path) -> None:
    _, rows = read_rows(tmp_path, wrapped(contract(), contract(id="b"), contract()))
    assert rows[0]["record_hash"] == rows[2]["record_hash"] != rows[1]["record_hash"]


def test_order_of_keys_does_not_change_the_hash(tmp_path: Path) -> None:
    turned = dict(reversed(list(contract().items())))
    assert one(tmp_path, turned)["record_hash"] == one(tmp_path, contract())["record_hash"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_four_encodings_give_the_same_rows(tmp_path: Path, encoding: str) -> None:
    text = json.dumps(wrapped(contract(objet="Crêpes « œuvrées » à l’été")), ensure_ascii=False)
    report, rows = read_rows(tmp_path, text.encode(encoding))
    assert rows[0]["objet"] == "Crêpes « œuvrées » à l’été"
    assert report.encoding == {"utf-16": "utf-16-le"}.get(encoding, encoding)


def test_lost_letters_are_kept_and_flagged(tmp_path: Path) -> None:
    _, rows = read_rows(tmp_path, wrapped(contract(objet="March�"), contract()))
    assert [(row["objet"] == "March�", row["has_lost_letters"]) for row in rows] == [
        (True, True),
        (False, False),
    ]


def test_an_invalid_letter_costs_only_itself(tmp_path: Path) -> None:
    text = json.dumps(wrapped(contract(), contract(objet="@")), ensure_ascii=False).encode()
    _, rows = read_rows(tmp_path, text.replace(b'"@"', b'"caf\xe9"'))
    assert [row["objet"] for row in rows] == [contract()["objet"], "caf�"]
    assert rows[1]["has_lost_letters"] is True


@pytest.mark.parametrize(
    ("written", "expected"),
    [('"a\tb"', "a\tb"), ('"a\nb"', "a\nb"), ('"\\ud800x"', "�x"), ("NaN", None), ("-Infinity", None)],
)
def test_json_that_only_python_reads_is_repaired(tmp_path: Path, written: str, expected: str | None) -> None:
    text = json.dumps(wrapped(contract(), contract(objet="@")), indent=1, ensure_ascii=False)
    _, rows = read_rows(tmp_path, text.replace('"@"', written))
    assert rows[1]["objet"] == expected
    assert rows[1]["unreadable_reason"] is None


def test_a_record_that_is_not_json_is_named(tmp_path: Path) -> None:
    text = json.dumps(wrapped(contract(), contract(objet="@"), contract()))
    report, rows = read_rows(tmp_path, text.replace('"@"', '"Lot "A" neuf"'))
    assert (report.records, report.unreadable) == (3, 1)
    assert "Lot" in rows[1]["unreadable_reason"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"id": "1", "objet": "x"}\n{"id": "2", "objet": "y"}', 2, 1),
        ('{"marches": [\n {"id": "1"},\n  {"id": "2", "objet": "y', 3, 3),
        ('{"marches": [{"id": "1"}', 1, 25),
        ('{"marches": [{"id": "1"} {"id": "2"}]}', 1, 26),
        ('{"marches" [1]}', 1, 12),
    ],
)
def test_broken_json_says_where(tmp_path: Path, text: str, line: int, column: int) -> None:
    with pytest.raises(Trouble) as trouble:
        read_rows(tmp_path, text, "casse.json")
    assert trouble.value.fr.startswith(f"casse.json, ligne {line}, colonne {column} :")
    assert not list(tmp_path.glob("*.parquet"))


@pytest.mark.parametrize(
    "document",
    [[], [1], [{"id": "a", "name": "b"}], {"releases": [{"ocid": "x"}]}, {"a": {"0": 1}}, "{}"],
)
def test_json_without_contract_is_refused(tmp_path: Path, document: Any) -> None:
    with pytest.raises(Trouble, match="DECP"):
        read_rows(tmp_path, document)


def test_an_empty_list_of_contracts_is_no_trouble(tmp_path: Path) -> None:
    report, rows = read_rows(tmp_path, wrapped())
    assert (report.records, rows) == (0, [])


def test_unknown_keys_are_told(tmp_path: Path) -> None:
    report, _ = read_rows(tmp_path, wrapped(contract(couleur="bleu")))
    assert any("couleur" in note for note in report.notes)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, '{"marches":[' + "[" * 5000 + "]" * 5000 + "]}"])
def test_deep_nesting_is_no_crash(tmp_path: Path, text: str) -> None:
    try:
        report, _ = read_rows(tmp_path, text)
    except Trouble:
        return
    assert report.unreadable == report.records


def test_blocks_and_chunks_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cutting a file at any place keeps every record, whatever looks like a start of one inside it."""
    monkeypatch.setattr("gisement.sources.decp.json.BLOCK", 3000)
    monkeypatch.setattr("gisement.sources.decp.chunks.SIZE", 5000)
    tricky = [{"titulaire": {"id": "a"}}, {"titulaire": {"id": 'x"},{"id":'}}]
    records = [contract(id=str(n), titulaires=tricky if n % 7 == 0 else HOLDERS) for n in range(60)]
    for indent in (None, 2):
        path = write(tmp_path, json.dumps(wrapped(*records, concessions=(concession(),)), indent=indent))
        report = read(path, tmp_path / "t.parquet")
        assert report.records == 61
        assert [row["id"] for row in rows_of(tmp_path / "t.parquet")[:60]] == [str(n) for n in range(60)]


def test_an_odd_record_costs_no_other_batch_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are read beside each other: each odd record is found in its own, and all rows keep their order."""
    for name, size in {"json.BLOCK": 3000, "chunks.SIZE": 5000, "chunks.AT_ONCE": 12_000}.items():
        monkeypatch.setattr(f"gisement.sources.decp.{name}", size)
    records = [contract(id=str(n), **({"modifications": ["avenant"]} if n in (3, 31) else {})) for n in range(60)]
    report, rows = read_rows(tmp_path, wrapped(*records))
    assert (report.records, report.unreadable) == (60, 2)
    assert [row["position"] for row in rows] == list(range(1, 61))
    assert [row["id"] for row in rows] == [None if n in (3, 31) else str(n) for n in range(60)]


def test_progress_is_told_and_memory_of_work_is_cleaned(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = write(tmp_path, wrapped(*(contract() for _ in range(20))))
    read(path, tmp_path / "t.parquet", progress=lambda done, total: told.append((done, total)))
    assert told
    assert told[-1][0] == told[-1][1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["decp.json", "t.parquet"]
