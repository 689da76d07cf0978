"""Case files: `cases/<indicator>.yaml` rows, options, expected verdicts and sums spelled out.

A case is written to be read by a buyer. What a row does not say is filled in as follows:

- its buyer is in the territory (`in_territory: false` or `unknown` says otherwise), basis `contract`;
- it is no concession, no subsequent contract of a known framework, no payment to a partner, no medical good;
- its amount, supplier, size, CPV, date, number of offers are unknown (null), as `unknown` says plainly;
- its supplier's place is unknown: anywhere from the commune to the world. `place` names a ring (`epci`:
  inside the EPCI ring and no narrower one), `france` (the identifier is French, no more), or two rings
  `[epci, department]` (only the department is known, and it holds communes of both);
- `commune`, `epci` and `department` are the codes of the supplier's areas, as far as they are known;
- rows of one `contract` are its holders: their amounts are the shares already allotted, and are DERIVED; `yearly` is
  the amount of a row brought to a year.

A consideration (`social_clause`, `reserved`…) is `oui`, `aucune` (declared), `unknown` or `non demandée` (a record of the
2019 format has no such field); what a row does not say is unknown.

A food purchase has a `food_family` (of ma cantine) and a `quality`, under the labels of its day, which is that of 2027 too unless
`quality_2027` says otherwise: `bio`, `siqo`, `autre`, `critère`, `aucune` or `unknown`.

`medical` is `strict` (a good), `wide` (a service around such goods) or `unknown` (no CPV code).
An expected number may be spelled out: `(60 000 + 20 000) / 180 000`; it is computed exactly, then compared.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from gisement.catalog import tables
from gisement.indicators import INDICATORS
from gisement.terms import Indicator, Ring
from tests.yaml_file import read_yaml

CASES = Path(__file__).parent / "cases"
BY_NAME: Mapping[str, Indicator] = {indicator.name: indicator for indicator in INDICATORS}
HOME = "epci:200069854"
UNKNOWN = "unknown"
OUTSIDE = "outside"

Row = Mapping[str, Any]
_RINGS = {ring.name.lower(): int(ring) for ring in Ring}
_MEDICAL = {None: (False, False), "strict": (True, True), "wide": (False, True), UNKNOWN: (None, None)}
_PLAIN = {
    "supplier": "supplier_id",
    "size": "size_class",
    "new": "is_new_supplier",
    "cpv": "cpv_code",
    "date": "notification_date",
    "offers": "offers_count",
    "family": "family",
    "segment": "segment",
    "buyer": "buyer_id",
    "siae": "is_siae",
    "adapted": "is_adapted",
    "social_economy": "is_social_economy",
    "advance": "has_advance",
    "subcontracting": "has_subcontracting",
    "variants": "has_variants_allowed",
    "lots": "announced_lots_count",
    "first_of_notice": "is_first_of_notice",
    "food_family": "food_family",
    "commune": "supplier_commune_code",
    "epci": "supplier_epci_code",
    "department": "supplier_department_code",
}
_QUALITIES = {
    "bio": "organic",
    "siqo": "siqo",
    "autre": "other",
    "critère": "criteria",
    "aucune": "none",
    UNKNOWN: None,
}
_STATES = {
    "social": "social_state",
    "social_clause": "social_clause_state",
    "social_criterion": "social_criterion_state",
    "reserved": "reserved_state",
    "environmental": "environmental_state",
    "environmental_clause": "environmental_clause_state",
    "environmental_criterion": "environmental_criterion_state",
}
_STATED = {"oui": "yes", "aucune": "none", "non demandée": "not_collected", UNKNOWN: UNKNOWN}
FIELDS = {
    "row",
    "verdict",
    "contract",
    "amount",
    "yearly",
    "place",
    "head_office",
    "medical",
    "concession",
    *_PLAIN,
    *_STATES,
}
FIELDS |= {"quality", "quality_2027"}
FIELDS |= {"partner", "subsequent_of_known", "subsequent_of_listed", "in_territory", "basis"}


@dataclass(frozen=True)
class Case:
    """One case: rows, options and filters, and what is expected of them."""

    indicator: Indicator
    name: str
    territory: str
    options: Mapping[str, str]
    where: Mapping[str, tuple[str, ...]]
    rows: tuple[Row, ...]
    expected: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How a test names it."""
        return f"{self.indicator.name}: {self.name}"


def cases(name: str) -> list[Case]:
    """The cases of an indicator, in the order of its file."""
    content = read_yaml(CASES / f"{name}.yaml")
    return [_case(BY_NAME[content["indicator"]], entry) for entry in content["cases"]]


