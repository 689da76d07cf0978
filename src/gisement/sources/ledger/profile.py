"""What the contents of a column look like, whatever its header says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stdnum.fr import siren, siret

from gisement.sources.ledger import values
from gisement.sources.ledger.mapping import fields

_AMOUNT_COMMA: Final = re.compile(r"-?\(?-?(\d{1,3}([ .]\d{3})+|\d+)(,\d{1,4})?\)?-?")
_AMOUNT_DOT: Final = re.compile(r"-?\(?-?(\d{1,3}([ ,]\d{3})+|\d+)(\.\d+)?\)?-?")
_ACCOUNT: Final = re.compile(r"([A-Za-z]-?)?[1-7]\d{2,9}( *[-:/ ] *\D.*)?")
_SCIENTIFIC: Final = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_PADDED: Final = 14
ENOUGH: Final = 0.5
"""Share of the filled cells that must look like what the column is said to be."""


@dataclass(frozen=True)
class Column:
    """The cells of a column: how many are filled, and which share of them looks like each kind."""

    name: str
    filled: int
    shares: Mapping[str, float]
    examples: tuple[str, ...]

    def fits(self, field: str) -> float:
        """Which share of the filled cells looks like a field; 1 where it may look like anything."""
        kind = fields()[field]["looks_like"]
        return self.share(kind) if kind else 1.0

    def share(self, kind: str) -> float:
        """Which share of the filled cells is of a kind."""
        return self.shares.get(kind, 0.0)


def profile(name: str, cells: Sequence[str]) -> Column:
    """The profile of a column."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    counts = Counter(kind for cell in filled for kind in _kinds(cell))
    shares = {kind: count / len(filled) for kind, count in counts.items()}
    return Column(name, len(filled), shares, tuple(dict.fromkeys(filled))[:3])


def _kinds(cell: str) -> list[str]:
    bare = " ".join(cell.split())  # blanks of any kind, and no run of them, over which patterns would go back and forth
    digits = bare.replace(" ", "")
    found = []
    if _is_identifier(digits):
        found.append("siret")
    elif len(digits) < _PADDED:
        found += _number_kinds(bare.removesuffix("€").strip())
    if _SCIENTIFIC.fullmatch(digits):
        found.append("scientific")
    if values.iso_date(bare) or values.iso_date(bare, "month"):
        found += ["date", *_date_orders(bare)]
    if re.fullmatch(r"(19|20)\d{2}", digits):
        found.append("year")
    if re.fullmatch(r"\d{5}", digits):
        found.append("postcode")
    if sum(letter.isalpha() for letter in cell) >= 2:
        found.append("text")
    return found


def _number_kinds(bare: str) -> list[str]:
    comma, dot = _AMOUNT_COMMA.fullmatch(bare), _AMOUNT_DOT.fullmatch(bare)
    found = ["account"] if _ACCOUNT.fullmatch(bare) else []
    if comma or dot:
        found.append("amount")
    if comma and "," in bare and not dot:
        found.append("comma")
    if dot and "." in bare and not comma:
        found.append("dot")
    if (comma or dot) and bare.startswith(("-", "(")):
        found.append("negative")
    return found


def _date_orders(bare: str) -> list[str]:
    found = re.match(r"(\d{1,2})\D(\d{1,2})\D", bare)
    if not found:
        return []
    return ["day_first"] * (int(found[1]) > 12) + ["month_first"] * (int(found[2]) > 12)


def _is_identifier(digits: str) -> bool:
    if not digits.isdigit():
        return False
    padded = digits.rjust(_PADDED, "0") if len(digits) in (12, 13) else digits
    return (len(padded) == _PADDED and bool(siret.is_valid(padded) or siren.is_valid(padded[:9]))) or (
        len(digits) == 9 and bool(siren.is_valid(digits))
    )
