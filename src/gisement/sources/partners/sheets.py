"""Sheets that partners write: an experience (what was tried, what came of it) or an action (who does what, by when).

Markdown with a front matter in YAML between two lines `---`. Contacts are roles, never persons: an address of mail or a
telephone number is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from gisement.catalog import texts
from gisement.catalog.segments import segments
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Trouble, one_line

EXPERIENCE, ACTION = "experience", "action"
STATES = {"à faire": "to_do", "en cours": "under_way", "fait": "done", "abandonné": "given_up"}
OPEN_TO = {"public": True, "partenaires": False}
COMMON = ("titre", "date", "segment", "indicateur", "cible", "diffusion")
FIELDS = {
    EXPERIENCE: (*COMMON, "acheteur", "marches", "contact", "documents"),
    ACTION: (*COMMON, "groupe", "responsable", "etat", "echeance", "decision"),
}
WANTED = {
    EXPERIENCE: ("titre", "date", "segment", "acheteur"),
    ACTION: ("titre", "date", "groupe", "responsable", "etat"),
}
# Neither goes back over a million blanks or letters that lead nowhere.
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n---[ \t]*(?:\n(.*))?\Z", re.DOTALL)
_PERSONAL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+|(?:\+33|\b0)[1-9](?:[ .]?\d{2}){4}\b")


def read_experience(source: Path, target: Path, name: str = "") -> int:
    """Write `raw_sheet` from one sheet of experience; returns 1. Raises Trouble with the field to mend."""
    return _read(source, target, EXPERIENCE)


def read_action(source: Path, target: Path, name: str = "") -> int:
    """Write `raw_sheet` from one sheet of action; returns 1. Raises Trouble with the field to mend."""
    return _read(source, target, ACTION)


def _read(source: Path, target: Path, kind: str) -> int:
    try:
        text = source.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    found = _FRONT.match(text.replace("\r\n", "\n"))
    try:
        told = yaml.safe_load(found[1]) if found else None
    except (yaml.YAMLError, ValueError, RecursionError):  # of a 30th of February, of brackets within brackets
        told = None
    if not found or not isinstance(told, dict):
        raise Trouble(
            fr="Cette fiche ne commence pas par un en-tête entre deux lignes « --- », en UTF-8 : partir de "
            f"« gisement template {kind} ».",
            en=f"This sheet does not begin with a header between two lines '---', in UTF-8: start from "
            f"'gisement template {kind}'.",
        )
    if personal := _PERSONAL.search(text):
        raise Trouble(
            fr=f"Cette fiche donne une adresse ou un téléphone ({personal[0][:3]}…) : n'écrire que la fonction.",
            en=f"This sheet gives an address or a telephone ({personal[0][:3]}…): write the role only.",
        )
    write_parquet("raw_sheet", [_row(kind, {str(k): v for k, v in told.items()}, found[2] or "")], target)
    return 1


def _row(kind: str, told: Mapping[str, Any], body: str) -> dict[str, Any]:
    for field, value in told.items():
        # a list of lists of lists, each named once and told ten times, would fill the memory
        if any(isinstance(each, list | dict | set) for each in (value if isinstance(value, list) else [value])):
            raise _wrong(field, "un texte ou une liste de textes", "a text or a list of texts")
    strange, missing = sorted(set(told) - set(FIELDS[kind])), [name for name in WANTED[kind] if not told.get(name)]
    if strange or missing:
        allowed = ", ".join(FIELDS[kind])
        name = (strange or missing)[0]
        raise _wrong(name, f"champ inconnu ou vide (champs : {allowed})", f"unknown or empty (fields: {allowed})")
    return {
        "sheet_kind": kind,
        "sheet_name": slug(str(told["titre"])),
        "sheet_title": str(told["titre"]),
        "sheet_date": _day("date", told["date"]),
        "segment": _one_of("segment", told.get("segment"), segments()),
        "indicator_name": _one_of("indicateur", told.get("indicateur"), texts("fr")["indicators"]),
        "target_name": _text(told.get("cible")),
        "is_public": _one_of("diffusion", told.get("diffusion", "partenaires"), OPEN_TO) == "public",
        "buyer_id": _buyer(told.get("acheteur")),
        "contract_ids": "\n".join(_listed(told.get("marches"))),
        "responsible_role": _text(told.get("contact") or told.get("responsable")),
        "documents": "\n".join(_listed(told.get("documents"))),
        "group_name": _text(told.get("groupe")),
        "sheet_state": STATES.get(_one_of("etat", told.get("etat"), STATES) or ""),
        "action_due_date": _day("echeance", told["echeance"]) if told.get("echeance") else None,
        "group_decision": _text(told.get("decision")),
        "sheet_text": body.strip(),
    }


def slug(title: str) -> str:
    """A title as an address: small letters and digits, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", title.lower().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:80].strip("-")


def _one_of(field: str, value: Any, allowed: Mapping[str, Any]) -> str | None:
    if value in (None, ""):
        return None
    if str(value) not in allowed:
        few = ", ".join(list(allowed)[:6])
        raise _wrong(field, f"« {value} » n'est pas l'une des valeurs ({few}…)", f"'{value}' is none of ({few}…)")
    return str(value)


def _day(field: str, value: Any) -> str:
    try:
        return value.isoformat() if isinstance(value, date) else date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise _wrong(field, "un jour (2026-03-31)", "a day (2026-03-31)") from None


def _buyer(value: Any) -> str | None:
    digits = re.sub(r"\s", "", str(value or ""))
    if digits and not re.fullmatch(r"\d{9}|\d{14}", digits):
        raise _wrong("acheteur", "un SIREN ou un SIRET, entre guillemets", "a SIREN or a SIRET, within quotes")
    return digits or None


def _listed(value: Any) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [" ".join(str(each).split()) for each in found if each not in (None, "")]


def _text(value: Any) -> str | None:
    return " ".join(str(value).split()) if value not in (None, "") else None


def _wrong(field: str, fr: str, en: str) -> Trouble:
    return Trouble(
        fr=f"Fiche, champ « {one_line(field)} » : {one_line(fr)} ; corriger la fiche et l'ajouter de nouveau.",
        en=f"Sheet, field '{one_line(field)}': {one_line(en)}; mend the sheet and add it again.",
    )
