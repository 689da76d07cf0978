"""`report review`: the yearly review of partners: objectives hit and missed, actions, scenarios, the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from gisement.catalog import cooperation_texts, indicator_texts
from gisement.pipeline import indicator_named, perimeter_of
from gisement.publish import format
from gisement.publish.reports.document import Block, Cover, FigureTable, Line, Report, Tally, Tiles, WordTable, quoting
from gisement.publish.reports.reading import Chapter, Reading, annexes, told_law
from gisement.publish.words import pooling
from gisement.publish.words import targets as told
from gisement.publish.words.renewals import segment_name
from gisement.studies import simulator as engine
from gisement.studies.impact.model import Impact
from gisement.studies.pooling import pooling_windows
from gisement.studies.renewals import AHEAD, by_stage
from gisement.studies.sheets import sheets
from gisement.studies.strengths import partner_names
from gisement.studies.targets import MISSED, REACHED, UNCERTAIN, UNDER_WAY, UNKNOWN, Progress, progress
from gisement.terms import Figure, Perimeter

CHAPTERS = (
    ("missed", (MISSED,)),
    ("reached", (REACHED,)),
    ("untold", (UNCERTAIN, UNKNOWN)),
    ("ahead", (UNDER_WAY,)),
)
"""Chapters of objectives by state: what is missed is told first."""
MOST_TILES = 3
OBJECTIVE = ("title", "measured_on", "aim", "state", "responsible", "reference")


def review(reading: Reading) -> Report:
    """Hits and misses both, each with its figure and each partner's part; then actions, scenarios, and the calendar."""
    chapter = reading.chapter("review")
    found = progress(reading.served.observatory, indicator_named, perimeter_of, reading.basis)
    names = partner_names(reading.served.observatory)
    blocks = (
        *chapter.part("objectives", *([] if found else [chapter.said("none")]), *told_law(found), level=1),
        *(block for name, states in CHAPTERS for block in _objectives(chapter, name, states, found, names)),
        *_actions(reading, chapter),
        *_scenarios(reading, chapter),
        *_prepare(reading, chapter),
        *annexes(reading),
    )
    return reading.report("review", _cover(reading, chapter, found), blocks, contents=False)


def _cover(reading: Reading, chapter: Chapter, found: Sequence[Progress]) -> Cover:
    counts = {name: format.number(sum(each.state in states for each in found)) for name, states in CHAPTERS}
    over = [each for each in found if each.state != UNDER_WAY][:MOST_TILES]
    tiles = tuple(Line(told.told(each, "fr")["title"], (each.figure,)) for each in over)
    return Cover(
        title=chapter.text("title"), subtitle=chapter.text("subtitle"),
        headline=quoting(chapter.texts["headline"], counts), tiles=Tiles(tiles) if tiles else None,
    )  # fmt: skip


def _objectives(
    chapter: Chapter, name: str, states: Sequence[str], found: Sequence[Progress], names: Mapping[str, str]
) -> list[Block]:
    """The objectives of some states: words, then what is measured, by all and by each partner."""
    rows, lines = [], []
    for each in (each for each in found if each.state in states):
        said = told.told(each, "fr", names)
        rows.append(tuple(said[column] for column in OBJECTIVE))
        lines.append(Line(f"{said['title']}, {each.target['target_year']}", (each.figure,)))
        lines += [Line(f"– {names.get(siren, siren)}", (figure,)) for siren, figure in sorted(each.partners.items())]
    if not rows:
        return []
    aimed = WordTable(
        f"{name}-states", chapter.text("aimed_title"), tuple(chapter.texts["objective_columns"]), tuple(rows)
    )
    title, heading, column = map(chapter.text, ("measured_title", "measured_heading", "measured"))
    return chapter.part(name, aimed, FigureTable(f"{name}-figures", title, heading, (column,), tuple(lines)))


