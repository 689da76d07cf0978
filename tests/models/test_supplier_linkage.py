"""Names made comparable, links accepted only where they are right, doubt listed, on made-up and on real names."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from benchmarks import labelled_names
from gisement.models.linkage.names import comparable_words, matches, ungarbled
from gisement.models.linkage.suppliers import ACCEPTED, calibrated, link

LOST = "\ufffd"
Row = dict[str, Any]


def comparable(*names: str | None) -> list[str]:
    """The comparable form of names."""
    return comparable_words(pa.array(names, pa.string()))[0].joined(np.arange(len(names)))


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("S.A.R.L. Dupont & Fils", "DUPONT FILS"),
        ("Sté des Menuiseries de l'Ouest", "MENUISERIE OUEST"),
        ("S A S OR BLEU", "OR BLEU"),
        ("J.P. MARTIN", "JP MARTIN"),
        ("ŒUVRE DU BÂT.", "OEUVRE BATIMENT"),
        ("  electricite--générale_x ", "ELECTRICITE GENERALE X"),
        ("ETS", "ETS"),
        ("Soci\ufffdt\ufffd G\ufffdn\ufffdrale", "G\ufffdN\ufffdRALE"),
        ("SOCI?T? TOTO", "TOTO"),
        (None, ""),
    ],
)
def test_spellings_come_to_one_form(spelled: str | None, expected: str) -> None:
    assert comparable(spelled) == [expected]


def test_utf8_read_as_cp1252_is_put_right() -> None:
    assert ungarbled("SOCIÃ‰TÃ‰ GÃ©nÃ©rale") == "SOCIÉTÉ Générale"
    assert ungarbled("JOÃO") == "JOÃO"
    assert ungarbled("Plain") == "Plain"


def test_a_lost_letter_stands_for_one_letter() -> None:
    assert matches(f"G{LOST}N{LOST}RALE", "GENERALE")
    assert not matches(f"G{LOST}RALE", "GENERALE")
    assert not matches(f"G{LOST}N{LOST}RALE", "MINERALE")


# --- links --------------------------------------------------------------------------------------------------


def register(*rows: Row) -> pa.Table:
    """Establishments of Poitiers unless said: SIRET and name are given."""
    usual = {
        "commune_code": "86194", "postcode": "86000", "department_code": "86", "naf_code": None,
        "is_head_office": False, "is_closed": False,
    }  # fmt: skip
    text = pa.string()
    kinds = {"naf_code": text, "is_head_office": pa.bool_(), "is_closed": pa.bool_()}
    full = [{**usual, **row, "siren": row["siret"][:9]} for row in rows]
    names = ("siret", "siren", "name", "commune_code", "postcode", "department_code", *kinds)
    return pa.table({name: pa.array([row[name] for row in full], kinds.get(name, text)) for name in names})


def found(known: pa.Table, name: str | None, prefixes: list[str] | None = None, **place: str | None) -> list[Row]:
    """The links of one name; in Poitiers unless said."""
    where = {"commune_code": "86194", "postcode": None, "department_code": "86"} | place
    text = pa.string()
    asked = pa.table(
        {
            "row_key": ["1"],
            "supplier_name": pa.array([name], text),
            **{key: pa.array([value], text) for key, value in where.items()},
            "naf_prefixes": pa.array([prefixes], pa.list_(text)),
        }
    )
    rows: list[Row] = link(asked, known).to_pylist()
    return rows


DUPONT = {"siret": "11111111100001", "name": "MENUISERIE DUPONT"}
OTHER = {"siret": "22222222200001", "name": "MENUISERIE DURAND"}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Sarl Dupont Menuiserie", "same_name_in_commune"),
        ("MENUIS. DUPONT", "same_name_in_commune"),
        ("MENUISERIEDUPONT", "same_name_in_commune"),
        ("MENUISERIE DUPONNT", "near_name_in_commune"),
        (f"M{LOST}NUISERIE DUPONT", "same_name_in_commune"),
    ],
)
def test_spellings_of_one_firm_are_accepted(name: str, rule: str) -> None:
    (row,) = found(register(DUPONT, OTHER), name)
    assert (row["siret"], row["status"], row["rule"]) == (DUPONT["siret"], ACCEPTED, rule)


def test_what_may_be_another_firm_is_not_accepted() -> None:
    names = register(
        DUPONT, {"siret": "33333333300001", "name": "ATELIER 12"}, {"siret": "44444444400001", "name": "SOBA"}
    )
    for name in ("MENUISERIE DUPOND", "PLOMBERIE DUPONT", "ATELIER 13", "SOBRA", "DUPONT", "BOULANGERIE X", None, ""):
        assert [row["status"] for row in found(names, name)] != [ACCEPTED], name


def test_homonyms_are_listed_for_a_human() -> None:
    twin = {"siret": "33333333300001", "name": "DUPONT MENUISERIE SARL"}
    rows = found(register(DUPONT, twin), "Menuiserie Dupont")
    assert [(row["status"], row["siren"]) for row in rows] == [("doubtful", "111111111"), ("doubtful", "333333333")]
    assert [row["candidate_rank"] for row in rows] == [1, 2]
    gone = {**twin, "is_closed": True}
    (row,) = found(register(DUPONT, gone), "Menuiserie Dupont")
    assert (row["siren"], row["status"]) == ("111111111", ACCEPTED)


def test_the_account_and_the_head_office_choose_the_establishment() -> None:
    shop = {"siret": "11111111100002", "name": "MENUISERIE DUPONT", "naf_code": "47.52A"}
    works = {"siret": "11111111100003", "name": "MENUISERIE DUPONT", "naf_code": "43.32A"}
    both = register(shop, works)
    (row,) = found(both, "Menuiserie Dupont", ["43.3"])
    assert row["siret"] == works["siret"]
    (row,) = found(both, "Menuiserie Dupont")
    assert (row["siret"], row["siren"], row["status"]) == (None, "111111111", ACCEPTED)
    (row,) = found(register(shop, {**works, "is_head_office": True}), "Menuiserie Dupont")
    assert row["siret"] == works["siret"]


def test_the_same_name_elsewhere_is_at_most_doubtful() -> None:
    away = register({**DUPONT, "commune_code": "86066", "postcode": "86100"})
    (row,) = found(away, "MENUISERIE DUPONT")
    assert (row["status"], row["rule"]) == ("doubtful", "same_name_in_department")
    (row,) = found(away, "MENUISERIE DUPONT", commune_code=None, postcode="86100")
    assert (row["status"], row["rule"]) == (ACCEPTED, "same_name_in_postcode")
    (row,) = found(away, "MENUISERIE DUPONT", department_code="17")
    assert (row["status"], row["siret"], row["score"]) == ("none", None, None)


def test_an_establishment_is_found_under_any_of_its_names() -> None:
    known = register(OTHER, {**OTHER, "name": "LA MAISON DU BOIS"})
    (row,) = found(known, "maison du bois")
    assert (row["siret"], row["status"]) == (OTHER["siret"], ACCEPTED)


def test_a_threshold_is_calibrated_on_pairs() -> None:
    scores = [0.99, 0.98, 0.95, 0.95, 0.90, 0.80]
    right = [True, True, True, False, True, False]
    assert calibrated(scores, right, 0.98) == 0.98
    assert calibrated(scores, right, 0.75) == 0.90
    assert calibrated([0.9], [False]) is None
    assert calibrated([], []) is None


def test_corruptions_change_names_and_only_them() -> None:
    chance = Random(1)
    for name, corrupt in labelled_names.CORRUPTIONS.items():
        told = {corrupt("ENTREPRISE DES BATIMENTS GENERAUX", chance) for _ in range(20)}
        assert told != {"ENTREPRISE DES BATIMENTS GENERAUX"}, name


# --- real names ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(shared_data: Path) -> labelled_names.Names:
    """The labelled names of the shared folder."""
    return labelled_names.read(shared_data)


@pytest.mark.parametrize("setting", ["real", "crowded"])
def test_real_names_are_linked_with_98_percent_precision(real: labelled_names.Names, setting: str) -> None:
    pairs = real.pairs()
    whole = labelled_names.judged(real, setting, pairs)
    assert whole.asked > 700
    assert whole.precision >= 0.98
    assert whole.recall >= 0.40
    assert whole.doubtful > 50


@pytest.mark.parametrize("half", [0, 1])
def test_each_half_of_the_firms_holds_the_precision(real: labelled_names.Names, half: int) -> None:
    pairs = [pair for pair in real.pairs() if int(pair[1][:9]) // 10 % 2 == half]
    assert labelled_names.judged(real, "crowded", pairs).precision >= 0.975


@pytest.mark.parametrize(
    ("corruption", "recall"),
    [
        ("lost_letters", 0.8), ("other_legal_form", 0.9), ("abbreviated", 0.9), ("other_order", 0.9), ("glued", 0.85),
        ("garbled", 0.9), ("cut", 0.65), ("misspelled", 0.5), ("with_town", 0.2),
    ],
)  # fmt: skip
def test_real_names_survive_the_corruptions_of_real_files(
    real: labelled_names.Names, corruption: str, recall: float
) -> None:
    own = [(real.register_name(siret), siret) for siret in list(real.spellings)[::10]]
    outcome = labelled_names.judged(real, "crowded", own, labelled_names.CORRUPTIONS[corruption])
    assert outcome.precision >= 0.98
    assert outcome.recall >= recall
