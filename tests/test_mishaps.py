"""What goes wrong at a newcomer's desk is told in one French sentence, with what to type."""

from __future__ import annotations

import errno
import tomllib
from pathlib import Path

import pytest

from gisement.publish.web.serving.running import listen
from gisement.publish.words.ledgers import proposed
from gisement.sources.geography import area_name
from gisement.sources.ledger.assistant import propose
from gisement.terms import Trouble, parse_territory
from gisement.terms.mishap import in_french
from gisement.terms.toml_text import parsed_toml


def test_system_errors_are_told_in_french() -> None:
    assert in_french(OSError(errno.EACCES, "Permission denied")) == "accès refusé"
    assert in_french(OSError(12345, "what")) == "erreur n° 12345 du système"
    with pytest.raises(UnicodeDecodeError) as cut:
        b"caf\xe9".decode()
    assert in_french(cut.value) == "texte qui n'est pas en UTF-8, à l'octet 4"
    with pytest.raises(tomllib.TOMLDecodeError) as wrong:
        tomllib.loads("a = 1\nb 2\n")
    assert in_french(wrong.value) == "mal écrit à la ligne 2, colonne 3"
    with pytest.raises(tomllib.TOMLDecodeError) as deep:
        parsed_toml(f"a = {'[' * 10_000}")
    assert in_french(deep.value) == "trop de crochets les uns dans les autres"
    assert in_french(KeyError("siren")) == "il manque « siren »"


def test_a_busy_port_is_told_with_the_next_one() -> None:
    held = listen("127.0.0.1", 0)
    port = held.getsockname()[1]
    with pytest.raises(Trouble) as told:
        listen("127.0.0.1", port)
    held.close()
    assert (
        told.value.fr == f"Le port {port} est déjà pris, peut-être par un autre gisement : ajouter --port {port + 1}."
    )


def test_a_postcode_is_not_taken_for_the_code_of_a_commune_that_looks_like_it() -> None:
    with pytest.raises(Trouble, match="postcode"):
        area_name(parse_territory("commune:86000"))
    with pytest.raises(Trouble, match=r"commune:86070 \(Chauvigny\)"):
        area_name(parse_territory("commune:chauvigny"))


def test_map_refuses_a_buyer_that_is_no_siret_and_counts_what_it_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(
        "\n\nSIRET;Compte;Montant HT;Date;Libelle\n21860194600013;60632;100;2024-01-01;Fournitures\n"
        ";6411;2500;2024-01-31;Traitement du personnel\n",
        encoding="utf-8",
    )
    with pytest.raises(Trouble, match=r"--buyer is .123., it must be a SIRET of 14 digits"):
        propose(path, buyer="123")
    told = proposed(propose(path, buyer="21860194600013"))
    assert "écart" in told.split("Correspondance")[0].lower()
    assert told.count("à confirmer") == 1, "a remark is told once, not again in the mapping"
