"""PES v2 expenditure files (`PES_Aller`): payment orders sent by an authority to its accountant, masked on entry.

Only what a payment line needs is read: no bank data, no attachment, no signature. Revenue, contracts
(`PES_Marche`) and acknowledgements are refused by name. The file does not say the chart of accounts: a
mapping may (`[ledger] nomenclature`), otherwise only accounts that mean the same everywhere are judged, and
class 65 is left out whole, except software.

Source: DGFiP, protocol PES v2, domain « dépense aller » (element and code names read off real files; the
meaning of codes is to be checked against the official schemas, which may not ship).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
from lxml import etree

from gisement.sources.ledger.mapping import UNKNOWN, LedgerMapping
from gisement.sources.ledger.masked_file import is_masked
from gisement.sources.ledger.parsing import batches, create_line, line_columns
from gisement.sources.ledger.prepare import Prepared, prepare_ledger, refuse_same, write_masked
from gisement.sources.ledger.values import iso_date
from gisement.sources.xml_events import fault, local_name, xml_events
from gisement.store.unreadable import table_told
from gisement.terms import Trouble

_ROOT: Final = "PES_Aller"
_SPENDING: Final = "PES_DepenseAller"
_REFUSED: Final = {
    "PES_RecetteAller": ("des recettes", "revenue"),
    "PES_Marche": ("des marchés et non des mandats", "contracts, not payments"),
    "PES_ACQUIT": ("un accusé de réception", "an acknowledgement"),
}
_CANCELLING: Final = ("02", "03")
"""Kinds of `TypBord` that take back payments: cancellations and reductions, orders of repayment."""
_CANCELLING_PIECE: Final = "06"
_PERSONS: Final = "01"
"""`CatTiers` of natural persons, and `NatJur` of private individuals."""
_SOCIAL_SECURITY: Final = "04"
_IDENTIFIER_KINDS: Final = {
    "01": "SIRET",
    "02": "SIREN",
    "03": "FINESS",
    "05": "TVA",
    "06": "HORS-UE",
    "07": "TAHITI",
    "08": "RIDET",
    "10": "FRWF",
    "11": "IREP",
}
_LEAVING: Final = {
    "buyer_id": ("IdColl",),
    "budget": ("CodBud",),
    "account": ("Nature",),
    "function_code": ("Fonction",),
    "line_id": ("IdBord", "IdPce", "IdLigne"),
    "supplier_id": ("IdTiers",),
    "supplier_name": ("Nom", "ComplNom"),
    "supplier_postcode": ("CP",),
    "supplier_commune": ("Ville",),
    "label": ("Obj", "LibVir1", "LibVir2"),
    "fiscal_year": ("Exer",),
    "payment_date": ("DteBordEm",),
    "amount_ht": ("MtHT",),
    "amount_vat": ("MtTVA",),
    "contract_id": ("IdMarche",),
}
# A thousand billion euros and more is no amount, as in other ledgers.
_AMOUNT: Final = re.compile(r"([+-]?)(?=\.?[0-9])0*([0-9]{0,12})(?:\.([0-9]*))?")
_HELD_BACK: Final = ("CpteBancaire", "Adresse (voie)", "Civilite", "Prenom", "PES_PJ", "Signature", "TxIntMor")


def prepare_pes(
    path: Path, target: Path, mapping: LedgerMapping | None = None, *, buyer: str | None = None
) -> Prepared:
    """Write the masked file of a PES expenditure file at `target`. Raises Trouble if it is none."""
    refuse_same(path, target)
    if path.is_file() and is_masked(path):
        return prepare_ledger(path, target)
    given = mapping or LedgerMapping()
    _check_root(path)
    prepared = Prepared(leaving=_LEAVING, held_back=_HELD_BACK)
    with table_told(path.name):
        return write_masked(prepared, target, lambda to: _fill(to, path, given, buyer), given.persons_kept)


def _fill(
    connection: duckdb.DuckDBPyConnection, path: Path, mapping: LedgerMapping, buyer: str | None
) -> Iterator[None]:
    create_line(connection)
    for batch in batches(_lines(path, mapping.nomenclature or UNKNOWN, buyer or mapping.buyer)):
        kinds = {"BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "VARCHAR": pa.string()}
        columns = {
            name: pa.array([line.get(name) for line in batch], kinds[kind]) for name, kind in line_columns().items()
        }
        connection.register("given", pa.table(columns))
        connection.execute("DELETE FROM line")
        connection.execute("INSERT INTO line SELECT * FROM given")
        connection.unregister("given")
        yield


def _check_root(path: Path) -> None:
    """Refuse by name what is no expenditure."""
    domains: set[str] = set()
    try:
        with path.open("rb") as file:
            # A file may hold revenue and expenditure: it is looked through until expenditure is found. Attachments run
            # over 10 MB, hence huge; a document type, from which entities could blow up, is refused first.
            for _, element in xml_events(file, "start", is_huge=True):
                name = local_name(element)
                if not domains and element.getroottree().docinfo.internalDTD is not None:
                    raise _refusal(path, "un document qui déclare un type (DTD)", "a document with a type (DTD)")
                is_other = not domains and name != _ROOT
                domains.add(name)
                if is_other or name == _SPENDING:
                    break
    except etree.XMLSyntaxError as error:
        raise _refusal(
            path, f"du XML lisible ({fault(error)})", f"readable XML ({fault(error)})", is_not=True
        ) from None
    except OSError as error:
        raise _refusal(path, "un fichier qui s'ouvre", "a file that opens", is_not=True) from error
    if _SPENDING in domains:
        return
    fr, en = next((told for name, told in _REFUSED.items() if name in domains), ("autre chose", "something else"))
    raise _refusal(path, fr, en)


def _lines(path: Path, nomenclature: str, buyer: str | None) -> Iterator[dict[str, Any]]:
    """Every expenditure line of the file, numbered from 1."""
    header: dict[str, str] = {}
    number = 0
    try:
        with path.open("rb") as file:
            for _, element in xml_events(file, "end", ("EnTetePES", "Bordereau", "Fichier"), is_huge=True):
                if local_name(element) == "Fichier":
                    element.clear()
                elif local_name(element) == "EnTetePES":
                    header = _told(element)
                elif local_name(element.getparent()) == _SPENDING:
                    for line in _order_lines(element, header, nomenclature, buyer):
                        number += 1
                        yield {**line, "position": number}
                    element.clear()
    except etree.XMLSyntaxError as error:
        raise _refusal(
            path, f"du XML lisible ({fault(error)})", f"readable XML ({fault(error)})", is_not=True
        ) from None


def _order_lines(order: Any, header: dict[str, str], nomenclature: str, buyer: str | None) -> Iterator[dict[str, Any]]:
    about = _told(_child(order, "BlocBordereau"))
    for piece in order.iterchildren("{*}Piece"):
        on_piece = _told(_child(piece, "BlocPiece"))
        for line in piece.iterchildren("{*}LigneDePiece"):
            payee = _told(_child(line, "Tiers"))
            on_line = _told(_child(line, "BlocLignePiece"))
            yield {
                **_where(header, about, on_piece, on_line, buyer),
                **_payee(payee),
                **_amounts(about, on_piece, on_line),
                "account": on_line.get("Nature"),
                "account_kind": nomenclature,
                "function_code": on_line.get("Fonction"),
                "label": _joined(on_piece.get("Obj"), on_line.get("LibVir1"), on_line.get("LibVir2")),
                "contract_id": on_line.get("IdMarche") or on_piece.get("IdMarche"),
            }


def _where(
    header: dict[str, str], about: dict[str, str], piece: dict[str, str], line: dict[str, str], buyer: str | None
) -> dict[str, Any]:
    issued = about.get("DteBordEm") or header.get("DteStr")
    return {
        "buyer_id": buyer or header.get("IdColl"),
        "budget": header.get("CodBud"),
        "line_id": "-".join(filter(None, (about.get("IdBord"), piece.get("IdPce"), line.get("IdLigne")))) or None,
        "fiscal_year": about.get("Exer"),
        "payment_date": iso_date(issued) if issued else None,
        "date_reported": issued,
    }


def _payee(payee: dict[str, str]) -> dict[str, Any]:
    kind = payee.get("NatIdTiers")
    is_number = kind != _SOCIAL_SECURITY
    return {
        "supplier_id": payee.get("IdTiers") if is_number else None,
        "supplier_id_kind": _IDENTIFIER_KINDS.get(kind or "") if payee.get("IdTiers") else None,
        "supplier_name": _joined(payee.get("Nom"), payee.get("ComplNom")),
        "supplier_postcode": payee.get("CP"),
        "supplier_commune": payee.get("Ville"),
        "is_person": not is_number
        or payee.get("CatTiers") == _PERSONS
        or payee.get("NatJur") == _PERSONS
        or bool(payee.get("Prenom") or payee.get("Civilite")),
    }


def _amounts(about: dict[str, str], piece: dict[str, str], line: dict[str, str]) -> dict[str, Any]:
    """Cents without tax and with it; cancellations are negative whatever the sign in the file."""
    reported = line.get("MtHT")
    is_back = about.get("TypBord") in _CANCELLING or piece.get("NatPce") == _CANCELLING_PIECE
    ht, vat = (_cents(line.get(name), is_back) for name in ("MtHT", "MtTVA"))
    return {
        "amount_ht_cents": ht,
        "amount_vat_cents": vat,
        "amount_ttc_cents": None if ht is None or vat is None else ht + vat,
        "vat_rule": "computed" if ht is not None and vat is not None else "unknown",
        "amount_ht_rule": "reported" if ht is not None else None,
        "is_credit_note": is_back or (ht or 0) < 0,
        "amount_reported": reported,
    }


def _cents(text: str | None, is_back: bool) -> int | None:
    found = _AMOUNT.fullmatch((text or "").strip())
    if found is None:
        return None
    value = int(found[2] or "0") * 100 + int(((found[3] or "") + "00")[:2])
    return -value if is_back or found[1] == "-" else value


def _told(element: Any) -> dict[str, str]:
    """The value (`V`) of each element below, the first of a name winning; attachments are not looked into."""
    found: dict[str, str] = {}
    for inner in element.iter() if element is not None else ():
        value = (inner.get("V") or "").strip() if isinstance(inner.tag, str) else ""
        if value:
            found.setdefault(local_name(inner), value)
    return found


def _child(element: Any, name: str) -> Any:
    return next(element.iterchildren(f"{{*}}{name}"), None)


def _joined(*texts: str | None) -> str | None:
    return " ".join(" ".join(text.split()) for text in texts if text) or None


def _refusal(path: Path, fr: str, en: str, *, is_not: bool = False) -> Trouble:
    verb_fr, verb_en = ("n'est pas", "is not") if is_not else ("contient", "holds")
    return Trouble(
        fr=f"{path.name} {verb_fr} {fr} : donner un fichier PES_Aller de dépense.",
        en=f"{path.name} {verb_en} {en}: give a PES_Aller file of expenditure.",
    )