def _case(indicator: Indicator, entry: Mapping[str, Any]) -> Case:
    where = {key: tuple(str(value).split(",")) for key, value in entry.get("where", {}).items()}
    rows = tuple(entry["rows"])
    unknown = {field for row in rows for field in row} - FIELDS
    assert not unknown, f"{indicator.name}: {entry['case']}: fields that no row has: {unknown}"
    return Case(
        indicator,
        entry["case"],
        entry.get("territory", HOME),
        entry.get("options", {}),
        where,
        rows,
        entry["expected"],
    )


# --- numbers spelled out ------------------------------------------------------------------------------------

_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def number(spelled: object) -> Fraction | None:
    """The exact value of `80 000 / 180 000`, `0.1` or `12`; None of null."""
    if spelled is None:
        return None
    text = re.sub(r"(?<=\d) (?=\d{3}\b)", "", str(spelled))
    return _value(ast.parse(text, mode="eval").body, text)


def _value(node: ast.expr, text: str) -> Fraction:
    if isinstance(node, ast.BinOp):
        operation = _OPERATIONS[type(node.op)]
        return Fraction(operation(_value(node.left, text), _value(node.right, text)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, text)
    assert isinstance(node, ast.Constant), f"not a sum: {text}"
    return Fraction(ast.get_source_segment(text, node) or "")


def cents(euros: object) -> int | None:
    """Whole cents of an amount in euros; None where it is unknown."""
    if euros in (None, UNKNOWN):
        return None
    exact = number(euros)
    assert exact is not None
    assert (exact * 100).denominator == 1, f"{euros}: an amount has whole cents"
    return int(exact * 100)


# --- rows of a table ----------------------------------------------------------------------------------------


def keys(case: Case) -> list[str]:
    """The key of each row, in order."""
    return [f"{position:04d}" for position, _ in enumerate(case.rows, 1)]


def table_rows(case: Case) -> Iterator[dict[str, Any]]:
    """The rows of a case with every column of the indicator's table."""
    schema = tables()[case.indicator.table].schema
    key = tables()[case.indicator.table].key[0]
    for name, row in zip(keys(case), case.rows, strict=True):
        filled = _facts(row) | _holders(row, case.rows) | {key: name}
        yield {column: filled.get(column) for column in schema}


def _facts(row: Row) -> dict[str, Any]:
    medical, medical_wide = _MEDICAL[row.get("medical")]
    known = {column: _known(row.get(field)) for field, column in _PLAIN.items()}
    date = known["notification_date"]
    states = {column: _STATED[row.get(field, UNKNOWN)] for field, column in _STATES.items()}
    return (
        known
        | states
        | {
            "basis": row.get("basis", "contract"),
            "buyer_id": row.get("buyer", "acheteur"),
            "is_buyer_in_territory": _known(row.get("in_territory", True)),
            "is_concession": row.get("concession", False),
            "is_subsequent_of_known": row.get("subsequent_of_known", False),
            "is_subsequent_of_listed": row.get("subsequent_of_listed", row.get("subsequent_of_known", False)),
            "is_between_partners": row.get("partner", False),
            "purchase_date": date,
            "food_quality": _QUALITIES[row.get("quality", UNKNOWN)],
            "food_quality_2027": _QUALITIES[row.get("quality_2027", row.get("quality", UNKNOWN))],
            "is_medical": medical,
            "is_medical_wide": medical_wide,
            "amount_cents": cents(row.get("amount")),
            "annualised_cents": cents(row.get("yearly")),
            "year": None if date is None else int(str(date)[:4]),
            "month": None if date is None else int(str(date)[5:7]),
        }
    )


def _known(value: Any) -> Any:
    return None if value == UNKNOWN else value


def _holders(row: Row, rows: Sequence[Row]) -> dict[str, Any]:
    """Ring bounds of the supplier, and of the nearest and farthest of all holders of its contract."""
    together = [row] if row.get("contract") is None else [r for r in rows if r.get("contract") == row["contract"]]
    found: dict[str, Any] = {"amount_level": "derived" if len(together) > 1 else "observed"}
    found |= {"contract_key": row.get("contract"), "holders_count": len(together)}
    for basis, field in (("establishment", "place"), ("head_office", "head_office")):
        nearest, farthest = zip(*(_bounds(holder.get(field, UNKNOWN)) for holder in together), strict=True)
        found[f"{basis}_nearest"], found[f"{basis}_farthest"] = _bounds(row.get(field, UNKNOWN))
        found[f"{basis}_any_nearest"], found[f"{basis}_any_farthest"] = min(nearest), min(farthest)
        found[f"{basis}_all_nearest"], found[f"{basis}_all_farthest"] = max(nearest), max(farthest)
    return found


def _bounds(place: Any) -> tuple[int, int]:
    if isinstance(place, list):
        return _RINGS[place[0]], _RINGS[place[1]]
    narrowest = int(Ring.COMMUNE)
    return {UNKNOWN: (narrowest, int(Ring.WORLD)), "france": (narrowest, int(Ring.COUNTRY))}.get(place) or (
        _RINGS[place],
        _RINGS[place],
    )
