"""What purchases make of the economy: where a hundred euros go, and what would change. All is modelled, and dated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from starlette.responses import Response

from gisement.catalog import texts
from gisement.pipeline import indicator_named
from gisement.publish.web import choices
from gisement.publish.web.address import ANY, Pairs
from gisement.publish.web.choices import Choice
from gisement.publish.web.drawings.flows import NAME, ROUNDS, Part, ends, flows_drawing, parts, place_name
from gisement.publish.web.lines import Lines, lines_by
from gisement.publish.web.page import Card, Page
from gisement.publish.words import models
from gisement.studies.impact.shift import Shift
from gisement.terms import Figure, Trouble

FILTERS = ("year", "family", "buyer")
STEPS = ("step_1", "step_2", "step_3", "step_4", "step_5", "step_6")
LIMITS = ("limit_1", "limit_2", "limit_3", "limit_4", "limit_5")
MOST_GROUPS, MOST_POINTS = 12, 100
HUNDRED = 100.0
TICKS = (0, 25, 50, 75, 100)
ROUNDS_SCALE = (1, 2, 3)
"""The least and the most that three rounds can make of a euro, and what lies between."""
NO_SEGMENT = (None, "unclassified", "out_of_scope")
POINTS_FIRST = "10"


@dataclass(frozen=True)
class Cells:
    """A place in the table of rounds: its name, a card for each round (None where nothing is known)."""

    label: str
    cards: tuple[Card | None, ...]


def impact(page: Page) -> Response:
    """Where a hundred euros go: intervals by ring, flows by round, families, buyers, the local multiplier, jobs."""
    pairs = _asked(page)
    near = _near(page)
    headline = page.card(page.site.figure(NAME, *pairs, ("ring", near)))
    words, places = page.texts["impact"], page.site.places[page.language]
    model = page.site.model((*pairs, ("ring", near)))
    jobs = page.site.figure("impact", *pairs, ("ring", near), ("effect", "jobs"))
    caption = words["caption"].format(year=model.year)
    return page.render(
        "impact.html.j2",
        filters=[each for each in choices.filters(page, indicator_named(NAME), pairs) if each.name in FILTERS],
        headline=headline,
        sentence=words["headline" if headline.shown.value_at is not None else "headline_unknown"].format(
            low=headline.shown.low, high=headline.shown.high, place=places.within[near], year=model.year
        ),
        caption=caption,
        modelled=words["modelled"].format(year=model.year),
        ends=[_end(page, part) for part in ends(page, pairs)],
        hundred=_hundred(page),
        rounds_scale=[page.number(end) for end in ROUNDS_SCALE],
        wide=flows_drawing(page, pairs),
        tall=flows_drawing(page, pairs, tall=True),
        rounds=_by_round(page, parts(page, pairs)),
        round_names=[words[name] for name in ROUNDS.values()],
        families=_groups(page, "family", [*pairs, ("ring", near)]),
        buyers=_groups(page, "buyer", [*pairs, ("ring", near)]),
        near_name=places.within[near],
        multipliers=_multipliers(page, pairs),
        jobs=page.card(jobs) if jobs.value is not None else None,
        steps=[words[name] for name in STEPS],
        limits=[words[name] for name in LIMITS],
        notes=list(models.explained(asdict(model), page.language)),
        what_if_page=f"{page.root}/impact/what-if",
        methods=[(f"{page.root}/methods/{each}", _title(page, each)) for each in (NAME, "impact", "local_multiplier")],
    )


def what_if(page: Page) -> Response:
    """A scenario: points of a segment delivered from a nearer ring; what each ring would gain, gross."""
    words = page.texts["what_if"]
    segment, points, to = page.asked("segment"), page.asked("points", POINTS_FIRST), page.asked("to", _near(page))
    bought = _bought(page)
    found: tuple[Figure, ...] = ()
    trouble = ""
    if segment:
        try:
            found = page.site.what_if((), _shift(segment, points, to))
        except Trouble as told:
            trouble = told.sentence(page.language)
    model = page.site.model((("ring", _near(page)),))
    held = segment or (bought[0] if bought else "")
    return page.render(
        "what_if.html.j2",
        segments=Choice("segment", words["segment"], _options(page, "segment", bought, held)),
        rings=Choice("to", words["to"], tuple((ring, name, ring == to) for ring, name in _targets(page).items())),
        points=points,
        trouble=trouble,
        today=page.card(_today(page, segment, to)) if found else None,
        question=_question(page, segment, points, to) if found else "",
        gains=_gains(page, found, "value_added"),
        imports=_gains(page, found, "imports"),
        jobs=[card for card in _gains(page, found, "jobs") if card.shown.value_at is not None],
        caption=words["caption"].format(year=model.year),
        has_answer=bool(found),
        notes=list(models.explained(asdict(model), page.language)),
        back=f"{page.root}/impact",
        method=f"{page.root}/methods/impact",
    )


def _asked(page: Page) -> Pairs:
    """The filters of the address; a value that stands for all is left out."""
    return sorted({(key, value) for key, value in page.query if key in FILTERS and value != ANY})


def _near(page: Page) -> str:
    """The ring that the page speaks of: the department, or the territory's own level where that is wider."""
    rings = list(page.site.places[page.language].rings)
    return "department" if "department" in rings else rings[0]


