"""Labelled pairs of names made from published contracts, to judge the linkage: read in place, never copied.

A SIRET that two files spell differently makes a pair: one spelling stands in the register, the other is asked for. One
firm in three is kept out of the register, since a link to a firm that is not there must be refused. The real register
is not at hand, so three settings bracket it: `real` (pairs whose commune is known, the other firms put in the communes
of those at random), `crowded` (all firms of the country in 20 towns, some 500 each) and `one_town` (all in one).
Spellings with a SIRET that fails its checksum are left out.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from stdnum.fr import siret as standard

from gisement.models.linkage.suppliers import ACCEPTED, DOUBTFUL, calibrated, link

JSON = ("data.gouv.fr_aife.json", "marches-publics.info.json", "data.gouv.fr_pes.json")
SETTINGS = ("real", "crowded", "one_town")
TEXT, NO_LIST = pa.string(), pa.list_(pa.string())


@dataclass(frozen=True)
class Names:
    """The spellings of each SIRET, by file (the most usual first), and where and what those known are."""

    spellings: Mapping[str, Mapping[str, list[str]]]
    places: Mapping[str, tuple[str, str]]

    def register_name(self, siret: str) -> str:
        """The spelling that stands in the register: of the consolidated table first, which takes it from there."""
        return next(iter(self.spellings[siret].values()))[0]

    def pairs(self) -> list[tuple[str, str]]:
        """Other spellings, each with its SIRET."""
        return [
            (name, siret)
            for siret, files in self.spellings.items()
            for found in list(files.values())[1:]
            for name in found
            if name != self.register_name(siret)
        ]


@dataclass(frozen=True)
class Outcome:
    """How many names were asked for, are in the register, were accepted, rightly (firm), and were found doubtful.

    `least_score` is the likeness from which first candidates, accepted or doubtful, are right 98 times of 100.
    """

    asked: int
    present: int
    accepted: int
    right: int
    doubtful: int
    by_rule: Mapping[str, tuple[int, int]]
    least_score: float | None

    @property
    def precision(self) -> float:
        """Right among accepted."""
        return self.right / self.accepted if self.accepted else 1.0

    @property
    def recall(self) -> float:
        """Rightly accepted among those that the register has."""
        return self.right / self.present if self.present else 0.0


def read(data: Path) -> Names:
    """The real names of the shared folder."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for source, siret, name in _rows(data / "decp"):
        number = "".join(c for c in siret if c.isdigit())
        if len(number) == 14 and standard.is_valid(number) and name.strip() and "MASQUE" not in name:
            found[number][source][name.strip()] += 1
    with (data / "sirene" / "sirene_etablissements_extrait_decp-augmente.csv").open(encoding="utf-8") as lines:
        known = {
            row["siret"]: (row["codeCommuneEtablissement"], row["activitePrincipaleEtablissement"])
            for row in csv.DictReader(lines)
        }
    spellings = {
        siret: {source: sorted(names, key=lambda n: (-names[n], n)) for source, names in files.items()}
        for siret, files in sorted(found.items())
    }
    return Names(spellings, known)


