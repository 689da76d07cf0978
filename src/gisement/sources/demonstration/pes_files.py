"""The ledger of one buyer as PES v2 expenditure flows (`PES_Aller`), one order of payments a month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np

from gisement.sources.demonstration.chance import Integers
from gisement.sources.demonstration.ledger_faults import CREDIT_NOTE, SOLE_TRADER
from gisement.sources.demonstration.ledger_files import NOTICE, places_of
from gisement.sources.demonstration.ledger_texts import FICTIVE, UNREAD, Spelling, Texts, others
from gisement.sources.demonstration.setting import Buyer

SPELLING = Spelling(".", "%Y-%m-%d", is_absolute=True)
_NAMESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
_FIELDS = ("order", "day", "account", "supplier_name", "siret", "postcode", "commune", "label", "ht", "tax", "contract")
_ORDINARY, _CANCELLING = "01", "02"
_SIRET_KIND, _FIRM, _PERSON = "01", "50", "01"


def write_pes(path: Path, buyer: Buyer, texts: Texts, years: Sequence[int]) -> Path:
    """Write the payments of these years; credit notes come in orders of their own, which cancel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="iso-8859-1", errors="xmlcharrefreplace", newline="\n") as file:
        file.write(f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<!-- {NOTICE} -->\n')
        file.write(f'<n:PES_Aller xmlns:n="{_NAMESPACE}"><EnTetePES><DteStr V="{years[-1]}-12-31"/>')
        file.write(f'<IdColl V="{buyer.siret}"/><CodBud V="00"/><LibelleColl V={quoteattr(buyer.name)}/></EnTetePES>\n')
        file.write("<PES_DepenseAller>\n")
        for year in years:
            for number, order in enumerate(_orders(buyer, texts, year), 1):
                file.write(_order(year, number, *order))
        file.write("</PES_DepenseAller></n:PES_Aller>\n")
    return path


Line = Mapping[str, Any]


def _orders(buyer: Buyer, texts: Texts, year: int) -> Iterator[tuple[str, str, list[Line]]]:
    """Kind, day and lines of each order: one a month, those that cancel apart, what is no purchase at last."""
    places = places_of(texts.books, buyer, year)
    is_credit = texts.books.struck[CREDIT_NOTE][places]
    months = texts.of(places, Spelling(day="%m"), "day").to_pylist()
    for month in sorted(set(months)):
        of_month = np.array([one == month for one in months], dtype=bool)
        for kind, chosen in ((_ORDINARY, ~is_credit), (_CANCELLING, is_credit)):
            lines = _lines(texts, places[of_month & chosen])
            if lines:
                yield kind, f"{year}-{month}-28", lines
    rank = [one.identifier for one in texts.books.buyers].index(buyer.identifier)
    more = others(texts, rank, year, SPELLING)
    yield _ORDINARY, f"{year}-12-28", _rows({name: column.to_pylist() for name, column in more.items()})


def _lines(texts: Texts, places: Integers) -> list[Line]:
    columns = {name: texts.of(places, SPELLING, name).to_pylist() for name in _FIELDS}
    books = texts.books
    kinds = [
        rank < len(books.suppliers) and books.suppliers[rank].legal_category == SOLE_TRADER
        for rank in books.lines.supplier[places]
    ]
    return _rows({**columns, "is_person": kinds})


def _rows(columns: Mapping[str, Sequence[Any]]) -> list[Line]:
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _order(year: int, number: int, kind: str, day: str, lines: Sequence[Line]) -> str:
    pieces = "".join(_piece(line) for line in lines)
    return (
        f'<Bordereau><BlocBordereau><Exer V="{year}"/><IdBord V="{number}"/><DteBordEm V="{day}"/><TypBord V="{kind}"/>'
        f"</BlocBordereau>\n{pieces}</Bordereau>\n"
    )


def _piece(line: Line) -> str:
    """One payment order line; an amount that cannot be read is a word, as elsewhere."""
    contract = line.get("contract")
    link = f"<LiensIdent><IdMarche V={quoteattr(contract)}/></LiensIdent>" if contract else ""
    tax = "" if line["tax"] == UNREAD else f'<MtTVA V="{line["tax"]}"/>'
    return (
        f'<Piece><BlocPiece><InfoPce><IdPce V="{line["order"]}"/><NatPce V="01"/><Obj V={quoteattr(FICTIVE)}/>'
        f'</InfoPce></BlocPiece><LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="1"/>'
        f'<Nature V="{line["account"]}"/>'
        f"<LibVir1 V={quoteattr(line['label'])}/><MtHT V={quoteattr(line['ht'])}/>{tax}</InfoLignePce>{link}"
        f"</BlocLignePiece><Tiers>{_payee(line)}</Tiers></LigneDePiece></Piece>\n"
    )


def _payee(line: Line) -> str:
    number = f'<IdTiers V="{line["siret"]}"/><NatIdTiers V="{_SIRET_KIND}"/>' if line.get("siret") else ""
    kind = _PERSON if line.get("is_person") else _FIRM
    place = f'<CP V="{line.get("postcode", "")}"/><Ville V={quoteattr(line.get("commune", ""))}/>'
    return (
        f'<InfoTiers>{number}<CatTiers V="{kind}"/><Nom V={quoteattr(line["supplier_name"])}/></InfoTiers>'
        f"<Adresse>{place}</Adresse>"
    )
