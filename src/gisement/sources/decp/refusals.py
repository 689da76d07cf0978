"""The sentences by which a file is refused, in both languages: what, where, what to do."""

from __future__ import annotations

from typing import Final

from gisement.terms import Trouble

_UNSAFE: Final = dict.fromkeys(
    (*range(32), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF),
    " ",
)


def plain(text: str, longest: int = 200) -> str:
    """A published text as part of a sentence: on one line, with nothing that acts on a terminal."""
    whole = text.encode("utf-8", "replace").decode().translate(_UNSAFE)
    return " ".join(whole.split())[:longest]


def not_json(name: str, line: int, column: int, *, what: tuple[str, str]) -> Trouble:
    """The file is not one JSON document; `what` says it in French and in English."""
    return Trouble(
        fr=f"{name}, ligne {line}, colonne {column} : {what[0]}. "
        "Téléchargez à nouveau le fichier, ou demandez à son producteur un JSON valide.",
        en=f"{name}, line {line}, column {column}: {what[1]}. "
        "Download the file again, or ask its publisher for valid JSON.",
    )


def no_contract(name: str, found: str) -> Trouble:
    """A sound file that holds something else than contracts; `found` is what is in it."""
    return Trouble(
        fr=f"{name} ne contient aucun contrat DECP (trouvé : {found}). Attendu : un objet « marches », "
        "une liste de contrats ou un contrat, au format DECP 2019 ou 2022.",
        en=f"{name} holds no DECP contract (found: {found}). Expected: an object “marches”, a list of "
        "contracts or one contract, in the DECP format of 2019 or 2022.",
    )


def empty(name: str) -> Trouble:
    """The refusal of a file of no bytes, or of spaces only."""
    return Trouble(fr=f"{name} est vide : vérifiez le téléchargement.", en=f"{name} is empty: check the download.")


def unknown_format(name: str) -> Trouble:
    """The refusal of a file that is neither JSON, XML, CSV nor Parquet."""
    return Trouble(
        fr=f"{name} n'est ni du JSON, ni du XML, ni du CSV, ni du Parquet : donnez un fichier DECP dans un "
        "de ces formats (un classeur de tableur s'enregistre en CSV).",
        en=f"{name} is neither JSON, XML, CSV nor Parquet: give a DECP file in one of these formats "
        "(a workbook can be saved as CSV).",
    )


def not_xml(name: str, line: int, column: int, reason: str) -> Trouble:
    """The refusal of a file that is not well-formed XML, with the place."""
    return Trouble(
        fr=f"{name}, ligne {line}, colonne {column} : XML invalide ({reason}). Téléchargez à nouveau "
        "le fichier, ou demandez à son producteur un XML valide.",
        en=f"{name}, line {line}, column {column}: invalid XML ({reason}). Download the file again, or ask "
        "its publisher for valid XML.",
    )


def other_xml(name: str, root: str) -> Trouble:
    """Well-formed XML of another kind; `root` is its root element."""
    root = plain(root, 60)
    return Trouble(
        fr=f"{name} a pour racine XML « {root} » : ce n'est pas du DECP, dont la racine est « marches », "
        "« marche » ou « contrat-concession ».",
        en=f"{name} has the XML root “{root}”: this is not DECP, whose root is “marches”, “marche” "
        "or “contrat-concession”.",
    )


def document_type(name: str) -> Trouble:
    """XML that declares entities: refused unread, since they can hide other files or grow without end."""
    return Trouble(
        fr=f"{name} contient une déclaration DOCTYPE, refusée par sécurité : retirez-la du fichier.",
        en=f"{name} holds a DOCTYPE declaration, refused for safety: remove it from the file.",
    )


def no_column(name: str, found: list[str]) -> Trouble:
    """A table whose headers are not those of contracts."""
    shown = ", ".join(plain(header, 40) for header in found[:12]) + (", …" if len(found) > 12 else "")
    return Trouble(
        fr=f"{name} : colonnes non reconnues ({shown}). Il faut au moins un identifiant ou un objet, et un "
        "acheteur ou un titulaire (id, objet, acheteur_id, titulaire_id).",
        en=f"{name}: columns not recognised ({shown}). At least needed: an identifier or an object, and a "
        "buyer or a holder (id, objet, acheteur_id, titulaire_id).",
    )


def not_a_file(name: str) -> Trouble:
    """Nothing that can be read under this name."""
    return Trouble(
        fr=f"{name} n'est ni un fichier ni un dossier lisible : vérifiez le chemin.",
        en=f"{name} is neither a readable file nor a folder: check the path.",
    )


def broken_table(name: str, reason: str) -> Trouble:
    """A table that its reader cannot open at all."""
    return Trouble(
        fr=f"{name} ne peut pas être lu ({reason}). Téléchargez à nouveau le fichier.",
        en=f"{name} cannot be read ({reason}). Download the file again.",
    )


def no_room(name: str, reason: str) -> Trouble:
    """The machine lacks memory or disk for this file."""
    return Trouble(
        fr=f"{name} : mémoire ou disque insuffisant ({reason}). Libérez de la place ou augmentez la mémoire.",
        en=f"{name}: not enough memory or disk ({reason}). Free some space, or allow more memory.",
    )
