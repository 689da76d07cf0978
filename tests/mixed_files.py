"""Small fictive files of every kind that `add` takes, which hold the odd values that engines read differently.

A model of titles learnt from invented ones; contracts of the demonstration (cut down), odd texts, amounts, dates and
identifiers, joint awards, amendments, a register. The records can be shuffled: same content, another order.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gisement.sources.demonstration import identifiers
from tests import made_contours, mixed_canteens, mixed_food, mixed_hours, mixed_ledgers
from tests.notice_samples import eforms
from tests.segments.invented_titles import learnt
from tests.tiny import contract_files, tiny

Row = dict[str, Any]
Files = Mapping[str, Sequence[Path]]
TERRITORY = "epci:200069854"
RECORDS_OF_A_PLATFORM = 15
LINES_OF_THE_REGISTER = 250
BUYER = identifiers.siret(identifiers.siren(3), 1)
TOWN = "21860194700013"
"""A SIRET whose first nine digits are the number of a commune: its place is known without any register."""
FIRMS = tuple(identifiers.siret(identifiers.siren(30_000 + number), 1) for number in range(6))
DECP_INFO = (
    "uid", "id", "acheteur_id", "acheteur_nom", "nature", "objet", "codeCPV", "dureeMois", "dateNotification",
    "datePublicationDonnees", "montant", "offresRecues", "titulaire_id", "titulaire_typeIdentifiant", "titulaire_nom",
    "titulaire_commune_code", "titulaire_departement_code", "acheteur_departement_code", "modification_id",
    "donneesActuelles",
)  # fmt: skip
POINTS: tuple[Row, ...] = tuple(
    {"code_commune_INSEE": code, "latitude": latitude, "longitude": longitude}
    for code, latitude, longitude in (
        ("86194", 46.6, 0.3), ("86066", 46.8, 0.5), ("79191", 46.3, -0.5), ("75056", 48.9, 2.3), ("97411", -20.9, 55.5),
        ("99999", 0.0, 0.0),
    )
)  # fmt: skip
"""Rounded coordinates of a few communes, and of one that does not exist."""
# A list that is complete for inclusion (SIAE) and not for adapted work, one firm being of two kinds.
STRUCTURES: tuple[Row, ...] = tuple(
    {"SIRET": firm, "MESURE": kind}
    for firm, kind in zip((*FIRMS[:5], FIRMS[0]), ("EI", "ACI", "AI", "ETTI", "EA", "ACI"), strict=True)
)
GROUPS: tuple[Row, ...] = tuple(
    {"siren": firm[:9], "siren_mere": head[:9]}
    for firm, head in zip(FIRMS[1:4], (FIRMS[0], FIRMS[0], "?"), strict=True)
)
"""Two firms of one group, and a line that says nothing."""
JOBS: Row = {"prod_na": "employment_total", "CPA_A01": 1.5, "CPA_C10-12": 2, "CPA_I": 0.25, "F": 3}
"""Thousands of persons of a whole country, by activity."""
FACTORS: tuple[Row, ...] = tuple(
    {"subsubcategory": code, "year": "2019", "total": factor, "uncertainty": "0.5"}
    for code, factor in (("AA.11", "1.1"), ("food_dairy_eggs", "2"), ("AA12", "0"), ("??", "1"))
)
"""Invented emission factors, one of them none, another of no segment."""
OWN_CODES: tuple[Row, ...] = tuple(
    dict(zip(("acheteur", "genre", "code", "segment"), codes, strict=True))
    for codes in (
        (TOWN, "", "FAB", "it_services"),
        (TOWN[:9], "catégorie", "F", "training"),
        ("", "compte", "6228", "training"),
    )
)
"""What a buyer says of its own purchase codes, and a chart of accounts for everyone."""
CORRECTION = ("table", "key", "column", "old_value", "new_value", "reason", "author", "date")

TITLES = (
    "vf travaux vf", "\tVoirie\u00a0forte\n", "  ", "", "R\ufffdfection d\ufffdune \ufffdcole", "Réfection d’une école",
    "ÉCOLE  N° 1 – lot 1", "ECOLE N° 1 - lot 2", "İstanbul ß ſ Ǆ Å", "e\u0301cole n\u0303 \U0001f3d7 \U0001d4d0",
    "a\\b 'c' \"d\" `e` $f ${g} %h {i} \\u00e9 \\n", "NC", "Non Renseigné", "x" * 3000, "\x0bvf\x0b", "fin\u0085", "ΟΔΟΣ ΟΔΟΣ", "\u2028ligne\u2029 \ufeff \u200b", "\x07\x1f",
)  # fmt: skip
AMOUNTS = (
    "40 000,00", "1\u202f234,5 €", "1.234.567,89", "1,234,567.89", "1,234", "1e5", "1E+07", "-1250.5", "+12.345", "0", "0.5",
    "1.005", "2.675", "1", "1.01", "NaN", "Infinity", "-inf", "nan", "12345678901234567890123", "9" * 60, "1e99", "1e308",
    "99999999", "123456789", "11111111", "33333333.33", "9999999999.99", "99999999999999.99", ".5", "5.", "--5", "1.2.3",
    "٣٤٥", "١", "four", "€", " ", "0x10", "1_000", "NC", "'1500'", "1500\n", "1500\x0b", "1500\u2028", "\u00a01500\u00a0",
)  # fmt: skip
NUMBERS: tuple[object, ...] = (
    None, True, False, 0, -0.0, 1, 12.5, 0.1, 1e-7, 123456.785, 2**53 + 1, 2**63, -(2**63) - 1, 1e21, [], {},
)  # fmt: skip
DATES = (
    "2024-02-29", "2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "2024-3-5", " 2024-03-05", "2024-03-05T23:59:59Z",
    "2018-12-17+01:00", "17/12/2018", "31/02/2018", "1/2/2018", "20240305", "0000-01-01", "0001-01-01", "0021-03-04", "1582-10-10",
    "1899-12-30", "1970-01-01", "2099-12-31", "9999-12-31", "12024-01-01", "-2024-01-01", "epoch", "now", "today", "NC", "",
    "2024‐03‐05", "２０２４-03-05",
)  # fmt: skip
CODES = (
    "45000000-7", " 45213000", "4500000", "3000000", "45", "4", "00000000", "99000000", "45 21", "45.21", "CPV45", "٤٥000000",
    "33600000", "33140000-3", "8" * 12, "45000000\n", "\x0b45000000", "", "NC", "85111000", "09310000",
)  # fmt: skip
MONTHS = (
    "12.0", " 12 ", "0", "-3", "1.5", "9999", "120", "361", "12 mois", "99999999999", "٣", "", "NC", "12.", "1e1", "+6", "12\n",
    "12\u2028",
)  # fmt: skip
IDENTIFIERS = (
    FIRMS[0], FIRMS[1][:9], f" {FIRMS[2][:3]} {FIRMS[2][3:9]}\u00a0{FIRMS[2][9:]}", FIRMS[3] + ".0", identifiers.with_wrong_key(FIRMS[4]),
    "FR" + "83" + FIRMS[5][:9], "1.23E+13", "1,23456E+13", "NC", "", "0", "00000000000000", "INCONNU", "Néant", "35600000000048",
    "35600000049837", "DE123456789", "ESB12345678", "TAHITI A12345", "12345", "1" * 13, "9" * 19, "vf", "Société Ünïque", "İ",
    "\ufffd\ufffd", "٣" * 14, "１" * 14, "abcdefghijklmn", "\x00x", "DE123456789ß", "ŉ123", f"{FIRMS[0]}\u2028", "1.23E+13\u0085",
)  # fmt: skip
KINDS = (
    "SIRET", "TVA", "TAHITI", "RIDET", "HORS-UE", "UE", "SIREN", "siret", "", "NC", "FRWF", "IREP", "Tva intracommunautaire",
)  # fmt: skip
BUYERS = (
    BUYER, TOWN, TOWN[:9], "200069854", "20006985400013", f"{BUYER}.0", "NC", "", "x", "11000201100044", "2186", "1.2E13",
    f"{BUYER}.0\n", f"{BUYER}\x0b", "1.23E+13\n", "ﬁ" + BUYER,
)  # fmt: skip
NATURES = (
    "Marché", "Accord-cadre", "MARCHE SUBSÉQUENT", "Marché subséquent", "", "NC", "Marché de partenariat", "accord cadre",
)  # fmt: skip
WORDS = (
    "Clause sociale", "Critère social", "Pas de considération sociale", "Marché réservé", "March\ufffd r\ufffdserv\ufffd",
    "Sans objet", "NC", "", "Accord-cadre", "Bons de commande", "CRITÈRE ENVIRONNEMENTAL",
)  # fmt: skip
NAMES = (
    "['ENGIN']", "['ENGIN']\n", "Fictive & fils", "  Société\u00a0V  ", "vf", "İ", "", "NC", "\ufffd", 'Dite "La Foreuse"',
    "ŒUVRE ÉLÉVÉE",
)  # fmt: skip
YES_NO = (True, "oui", "NON", "1.0", "peut-être", "", None)
COMMUNES = ("86194", "", "75056", "86066")
DEPARTMENTS = ("86", "1", "2a", "", "971", "999", "86\u2028")
FRAMEWORKS = ("", None, "2024-001", "NC", "00 1")


MADE_UP = "Brimborions moirés"
"""What invented buyers call their cleaning: no word of the catalog, so that only the model knows it."""


def write(folder: Path, order: int | None = None) -> dict[str, list[Path]]:
    """Write the files into `folder`, by kind; with `order`, in an order of their own (files, records and lines)."""
    held = [(file.kind, file.path) for file in contract_files(tiny())]
    contents = {("decp", path.name): _cut(json.loads(path.read_bytes())) for kind, path in held if kind == "decp"}
    contents["decp", "odd.json"] = {"marches": {"marche": odd_records(), "contrat-concession": odd_concessions()}}
    files: dict[str, list[Path]] = {}
    shuffle = _shuffler(order)
    for (kind, name), content in contents.items():
        files.setdefault(kind, []).append(_json(folder / kind / name, shuffled(content, shuffle)))
    files["decp"].append(_csv(folder / "decp" / "table.csv", DECP_INFO, flat_lines(), shuffle))
    for kind, path in held:
        if kind in ("target", "experience", "action", "scenario"):
            files.setdefault(kind, []).append(path)
        elif kind != "decp":
            columns, rows = _register(path)
            files[kind] = [_csv(folder / kind / path.name, columns, rows, shuffle)]
    files["segments"] = [_csv(folder / "segments" / "own.csv", list(OWN_CODES[0]), OWN_CODES, shuffle)]
    files["title-model"] = [learnt(folder / "title-model" / "model.parquet", MADE_UP)]
    files |= mixed_ledgers.write(folder / "ledgers", (TOWN, BUYER), FIRMS, shuffle)
    files["egalim"] = [_csv(folder / "achats.csv", mixed_canteens.COLUMNS, mixed_canteens.purchases(BUYER), shuffle)]
    files["distance"] = [_csv(folder / "distance" / "points.csv", list(POINTS[0]), POINTS, shuffle)]
    files["contours"] = [made_contours.mixed(folder / "contours.geojson", shuffle)]
    needs, offers, roads = mixed_food.tables(TOWN, BUYER, FIRMS[0])
    files["distance"].append(_csv(folder / "distance" / "roads.csv", list(roads[0]), roads, shuffle))
    files["food-demand"] = [_csv(folder / "food" / "needs.csv", list(needs[0]), needs, shuffle)]
    files["food-offer"] = [_csv(folder / "food" / "offers.csv", list(offers[0]), offers, shuffle)]
    files["food-rules"] = [_csv(folder / "food" / "rules.csv", mixed_food.RULE, mixed_food.rules(TOWN, BUYER), shuffle)]
    for kind, (columns, lines) in mixed_food.followed(TOWN, FIRMS[0]).items():
        files[kind] = [_csv(folder / "food" / f"{kind}.csv", list(columns), lines, shuffle)]
    files["organic-operators"] = [mixed_food.operators(folder / "food" / "operators.json")]
    files["employment"] = [_csv(folder / "employment" / "emp_2019.csv", list(JOBS), (JOBS,), shuffle)]
    files["emission-factors"] = [_csv(folder / "emission-factors" / "factors.csv", list(FACTORS[0]), FACTORS, shuffle)]
    files["notices"] = [_notice(folder / "notices" / "avis.xml")]
    files["inclusion"] = [_csv(folder / "inclusion" / "list.csv", list(STRUCTURES[0]), STRUCTURES, shuffle)]
    files["groups"] = [_csv(folder / "groups" / "groups.csv", list(GROUPS[0]), GROUPS, shuffle)]
    matter = mixed_hours.matter(TOWN)
    files["circular"] = [_csv(folder / "circular" / "matter.csv", list(matter[0]), matter, shuffle)]
    files["works-programme"] = [_csv(folder / "works.csv", mixed_hours.WORKS, mixed_hours.works(TOWN), shuffle)]
    files["insertion-hours"] = [
        _csv(folder / "insertion" / "hours.csv", mixed_hours.COLUMNS, mixed_hours.lines(TOWN, BUYER), shuffle)
    ]
    for paths in files.values():
        shuffle(paths)
    kinds = list(files)
    shuffle(kinds)
    return {kind: files[kind] for kind in kinds}


def _notice(path: Path) -> Path:
    """The call for one of the contracts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(eforms(title="Famille d'enregistrements", siret=BUYER, cpv="45210000"), encoding="utf-8")
    return path


