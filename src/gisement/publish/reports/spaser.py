"""`report spaser`: the indicators that a plan for responsible purchasing publishes, its targets, what is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gisement.catalog import report_texts, texts
from gisement.catalog.law import legal_texts
from gisement.catalog.words import insertion_publics
from gisement.pipeline import RULES, indicator_named, perimeter_of, shown_at
from gisement.publish.reports.document import Block, Cover, Heading, Line, Report, Tally, Tiles, WordTable
from gisement.publish.reports.reading import Chapter, Reading, annexes, kinds, told_law, year_range
from gisement.publish.words import law as law_told
from gisement.publish.words import targets as told
from gisement.publish.words.clauses import TOLD, hours, public_cells
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
    year = _latest(reading)
    chapter = reading.chapter("spaser", year=year.get("year", ""), article=legal_texts()["spaser"].text)
    blocks = (
        *chapter.part("duty", chapter.said("duty_text"), chapter.said("duty_check"), level=1),
        *_rates(reading, chapter, year),
        *_targets(reading, chapter),
        *_inclusive(reading, chapter),
        *_hours(reading, chapter),
        *_law(reading, chapter),
        *chapter.part("unknown", chapter.bullets("limits"), level=1),
        *annexes(reading),
    )
    return reading.report("spaser", _cover(reading, chapter, year), blocks, contents=False)


def _latest(reading: Reading) -> dict[str, str]:
    """The latest year of which anything is known, as a filter."""
    known = [f for f in reading.by(RESPONSIBLE[0], "year") if f.value is not None and f.group["year"] is not None]
    return {"year": str(known[-1].group["year"])} if known else {}


def _cover(reading: Reading, chapter: Chapter, year: Mapping[str, str]) -> Cover:
    years = year_range(reading.lines("pnad_social_count_share", "year"))
    of_year = f", {year['year']}" if year else ""
    names = ("tile_social", "tile_environmental", "tile_reserved")
    social, environmental, reserved = (reading.figure(name, **year) for name in (*RESPONSIBLE, "reserved_count_share"))
    figures = zip(names, (social, environmental, reserved), strict=True)
    return Cover(
        title=chapter.text("title"),
        subtitle=chapter.texts["subtitle"].format(territory=reading.places.territory, years=years),
        headline=chapter.sentence("headline", social=social, env=environmental),
        tiles=Tiles(tuple(Line(f"{chapter.text(name)}{of_year}", (figure,)) for name, figure in figures)),
    )


def _rates(reading: Reading, chapter: Chapter, year: dict[str, str]) -> list[Block]:
    """Real rates: the three kinds apart, in number and in amount, the latest year; then year after year, by buyer."""
    yearly = reading.lines(RESPONSIBLE[0], "year", RESPONSIBLE[1], keep=lambda figure: figure.group["year"] is not None)
    by_kind = reading.chapter("clauses").table("kinds", kinds(reading, **year), drawn=None, described=True)
    return [
        *chapter.part("rates", replace(by_kind, title=chapter.text("kinds_title")), level=1),
        *chapter.part("years", chapter.table("by_year", yearly, drawn=None)),
        *chapter.part("buyers", chapter.table("by_buyer", _by_buyer(reading, year), drawn=None)),
    ]


def _by_buyer(reading: Reading, year: dict[str, str]) -> list[Line]:
    """Both shares of each buyer in the latest year, in the order of names."""
    first, second = ({f.group["buyer"]: f for f in reading.by(name, "buyer", **year)} for name in RESPONSIBLE)
    lines = [Line(reading.name("buyer", figure), (figure, second.get(buyer))) for buyer, figure in first.items()]
    return sorted(lines, key=lambda line: line.label)


def _targets(reading: Reading, chapter: Chapter) -> list[Block]:
    """Each objective: what is aimed at, where the trajectory stands, and what is measured, with its bounds."""
    found = progress(reading.served.observatory, indicator_named, perimeter_of, reading.basis)
    if not found:
        return [chapter.title("targets"), chapter.said("no_target")]
    names = partner_names(reading.served.observatory)
    latest = {each.target["target_name"]: each for each in found}.values()
    lines = [
        Line(_measured(each, line.latest), (line.latest,))
        for each, line in ((each, course(each)) for each in latest)
        if line is not None
    ]
    states = chapter.word_table("states", [_state(each, names) for each in found])
    return chapter.part("targets", *told_law(found), states, chapter.table("measured", lines), level=1)


def _state(each: Progress, names: Mapping[str, str]) -> tuple[str, ...]:
    text = told.told(each, "fr", names)
    kept = tuple(text[name] for name in ("title", "measured_on", "aim", "state"))
    return (*kept, told.course_told(course(each)), text["reference"])


def _measured(each: Progress, latest: Figure) -> str:
    """The objective, the year and the basis of what is measured of it."""
    basis = report_texts()["spaser"]["measured_bases"].get(latest.basis or "contract", "")
    return f"{told.told(each, 'fr')['title']}, {latest.group['year']} ({basis})"


def _inclusive(reading: Reading, chapter: Chapter) -> list[Block]:
    """What goes to inclusion firms and to the social economy, and the reserved contracts."""
    lines = reading.titled("reserved_count_share", "reserved_share", *shown_at("report/inclusion"))
    years = year_range(reading.lines("reserved_count_share", "year"))
    structures = chapter.table("structures", lines, described=True)
    return chapter.part("inclusive", replace(structures, title=f"{structures.title}, {years}"), level=1)


def _hours(reading: Reading, chapter: Chapter) -> list[Block]:
    """Hours of social clauses, due and done; publics of enough people."""
    found = execution(reading.served.observatory, dict(reading.where).get("buyer"))
    if not found.contracts:
        return [Heading(2, chapter.text("hours")), chapter.said("no_hours")]
    words = texts()["execution"]
    measures = [(str(words[str(each.group["measure"])]), *hours(each), _told_by(each)) for each in found.figures]
    publics = [(insertion_publics()[one["public"]]["fr"], *public_cells(one)) for one in found.publics]
    return chapter.part("hours", chapter.word_table("hours", measures), chapter.word_table("publics", publics))


def _told_by(figure: Figure) -> str:
    """How many contracts tell a measure, of how many."""
    counts = figure.sums.counts
    return str(texts()["execution"]["of"]).format(told=counts[TOLD], all=sum(counts.values()))


def _law(reading: Reading, chapter: Chapter) -> list[Block]:
    """What each rule of law says of the contracts and years of the perimeter: rows by answer, never merged."""
    buyer, answers = dict(reading.where).get("buyer"), texts()["law"]["outcomes"]
    perimeter = Perimeter({"buyer": (buyer,)} if buyer else {})
    rows = tuple(_rule(reading, rule, perimeter) for rule in RULES)
    columns = (chapter.text("law_rule"), *(str(answers[outcome]) for outcome in ANSWERS))
    return chapter.part("law", WordTable("law", chapter.text("law_title"), columns, rows), level=1)


def _rule(reading: Reading, rule: Rule, perimeter: Perimeter) -> tuple[str | Tally, ...]:
    """A rule with its text and date, and how many rows have each answer, with the command that lists them."""
    legal = law_told.described(rule, ())
    mark = f" [{texts()['law']['to_check']}]" if legal["to_check"] else ""
    counts = dict.fromkeys(ANSWERS, 0)
    for one in outcomes(reading.served.observatory, rule, perimeter):
        counts[Outcome(one["outcome"])] += one["rows"]
    # a report for everyone knows nothing of payments: the command counts more there
    mark += f" [{report_texts()['spaser']['unpaid']}]" if rule.reads_payments and not reading.served.partner else ""
    title = f"{legal['title']} ({legal['text']}){mark}"
    return title, *(Tally(n, f"gisement law {rule.name} --outcome {answer}") for answer, n in counts.items())
