"""`report review`: the yearly review of partners: objectives hit and missed, actions, scenarios, the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from gisement.catalog import cooperation_texts, indicator_texts, report_texts
from gisement.pipeline import indicator_named, perimeter_of
from gisement.publish import format
from gisement.publish.reports.chapters import said, table
from gisement.publish.reports.document import (
    Block,
    Cover,
    FigureTable,
    Heading,
    Line,
    Report,
    Tally,
    Tiles,
    WordTable,
)
from gisement.publish.reports.laying import quoting
from gisement.publish.reports.quality import annexes
from gisement.publish.reports.reading import Reading
from gisement.publish.reports.spaser import told_law
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


def review(reading: Reading) -> Report:
    """Hits and misses both, each with its figure and each partner's part; then actions, scenarios, and the calendar."""
    words = report_texts()["review"]
    found = progress(reading.served.observatory, indicator_named, perimeter_of, reading.basis)
    names = partner_names(reading.served.observatory)
    return reading.report(
        "review",
        _cover(reading, found),
        blocks=(
            Heading(1, words["objectives"], is_apart=False),
            *([] if found else [said(reading, "review", "none")]),
            *told_law(found),
            *(block for name, states in CHAPTERS for block in _objectives(name, states, found, names)),
            *_actions(reading),
            *_scenarios(reading),
            *_prepare(reading),
            *annexes(reading),
        ),
        contents=False,
    )


def _cover(reading: Reading, found: Sequence[Progress]) -> Cover:
    words = report_texts()["review"]
    counts = {name: format.number(sum(each.state in states for each in found)) for name, states in CHAPTERS}
    over = [each for each in found if each.state != UNDER_WAY][:MOST_TILES]
    tiles = tuple(Line(told.told(each, "fr")["title"], (each.figure,)) for each in over)
    return Cover(
        title=words["title"], subtitle=words["subtitle"].format(territory=reading.places.territory),
        headline=quoting(words["headline"], counts), picture=None, legend=None, tiles=Tiles(tiles) if tiles else None,
    )  # fmt: skip


def _objectives(name: str, states: Sequence[str], found: Sequence[Progress], names: Mapping[str, str]) -> list[Block]:
    """The objectives of some states: words, then what is measured, by all and by each partner."""
    words, held = report_texts()["review"], [each for each in found if each.state in states]
    if not held:
        return []
    rows = []
    for each in held:
        line = told.told(each, "fr", names)
        columns = ("title", "measured_on", "aim", "state", "responsible", "reference")
        rows.append(tuple(line[column] for column in columns))
    lines = []
    for each in held:
        title = f"{told.told(each, 'fr')['title']}, {each.target['target_year']}"
        lines.append(Line(title, (each.figure,)))
        lines += [Line(f"– {names.get(siren, siren)}", (figure,)) for siren, figure in sorted(each.partners.items())]
    return [
        Heading(2, words[name]),
        WordTable(f"{name}-states", words["aimed_title"], tuple(words["objective_columns"]), tuple(rows)),
        FigureTable(
            f"{name}-figures", words["measured_title"], words["measured_heading"], (words["measured"],), tuple(lines)
        ),
    ]


def _actions(reading: Reading) -> list[Block]:
    """What working groups decided, and whether it is done; an action whose day has passed is said to be late."""
    words, states = report_texts()["review"], cooperation_texts("fr")["sheets"]["states"]
    today = reading.served.as_of_date()
    rows = tuple(
        (
            row["sheet_title"], row["group_name"] or "", row["responsible_role"] or "",
            states.get(row["sheet_state"] or "", "") + _late(row, today, words["late"]),
            format.day(row["action_due_date"]), row["group_decision"] or "",
        )
        for row in sheets(reading.served.observatory, "action")
    )  # fmt: skip
    if not rows:
        return [Heading(1, words["actions"], is_apart=False), said(reading, "review", "no_action")]
    return [
        Heading(1, words["actions"], is_apart=False),
        WordTable("actions", words["actions"], tuple(words["action_columns"]), rows),
    ]


def _late(row: dict[str, object], today: object, word: str) -> str:
    is_open, due = row["sheet_state"] in ("to_do", "under_way"), row["action_due_date"]
    return word if is_open and due is not None and today is not None and str(due) < str(today) else ""


def _scenarios(reading: Reading) -> list[Block]:
    """The saved scenarios beside today, each figure with its bounds."""
    words, observatory = report_texts()["review"], reading.served.observatory
    held = engine.saved(observatory)
    if not held:
        return []
    basis = engine.basis_of(observatory, indicator_named, pooling_windows(observatory, indicator_named))
    impact, indicator = partial(Impact, observatory), indicator_named("impact")
    found = [engine.simulate(basis, levers, name, title, impact, indicator) for name, (title, levers) in held.items()]
    lines = tuple(
        Line(
            str(indicator_texts(outcome.today.indicator)["title"]),
            (outcome.today, *(each.outcomes[n].then for each in found)),
        )
        for n, outcome in enumerate(found[0].outcomes)
    )
    columns = (words["today"], *(each.title for each in found))
    return [
        Heading(1, words["scenarios"], is_apart=False),
        said(reading, "review", "about_scenarios"),
        FigureTable("scenarios", words["scenarios_title"], words["measured_heading"], columns, lines),
        *_scenario_effects(found, words),
    ]


def _scenario_effects(found: Sequence[engine.Scenario], words: Mapping[str, Any]) -> list[Block]:
    """How far the shares of each scenario could go, what it pools, and what the department would gain of it."""
    effects, lines = cooperation_texts("fr")["simulator"]["effects"], []
    for each in found:
        for outcome in each.outcomes:
            if outcome.reach.interval == "scenario":
                lines.append(Line(f"{each.title} – {_title(outcome.today)}", (outcome.reach,)))
        lines += [Line(f"{each.title} – {effects[str(one.group['effect'])]}", (one,)) for one in each.impact]
        lines += [Line(f"{each.title} – {segment_name(one.segment, 'fr')}", (one.gain,)) for one in each.pooled]
    if not lines:
        return []
    heading = words["measured_heading"]
    return [FigureTable("reach", words["reach_title"], heading, (words["reach_heading"],), tuple(lines))]


def _title(figure: Figure) -> str:
    return str(indicator_texts(figure.indicator)["title"])


def _prepare(reading: Reading) -> list[Block]:
    """What the calendar asks for: contracts by stage, and the windows of common purchase."""
    words, observatory = report_texts()["review"], reading.served.observatory
    stages = by_stage(observatory, Perimeter())
    names = cooperation_texts("fr")["pooling"]
    rows = tuple(
        (words["stages"][stage], Tally(stages.get(stage, 0), "gisement cooperate renewals"))
        for stage in reversed(AHEAD)
    )
    windows = tuple(
        Line("{segment} – {buyers} ({ends}, {kind})".format(**pooling.told(each, "fr")), (each.volume, each.gain))
        for each in pooling_windows(observatory, indicator_named)
    )
    return [
        Heading(1, words["prepare"], is_apart=False),
        WordTable("stages", words["stages_title"], tuple(words["stages_columns"]), rows),
        *(
            [FigureTable("windows", names["title"], words["windows_heading"], tuple(words["windows_columns"]), windows)]
            if windows
            else [said(reading, "review", "no_window")]
        ),
        table(reading, "review", "single", (reading.line("single_offer_share", words["single_line"]),), drawn=None),
    ]
