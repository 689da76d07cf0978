"""Collects every figure of the diagnosis: measured by the engine, only ordered and named here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gisement.catalog import indicator_texts
from gisement.catalog.segments import families
from gisement.engine import Observatory
from gisement.pipeline import INDICATORS, shown_at
from gisement.publish.caution import cautions, invented
from gisement.publish.places import Places, places_of
from gisement.studies.checks import Checks
from gisement.studies.unplaced import unplaced_contracts
from gisement.terms import Figure, Indicator, Origin, Perimeter, Verdict

BUYERS_SHOWN = 15
PLACE_WORDS = {"establishment": "À l'adresse de l'établissement", "head_office": "Au siège de l'entreprise"}
MEDICAL_WORDS = {"excluded": "sans les matériels médicaux", "included": "matériels médicaux compris"}


@dataclass(frozen=True)
class Line:
    """A figure with the name of its row; `beside` is a second figure of the same group (its amount)."""

    label: str
    figure: Figure
    beside: Figure | None = None


@dataclass(frozen=True)
class RuleCount:
    """How many findings a rule made, and what was done (`kept`, `repaired`, `nulled`, …)."""

    rule: str
    action: str
    count: int


@dataclass(frozen=True)
class Diagnosis:
    """Everything that the diagnosis shows: figures, names, sources; `notice` is empty for real data.

    `readings` are the headline counted in four ways (place × medical goods); `hidden_buyers` says how many
    buyers are not listed because they come after the largest ones; `cautions`, what to know before believing the
    headline.
    """

    places: Places
    headline: Figure
    spend: Figure
    contracts: Figure
    rings: tuple[Line, ...]
    readings: tuple[Line, ...]
    by_year: tuple[Line, ...]
    by_family: tuple[Line, ...]
    by_buyer: tuple[Line, ...]
    hidden_buyers: int
    suppliers: tuple[Line, ...]
    coverage: tuple[Line, ...]
    findings: tuple[RuleCount, ...]
    origins: tuple[Origin, ...]
    notice: Mapping[str, str]
    cautions: tuple[str, ...] = ()


def diagnose(observatory: Observatory) -> Diagnosis:
    """The diagnosis of a built workspace. Raises Trouble if a table that it needs is not built."""
    known = {indicator.name: indicator for indicator in INDICATORS}
    share, spend, contracts = (known[name] for name in ("local_share", "total_spend", "contracts"))
    places = places_of(observatory.territory)
    buyers = _by(observatory, share, spend, "buyer")
    headline = _alone(observatory, share)
    return Diagnosis(
        places=places,
        headline=headline,
        spend=_alone(observatory, spend),
        contracts=_alone(observatory, contracts),
        rings=tuple(Line(name, _alone(observatory, share, ring=ring)) for ring, name in places.rings.items()),
        readings=_readings(observatory, share),
        by_year=tuple(sorted(_by(observatory, share, spend, "year"), key=lambda line: line.label)),
        by_family=_largest_first(_by(observatory, share, spend, "family")),
        by_buyer=_largest_first(buyers)[:BUYERS_SHOWN],
        hidden_buyers=len(buyers[BUYERS_SHOWN:]),
        suppliers=tuple(_titled(observatory, known[name]) for name in shown_at("diagnosis/suppliers")),
        coverage=tuple(_titled(observatory, known[name]) for name in shown_at("report/known")),
        findings=_findings(observatory),
        origins=headline.origins,
        notice=invented(headline.origins),
        cautions=tuple(cautions(headline, unplaced_contracts(observatory))),
    )


def _alone(observatory: Observatory, indicator: Indicator, **options: str) -> Figure:
    return observatory.measure(indicator, Perimeter(options=options))[0]


def _titled(observatory: Observatory, indicator: Indicator) -> Line:
    figure = _alone(observatory, indicator)
    return Line(str(indicator_texts(indicator.name, basis=figure.basis)["title"]), figure)


def _readings(observatory: Observatory, share: Indicator) -> tuple[Line, ...]:
    """The same share counted otherwise: place of the supplier × medical goods."""
    return tuple(
        Line(
            f"{PLACE_WORDS[place]}, {MEDICAL_WORDS[medical]}",
            _alone(observatory, share, place=place, medical=medical),
        )
        for place in PLACE_WORDS
        for medical in MEDICAL_WORDS
    )


def _by(observatory: Observatory, share: Indicator, spend: Indicator, key: str) -> list[Line]:
    """One line per group: its share, and its amount over the same purchases."""
    amounts = {f.group[key]: f for f in observatory.measure(spend, Perimeter(options={"medical": "included"}), (key,))}
    shares = observatory.measure(share, Perimeter(), (key,))
    return [Line(_label(observatory, key, f.group[key]), f, amounts.get(f.group[key])) for f in shares]


def _label(observatory: Observatory, key: str, value: Any) -> str:
    if value is None:
        return {"year": "Sans date connue", "family": "Besoin non connu"}.get(key, "Non connu")
    if key == "family":
        return families()[value]["family_fr"]
    return _buyer_name(observatory, str(value)) if key == "buyer" else str(value)


def _buyer_name(observatory: Observatory, buyer: str) -> str:
    """The name that the rows of a buyer give; its identifier where they give none."""
    contracts = next(indicator for indicator in INDICATORS if indicator.name == "contracts")
    rows = observatory.rows(contracts, Perimeter({"buyer": (buyer,)}), Verdict.PART)
    return next((str(row["buyer_name"]) for row in rows if row["buyer_name"]), buyer)


def _largest_first(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (-_weight(line), line.label)))


def _weight(line: Line) -> float:
    amount = line.beside.value if line.beside else None
    return -1.0 if amount is None else amount


def _findings(observatory: Observatory) -> tuple[RuleCount, ...]:
    """Findings by rule, the most frequent first."""
    checks = Checks(observatory.workspace)
    counted = tuple(RuleCount(row["rule"], row["action"], row["findings"]) for row in checks.findings_by_rule())
    checks.connection.close()
    return counted
