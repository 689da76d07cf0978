"""`report spaser`: the indicators that a plan for responsible purchasing publishes, its targets, what is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gisement.catalog import report_texts, texts
from gisement.catalog.insertion_publics import insertion_publics
from gisement.catalog.rules import legal_texts
from gisement.pipeline import RULES, indicator_named, perimeter_of, shown_at
from gisement.publish.reports import chapters
from gisement.publish.reports.chapters import said, table
from gisement.publish.reports.document import (
    Block,
    Bullets,
    Cover,
    Heading,
    Line,
    Paragraph,
    Report,
    Tally,
    Tiles,
    WordTable,
)
from gisement.publish.reports.laying import quoting
from gisement.publish.reports.quality import annexes
from gisement.publish.reports.reading import Reading, year_range
from gisement.publish.words import clauses as hours_told
from gisement.publish.words import law as law_told
from gisement.publish.words import targets as told
from gisement.studies.insertion_hours import execution
from gisement.studies.law import outcomes
from gisement.studies.strengths import partner_names
from gisement.studies.targets import Progress, progress
from gisement.studies.trajectory import course
from gisement.terms import Figure, Outcome, Perimeter, Rule

ANSWERS = (Outcome.MET, Outcome.NOT_MET, Outcome.INDETERMINABLE, Outcome.NOT_APPLICABLE)
RESPONSIBLE = ("pnad_social_count_share", "pnad_environmental_count_share")


def spaser(reading: Reading) -> Report:
    """What the plan owes to the public: real rates, targets, hours, method, limits."""
    words = report_texts()["spaser"]
    return reading.report(
        "spaser",
        _cover(reading),
        blocks=(
            Heading(1, words["duty"], is_apart=False),
            Paragraph(quoting(words["duty_text"], {"article": legal_texts()["spaser"].text})),
            said(reading, "spaser", "duty_check"),
            *_rates(reading),
            *_targets(reading),
            *_inclusive(reading),
            *_hours(reading),
            *_law(reading),
            Heading(1, words["unknown"], is_apart=False),
            Bullets(tuple(quoting(text, chapters.words_of(reading)) for text in words["limits"])),
            *annexes(reading),
        ),
        contents=False,
    )


def _cover(reading: Reading) -> Cover:
    words = report_texts()["spaser"]
    years = year_range(reading.lines("pnad_social_count_share", "year"))
    year = _latest(reading)
    social, environmental = (reading.figure(name, **year) for name in RESPONSIBLE)
    reserved = reading.figure("reserved_count_share", **year)
    return Cover(
        title=words["title"],
        subtitle=words["subtitle"].format(territory=reading.places.territory, years=years),
        headline=quoting(words["headline"], {"year": year.get("year", "")}, social=social, env=environmental),
        picture=None,
        legend=None,
        tiles=Tiles((
            Line(_of_year(words["tile_social"], year), (social,)),
            Line(_of_year(words["tile_environmental"], year), (environmental,)),
            Line(_of_year(words["tile_reserved"], year), (reserved,)),
        )),
    )  # fmt: skip


def _of_year(text: str, year: Mapping[str, str]) -> str:
    """What is measured with its year, where it is of one."""
    return f"{text}, {year['year']}" if year else text


def _latest(reading: Reading) -> dict[str, str]:
    """The latest year of which anything is known, as a filter."""
    known = [f for f in reading.by(RESPONSIBLE[0], "year") if f.value is not None and f.group["year"] is not None]
    return {"year": str(known[-1].group["year"])} if known else {}


def _rates(reading: Reading) -> list[Block]:
    """Real rates: the three kinds apart, in number and in amount, the latest year; then year after year, by buyer."""
    year = _latest(reading)
    lines = tuple(
        Line(report_texts()["clauses"][text],
             (reading.figure(count, **option, **year), reading.figure(amount, **option, **year)))
        for text, count, amount, option in chapters.KINDS
    )  # fmt: skip
    yearly = reading.lines(RESPONSIBLE[0], "year", RESPONSIBLE[1], keep=lambda figure: figure.group["year"] is not None)
    buyers = tuple(_by_buyer(reading, year))
    words = {**chapters.words_of(reading), "year": year.get("year", "")}
    kinds = replace(
        table(reading, "clauses", "kinds", lines, drawn=None, described=True),
        title=str(report_texts()["spaser"]["kinds_title"]).format(**words),
    )
    return [
        Heading(1, report_texts()["spaser"]["rates"], is_apart=False),
        said(reading, "spaser", "about_rates"),
        kinds,
        Heading(2, report_texts()["spaser"]["years"]),
        said(reading, "spaser", "about_years"),
        table(reading, "spaser", "by_year", yearly, drawn=None),
        Heading(2, report_texts()["spaser"]["buyers"]),
        said(reading, "spaser", "about_buyers"),
        table(reading, "spaser", "by_buyer", buyers, drawn=None),
    ]


def _by_buyer(reading: Reading, year: dict[str, str]) -> list[Line]:
    """Both shares of each buyer in the latest year, in the order of names."""
    first, second = ({f.group["buyer"]: f for f in reading.by(name, "buyer", **year)} for name in RESPONSIBLE)
    lines = [Line(reading.name("buyer", figure), (figure, second.get(buyer))) for buyer, figure in first.items()]
    return sorted(lines, key=lambda line: line.label)


def _targets(reading: Reading) -> list[Block]:
    """Each objective: what is aimed at, where the trajectory stands, and what is measured, with its bounds."""
    words, found = (
        report_texts()["spaser"],
        progress(reading.served.observatory, indicator_named, perimeter_of, reading.basis),
    )
    if not found:
        return [Heading(1, words["targets"]), said(reading, "spaser", "no_target")]
    latest = {each.target["target_name"]: each for each in found}.values()
    names = partner_names(reading.served.observatory)
    states = tuple(_state(each, names) for each in found)
    lines = tuple(
        Line(_measured(each, line.latest), (line.latest,))
        for each, line in ((each, course(each)) for each in latest)
        if line is not None
    )
    return [
        Heading(1, words["targets"], is_apart=False),
        said(reading, "spaser", "about_targets"),
        *told_law(found),
        WordTable("states", words["states_title"], tuple(words["states_columns"]), states),
        table(reading, "spaser", "measured", lines),
    ]


def _state(each: Progress, names: Mapping[str, str]) -> tuple[str, ...]:
    text = told.told(each, "fr", names)
    kept = tuple(text[name] for name in ("title", "measured_on", "aim", "state"))
    return (*kept, told.course_told(course(each)), text["reference"])


def _measured(each: Progress, latest: Figure) -> str:
    """The objective, the year and the basis of what is measured of it."""
    basis = report_texts()["spaser"]["measured_bases"].get(latest.basis or "contract", "")
    return f"{told.told(each, 'fr')['title']}, {latest.group['year']} ({basis})"


def told_law(found: Sequence[Progress]) -> list[Block]:
    """What the law says where an objective is on the place of firms, and the page of the levers that it allows."""
    law = told.laws(found)
    return [Paragraph(quoting(f"{law} {report_texts()['spaser']['levers']}", {}), "warning")] if law else []


def _inclusive(reading: Reading) -> list[Block]:
    """What goes to inclusion firms and to the social economy, and the reserved contracts."""
    lines = chapters.titled(reading, "reserved_count_share", "reserved_share", *shown_at("report/inclusion"))
    years = year_range(reading.lines("reserved_count_share", "year"))
    structures = table(reading, "spaser", "structures", lines, described=True)
    return [
        Heading(1, report_texts()["spaser"]["inclusive"], is_apart=False),
        said(reading, "spaser", "about_inclusive"),
        replace(structures, title=f"{structures.title}, {years}"),
    ]


def _hours(reading: Reading) -> list[Block]:
    """Hours of social clauses, due and done; publics of enough people."""
    words, buyer = report_texts()["spaser"], dict(reading.where).get("buyer")
    found = execution(reading.served.observatory, buyer)
    if not found.contracts:
        return [Heading(2, words["hours"]), said(reading, "spaser", "no_hours")]
    said_of = texts()["execution"]
    measures = tuple(
        (str(said_of[str(figure.group["measure"])]), *hours_told.hours(figure), _told_by(figure))
        for figure in found.figures
    )
    publics = tuple((insertion_publics()[one["public"]]["fr"], *hours_told.public_cells(one)) for one in found.publics)
    return [
        Heading(2, words["hours"]),
        said(reading, "spaser", "about_hours"),
        WordTable("hours", words["hours_title"], tuple(words["hours_columns"]), measures),
        WordTable("publics", words["publics_title"], tuple(words["publics_columns"]), publics),
    ]


def _law(reading: Reading) -> list[Block]:
    """What each rule of law says of the contracts and years of the perimeter: rows by answer, never merged."""
    words, said_of = report_texts()["spaser"], texts()["law"]
    buyer = dict(reading.where).get("buyer")
    perimeter = Perimeter({"buyer": (buyer,)} if buyer else {})
    lines = tuple(_rule(reading, rule, perimeter) for rule in RULES)
    columns = (words["law_rule"], *(str(said_of["outcomes"][outcome]) for outcome in ANSWERS))
    return [
        Heading(1, words["law"], is_apart=False),
        said(reading, "spaser", "about_law"),
        WordTable("law", words["law_title"], columns, lines),
    ]


def _rule(reading: Reading, rule: Rule, perimeter: Perimeter) -> tuple[str | Tally, ...]:
    """A rule with its text and date, and how many rows have each answer, with the command that lists them."""
    legal = law_told.described(rule, ())
    mark = f" [{texts()['law']['to_check']}]" if legal["to_check"] else ""
    counts = dict.fromkeys(ANSWERS, 0)
    for one in outcomes(reading.served.observatory, rule, perimeter):
        counts[Outcome(one["outcome"])] += one["rows"]
    commands = {answer: f"gisement law {rule.name} --outcome {answer}" for answer in ANSWERS}
    # a report for everyone knows nothing of payments: the command counts more there
    mark += f" [{report_texts()['spaser']['unpaid']}]" if rule.reads_payments and not reading.served.partner else ""
    title = f"{legal['title']} ({legal['text']}){mark}"
    return title, *(Tally(count, commands[answer]) for answer, count in counts.items())


def _told_by(figure: Figure) -> str:
    """How many contracts tell a measure, of how many."""
    counts = figure.sums.counts
    return str(texts()["execution"]["of"]).format(told=counts[hours_told.TOLD], all=sum(counts.values()))
