"""The mapping file (TOML): which column of an export is what, of all that it can be, and how its values are written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from gisement.catalog.tables import read_csv
from gisement.terms import Trouble, one_line
from gisement.terms.mishap import in_french
from gisement.terms.toml_text import parsed_toml

NOMENCLATURES: Final = ("M57", "M21", "M14", "M4", "GBCP")
UNKNOWN: Final = "unknown"
"""Nomenclature of a PES file, which does not say it."""
AMOUNTS: Final = ("amount", "amount_ht", "amount_ttc", "amount_vat", "credit_amount")
ENCODINGS: Final = ("utf-8", "cp1252", "utf-16", "mixed")
DECIMALS: Final = (",", ".")
BASES: Final = ("HT", "TTC")
ORDERS: Final = ("day", "month", "year")
DELIMITERS: Final = (",", ";", "\t", "|")
_SIRET: Final = re.compile(r"\d{14}")
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "ledger": ("buyer", "nomenclature"),
    "file": ("sheet", "header_line", "header_lines", "encoding", "delimiter"),
    "amounts": ("decimal", "basis", "guess_vat"),
    "dates": ("order",),
    "credit_notes": ("values",),
    "persons": ("values", "keep"),
}


@cache
def fields() -> Mapping[str, Mapping[str, str]]:
    """What a column of an export can be: what its cells look like (empty: anything), and its description in French."""
    return {row["field"]: row for row in read_csv("ledger/fields.csv")}


@dataclass(frozen=True)
class LedgerMapping:
    """How an export is read; `columns` gives the headers of each field (several are joined by a space)."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    buyer: str | None = None
    nomenclature: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    header_lines: int = 1
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str = ","
    basis: str | None = None
    guess_vat: bool = False
    order: str = "day"
    credit_values: tuple[str, ...] = ()
    person_values: tuple[str, ...] = ()
    persons_kept: tuple[str, ...] = ()