def corrections(path: Path, contracts: Sequence[Row], order: int | None = None) -> Path:
    """Corrections of these contracts (rows of the table, nine at least), some of which must not be applied."""
    key = [str(contract["contract_key"]) for contract in contracts]
    amount = [str(contract["amount_cents"] or "") for contract in contracts]
    days = [str(contract["notification_date"] or "") for contract in contracts]
    rows = [
        (key[0], "amount_cents", amount[0], "123456", "2024-05-01"),
        (key[0], "amount_cents", amount[0], "654321", "2024-05-02"),
        (key[1], "notification_date", days[1], "2024-01-31", "2024-05-01"),
        (key[2], "cpv_code", "0", "45000000", "2024-05-01"),
        (key[3], "duration_months", "", "no number", "2024-05-01"),
        (key[4], "buyer_id", "", TOWN, "31/05/2024"),
        (key[5], "amount_cents", amount[5], "12.7", "2024-05-01"),
        (key[6], "notification_date", days[6], "2024", "2024-05-01"),
        (key[7], "notification_date", days[7], "epoch", "NC"),
        (key[8], "amount_cents", amount[8], "", "2024-05-01"),
        ("no such contract", "amount_cents", "1", "2", "2024-05-01"),
    ]
    lines = [("contract", *row[:4], "essai", "équipe", row[4]) for row in rows]
    return _csv(path, CORRECTION, [dict(zip(CORRECTION, line, strict=True)) for line in lines], _shuffler(order))


