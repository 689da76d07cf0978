"""Makes fictive files of any size for measurements: contracts in the DECP 2022 format, and their register.

    python benchmarks/decp_generator.py contracts 1500000 contracts.json
    python benchmarks/decp_generator.py register 8000000 StockEtablissement.parquet

The same arguments give the same bytes: there is no random state, each value is a hash of its row's number.
Buyers and holders are drawn from the first establishments of one numbered universe of valid SIRETs, and the
register lists that universe from its start: with a register of at least `UNIVERSE` rows, about 97 % of the
SIRETs of the contracts are found in it (the others have left it).

What a file of contracts holds: 12 % of joint awards (2 to 4 holders), 10 % of contracts with 1 or 2
amendments, 3 % of exact duplicates, 1 % of contracts published again under another spelling of their
identifier, 0.1 % of absurd amounts, 1 % of SIRENs given as SIRETs, 2 % of durations "NC". All is invented.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gisement.catalog.tables import FOLDER as CATALOG

UNIVERSE: Final = 300_000
"""Establishments that contracts name; the register should have at least as many rows."""
BUYERS: Final = 6_000
GONE: Final = 2_000_000_000
"""Numbers from here on are establishments that no register lists."""
PER_UNIT: Final = 3
"""Establishments of one legal unit."""
BLOCK: Final = 50_000
ROW_GROUP: Final = 122_880

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

_UNITS: Final = 89_999_989
_WORKS: Final = (
    "Rénovation énergétique",
    "Construction",
    "Entretien",
    "Extension",
    "Mise aux normes",
    "Réfection",
)
_THINGS: Final = (
    *("du groupe scolaire", "de la médiathèque", "du gymnase", "de la voirie", "des espaces verts"),
    *("du restaurant administratif", "du réseau d'eau potable", "de l'éclairage public", "des ascenseurs"),
)
_LOTS: Final = (
    *(
        "gros œuvre et maçonnerie",
        "charpente, couverture et étanchéité",
        "plomberie, chauffage et ventilation",
    ),
    *("électricité et courants faibles", "menuiseries extérieures", "peinture et sols souples"),
)
_CPV: Final = (
    *("45210000", "45261000", "45330000", "45310000", "45421000", "77310000", "15800000", "15300000"),
    *("50750000", "90910000", "30192000", "71200000", "79713000", "60130000", "33140000", "72267100"),
)
_PROCEDURES: Final = ("Procédure adaptée", "Appel d'offres ouvert", "Procédure avec négociation")
_SOCIAL: Final = (
    *(["Pas de considération sociale"],) * 6,
    ["Clause sociale"],
    ["Critère social"],
    ["Clause sociale", "Critère social"],
    ["Marché réservé"],
)
_GREEN: Final = (
    *(["Pas de considération environnementale"],) * 5,
    ["Clause environnementale"],
    ["Critère environnemental"],
    ["Clause environnementale", "Critère environnemental"],
)
_NAF: Final = (
    "41.20B",
    "43.21A",
    "43.22A",
    "43.34Z",
    "81.21Z",
    "46.39B",
    "10.71A",
    "56.29A",
    "71.12B",
    "49.39A",
)
_SIZES: Final = ("NN", "00", "01", "02", "03", "11", "12", "21", "22", "31", "41", "51")


def draw(rows: Numbers, purpose: int, among: int) -> Numbers:
    """A number from 0 to `among` − 1 for each row and purpose, always the same one (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(purpose * 0xD1B54A32D192ED03 % 2**64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed % np.uint64(among)).astype(np.int64)


def siret(establishments: Numbers) -> Numbers:
    """The valid SIRET (14 digits, both keys right) of each numbered establishment."""
    unit = 10_000_000 + (establishments // PER_UNIT % _UNITS * 40_503 + 12_345) % _UNITS
    siren = unit * 10 + _key(unit)
    head = siren * 10_000 + 1 + establishments % PER_UNIT
    return head * 10 + _key(head)


def _key(numbers: Numbers) -> Numbers:
    """The Luhn digit to write after each number."""
    total, left, doubled = np.zeros_like(numbers), numbers, True
    while left.any():
        digit = left % 10
        twice = digit * 2 - 9 * (digit > 4)
        total = total + (twice if doubled else digit)
        left, doubled = left // 10, not doubled
    return -total % 10


def contracts(count: int, path: Path) -> None:
    """Writes `count` contracts as one JSON document."""
    with path.open("w", encoding="utf-8") as out:
        out.write('{"marches":{"marche":[\n')
        for start in range(0, count, BLOCK):
            lines = _contract_lines(np.arange(start, min(start + BLOCK, count), dtype=np.int64))
            out.write((",\n" if start else "") + ",\n".join(lines))
        out.write("\n]}}\n")


def _contract_lines(rows: Numbers) -> Iterator[str]:
    """One JSON record a row. A duplicate is the record of an earlier row, written again."""
    earlier = rows - 1 - draw(rows, 2, 1_000_000) % np.maximum(rows, 1)
    again = draw(rows, 1, 1000)
    # Only a row that is no copy itself can be copied, which takes 4 % of the copies away.
    copied = (again < 42) & (rows > 0) & (draw(earlier, 1, 1000) >= 42)
    source = np.where(copied, earlier, rows)
    respelled = (copied & (again >= 31)).tolist()
    for number, spelled, part in zip(source.tolist(), respelled, _contract_parts(source), strict=True):
        yield f'{{"id":"2024-{number}"{part}' if spelled else f'{{"id":"2024{number:08d}"{part}'


def _contract_parts(rows: Numbers) -> Iterator[str]:
    """The record of each row after its identifier."""
    buyers = siret(draw(rows, 3, BUYERS) * 7).tolist()
    counts = np.where(draw(rows, 4, 100) < 12, 2 + draw(rows, 5, 3), 1).tolist()
    holders = [_holders(rows, place).tolist() for place in range(4)]
    amounts, amended = _amounts(rows).tolist(), draw(rows, 6, 1000).tolist()
    days = draw(rows, 7, 900).tolist()
    picks = draw(rows, 8, 2**40).tolist()
    for at, pick in enumerate(picks):
        given = "},{".join(
            f'"titulaire":{{"typeIdentifiant":"SIRET","id":"{holders[n][at]}"}}' for n in range(counts[at])
        )
        day = dt.date(2024, 1, 1) + dt.timedelta(days=days[at])
        yield _record(f"{buyers[at]:014d}", f"[{{{given}}}]", counts[at], amounts[at], amended[at], day, pick)


def _holders(rows: Numbers, place: int) -> np.ndarray[tuple[int, ...], np.dtype[np.str_]]:
    """The identifier of the holder at one place: 97 % in the register, 1 % a SIREN only."""
    drawn = draw(rows, 20 + place, UNIVERSE)
    gone = draw(rows, 30 + place, 1000) < 30
    numbers = siret(np.where(gone, GONE + drawn, drawn)).astype(str)
    numbers = np.char.zfill(numbers, 14)
    short = draw(rows, 40 + place, 100) == 0
    return np.where(short, numbers.astype("U9"), numbers)


def _amounts(rows: Numbers) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Amounts around 60,000 euros; one in a thousand is absurd."""
    spread = sum(draw(rows, 50 + part, 1_000_000) / 1_000_000 for part in range(6)) - 3
    usual = np.round(np.exp(11 + 1.9 * spread), 2)
    absurd = np.where(draw(rows, 60, 2) == 0, 999_999_999.0, 99_999_999_999_999.0)
    return np.where(draw(rows, 61, 1000) == 0, absurd, usual)


def _record(buyer: str, holders: str, count: int, amount: float, amended: int, day: dt.date, pick: int) -> str:
    grouping = "Pas de groupement" if count == 1 else ("Conjoint", "Solidaire")[pick % 2]
    work, thing, lot = _WORKS[pick % 6], _THINGS[pick // 6 % 9], pick // 54 % 12
    title = f"{work} {thing} n° {pick // 648 % 97}, programme pluriannuel d'investissement et groupement de "
    title += f"commandes, tranche {pick // 31 % 5} - Lot {lot + 1} : {_LOTS[lot % 6]}"
    duration = '"NC"' if pick % 50 == 7 else str(1 + pick // 7 % 48)
    after = day + dt.timedelta(days=15)
    social, green = _SOCIAL[pick // 11 % 10], _GREEN[pick // 13 % 8]
    return (
        f',"acheteur":{{"id":"{buyer}"}},"nature":"Marché","objet":"{title}",'
        f'"codeCPV":"{_CPV[pick // 17 % 16]}",'
        f'"procedure":"{_PROCEDURES[pick // 19 % 3]}","lieuExecution":{{"code":"{86000 + pick // 23 % 900}",'
        f'"typeCode":"Code postal"}},"dureeMois":{duration},"dateNotification":"{day}",'
        f'"datePublicationDonnees":"{after}","montant":{amount:.2f},"formePrix":"Forfaitaire",'
        f'"attributionAvance":false,"offresRecues":{1 + pick // 29 % 8},"marcheInnovant":false,'
        f'"ccag":"Travaux","sousTraitanceDeclaree":false,"typeGroupementOperateurs":"{grouping}","titulaires":{holders},'
        f'"considerationsSociales":{{"considerationSociale":{_list(social)}}},'
        f'"considerationsEnvironnementales":{{"considerationEnvironnementale":{_list(green)}}},'
        '"modalitesExecution":{"modaliteExecution":["Sans objet"]},"techniques":{"technique":["Sans objet"]},'
        '"typesPrix":{"typePrix":["Définitif révisable"]},'
        f'"modifications":{_amendments(amount, amended, day)}}}'
    )


def _amendments(amount: float, amended: int, day: dt.date) -> str:
    """None for 90 % of contracts, one for 7 %, two for 3 %."""
    if amended >= 100:
        return "[]"
    acts = []
    for number in range(1, 2 + (amended < 30)):
        date = day + dt.timedelta(days=90 * number)
        acts.append(
            f'{{"modification":{{"id":{number},"dateNotificationModification":"{date}","montant":'
            f'{amount * (1 + 0.05 * number):.2f},"datePublicationDonneesModification":"{date}"}}}}'
        )
    return "[" + ",".join(acts) + "]"


def _list(labels: list[str]) -> str:
    return json.dumps(labels, ensure_ascii=False)


def register(count: int, path: Path) -> None:
    """Writes the `count` first establishments in the columns of Sirene's StockEtablissement."""
    communes = pq.read_table(CATALOG / "geography" / "commune.parquet")
    writer: pq.ParquetWriter | None = None
    try:
        for start in range(0, count, ROW_GROUP):
            rows = np.arange(start, min(start + ROW_GROUP, count), dtype=np.int64)
            table = _establishments(rows, communes)
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer:
            writer.close()


def _establishments(rows: Numbers, communes: pa.Table) -> pa.Table:
    number = siret(rows)
    place = communes.take(pa.array(draw(rows, 70, communes.num_rows)))
    born = np.datetime64("1985-01-01") + draw(rows, 71, 14_000).astype("timedelta64[D]")
    name = pc.binary_join_element_wise("ENTREPRISE FICTIVE", pc.cast(pa.array(rows), pa.string()), " ")
    sign = pa.array(draw(rows, 72, 20) == 0)
    none = pa.scalar(None, pa.string())
    return pa.table(
        {
            "siren": _padded(number // 100_000, 9),
            "nic": _padded(number % 100_000, 5),
            "siret": _padded(number, 14),
            "statutDiffusionEtablissement": _among(("O",) * 49 + ("P",), rows, 73),
            "dateCreationEtablissement": pa.array(born),
            "trancheEffectifsEtablissement": _among(_SIZES, rows, 74),
            "etablissementSiege": pa.array(rows % PER_UNIT == 0),
            "codePostalEtablissement": pc.utf8_slice_codeunits(place["postcodes"], 0, 5),
            "libelleCommuneEtablissement": pc.utf8_upper(place["commune_name"]),
            "codeCommuneEtablissement": place["commune_code"],
            "activitePrincipaleEtablissement": _among(_NAF, rows, 75),
            "nomenclatureActivitePrincipaleEtablissement": pa.array(["NAFRev2"] * len(rows)),
            "etatAdministratifEtablissement": _among(("A",) * 9 + ("F",), rows, 76),
            "enseigne1Etablissement": pc.if_else(sign, name, none),
            "denominationUsuelleEtablissement": name,
        }
    )


def _padded(numbers: Numbers, width: int) -> pa.Array:
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")


def _among(values: tuple[str, ...], rows: Numbers, purpose: int) -> pa.Array:
    return pa.array(values).take(pa.array(draw(rows, purpose, len(values))))


def main(arguments: list[str] | None = None) -> None:
    """`contracts N FILE` or `register M FILE`."""
    parser = argparse.ArgumentParser(description="Fictive DECP contracts, or a matching Sirene register.")
    parser.add_argument("what", choices=("contracts", "register"))
    parser.add_argument("count", type=int)
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    (contracts if chosen.what == "contracts" else register)(chosen.count, chosen.file)


if __name__ == "__main__":
    main()
