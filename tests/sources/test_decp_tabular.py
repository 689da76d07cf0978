"""Tables of contracts: every known set of headers, one row a line, and a bad line costs only itself."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gisement.sources.decp import columns, raw, read
from gisement.terms import Trouble
from tests.sources.decp_samples import Row, read_rows, rows_of

DECP_INFO = (
    "uid,id,acheteur_id,acheteur_nom,objet,montant,titulaire_id,titulaire_typeIdentifiant,titulaire_nom,"
    "titulaire_departement_code,titulaire_commune_code,acheteur_departement_code,considerationsSociales,"
    "modification_id,donneesActuelles,titulaire_distance\n"
    '1A,A,1,Ville,"Compas, règles",10.50,2,SIRET,Fictive,86,86194,86,'
    '"Clause sociale, Critère social",0,true,3\n'
    "1A,A,1,Ville,NaN,,3,SIRET,Autre,,,86,,1,false,\n"
)


def lines(folder: Path, text: str | bytes, name: str = "table.csv") -> list[Row]:
    """The rows of a CSV file."""
    return read_rows(folder, text, name)[1]


def test_a_table_of_decp_info(tmp_path: Path) -> None:
    report, rows = read_rows(tmp_path, DECP_INFO, "table.csv")
    first, second = rows
    assert (report.source_format, report.notes) == ("tabular", ())
    assert list(first) == [column.name for column in raw.columns()]
    assert (first["position"], first["montant"], first["objet"]) == (1, "10.50", "Compas, règles")
    assert first["considerationsSociales"] == ["Clause sociale", "Critère social"]
    assert (first["modification_numero"], first["donneesActuelles"]) == ("0", "true")
    assert first["titulaires"][0] == {
        "id": "2",
        "typeIdentifiant": "SIRET",
        "denominationSociale": "Fictive",
        "commune_code": "86194",
        "departement_code": "86",
    }
    assert (second["objet"], second["montant"], second["considerationsSociales"]) == (None, None, None)
    assert (second["acheteur_departement_code"], second["record_kind"]) == ("86", "marche")


@pytest.mark.parametrize("sign", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiter_and_encoding_are_found(tmp_path: Path, sign: str, encoding: str) -> None:
    text = f"id{sign}objet{sign}acheteur.id\n1{sign}Été à Poitiers{sign}2\n"
    assert lines(tmp_path, text.encode(encoding))[0]["objet"] == "Été à Poitiers"


def test_headers_are_known_whatever_their_case_accents_and_spaces(tmp_path: Path) -> None:
    text = "Id du marché ;SIRET acheteur;Objet  marche;DUREE MOIS;Siret_Titulaire;Lieu exécution\n"
    row = lines(tmp_path, (text + "1;23 350 001 600 040;x;6;4;PARTOUT\n").encode("cp1252"))[0]
    assert (row["acheteur_id"], row["dureeMois"]) == ("23 350 001 600 040", "6")
    assert (row["titulaires"][0]["id"], row["lieuExecution_nom"]) == ("4", "PARTOUT")


def test_several_holders_in_columns_and_marks_of_absence(tmp_path: Path) -> None:
    text = (
        "titulaire_id_1;titulaire_typeIdentifiant_1;titulaire_id_2;titulaire_typeIdentifiant_2;id;acheteur.id;"
        "marcheInnovant;techniques;idModification;montantModification;idActeSousTraitance;idSousTraitant\n"
        "1;SIRET;2;TVA;A;9;MQ;['Accord-cadre'];3;55.0;CDL;CDL\n"
        "1;SIRET;CDL;CDL;B;9;CDL;['Sans objet', \"Système d'acquisition\"];CDL;CDL;1;8\n"
    )
    first, second = lines(tmp_path, text)
    assert [holder["id"] for holder in first["titulaires"]] == ["1", "2"]
    assert [holder["id"] for holder in second["titulaires"]] == ["1"]
    assert (first["marcheInnovant"], second["marcheInnovant"]) == ("MQ", "CDL")
    assert second["techniques"] == ["Sans objet", "Système d'acquisition"]
    assert [(m["id"], m["montant"]) for m in first["modifications"]] == [("3", "55.0")]
    assert (second["modifications"], first["actesSousTraitance"]) == ([], [])
    assert second["actesSousTraitance"][0]["sousTraitant_id"] == "8"


def test_flattened_2019_columns(tmp_path: Path) -> None:
    text = (
        "_type,modifications,titulaires.1.id,titulaires.1.denominationSociale,titulaires.2.id,id,acheteur.id,"
        "lieuExecution.code,titulaires\n"
        ",[],['2'],['ENGIN'],,A,1,86,\n"
        "contrat-concession,\"[{'objetModification': 'a', 'montant': 3}]\",2,X,3,B,1,86,\n"
        ",,,,,C,1,86,\"[{'id': '7'}]\"\n"
    )
    first, second, third = lines(tmp_path, text)
    assert [(h["id"], h["denominationSociale"]) for h in first["titulaires"]] == [("2", "ENGIN")]
    assert (first["modifications"], third["modifications"]) == ([], None)
    assert [holder["id"] for holder in second["titulaires"]] == ["2", "3"]
    assert (second["record_kind"], second["modifications"][0]["montant"]) == ("contrat-concession", "3")
    assert [holder["id"] for holder in third["titulaires"]] == ["7"]


def test_scdl_amendments(tmp_path: Path) -> None:
    text = (
        "MARCHE_ID,ACHETEURS_ID,MARCHE_OBJET,TITULAIRES_ID,MODIF_OBJET,MODIF_MARCHE_MONTANT,MODIF_TITULAIRES_ID,"
        "MODIF_SIGNATURE_DATE\n1,2,x,3,,,,\n1,2,x,3,Autre titulaire,51.13,4,2017-12-07\n"
    )
    first, second = lines(tmp_path, text)
    amendment = second["modifications"][0]
    assert first["modifications"] == []
    assert (amendment["montant"], amendment["dateNotificationModification"]) == ("51.13", "2017-12-07")
    assert [holder["id"] for holder in amendment["titulaires"]] == ["4"]


def test_a_repeated_amount_is_no_amendment(tmp_path: Path) -> None:
    text = "id;acheteur_id;Montant initial (Ht);Montant modifie (Ht)\n1;2;38 800,00;38 800,00\n2;2;10,00;12,00\n"
    first, second = lines(tmp_path, text)
    assert first["montant"] == "38 800,00"
    assert (first["modifications"], second["modifications"][0]["montant"]) == ([], "12,00")


def test_a_bad_line_costs_only_itself(tmp_path: Path) -> None:
    text = 'id,acheteur_id,objet\n1,9,a\n2,9\n3,9,c,d\n\n4,9,e,,\n5,9,"f\n g"\n,,\n6,9,h\n'
    report, rows = read_rows(tmp_path, text, "table.csv")
    assert [(row["position"], row["id"]) for row in rows] == [
        (1, "1"),
        (2, None),
        (3, None),
        (4, "4"),
        (5, "5"),
        (6, "6"),
    ]
    assert report.unreadable == 2
    assert rows[1]["unreadable_reason"] == "2 colonnes sur cette ligne, il en faut 3."
    assert rows[4]["objet"] == "f\n g"
    assert rows[1]["record_hash"] != rows[2]["record_hash"]


@pytest.mark.parametrize("stray", ['2,9,"ouvert', '2,"ouvert,9', '"2,9,ouvert'])
def test_a_quote_left_open_loses_one_line_not_the_file(tmp_path: Path, stray: str) -> None:
    following = "\n".join(f"{number},9,x" for number in range(3, 3000))
    report, rows = read_rows(tmp_path, f"id,acheteur_id,objet\n1,9,a\n{stray}\n{following}\n", "table.csv")
    assert (report.records, report.unreadable) == (2999, 1)
    assert "uillemet" in rows[1]["unreadable_reason"] or "colonnes" in rows[1]["unreadable_reason"]
    assert rows[-1]["id"] == "2999"


def test_a_cell_that_cannot_be_read_costs_its_line(tmp_path: Path) -> None:
    text = "id,acheteur_id,modifications\n1,9,[]\n2,9,avenant\n3,9,[]\n"
    report, rows = read_rows(tmp_path, text, "table.csv")
    assert [row["id"] for row in rows] == ["1", None, "3"]
    assert "modifications" in rows[1]["unreadable_reason"]
    assert report.unreadable == 1


def test_unknown_columns_are_told(tmp_path: Path) -> None:
    report, _ = read_rows(tmp_path, "id,acheteur_id,couleur du ciel\n1,2,bleu\n", "table.csv")
    assert any("couleur du ciel" in note for note in report.notes)


@pytest.mark.parametrize("text", ["siret,nom\n1,2\n", "objet,montant\nx,1\n", "bonjour", "id,couleur\n1,2\n"])
def test_other_tables_are_refused_with_their_columns(tmp_path: Path, text: str) -> None:
    with pytest.raises(Trouble) as trouble:
        lines(tmp_path, text)
    assert text.split("\n")[0].split(",")[0] in trouble.value.fr
    assert "titulaire" in trouble.value.fr


def test_every_target_of_a_header_is_a_column() -> None:
    names = {column.name for column in raw.columns()}
    nested = {"titulaires", "modifications", "actesSousTraitance", "modificationsActesSousTraitance"}
    known, numbered = columns._known()
    targets = {*known.values(), *(target for _, target in numbered)} - {"", "acheteur", "lieuExecution"}
    assert {target for target in targets if "." not in target} <= names
    assert {target.split(".")[0] for target in targets if "." in target} <= nested


HEADLESS_HEAD = (
    '"A1","{\'id\': \'1\'}","Marché","Pose d\'un\n compas","45410000","Procédure adaptée",'
    '"{\'code\': \'86000\', \'typeCode\': \'Code postal\'}","19.0","2024-07-18","2024-07-19","371458.0",'
    '"Forfaitaire","non","2","non","Pas de CCAG","non","Pas de groupement",'
    "\"[{'typeIdentifiant': 'SIRET', 'id': '2'}]\",\"{'considerationSociale': ['Clause sociale']}\","
    "\"{'considerationEnvironnementale': ['Pas de considération environnementale']}\","
    "\"{'modaliteExecution': ['Sans objet']}\",\"{'technique': ['Sans objet']}\","
    '"{\'typePrix\': [\'Définitif ferme\']}","[]","Marché","exemple"'
)


def test_a_table_without_header_is_read_by_what_its_cells_hold(tmp_path: Path) -> None:
    act = "\"[{'acteSousTraitance': {'id': 1, 'sousTraitant': {'id': '3'}, 'montant': 7}}]\""
    text = "\n".join(
        [
            f'{HEADLESS_HEAD},"0.3"',
            f'{HEADLESS_HEAD},"AC-1",{act},"0.05","1.0","0.5"',
            f'{HEADLESS_HEAD},"nan",nan,nan,nan',
            f'{HEADLESS_HEAD},"x","y","z"',
        ]
    )
    report, rows = read_rows(tmp_path, text, "sans.csv")
    assert [row["tauxAvance"] for row in rows] == ["0.3", "0.05", None, None]
    assert (rows[1]["idAccordCadre"], rows[1]["origineFrance"]) == ("AC-1", "0.5")
    assert rows[1]["actesSousTraitance"][0]["sousTraitant_id"] == "3"
    assert rows[0]["objet"] == "Pose d'un\n compas"
    assert (rows[0]["acheteur_id"], rows[0]["lieuExecution_code"]) == ("1", "86000")
    assert "30 colonnes" in rows[3]["unreadable_reason"]
    assert (report.records, report.unreadable) == (4, 1)


def test_no_two_orders_of_columns_are_alike() -> None:
    assert len(set(columns.ORDERS)) == len(columns.ORDERS)


def test_a_parquet_table_reads_as_its_csv(tmp_path: Path) -> None:
    expected = lines(tmp_path, DECP_INFO.replace("10.50", "10.5"))
    names, *cells = [line.split("\t") for line in _tabbed(DECP_INFO).splitlines()]
    table = {name: [row[at] or None for row in cells] for at, name in enumerate(names)}
    arrays: dict[str, pa.Array] = {name: pa.array(column) for name, column in table.items()}
    arrays["montant"] = pa.array([10.5, None])
    arrays["donneesActuelles"] = pa.array([True, False])
    arrays["considerationsSociales"] = pa.array([["Clause sociale", "Critère social"], None])
    pq.write_table(pa.table(arrays), tmp_path / "table.parquet")
    read(tmp_path / "table.parquet", tmp_path / "out.parquet")
    assert rows_of(tmp_path / "out.parquet") == expected


def _tabbed(text: str) -> str:
    """The fictive table with tabs, its commas inside quotes kept."""
    parts = text.split('"')
    return "".join(part if at % 2 else part.replace(",", "\t") for at, part in enumerate(parts))


def test_a_broken_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble):
        lines(tmp_path, b"PAR1" + b"\x00" * 200 + b"PAR1", "table.parquet")
