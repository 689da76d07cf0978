"""What the system says of a file that it cannot read or write, in French: its own words are English."""

from __future__ import annotations

import errno
import re
import tomllib
from pathlib import Path

from gisement.terms.toml_text import TOO_DEEP, TOO_LONG
from gisement.terms.trouble import Trouble

_OF_SYSTEM = {
    errno.ENOENT: "introuvable",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EROFS: "en lecture seule",
    errno.ENOTDIR: "un fichier est là où il faut un dossier",
    errno.EISDIR: "c'est un dossier",
    errno.EEXIST: "existe déjà",
    errno.ENAMETOOLONG: "nom trop long",
    errno.ENOSPC: "plus de place sur le disque",
    errno.EADDRINUSE: "déjà pris",
}
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def unwritable(path: Path, error: OSError) -> Trouble:
    """What is told of a file that the user asked for and that cannot be written there."""
    return Trouble(
        fr=f"{path} ne peut pas être écrit ({in_french(error)}) : choisir un autre dossier.",
        en=f"{path} cannot be written ({error.strerror}): choose another folder.",
    )


def in_french(error: Exception) -> str:
    """A few words on what went wrong and where; the kind of error where nothing better is known."""
    if isinstance(error, UnicodeDecodeError):
        return f"texte qui n'est pas en UTF-8, à l'octet {error.start + 1}"
    if isinstance(error, tomllib.TOMLDecodeError):
        if TOO_DEEP in str(error):
            return "trop de crochets les uns dans les autres"
        if TOO_LONG in str(error):
            return "un nombre de milliers de chiffres"
        place = _PLACE.search(str(error))
        return f"mal écrit à la ligne {place[1]}, colonne {place[2]}" if place else "mal écrit à la fin du fichier"
    if isinstance(error, OSError):
        number = error.errno or 0
        return _OF_SYSTEM.get(number, f"erreur n° {number} du système")
    if isinstance(error, KeyError):
        return f"il manque « {error.args[0]} »"
    return "contenu inattendu"
