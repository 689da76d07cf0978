"""The diagnosis of a territory: every figure of it, and how they are told in the terminal, the sentence first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gisement.catalog import indicator_texts, texts
from gisement.catalog.few import is_few
from gisement.engine import Observatory
from gisement.pipeline import indicator_named, shown_at
from gisement.publish import format
from gisement.publish.caution import cautions, invented
from gisement.publish.component import program, rows_command, shown
from gisement.publish.labels import label
from gisement.publish.layout import Column, show_table, tell
from gisement.publish.places import Places, places_of
from gisement.studies.checks import Checks
from gisement.studies.unplaced import unplaced_contracts
from gisement.terms import Figure, Origin, Perimeter

BUYERS_SHOWN, BAR = 15, 10
PLACE_WORDS = {"establishment": "À l'adresse de l'établissement", "head_office": "Au siège de l'entreprise"}
MEDICAL_WORDS = {"excluded": "sans les matériels médicaux", "included": "matériels médicaux compris"}
NOT_KNOWN = {"year": "Sans date connue", "family": "Besoin non connu"}


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
    places, buyers, headline = places_of(observatory.territory), _by(observatory, "buyer"), _alone(observatory)
    checks = Checks(observatory.workspace)
    found = tuple(RuleCount(row["rule"], row["action"], row["findings"]) for row in checks.findings_by_rule())
    checks.connection.close()
    return Diagnosis(
        places=places,
        headline=headline,
        spend=_alone(observatory, "total_spend"),
        contracts=_alone(observatory, "contracts"),
        rings=tuple(Line(name, _alone(observatory, ring=ring)) for ring, name in places.rings.items()),
        readings=tuple(
            Line(f"{by_place}, {with_medical}", _alone(observatory, place=place, medical=medical))
            for place, by_place in PLACE_WORDS.items()
            for medical, with_medical in MEDICAL_WORDS.items()
        ),
        by_year=tuple(sorted(_by(observatory, "year"), key=lambda line: line.label)),
        by_family=_largest_first(_by(observatory, "family")),
        by_buyer=_largest_first(buyers)[:BUYERS_SHOWN],
        hidden_buyers=len(buyers[BUYERS_SHOWN:]),
        suppliers=tuple(_titled(observatory, name) for name in shown_at("diagnosis/suppliers")),
        coverage=tuple(_titled(observatory, name) for name in shown_at("report/known")),
        findings=found,
        origins=headline.origins,
        notice=invented(headline.origins),
        cautions=tuple(cautions(headline, unplaced_contracts(observatory))),
    )


def _alone(observatory: Observatory, name: str = "local_share", **options: str) -> Figure:
    return observatory.measure(indicator_named(name), Perimeter(options=options))[0]


def _titled(observatory: Observatory, name: str) -> Line:
    figure = _alone(observatory, name)
    return Line(str(indicator_texts(name, basis=figure.basis)["title"]), figure)


def _by(observatory: Observatory, key: str) -> list[Line]:
    """One line per group: its local share, and its amount over the same purchases."""
    spend, share = indicator_named("total_spend"), indicator_named("local_share")
    amounts = {f.group[key]: f for f in observatory.measure(spend, Perimeter(options={"medical": "included"}), (key,))}
    return [
        Line(_label(figure, key), figure, amounts.get(figure.group[key]))
        for figure in observatory.measure(share, Perimeter(), (key,))
    ]


def _label(figure: Figure, key: str) -> str:
    value = figure.group[key]
    return NOT_KNOWN.get(key, "Non connu") if value is None else label(figure, key) or str(value)


def _largest_first(lines: Sequence[Line]) -> tuple[Line, ...]:
    def weight(line: Line) -> float:
        amount = line.beside.value if line.beside else None
        return -1.0 if amount is None else amount

    return tuple(sorted(lines, key=lambda line: (-weight(line), line.label)))


def show(diagnosis: Diagnosis, workspace: str = "", *, whole: bool = True) -> None:
    """Print the diagnosis, or what a screen holds of it; commands to type next name the workspace."""
    headline = f"{format.harmless(diagnosis.places.territory)} : {sentence(diagnosis)}"
    for text in (_notice(diagnosis), headline, *diagnosis.cautions):
        if text:
            tell(text)
            print()
    whole_figures = (Line(shown(figure).title, figure) for figure in (diagnosis.spend, diagnosis.contracts))
    _print("En bref", (*whole_figures, *diagnosis.suppliers))
    _print("Jusqu'où va l'argent, hors médical", diagnosis.rings)
    if whole:
        _print("La même part, comptée autrement", diagnosis.readings)
    _print("Part locale par année", diagnosis.by_year)
    if not whole:
        print(f"Tout le diagnostic : {program(workspace)} diagnosis")
        return
    _print("Part locale par famille d'achats", diagnosis.by_family)
    _print("Part locale par acheteur", diagnosis.by_buyer)
    if diagnosis.hidden_buyers:
        others = format.counted(diagnosis.hidden_buyers, "autre acheteur", "autres acheteurs")
        print(f"Et {others}, d'un montant moindre : {program(workspace)} measure local_share --by buyer\n")
    _print("Ce que les données disent", diagnosis.coverage)
    if diagnosis.findings:
        _findings(diagnosis)
    print(f"Définitions : {program(workspace)} indicators")
    print(f"Lignes derrière la phrase : {rows_command(diagnosis.headline, workspace)}")


def sentence(diagnosis: Diagnosis) -> str:
    """The headline: « Sur 100 € de commande publique hors médical, 50 € vont à des fournisseurs… »."""
    figure = diagnosis.headline
    value, low, high = (format.per_hundred(part) for part in (figure.value, figure.low, figure.high))
    if figure.value is None:
        return "La part locale de la commande publique n'est pas connue : aucun montant ne peut être situé."
    if is_few(figure):
        return (
            f"{format.part_of(figure)} de commande publique hors médical vont à des fournisseurs "
            f"{diagnosis.places.of_department} ({format.value(figure)}, {format.bounds(figure)})."
        )
    return (
        f"Sur 100{format.SPACE}€ de commande publique hors médical, {value}{format.SPACE}€ "
        f"vont à des fournisseurs {diagnosis.places.of_department} "
        f"(entre {low} et {high} selon ce que l'on ignore)."
    )


def _notice(diagnosis: Diagnosis) -> str:
    """What must be said of invented data; empty for real ones."""
    told = diagnosis.notice
    return f"{told['notice']}. {told['explanation']}" if told else ""


def _print(title: str, lines: Sequence[Line]) -> None:
    """One table, with a bar beside each share, and amounts where the lines have them."""
    has_amounts = any(line.beside for line in lines)
    columns = [Column(title.replace(" ", format.SPACE)), Column(""), Column("Valeur", True), Column("Bornes", True)]
    columns += [Column("Montant", True)] if has_amounts else []
    rows = []
    for line in lines:
        told = shown(line.figure, line.label)
        bar = _bar(told.value_at if line.figure.unit == "percent" else None)
        amount = [shown(line.beside).value if line.beside else ""] if has_amounts else []
        bounds = format.span(line.figure) if told.bounds else ""
        rows.append([format.harmless(line.label), bar, told.value, bounds, *amount])
    show_table(columns, rows)
    print()


def _bar(place: float | None) -> str:
    filled = 0 if place is None else round(place * BAR / 100)
    return "" if place is None else "█" * filled + "░" * (BAR - filled)


def _findings(diagnosis: Diagnosis) -> None:
    """What was found in the files, how often, and what was done."""
    columns = [Column("Cas", True), Column("Trouvé dans les fichiers (« gisement check »)"), Column("Suite donnée")]
    words = texts()
    rows = [
        [
            format.number(found.count),
            str(words["findings"].get(found.rule, found.rule)),
            str(words["actions"].get(found.action, found.action)),
        ]
        for found in diagnosis.findings
    ]
    show_table(columns, rows)
    print()
