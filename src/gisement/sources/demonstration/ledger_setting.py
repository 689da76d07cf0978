"""The setting of the ledgers: who keeps which, in which software, and the account of each purchase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from gisement.catalog.segments import segment_definitions, segment_evidence, segments
from gisement.catalog.tables import read_csv
from gisement.sources.ledger.rules import drop_reason, guessed_rate

VAGUE = "6288"
"""« Autres », in every chart of accounts: where no account names the segment."""


@dataclass(frozen=True)
class LedgerOf:
    """The ledger of a buyer: lines a year at full size, its layout, and its first year (None: it gives none)."""

    buyer: str
    lines: int
    nomenclature: str
    layout: str
    first_year: int | None


@dataclass(frozen=True)
class OtherLine:
    """A line that is no purchase (staff, grants, debt…), as a share of all lines of the ledger."""

    account: str
    reason: str
    share: float
    label: str


@cache
def ledgers() -> Mapping[str, LedgerOf]:
    """The ledger of each buyer, by the buyer's identifier."""
    return {
        row["buyer_id"]: LedgerOf(
            row["buyer_id"], int(row["payment_lines_per_year"]), row["nomenclature"], row["layout"],
            int(row["first_year"]) if row["first_year"] else None,
        )
        for row in read_csv("demonstration/ledgers.csv")
    }  # fmt: skip


@cache
def other_lines(nomenclature: str) -> Sequence[OtherLine]:
    """What else a ledger of this chart of accounts holds."""
    return [
        OtherLine(row["account"], row["reason"], float(row["share_of_lines"]), row["label"])
        for row in read_csv("demonstration/non_purchase_lines.csv")
        if row["nomenclature"] == nomenclature
    ]


@cache
def account(nomenclature: str, segment: str) -> str:
    """The account of a purchase: one that leads to its segment, else a vague one of its family, else « Autres ».

    A medical good without an account of its own is on one of another medical good.
    """
    akin = [name for name in segments() if segments()[name]["family_id"] == segments()[segment]["family_id"]]
    standings = ("specific", "default") if is_medical(segment) else ("default",)
    found = [_account(nomenclature, segment, ("specific", "default"))]
    found += [_account(nomenclature, name, standings) for name in akin]
    return next((number for number in found if number), VAGUE)


@cache
def vat_rate(nomenclature: str, number: str) -> int:
    """The usual VAT rate of an account, per thousand."""
    return guessed_rate(nomenclature, number)


@cache
def nacres_code(segment: str) -> str:
    """A NACRES code that leads to the segment, else to another one of its family."""
    akin = [name for name in segments() if segments()[name]["family_id"] == segments()[segment]["family_id"]]
    return next(code for name in (segment, *akin) if (code := _nacres_code(name)))


def _nacres_code(segment: str) -> str:
    for row in _evidence():
        if row["evidence"] == "nacres" and row["segment"] == segment:
            prefix = str(row["prefix"])
            for code in [prefix] if len(prefix) > 2 else [f"{prefix}{number}" for number in range(9, 100)]:
                if _leads(code, "nacres", str(row["nomenclature"])) == segment:
                    return f"{code[:2]}.{code[2:]}"
    return ""


def is_medical(segment: str) -> bool:
    """Whether a segment is of medical or pharmaceutical goods."""
    return bool(_definitions()[segment]["is_medical"])


def _account(nomenclature: str, segment: str, standings: Sequence[str]) -> str | None:
    own = [row for row in _accounts().get((nomenclature, segment), ()) if row["standing"] in standings]
    for row in sorted(own, key=lambda row: (row["standing"] != "specific", str(row["prefix"]))):
        number = str(row["prefix"])
        if drop_reason(nomenclature, number) is None and len(number) > 2:
            return number
    return None


def _leads(code: str, evidence: str, nomenclature: str) -> str | None:
    known = {
        str(row["prefix"]): str(row["segment"])
        for row in _evidence()
        if row["evidence"] == evidence and row["nomenclature"] == nomenclature
    }
    return next((known[code[:size]] for size in range(len(code), 0, -1) if code[:size] in known), None)


@cache
def _accounts() -> Mapping[tuple[str, str], Sequence[Mapping[str, object]]]:
    """What is known of accounts, by chart of accounts and segment."""
    found: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for row in _evidence():
        if row["evidence"] == "account":
            found.setdefault((str(row["nomenclature"]), str(row["segment"])), []).append(row)
    return found


@cache
def _evidence() -> Sequence[Mapping[str, object]]:
    return segment_evidence()


@cache
def _definitions() -> Mapping[str, Mapping[str, object]]:
    return {str(row["segment"]): row for row in segment_definitions()}
