"""Figures for a report, measured by the engine on one basis, and the blocks that its texts make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from gisement.catalog import indicator_texts, page_texts, report_texts
from gisement.engine.served import PERSON, Served
from gisement.pipeline import indicator_named, perimeter_of
from gisement.publish import format
from gisement.publish.caution import invented
from gisement.publish.labels import label
from gisement.publish.places import Places, places_of
from gisement.publish.reports.document import (
    INTERNAL,
    PUBLIC,
    Block,
    Bullets,
    Cover,
    FigureTable,
    Heading,
    Line,
    Methods,
    Paragraph,
    Report,
    Sentence,
    Sources,
    Tally,
    WordTable,
    quoting,
)
from gisement.publish.words.targets import laws
from gisement.studies import modelled
from gisement.studies.targets import Progress
from gisement.terms import Figure

Where = tuple[tuple[str, str], ...]
YEARS_AT_MOST = 12
LEDGERS = ("ledger", "pes", "accounts")
"""Kinds of files that tell of payments."""
_CLAUSE, _CRITERION = {"consideration": "execution_clause"}, {"consideration": "award_criterion"}
_SOCIAL = ("social_consideration_count_share", "social_consideration_share")
_ENVIRONMENTAL = ("environmental_consideration_count_share", "environmental_consideration_share")
KINDS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("social_clause", *_SOCIAL, _CLAUSE),
    ("social_criterion", *_SOCIAL, _CRITERION),
    ("reserved", "reserved_count_share", "reserved_share", {}),
    ("environmental_clause", *_ENVIRONMENTAL, _CLAUSE),
    ("environmental_criterion", *_ENVIRONMENTAL, _CRITERION),
)
"""Kinds of considerations of contracts: their text, the shares by count and by amount, the option."""


@dataclass(frozen=True)
class Reading:
    """A served workspace read on one basis; `where` keeps a part of it (a buyer)."""

    served: Served
    basis: str
    where: Where = ()
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", places_of(self.served.observatory.territory))

    def chapter(self, name: str, /, **words: str) -> Chapter:
        """A chapter to lay, whose texts may hold these words beside those of the basis and of the territory."""
        return Chapter(name, report_texts()[name], {
            **report_texts()["bases"][self.basis], "of_department": self.places.of_department,
            "territory": self.places.territory, **words,
        })  # fmt: skip

    @property
    def status(self) -> str:
        """Whether what is read may be published: payments are not, as nothing protects them yet."""
        return INTERNAL if self.basis == "payment" else PUBLIC

    def report(
        self, name: str, cover: Cover, blocks: Iterable[Block], *, territory: str = "", status: str = "",
        contents: bool = True, most_pages: int = 0,
    ) -> Report:  # fmt: skip
        """A report of what is read here: on the whole territory and of its own status, unless others are given.

        Where a source is the demonstration's generator, every page says so.
        """
        is_invented = invented(self.served.observatory.origins("purchase"))
        return Report(
            name=name, cover=cover, territory=territory or self.places.territory,
            as_of_date=self.served.as_of_date(), release=self.served.release,
            status=status or self.status,
            notice=str(report_texts()["common"]["invented"]) if is_invented else "",
            blocks=tuple(blocks), contents=contents, most_pages=most_pages,
        )  # fmt: skip

    def figure(self, name: str, **where: str) -> Figure:
        """The figure of an indicator over the whole of what is read here, narrowed by filters and options."""
        return self._measured(name, where, ())[0]

    def by(self, name: str, key: str, **where: str) -> list[Figure]:
        """One figure per value of a dimension, in the order of the groups."""
        return self._measured(name, where, (key,))

    def line(self, name: str, text: str, **where: str) -> Line:
        """A figure (see `figure`) as a line of a table, under this text."""
        return Line(text, (self.figure(name, **where),))

    def titled(self, *names: str) -> tuple[Line, ...]:
        """A line per indicator, under its own title."""
        return tuple(
            Line(str(indicator_texts(figure.indicator, basis=figure.basis)["title"]), (figure,))
            for figure in map(self.figure, names)
        )

    def lines(
        self, main: str, key: str, beside: str = "", *, at_most: int = 1000,
        keep: Callable[[Figure], bool] = lambda figure: True, **where: str,
    ) -> tuple[Line, ...]:  # fmt: skip
        """A line per group of `key`, the heaviest first, years in order; `beside` is a second figure of the groups.

        A group weighs what `main` sums, or the whole of what it judges where `main` is a share; one that the definition
        leaves out whole is not listed. `where` is for `main`: the other keeps its own definition.
        """
        found = [f for f in self.by(main, key, **where) if keep(f) and not format.is_outside(f)]
        second = {figure.group[key]: figure for figure in self.by(beside, key)} if beside else {}
        order = _by_year if key == "year" else _by_weight
        ordered = sorted(found, key=lambda figure: order(figure, key))
        kept = ordered[-YEARS_AT_MOST:] if key == "year" else ordered[:at_most]
        columns = (lambda f: (f, second.get(f.group[key]))) if beside else (lambda f: (f,))
        return tuple(Line(self.name(key, figure), columns(figure)) for figure in kept)

    def name(self, key: str, figure: Figure) -> str:
        """The name of a figure's group, in words; a natural person has none."""
        value = figure.group[key]
        if value is None or value == "":
            return str(report_texts()["missing"].get(key, report_texts()["missing"]["other"]))
        if str(value).startswith(PERSON):
            return str(page_texts()["rows"]["person"])
        return label(figure, key) or self.places.name(key, str(value))

    def _measured(self, name: str, where: dict[str, str], by: Sequence[str]) -> list[Figure]:
        indicator = indicator_named(name)
        pairs: list[tuple[str, Any]] = [*self.where, *where.items()]
        if indicator.table == "purchase":
            pairs.append(("basis", self.basis if self.basis in indicator.bases else indicator.bases[0]))
        perimeter = perimeter_of([f"{key}={value}" for key, value in pairs])
        found = modelled.measure(self.served.observatory, indicator, perimeter, tuple(by))
        return [_sourced(figure) for figure in found]