def _title(page: Page, name: str) -> str:
    return str(texts(page.language)["indicators"][name]["title"])


def _end(page: Page, part: Part) -> Card:
    """One place where money ends, on the scale of the hundred euros."""
    return page.card(part.figure, place_name(page, part.place), largest=HUNDRED)


def _by_round(page: Page, found: Sequence[Part]) -> list[Cells]:
    cards = {(part.place, part.round): page.card(part.figure, place_name(page, part.place)) for part in found}
    places = dict.fromkeys(part.place for part in found)
    return [Cells(place_name(page, each), tuple(cards.get((each, name)) for name in ROUNDS)) for each in places]


def _groups(page: Page, by: str, where: Pairs) -> Lines:
    """Groups by what they make near: euros of a hundred, then in all."""
    found = lines_by(page, NAME, by, where, beside="impact", at_most=MOST_GROUPS)
    words = page.texts["impact"]
    return replace(found, first=words["per_hundred"], second=words["in_all"], scale=_hundred(page))


def _hundred(page: Page) -> tuple[str, ...]:
    """The ticks of the bars of a hundred euros: the same all over the page."""
    return tuple(page.texts["impact"]["tick"].format(euros=page.number(tick)) for tick in TICKS)


def _multipliers(page: Page, pairs: Pairs) -> list[Card]:
    rings = page.site.places[page.language].rings
    figures = page.site.measure("local_multiplier", tuple(pairs), "ring")
    least, largest = ROUNDS_SCALE[0], ROUNDS_SCALE[-1]
    return [page.card(figure, rings[str(figure.group["ring"])], least=least, largest=largest) for figure in figures]


def _targets(page: Page) -> dict[str, str]:
    return dict(page.site.places[page.language].rings)


def _options(page: Page, key: str, values: Sequence[str], held: str) -> tuple[tuple[str, str, bool], ...]:
    named = sorted((page.site.label(key, value, page.language), value) for value in {*values, held} if value)
    return tuple((value, name, value == held) for name, value in named)


def _shift(segment: str, points: str, to: str) -> Shift:
    """The scenario of the form. Trouble where the points are no number from 0 to 100."""
    plain = points.strip().replace(",", ".")
    value = float(plain) if plain.replace(".", "", 1).isascii() and plain.replace(".", "", 1).isdigit() else 0.0
    if not 0 < value <= MOST_POINTS:
        raise Trouble(
            fr=f"« {points} » n'est pas un nombre de points : écrire un nombre de 1 à {MOST_POINTS}.",
            en=f"'{points}' is no number of points: write a number from 1 to {MOST_POINTS}.",
        )
    return Shift(segment, value, to)


def _bought(page: Page) -> list[str]:
    """The segments that are bought here, the most money first."""
    spent = sorted(page.site.measure("total_spend", (), "segment"), key=lambda f: -(f.value or 0.0))
    return [str(f.group["segment"]) for f in spent if f.group["segment"] not in NO_SEGMENT]


def _today(page: Page, segment: str, to: str) -> Figure:
    """How much of the segment comes from the ring now."""
    return page.site.figure("local_share", ("segment", segment), ("ring", to), ("medical", "included"))


def _question(page: Page, segment: str, points: str, to: str) -> str:
    name = page.site.label("segment", segment, page.language)
    return str(page.texts["what_if"]["question"].format(points=points, segment=name, ring=_targets(page)[to]))


def _gains(page: Page, found: Sequence[Figure], effect: str) -> list[Card]:
    """The figures of one effect, one per ring as a whole."""
    chosen = [figure for figure in found if figure.group["effect"] == effect]
    ends_of = [abs(end) for figure in chosen for end in (figure.low, figure.high) if end is not None]
    rings = {**_targets(page), "world": page.texts["what_if"]["imports"]}
    return [
        page.card(figure, rings[str(figure.group["ring"])], largest=max(ends_of, default=1.0) or 1.0)
        for figure in chosen
    ]