def _rows(decp: Path) -> Iterator[tuple[str, str, str]]:
    """Source, SIRET and name of every holder, the consolidated table first."""
    tabular = decp / "tabular"
    with (tabular / "decp_2024H2_travaux_cpv4521.csv").open(encoding="utf-8") as lines:
        yield from (("consolidated", row["titulaire_id"], row["titulaire_nom"]) for row in csv.DictReader(lines))
    with (tabular / "eclaireur_out_decp-2019-10000.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            for i in range(1, 11):
                siret, name = (row.get(f"titulaires.{i}.{key}") or "" for key in ("id", "denominationSociale"))
                yield "flat", siret, name.removeprefix("['").removeprefix('["').removesuffix("']").removesuffix('"]')
    for file in JSON:
        content = json.loads((decp / "format_2019" / file).read_text(encoding="utf-8"))
        for record in content if isinstance(content, list) else content["marches"]:
            for holder in record.get("titulaires") or ():
                yield file, str(holder.get("id") or ""), str(holder.get("denominationSociale") or "")


def judged(
    names: Names,
    setting: str,
    pairs: list[tuple[str, str]],
    corrupt: Callable[[str, Random], str] | None = None,
) -> Outcome:
    """The outcome of linking the pairs in a setting, each name corrupted first."""
    chance = Random(5)
    sirets = list(names.spellings)
    absent = set(chance.sample(sirets, len(sirets) // 3))
    towns = _towns(names, setting, chance)
    kept = [siret for siret in sirets if siret not in absent]
    change = corrupt or untouched
    asked = [(change(name, chance), siret) for name, siret in pairs if setting != "real" or siret in names.places]
    found = link(_asked(asked, towns), _register(names, kept, towns)).to_pylist()
    return _outcome(found, asked, {siret[:9] for siret in kept})


def _towns(names: Names, setting: str, chance: Random) -> dict[str, str]:
    known = [commune for commune, _ in names.places.values()]
    if setting == "one_town":
        return dict.fromkeys(names.spellings, "86194")
    if setting == "crowded":
        return {siret: str(86001 + chance.randrange(20)) for siret in names.spellings}
    return {s: names.places[s][0] if s in names.places else chance.choice(known) for s in names.spellings}


def _asked(pairs: list[tuple[str, str]], towns: Mapping[str, str]) -> pa.Table:
    communes = [towns[siret] for _, siret in pairs]
    return pa.table(
        {
            "row_key": [str(number) for number in range(len(pairs))],
            "supplier_name": pa.array([name for name, _ in pairs], TEXT),
            "commune_code": pa.array(communes, TEXT),
            "postcode": pa.nulls(len(pairs), TEXT),
            "department_code": pa.array([commune[:2] for commune in communes], TEXT),
            "naf_prefixes": pa.nulls(len(pairs), NO_LIST),
        }
    )


def _register(names: Names, sirets: list[str], towns: Mapping[str, str]) -> pa.Table:
    communes = [towns[siret] for siret in sirets]
    return pa.table(
        {
            "siret": sirets,
            "siren": [siret[:9] for siret in sirets],
            "name": [names.register_name(siret) for siret in sirets],
            "commune_code": communes,
            "postcode": pa.nulls(len(sirets), TEXT),
            "department_code": [commune[:2] for commune in communes],
            "naf_code": [names.places.get(siret, (None, None))[1] for siret in sirets],
            "is_head_office": [False] * len(sirets),
            "is_closed": [False] * len(sirets),
        }
    )


def _outcome(found: list[dict[str, Any]], asked: list[tuple[str, str]], known: set[str]) -> Outcome:
    accepted = [(row, asked[int(row["row_key"])][1][:9]) for row in found if row["status"] == ACCEPTED]
    by_rule: dict[str, tuple[int, int]] = {}
    for row, siren in accepted:
        right, all_of_it = by_rule.get(row["rule"], (0, 0))
        by_rule[row["rule"]] = right + (row["siren"] == siren), all_of_it + 1
    first = [row for row in found if row["candidate_rank"] == 1 and row["score"] is not None]
    rightly = [row["siren"] == asked[int(row["row_key"])][1][:9] for row in first]
    return Outcome(
        len(asked),
        sum(siret[:9] in known for _, siret in asked),
        len(accepted),
        sum(row["siren"] == siren for row, siren in accepted),
        len({row["row_key"] for row in found if row["status"] == DOUBTFUL}),
        dict(sorted(by_rule.items())),
        calibrated([row["score"] for row in first], rightly),
    )


# --- corruptions seen in real files ---------------------------------------------------------------------------


def untouched(name: str, chance: Random) -> str:
    """The name as it is."""
    return name


def lost_letters(name: str, chance: Random) -> str:
    """Accented letters destroyed; a name without accent loses a third of its E's, as if they had one."""
    if any(ord(c) > 127 for c in name):
        return "".join("\ufffd" if ord(c) > 127 else c for c in name)
    return "".join("\ufffd" if c in "eE" and chance.random() < 1 / 3 else c for c in name)


def other_legal_form(name: str, chance: Random) -> str:
    """Another legal form before or after, dotted or not."""
    form = chance.choice(("SARL", "S.A.R.L.", "SAS", "S.A.S", "SA", "EURL", "Sté", "Entreprise", "ETS"))
    return f"{form} {name}" if chance.random() < 0.5 else f"{name} {form}"


def abbreviated(name: str, chance: Random) -> str:
    """Usual words cut short."""
    short = {
        "SAINT": "ST", "SOCIETE": "STE", "ETABLISSEMENTS": "ETS", "CONSTRUCTION": "CONST.", "CONSTRUCTIONS": "CONST.",
        "ELECTRICITE": "ELEC", "MENUISERIE": "MENUIS", "BATIMENT": "BAT", "COMPAGNIE": "CIE", "GROUPE": "GPE",
        "TRANSPORTS": "TRANSP", "SERVICES": "SCE", "TRAVAUX": "TRAV", "FRANCE": "FCE", "ENTREPRISE": "ENT",
    }  # fmt: skip
    return " ".join(short.get(word.upper(), word) for word in name.split())


def cut(name: str, chance: Random) -> str:
    """Cut at 20 characters, as a narrow column of a ledger does."""
    return name[:20]


def misspelled(name: str, chance: Random) -> str:
    """One letter dropped, doubled, or swapped with the next."""
    i = chance.randrange(max(len(name) - 1, 1))
    drop, double, swap = name[:i] + name[i + 1 :], name[:i] + name[i : i + 1] + name[i:], ""
    swap = name[:i] + name[i + 1 : i + 2] + name[i : i + 1] + name[i + 2 :]
    return chance.choice((drop, double, swap))


def other_order(name: str, chance: Random) -> str:
    """Words turned round: first name after the name."""
    words = name.split()
    return " ".join([*words[1:], words[0]]) if words else name


def glued(name: str, chance: Random) -> str:
    """Spaces gone or made hyphens, underscores."""
    return name.replace(" ", chance.choice(("", "-", "_")))


def with_town(name: str, chance: Random) -> str:
    """The town after the name."""
    return f"{name} {chance.choice(('POITIERS', 'AGENCE DE NIORT', '- LIMOGES', '(86)'))}"


def garbled(name: str, chance: Random) -> str:
    """UTF-8 read as cp1252."""
    accented = name.replace("E", "É").replace("e", "é")
    try:
        return accented.encode("utf-8").decode("cp1252")
    except UnicodeError:
        return name


CORRUPTIONS: Mapping[str, Callable[[str, Random], str]] = {
    "lost_letters": lost_letters,
    "other_legal_form": other_legal_form,
    "abbreviated": abbreviated,
    "cut": cut,
    "misspelled": misspelled,
    "other_order": other_order,
    "glued": glued,
    "with_town": with_town,
    "garbled": garbled,
}