@dataclass(frozen=True)
class Chapter:
    """The blocks of a chapter of a report: what they say are its `texts`, each under the name of its block."""

    name: str
    texts: Mapping[str, Any]
    words: Mapping[str, str]

    def text(self, name: str) -> str:
        """A title or a heading."""
        return str(self.texts[name]).format(**self.words)

    def sentence(self, name: str, /, **figures: Figure) -> Sentence:
        """A sentence with the figures that it quotes."""
        return quoting(self.texts[name], self.words, **figures)

    def title(self, name: str = "title", *, is_apart: bool = True) -> Heading:
        """The title of the chapter, which begins a page if it `is_apart`."""
        return Heading(1, self.text(name), is_apart)

    def part(self, name: str, *blocks: Block, level: Literal[1, 2] = 2, is_apart: bool = False) -> list[Block]:
        """A part of the chapter (or a chapter, at level 1): its title, the text `about_…` it if any, its blocks."""
        about = [self.said(f"about_{name}")] if f"about_{name}" in self.texts else []
        return [Heading(level, self.text(name), is_apart), *about, *blocks]

    def said(self, name: str, style: str = "", /, **figures: Figure) -> Paragraph:
        """A paragraph with the figures that it quotes."""
        return Paragraph(self.sentence(name, **figures), style)

    def bullets(self, *names: str) -> Bullets:
        """The sentences of some lists, one a line."""
        return Bullets(tuple(quoting(text, self.words) for name in names for text in self.texts[name]))

    def table(
        self, name: str, lines: Iterable[Line], *, drawn: int | None = 0, described: bool = False,
        after: bool = False,
    ) -> FigureTable:  # fmt: skip
        """A table of figures, with the title, the heading and the columns that the texts have for it."""
        columns = tuple(str(text).format(**self.words) for text in self.texts[f"{name}_columns"])
        told = self.sentence(f"{name}_after") if after else None
        title, heading = self.text(f"{name}_title"), self.text(f"{name}_heading")
        return FigureTable(name, title, heading, columns, tuple(lines), drawn, described, told)

    def word_table(self, name: str, rows: Iterable[tuple[str | Tally, ...]], *, after: bool = False) -> WordTable:
        """A table of words and numbers of rows, with the title and the columns that the texts have for it."""
        told = self.sentence(f"{name}_after") if after else None
        return WordTable(name, self.text(f"{name}_title"), tuple(self.texts[f"{name}_columns"]), tuple(rows), told)


def annexes(reading: Reading) -> list[Block]:
    """The files that the figures quoted come from, under what is said of their quality; then their definitions."""
    chapter = reading.chapter("annexes")
    return [
        *chapter.part("sources", Sources(), level=1),
        *chapter.part("methods", Methods(), level=1, is_apart=True),
    ]


def kinds(reading: Reading, **where: str) -> tuple[Line, ...]:
    """A line per kind of consideration: its share of contracts, and of their amounts."""
    return tuple(
        Line(
            report_texts()["clauses"][text],
            (reading.figure(count, **option, **where), reading.figure(amount, **option, **where)),
        )
        for text, count, amount, option in KINDS
    )


def told_law(found: Sequence[Progress]) -> list[Block]:
    """What the law says where an objective is on the place of firms, and the page of the levers that it allows."""
    law = laws(found)
    return [Paragraph(quoting(f"{law} {report_texts()['spaser']['levers']}"), "warning")] if law else []


def read(served: Served, basis: str = "", where: Where = ()) -> Reading:
    """A reading on that basis; by default payments where any ledger is loaded and served, else contracts."""
    return Reading(served, basis or served.observatory.default_basis, where)


def year_range(lines: Sequence[Line]) -> str:
    """The first and last of some years, as they are written; the only one where there is one."""
    years = [line.label for line in lines if line.label.isdigit()]
    return f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(years) or format.not_known()


def _sourced(figure: Figure) -> Figure:
    """A figure of contracts does not come from ledgers, though the table that holds both bases does."""
    if figure.basis == "payment":
        return figure
    return replace(figure, origins=tuple(o for o in figure.origins if o.source not in LEDGERS))


def _by_year(figure: Figure, key: str) -> tuple[float, str]:
    return (0.0 if figure.group[key] is not None else 1.0, str(figure.group[key]))


def _by_weight(figure: Figure, key: str) -> tuple[float, str]:
    sums = figure.sums
    weight = figure.value if figure.unit not in ("percent", "per_hundred") else sums.part + sums.rest + sums.unknown
    return (-float(weight or 0), str(figure.group[key]))