def odd_records() -> list[Row]:
    """About a hundred records: each odd value in turn, beside values that are read."""
    count = max(map(len, (TITLES, AMOUNTS, NUMBERS, DATES, CODES, MONTHS, IDENTIFIERS)))
    records = [_record(number) for number in range(count)]
    records += [{**_record(number), "id": f"N{number}", "montant": amount} for number, amount in enumerate(NUMBERS)]
    return [*records, *_families(), *_alike(), *_uncoded()]


def _record(number: int) -> Row:
    def turn(values: Sequence[Any], step: int = 1) -> Any:
        return values[number * step % len(values)]

    return {
        "id": f"{turn(('', '0', '2024-', 'é/', ' '))}{number:03d}", "acheteur": {"id": turn(BUYERS)}, "nature": turn(NATURES),
        "objet": turn(TITLES), "codeCPV": turn(CODES), "dureeMois": turn(MONTHS), "dateNotification": turn(DATES),
        "datePublicationDonnees": turn(DATES, 7), "montant": turn(AMOUNTS), "offresRecues": turn(MONTHS, 5),
        "idAccordCadre": turn(FRAMEWORKS), "marcheInnovant": turn(YES_NO), "attributionAvance": turn(YES_NO, 3),
        "lieuExecution": {"code": turn(("86194", "86", " ", "NC")), "typeCode": turn(("Code commune", "Code département", ""))},
        "titulaires": [{"titulaire": {"id": identifier, "typeIdentifiant": turn(KINDS), "denominationSociale": turn(NAMES, 3)}}
                       for identifier in (turn(IDENTIFIERS), turn(IDENTIFIERS, 3), turn(IDENTIFIERS))[: number % 4]],
        "techniques": {"technique": [turn(WORDS, 2)]}, "modalitesExecution": {"modaliteExecution": [turn(WORDS, 3)]},
        "considerationsSociales": {"considerationSociale": [turn(WORDS), turn(WORDS, 5)][: number % 3]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": [turn(WORDS, 7)]},
        "modifications": [_act(number, rank) for rank in range(number % 3)],
    }  # fmt: skip


def _act(number: int, rank: int) -> Row:
    """An amendment; those of one record are not in the order of their dates."""
    act: Row = {
        "id": (2 - rank, "1", None, "1.0", "x")[(number + rank) % 5],
        "dateNotificationModification": DATES[(number * 3 - rank) % len(DATES)],
        "datePublicationDonneesModification": DATES[(number + rank) % len(DATES)],
        "montant": (None, AMOUNTS[(number + 9 * rank) % len(AMOUNTS)])[rank % 2 or number % 2], "dureeMois": MONTHS[number % len(MONTHS)],
    }  # fmt: skip
    if number % 5 == 0:
        act["titulaires"] = [{"titulaire": {"id": FIRMS[rank], "typeIdentifiant": "SIRET"}}]
    return act


def _families() -> list[Row]:
    """Records that belong together: duplicates, spellings, lots, versions, a joint award, a framework and its contracts."""
    base: Row = {
        "id": "2024FAM01", "acheteur": {"id": BUYER}, "nature": "Marché", "objet": "Famille d'enregistrements", "codeCPV": "45210000",
        "dureeMois": 30, "dateNotification": "2024-03-05", "datePublicationDonnees": "2024-04-01", "montant": 100.01,
        "titulaires": [{"titulaire": {"id": firm, "typeIdentifiant": "SIRET"}} for firm in FIRMS[:3]],
    }  # fmt: skip
    one = {"titulaires": base["titulaires"][:1]}
    return [
        base, base, {**base, "datePublicationDonnees": "2024-05-01"}, {**base, "id": "2024 fam-01-00"},
        {**base, "objet": "FAMILLE d’enregistrements", "id": "24FAM01"},
        {**base, "id": "L1", **one}, {**base, "id": "L1", "montant": 7, **one}, {**base, "id": "L1", "objet": "Un autre lot", **one},
        {**base, "id": "V1"}, {**base, "id": "V1", "dateNotification": "2024-09-01", "montant": 250.5},
        {**base, "id": "V1", "dateNotification": "2024-12-01", "montant": -2},
        {**base, "id": "AC1", "nature": "Accord-cadre", **one},
        {**base, "id": "MS1", "nature": "Marché subséquent", "idAccordCadre": "ac-1", **one},
        {**base, "id": "MS2", "nature": "Marché subséquent", "idAccordCadre": "absent", **one},
        {**base, "id": "P1", "montant": 0.02, "objet": "Trois pour deux centimes"}, {**base, "id": "P2", "titulaires": None, "objet": "Sans"},
    ]  # fmt: skip


def _alike() -> list[Row]:
    """Forty contracts of one kind, of like amounts, and three of unusual amounts: in cents, in k€, and simply high."""
    amounts = [*(40_000 + 700.25 * number for number in range(40)), 5_400_000, 54, 90_000_000]
    return [
        {
            "id": f"ALIKE{number}", "acheteur": {"id": TOWN}, "nature": "Marché", "objet": f"Toiture {number}",
            "codeCPV": "45261210", "dureeMois": 6, "dateNotification": f"2024-0{1 + number % 9}-1{number % 9}",
            "datePublicationDonnees": "2024-12-01", "montant": amount,
            "titulaires": [{"titulaire": {"id": FIRMS[number % 6], "typeIdentifiant": "SIRET"}}],
        }
        for number, amount in enumerate(amounts)
    ]  # fmt: skip


def _uncoded() -> list[Row]:
    """Contracts without CPV code: one that words settle, one for the model of titles, one that nothing settles."""
    return [
        {
            "id": f"UNCODED{number}", "acheteur": {"id": TOWN}, "nature": "Marché", "objet": title, "dureeMois": 6,
            "dateNotification": f"2024-06-0{number}", "datePublicationDonnees": "2024-12-01", "montant": 9_000 + number,
            "titulaires": [],
        }
        for number, title in enumerate((f"Lot {MADE_UP} n° 12 bis", "Nettoyage des vitres", "Divers", "D&#233;bit"), 1)
    ]  # fmt: skip


def odd_concessions() -> list[Row]:
    """Concessions, one of them without anything."""
    held = {"concessionnaire": {"id": FIRMS[0], "typeIdentifiant": "SIRET"}}
    given: Row = {
        "id": "C1",
        "autoriteConcedante": {"id": BUYER},
        "objet": "Manège",
        "dateSignature": "2024-02-01",
        "valeurGlobale": 120000,
    }
    return [
        {**given, "concessionnaires": [held]},
        {"id": "C2", "autoriteConcedante": {"id": ""}, "objet": "vf", "valeurGlobale": None},
    ]


def flat_lines() -> list[Row]:
    """Lines of a flat table: joint awards (a line for each holder), lots, amendment lines with and without initial state."""
    lines = []
    for number in range(8):
        first: Row = {
            "uid": f"{BUYER}F{number}", "id": f"F{number}", "acheteur_id": BUYER, "acheteur_nom": "['Ville fictive']", "nature": "Marché",
            "objet": TITLES[number % 2], "codeCPV": CODES[number % 4], "dureeMois": "18.0", "dateNotification": "2023-06-0" + str(1 + number),
            "datePublicationDonnees": "", "montant": f"{1000 * number + 0.07}", "offresRecues": "3.0", "titulaire_typeIdentifiant": "SIRET",
            "titulaire_id": FIRMS[number % 6], "titulaire_nom": NAMES[number], "titulaire_commune_code": COMMUNES[number % 4],
            "titulaire_departement_code": DEPARTMENTS[number % 7], "acheteur_departement_code": "86",
            "modification_id": "0", "donneesActuelles": "False",
        }  # fmt: skip
        lines.append(first)
        lines += [{**first, "titulaire_id": firm, "titulaire_nom": "Autre"} for firm in FIRMS[number % 3 : number % 5]]
        lines += [{**first, "modification_id": str(rank), "montant": str(50 * rank)} for rank in range(1, number % 4)]
    orphan = {**lines[0], "id": "ORPHAN", "uid": "O", "modification_id": "2"}
    return [*lines, orphan, {**orphan, "modification_id": "3"}, {**lines[0]}, {**lines[0], "id": "", "uid": ""}]


def shuffled(content: Any, shuffle: Callable[[list[Any]], None]) -> Any:
    """The same document with its records in another order (what is inside a record stays as it is)."""
    if isinstance(content, list):
        records = list(content)
        shuffle(records)
        return records
    return {
        key: shuffled(value, shuffle) if isinstance(value, dict | list) else value for key, value in content.items()
    }


def _shuffler(order: int | None) -> Callable[[list[Any]], None]:
    return (lambda held: None) if order is None else random.Random(order).shuffle


def _cut(content: Any) -> Any:
    """The first records of every list of a document."""
    if isinstance(content, list):
        return content[:RECORDS_OF_A_PLATFORM]
    return {key: _cut(value) if isinstance(value, dict | list) else value for key, value in content.items()}


def _register(path: Path) -> tuple[Sequence[str], list[Row]]:
    """The register of the demonstration, with the firms named here: one masked, one closed, one of an old nomenclature."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        columns, rows = list(reader.fieldnames or ()), list(reader)[:LINES_OF_THE_REGISTER]
    changes: tuple[Row, ...] = (
        {"statutDiffusionEtablissement": "P", "statutDiffusionUniteLegale": "P", "categorieEntreprise": "PME"}, {"etatAdministratifEtablissement": "F"},
        {"nomenclatureActivitePrincipaleEtablissement": "NAFRev1", "nomenclatureActivitePrincipaleUniteLegale": "NAFRev1"},
        {"etablissementSiege": "false", "categorieJuridiqueUniteLegale": "1000"}, {"dateCreationEtablissement": "2024-02-30"},
        {
            "enseigne1Etablissement": "MENUISERIE DES ESSAIS", "etatAdministratifEtablissement": "A", "categorieJuridiqueUniteLegale": "5710",
            "statutDiffusionEtablissement": "O", "statutDiffusionUniteLegale": "O",
        },
    )  # fmt: skip
    for siret, change in zip(FIRMS, changes, strict=False):
        found = {
            **rows[-1],
            "siren": siret[:9],
            "nic": siret[9:],
            "siret": siret,
            "codeCommuneEtablissement": "86194",
            **change,
        }
        rows.append({column: found.get(column, "") for column in columns})
    return columns, rows


def _json(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _csv(path: Path, columns: Sequence[str], rows: Sequence[Row], shuffle: Callable[[list[Any]], None]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, columns, lineterminator="\n")
    writer.writeheader()
    held = list(rows)
    shuffle(held)
    writer.writerows(held)
    path.write_text(lines.getvalue(), encoding="utf-8")
    return path