def _actions(reading: Reading, chapter: Chapter) -> list[Block]:
    """What working groups decided, and whether it is done; an action whose day has passed is said to be late."""
    states, today = cooperation_texts("fr")["sheets"]["states"], reading.served.as_of_date()
    rows = tuple(
        (
            row["sheet_title"], row["group_name"] or "", row["responsible_role"] or "",
            states.get(row["sheet_state"] or "", "") + _late(row, today, chapter.text("late")),
            format.day(row["action_due_date"]), row["group_decision"] or "",
        )
        for row in sheets(reading.served.observatory, "action")
    )  # fmt: skip
    columns = tuple(chapter.texts["action_columns"])
    told = WordTable("actions", chapter.text("actions"), columns, rows) if rows else chapter.said("no_action")
    return chapter.part("actions", told, level=1)


def _late(row: dict[str, object], today: object, word: str) -> str:
    is_open, due = row["sheet_state"] in ("to_do", "under_way"), row["action_due_date"]
    return word if is_open and due is not None and today is not None and str(due) < str(today) else ""


def _scenarios(reading: Reading, chapter: Chapter) -> list[Block]:
    """The saved scenarios beside today, each figure with its bounds."""
    observatory = reading.served.observatory
    held = engine.saved(observatory)
    if not held:
        return []
    basis = engine.basis_of(observatory, indicator_named, pooling_windows(observatory, indicator_named))
    impact, indicator = partial(Impact, observatory), indicator_named("impact")
    found = [engine.simulate(basis, levers, name, title, impact, indicator) for name, (title, levers) in held.items()]
    lines = tuple(
        Line(_title(outcome.today), (outcome.today, *(each.outcomes[n].then for each in found)))
        for n, outcome in enumerate(found[0].outcomes)
    )
    columns = (chapter.text("today"), *(each.title for each in found))
    title, heading = chapter.text("scenarios_title"), chapter.text("measured_heading")
    compared = FigureTable("scenarios", title, heading, columns, lines)
    return chapter.part("scenarios", compared, *_reach(chapter, found), level=1)


def _reach(chapter: Chapter, found: Sequence[engine.Scenario]) -> list[Block]:
    """How far the shares of each scenario could go, what it pools, and what the department would gain of it."""
    effects, lines = cooperation_texts("fr")["simulator"]["effects"], []
    for each in found:
        for outcome in each.outcomes:
            if outcome.reach.interval == "scenario":
                lines.append(Line(f"{each.title} – {_title(outcome.today)}", (outcome.reach,)))
        lines += [Line(f"{each.title} – {effects[str(one.group['effect'])]}", (one,)) for one in each.impact]
        lines += [Line(f"{each.title} – {segment_name(one.segment, 'fr')}", (one.gain,)) for one in each.pooled]
    title, heading, column = map(chapter.text, ("reach_title", "measured_heading", "reach_heading"))
    return [FigureTable("reach", title, heading, (column,), tuple(lines))] if lines else []


def _title(figure: Figure) -> str:
    return str(indicator_texts(figure.indicator)["title"])


def _prepare(reading: Reading, chapter: Chapter) -> list[Block]:
    """What the calendar asks for: contracts by stage, and the windows of common purchase."""
    observatory = reading.served.observatory
    stages, names = by_stage(observatory, Perimeter()), chapter.texts["stages"]
    rows = [(names[stage], Tally(stages.get(stage, 0), "gisement cooperate renewals")) for stage in reversed(AHEAD)]
    windows = tuple(
        Line("{segment} – {buyers} ({ends}, {kind})".format(**pooling.told(each, "fr")), (each.volume, each.gain))
        for each in pooling_windows(observatory, indicator_named)
    )
    title, columns = cooperation_texts("fr")["pooling"]["title"], tuple(chapter.texts["windows_columns"])
    table = FigureTable("windows", title, chapter.text("windows_heading"), columns, windows)
    single = chapter.table("single", [reading.line("single_offer_share", chapter.text("single_line"))], drawn=None)
    common = table if windows else chapter.said("no_window")
    return chapter.part("prepare", chapter.word_table("stages", rows), common, single, level=1)
