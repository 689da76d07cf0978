"""A fictive extract of the business register, under the headers of the official stock files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from gisement.sources.demonstration.identifiers import siret
from gisement.sources.demonstration.setting import Buyer, Commune, communes
from gisement.sources.demonstration.suppliers import Supplier

ESTABLISHMENT = (
    "siren", "nic", "siret", "statutDiffusionEtablissement", "dateCreationEtablissement",
    "trancheEffectifsEtablissement", "anneeEffectifsEtablissement",
    "activitePrincipaleRegistreMetiersEtablissement", "dateDernierTraitementEtablissement",
    "etablissementSiege",
    "nombrePeriodesEtablissement", "complementAdresseEtablissement", "numeroVoieEtablissement",
    "indiceRepetitionEtablissement", "typeVoieEtablissement", "libelleVoieEtablissement",
    "codePostalEtablissement", "libelleCommuneEtablissement", "libelleCommuneEtrangerEtablissement",
    "distributionSpecialeEtablissement", "codeCommuneEtablissement", "codeCedexEtablissement",
    "libelleCedexEtablissement", "codePaysEtrangerEtablissement", "libellePaysEtrangerEtablissement",
    "dateDebut", "etatAdministratifEtablissement", "enseigne1Etablissement", "enseigne2Etablissement",
    "enseigne3Etablissement", "denominationUsuelleEtablissement", "activitePrincipaleEtablissement",
    "nomenclatureActivitePrincipaleEtablissement", "caractereEmployeurEtablissement",
)  # fmt: skip
LEGAL_UNIT = (
    "siren", "statutDiffusionUniteLegale", "unitePurgeeUniteLegale", "dateCreationUniteLegale",
    "sigleUniteLegale",
    "sexeUniteLegale", "prenom1UniteLegale", "pseudonymeUniteLegale", "identifiantAssociationUniteLegale",
    "trancheEffectifsUniteLegale", "anneeEffectifsUniteLegale", "dateDernierTraitementUniteLegale",
    "nombrePeriodesUniteLegale", "categorieEntreprise", "anneeCategorieEntreprise", "dateDebut",
    "etatAdministratifUniteLegale", "nomUniteLegale", "nomUsageUniteLegale", "denominationUniteLegale",
    "denominationUsuelle1UniteLegale", "categorieJuridiqueUniteLegale", "activitePrincipaleUniteLegale",
    "nomenclatureActivitePrincipaleUniteLegale", "nicSiegeUniteLegale", "economieSocialeSolidaireUniteLegale",
    "societeMissionUniteLegale", "caractereEmployeurUniteLegale",
)  # fmt: skip
_CREATED = "2005-01-01"


def establishments(buyers: Sequence[Buyer], suppliers: Sequence[Supplier]) -> str:
    """StockEtablissement as CSV: buyers, suppliers' establishments in France, head offices elsewhere."""
    by_code = {commune.code: commune for commune in communes()["epci"]}
    rows = [_establishment(b.siret, b.name, by_code[b.commune_code], "84.11Z", is_head=True) for b in buyers]
    for s in suppliers:
        if s.commune is None or s.head_office is None:
            continue
        is_head = s.head_office == s.commune
        is_closed = s.fault == "establishment_closed"
        rows.append(_establishment(s.siret, s.name, s.commune, s.naf_code, is_head=is_head, is_closed=is_closed))
        if not is_head:
            rows.append(_establishment(siret(s.siren, 1), s.name, s.head_office, s.naf_code, is_head=True))
    return _table(ESTABLISHMENT, rows)


def legal_units(buyers: Sequence[Buyer], suppliers: Sequence[Supplier]) -> str:
    """StockUniteLegale as CSV; one in fifty is a natural person, whose name the extract does not give."""
    rows = [_unit(b.siret[:9], b.name, b.legal_category, "84.11Z") for b in buyers]
    rows += [
        _unit(s.siren, "" if s.legal_category == "1000" else s.name, s.legal_category, s.naf_code)
        | {
            "categorieEntreprise": "" if s.fault == "size_missing" else s.size,
            "economieSocialeSolidaireUniteLegale": "O" if s.is_social_economy else "N",
            "nicSiegeUniteLegale": siret(s.siren, 1)[9:],
        }
        for s in suppliers
        if s.commune is not None
    ]
    return _table(LEGAL_UNIT, rows)


def _establishment(
    identifier: str, name: str, commune: Commune, naf: str, *, is_head: bool, is_closed: bool = False
) -> dict[str, str]:
    return {
        "siren": identifier[:9], "nic": identifier[9:], "siret": identifier,
        "statutDiffusionEtablissement": "O",
        "dateCreationEtablissement": _CREATED, "etablissementSiege": "true" if is_head else "false",
        "complementAdresseEtablissement": "DONNEES FICTIVES", "codePostalEtablissement": commune.postcode,
        "libelleCommuneEtablissement": commune.name, "codeCommuneEtablissement": commune.code,
        "dateDebut": _CREATED, "etatAdministratifEtablissement": "F" if is_closed else "A",
        "denominationUsuelleEtablissement": name, "activitePrincipaleEtablissement": naf,
        "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
    }  # fmt: skip


def _unit(siren: str, name: str, category: str, naf: str) -> dict[str, str]:
    return {
        "siren": siren, "statutDiffusionUniteLegale": "O", "dateCreationUniteLegale": _CREATED,
        "dateDebut": _CREATED, "etatAdministratifUniteLegale": "A", "denominationUniteLegale": name,
        "sigleUniteLegale": "DONNEES FICTIVES",
        "categorieJuridiqueUniteLegale": category, "activitePrincipaleUniteLegale": naf,
        "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2" if naf else "", "nicSiegeUniteLegale": "00001",
    }  # fmt: skip


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(columns)
    ordered = sorted(rows, key=lambda row: row.get("siret", row["siren"]))
    writer.writerows([row.get(column, "") for column in columns] for row in ordered)
    return lines.getvalue()
