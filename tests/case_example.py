"""The worked example of a method page: the first case of the indicator's case file, laid out in French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from gisement.catalog import texts
from gisement.terms import INDEX, LOTS, PERCENT, Spread, Verdict
from tests.case_file import UNKNOWN, Case, cents, number

START, END = "<!-- exemple : premier cas de {path} -->", "<!-- fin de l'exemple -->"
HEADS = {
    "row": "Ligne",
    "contract": "Contrat",
    "buyer": "Acheteur",
    "supplier": "Titulaire",
    "date": "Notification",
    "size": "Taille",
    "new": "Nouveau",
    "siae": "SIAE",
    "adapted": "EA ou ESAT",
    "social_economy": "ESS",
    "cpv": "CPV",
    "offers": "Offres",
    "social": "Sociale",
    "social_clause": "Clause sociale",
    "social_criterion": "Critère social",
    "reserved": "Réservé",
    "environmental": "Environnementale",
    "environmental_clause": "Clause environnementale",
    "environmental_criterion": "Critère environnemental",
    "advance": "Avance",
    "subcontracting": "Sous-traitance",
    "variants": "Variantes",
    "first_of_notice": "Compte pour son avis",
    "lots": "Lots annoncés",
    "subsequent_of_listed": "Sous un accord-cadre compté",
    "place": "Établissement",
    "commune": "Commune",
    "epci": "Intercommunalité",
    "department": "Département",
    "food_family": "Famille",
    "quality": "Qualité",
    "quality_2027": "Qualité en 2027",
    "medical": "Médical",
    "concession": "Concession",
    "amount": "Montant (€)",
    "yearly": "Montant annuel (€)",
    "verdict": "Verdict",
}
MONEY = {"amount_cents": "amount", "annualised_cents": "yearly"}
LETTERS = {"part": "P", "rest": "R", "unknown": "U", "excluded": "hors définition"}
MEDICAL = {"strict": "bien médical", "wide": "service autour", UNKNOWN: "inconnu"}


def example(case: Case) -> str:
    """The block that the page holds between its two marks, table and sums."""
    path = f"tests/cases/{case.indicator.name}.yaml"
    return "\n".join([START.format(path=path), *_table(case), "", *_sums(case), "", *_results(case), END])


def _table(case: Case) -> Iterator[str]:
    columns = [field for field in HEADS if any(field in row for row in case.rows)]
    yield _line([HEADS[field] for field in columns])
    yield _line(["---:" if field in MONEY.values() else "---" for field in columns])
    for row in case.rows:
        yield _line([_cell(field, row.get(field)) for field in columns])


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(field: str, value: Any) -> str:
    if field == "verdict":
        return str(texts("fr")["verdicts"][value])
    if field == "medical" and value is not None:
        return MEDICAL[value]
    if value in (None, UNKNOWN):
        return "inconnu" if value == UNKNOWN else "–"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if field in MONEY.values():
        return _euros(cents(value) or 0)
    if field == "place":
        rings = {**texts("fr")["rings"], "france": "quelque part en France"}
        return " ou ".join(rings[ring] for ring in (value if isinstance(value, list) else [value]))
    return str(value)


def _sums(case: Case) -> Iterator[str]:
    """`P = 60 000 + 20 000 = 80 000`, one line for each verdict; rows without an amount are counted apart."""
    for verdict in Verdict.PART, Verdict.REST, Verdict.UNKNOWN, Verdict.EXCLUDED:
        of_verdict = [row for row in case.rows if row["verdict"] == verdict]
        weights = [_weight(case, row) for row in of_verdict]
        known = [weight for weight in weights if weight is not None]
        written = " + ".join(map(_euros, known)) or "0"
        total = f" = {_euros(sum(known))}" if len(known) > 1 else ""
        apart = f" (et {len(weights) - len(known)} ligne sans montant)" if len(weights) > len(known) else ""
        unit = " €" if case.indicator.is_of_money else ""
        yield f"- {LETTERS[verdict]} = {written}{total}{unit}{apart}"


def _weight(case: Case, row: Any) -> int | None:
    """What a row weighs, in hundredths of what is written."""
    if case.indicator.weight is None:
        return 100
    return cents(row.get(MONEY.get(case.indicator.weight, "lots")))


def _results(case: Case) -> Iterator[str]:
    """`value = (60 000 + 20 000) / (80 000 + 100 000) = 44,4 %`, one line for each number of the figure."""
    for name in ("value", "low", "high", "coverage"):
        spelled = case.expected[name]
        exact = number(spelled)
        if exact is None:
            is_spread = isinstance(case.indicator.kind, Spread)
            open_end = "non borné" if is_spread and name != "value" else "non borné, un montant manque"
            yield f"- `{name}` : {open_end if name == 'high' or is_spread else 'non connu'}"
            continue
        shown = _shown(case, name, exact)
        sum_spelled = str(spelled).replace(".", ",")
        is_sum = bool(re.search(r"[+/*]| - ", sum_spelled))
        yield f"- `{name}` = {sum_spelled} = {shown}" if is_sum else f"- `{name}` = {shown}"


def _shown(case: Case, name: str, exact: Fraction) -> str:
    if name == "coverage" or case.indicator.unit == PERCENT:
        return f"{float(exact * 100):.1f} %".replace(".", ",")
    if case.indicator.unit == INDEX:
        return f"{float(exact):.{INDEX.decimals}f}".replace(".", ",")
    if case.indicator.unit == LOTS:
        return f"{float(exact):.{LOTS.decimals}f}".replace(".", ",")
    return f"{_euros(int(exact * 100))} €" if case.indicator.weight else str(int(exact))


def _euros(amount_cents: int) -> str:
    whole, rest = divmod(abs(amount_cents), 100)
    sign = "-" if amount_cents < 0 else ""
    return sign + f"{whole:,}".replace(",", " ") + (f",{rest:02d}" if rest else "")