def read_mapping(path: Path) -> LedgerMapping:
    """The mapping in a TOML file. Raises Trouble with the place and the allowed values."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return parse_mapping(parsed_toml(text))
    except OSError as error:
        raise _refused(f"le fichier {path} ne s'ouvre pas", f"{path} cannot be opened") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused(
            f"{path.name} n'est pas du TOML ({in_french(error)})", f"{path.name} is no TOML ({error})"
        ) from None


def parse_mapping(content: Mapping[str, Any]) -> LedgerMapping:
    """The mapping in parsed TOML; every key that is not known is refused, with those that are."""
    _only_known("", content, (*_PLACES, "columns"))
    for place, keys in _PLACES.items():
        _only_known(place, _table(content, place), keys)
    ledger, file, amounts = (_table(content, place) for place in ("ledger", "file", "amounts"))
    persons = _table(content, "persons")
    made = LedgerMapping(
        columns=_columns(_table(content, "columns")),
        buyer=_text(ledger, "ledger.buyer"),
        nomenclature=_among(_text(ledger, "ledger.nomenclature"), "ledger.nomenclature", (*NOMENCLATURES, UNKNOWN)),
        sheet=_text(file, "file.sheet"),
        header_line=_number(file, "file.header_line", None),
        header_lines=_number(file, "file.header_lines", 1) or 1,
        encoding=_among(_text(file, "file.encoding"), "file.encoding", ENCODINGS),
        delimiter=_among(_text(file, "file.delimiter"), "file.delimiter", DELIMITERS),
        decimal=_among(_text(amounts, "amounts.decimal"), "amounts.decimal", DECIMALS) or ",",
        basis=_among(_text(amounts, "amounts.basis"), "amounts.basis", BASES),
        guess_vat=_truth(amounts, "amounts.guess_vat"),
        order=_among(_text(_table(content, "dates"), "dates.order"), "dates.order", ORDERS) or "day",
        credit_values=_texts(_table(content, "credit_notes"), "credit_notes.values"),
        person_values=_texts(persons, "persons.values"),
        persons_kept=_texts(persons, "persons.keep"),
    )
    check_buyer(made.buyer, "ledger.buyer")
    return made


def check_buyer(siret: str | None, name: str) -> None:
    """Raise Trouble for a buyer that is no SIRET."""
    if siret is not None and not _SIRET.fullmatch(siret):
        raise _refused(
            f"{name} vaut « {siret} », il faut un SIRET de 14 chiffres",
            f"{name} is '{siret}', it must be a SIRET of 14 digits",
        )


def check_complete(mapping: LedgerMapping) -> None:
    """Raise Trouble for what a ledger cannot be read without: buyer, nomenclature, account and amount."""
    named = mapping.columns
    if mapping.buyer is None and "buyer_id" not in named:
        raise _refused(
            "il manque l'acheteur : écrire son SIRET dans [ledger] buyer, ou donner --buyer",
            "the buyer is missing: write its SIRET in [ledger] buyer, or give --buyer",
        )
    if mapping.nomenclature is None:
        allowed = ", ".join(NOMENCLATURES)
        raise _refused(
            "il manque la nomenclature comptable, sans laquelle un même numéro de compte se lit mal : écrire "
            f"[ledger] nomenclature, parmi {allowed}",
            "the chart of accounts is missing, without which one number is read for another: write "
            f"[ledger] nomenclature, among {allowed}",
        )
    if "account" not in named:
        raise _refused(
            "il manque la colonne du compte (account), qui dit ce qui n'est pas un achat et ne doit pas sortir",
            "the account column (account) is missing: it says what is no purchase and must not leave",
        )
    if not any(name in named for name in ("amount", "amount_ht", "amount_ttc")):
        raise _refused(
            "il manque le montant : nommer amount_ht, amount_ttc, ou amount avec [amounts] basis",
            "the amount is missing: name amount_ht, amount_ttc, or amount with [amounts] basis",
        )
    if "amount" in named and mapping.basis is None:
        raise _refused(
            'la colonne amount ne dit pas si elle est hors taxes : écrire [amounts] basis = "HT" ou "TTC"',
            'the column amount does not say its tax basis: write [amounts] basis = "HT" or "TTC"',
        )


def written(mapping: LedgerMapping, remarks: Sequence[str] = ()) -> str:
    """The mapping as TOML, with `remarks` as comments on top; read back, it is the same mapping."""
    lines = [f"# {line}" for remark in remarks for line in remark.splitlines()]
    parts: dict[str, dict[str, Any]] = {
        "ledger": {"buyer": mapping.buyer, "nomenclature": mapping.nomenclature},
        "file": {
            "sheet": mapping.sheet,
            "header_line": mapping.header_line,
            "header_lines": mapping.header_lines if mapping.header_lines != 1 else None,
            "encoding": mapping.encoding,
            "delimiter": mapping.delimiter,
        },
        "amounts": {"decimal": mapping.decimal, "basis": mapping.basis, "guess_vat": mapping.guess_vat or None},
        "dates": {"order": mapping.order},
        "credit_notes": {"values": mapping.credit_values or None},
        "persons": {"values": mapping.person_values or None, "keep": mapping.persons_kept or None},
        "columns": {name: headers[0] if len(headers) == 1 else headers for name, headers in mapping.columns.items()},
    }
    for place, entries in parts.items():
        told = {key: value for key, value in entries.items() if value is not None}
        if told:
            lines += ["", f"[{place}]", *(f"{key} = {_toml(value)}" for key, value in told.items())]
    return "\n".join(lines).strip() + "\n"


def _columns(table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    _only_known("columns", table, tuple(fields()))
    found = {name: _texts(table, f"columns.{name}") for name in table}
    joined = [name for name in found if len(found[name]) > 1 and name in (*AMOUNTS, "account", "supplier_id")]
    if joined:
        raise _refused(f"columns.{joined[0]} ne prend qu'une colonne", f"columns.{joined[0]} takes one column only")
    return {name: headers for name, headers in found.items() if headers}


def _table(content: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    found = content.get(place, {})
    if not isinstance(found, Mapping):
        raise _refused(f"[{place}] doit être une table", f"[{place}] must be a table")
    return found


def _only_known(place: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in given:
        if key not in known:
            where = f"[{place}] {key}" if place else key
            raise _refused(
                f"« {where} » n'existe pas : choisir parmi {', '.join(known)}",
                f"'{where}' does not exist: choose among {', '.join(known)}",
            )


def _text(table: Mapping[str, Any], name: str) -> str | None:
    value = table.get(name.partition(".")[2])
    if value is None or isinstance(value, str):
        return value
    raise _refused(f"{name} doit être un texte entre guillemets", f"{name} must be a text in quotes")


def _texts(table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = table.get(name.partition(".")[2], ())
    given = (value,) if isinstance(value, str) else value
    if isinstance(given, list | tuple) and all(isinstance(one, str) for one in given):
        return tuple(given)
    raise _refused(f"{name} doit être un texte ou une liste de textes", f"{name} must be a text or a list of texts")


def _number(table: Mapping[str, Any], name: str, default: int | None) -> int | None:
    value = table.get(name.partition(".")[2], default)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise _refused(f"{name} doit être un nombre entier positif", f"{name} must be a positive whole number")


def _truth(table: Mapping[str, Any], name: str) -> bool:
    value = table.get(name.partition(".")[2], False)
    if isinstance(value, bool):
        return value
    raise _refused(f"{name} vaut true ou false", f"{name} is true or false")


def _among(value: str | None, name: str, allowed: Sequence[str]) -> str | None:
    if value is None or value in allowed:
        return value
    shown = ", ".join("tab" if one == "\t" else one for one in allowed)
    raise _refused(f"{name} vaut « {value} » : choisir parmi {shown}", f"{name} is '{value}': choose among {shown}")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'
    return "[" + ", ".join(_toml(one) for one in value) + "]"


def _refused(fr: str, en: str) -> Trouble:
    return Trouble(fr=f"Correspondance : {one_line(fr)}.", en=f"Mapping: {one_line(en)}.")
