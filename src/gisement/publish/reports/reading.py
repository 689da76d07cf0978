"""Figures for a report: measured by the engine on one basis, with the names of their groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gisement.catalog import page_texts, report_texts
from gisement.engine.served import PERSON, Served
from gisement.pipeline import indicator_named, perimeter_of
from gisement.publish import format
from gisement.publish.caution import invented
from gisement.publish.labels import label
from gisement.publish.places import Places, places_of
from gisement.publish.reports.document import INTERNAL, PUBLIC, Block, Cover, Line, Report
from gisement.studies import modelled
from gisement.terms import Figure

Where = tuple[tuple[str, str], ...]
YEARS_AT_MOST = 12
LEDGERS = ("ledger", "pes", "accounts")
"""Kinds of files that tell of payments."""


@dataclass(frozen=True)
class Reading:
    """A served workspace read on one basis; `where` keeps a part of it (a buyer)."""

    served: Served
    basis: str
    where: Where = ()
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", places_of(self.served.observatory.territory))

    @property
    def status(self) -> str:
        """Whether what is read may be published: payments are not, as nothing protects them yet."""
        return INTERNAL if self.basis == "payment" else PUBLIC

    @property
    def notice(self) -> str:
        """What every page must say where a source is the demonstration's generator."""
        is_invented = invented(self.served.observatory.origins("purchase"))
        return str(report_texts()["common"]["invented"]) if is_invented else ""

    def report(
        self, name: str, cover: Cover, blocks: tuple[Block, ...], *, territory: str = "", status: str = "",
        contents: bool = True, most_pages: int = 0,
    ) -> Report:  # fmt: skip
        """A report of what is read here: on the whole territory and of its own status, unless others are given."""
        return Report(
            name=name, cover=cover, territory=territory or self.places.territory,
            as_of_date=self.served.as_of_date(), release=self.served.release, status=status or self.status,
            notice=self.notice, blocks=blocks, contents=contents, most_pages=most_pages,
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
        return [self._sourced(figure) for figure in found]

    def _sourced(self, figure: Figure) -> Figure:
        """A figure of contracts does not come from ledgers, though the table that holds both bases does."""
        if figure.basis == "payment":
            return figure
        return replace(figure, origins=tuple(o for o in figure.origins if o.source not in LEDGERS))


def read(served: Served, basis: str = "", where: Where = ()) -> Reading:
    """A reading on that basis; by default payments where any ledger is loaded and served, else contracts."""
    return Reading(served, basis or served.observatory.default_basis, where)


def year_range(lines: Sequence[Line]) -> str:
    """The first and last of some years, as they are written; the only one where there is one."""
    years = [line.label for line in lines if line.label.isdigit()]
    return f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(years) or format.not_known()


def _by_year(figure: Figure, key: str) -> tuple[float, str]:
    return (0.0 if figure.group[key] is not None else 1.0, str(figure.group[key]))


def _by_weight(figure: Figure, key: str) -> tuple[float, str]:
    sums = figure.sums
    weight = figure.value if figure.unit not in ("percent", "per_hundred") else sums.part + sums.rest + sums.unknown
    return (-float(weight or 0), str(figure.group[key]))
