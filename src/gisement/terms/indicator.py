"""An indicator gives a verdict on each row of one table; a figure adds the verdicts up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from gisement.terms.territory import parse_territory
from gisement.terms.trouble import Trouble
from gisement.terms.verdict import Level


@dataclass(frozen=True)
class Unit:
    """The unit of a figure: its name in the tables, and how many weights make one of it."""

    name: str
    divisor: int
    decimals: int


PERCENT = Unit("percent", 1, 1)
EUROS = Unit("euros", 100, 0)
CONTRACTS = Unit("contracts", 1, 0)
SUPPLIERS = Unit("suppliers", 1, 0)
LOTS = Unit("lots", 1, 1)
INDEX = Unit("index", 1, 3)
KILOGRAMS = Unit("kg", 1000, 0)


@dataclass(frozen=True)
class Spread:
    """A statistic of the weights of the rows that count, summed by a key.

    `over` names the columns of the key, the first known one of a row being taken. Statistics: `hhi`, `top_1`, `top_5`,
    `top_10`, `pareto`, `count` (of keys), `mean`, `median` and `upper_quartile` (of single rows: `over` is then the
    table's key, or that of the contract whose holders' parts are added).
    """

    statistic: str
    over: tuple[str, ...]


@dataclass(frozen=True)
class Option:
    """One choice of a definition: it changes the verdict, never the rows.

    The default of a ring is widened to the territory's own level where that is wider. An option of `areas` takes any
    area too, written as a territory is (`department:33`): whoever measures checks that it exists.
    """

    name: str
    values: tuple[str, ...]
    default: str
    areas: bool = False

    def read(self, value: str) -> str:
        """`value` if it is allowed; otherwise a `Trouble` that names the allowed ones."""
        if value in self.values or (self.areas and parse_territory(value)):
            return value
        allowed = ", ".join(self.values)
        raise Trouble(
            fr=f"« {value} » n'est pas une valeur de {self.name} : choisir parmi {allowed}.",
            en=f"'{value}' is not a value of {self.name}: choose among {allowed}.",
        )


Rule = Callable[[Any, SimpleNamespace], Any]


@dataclass(frozen=True)
class Indicator:
    """A definition: which rows are in scope, which of them count, and how they are weighed.

    `scope` and `counts` take the unbound table of rows and the chosen options, and return boolean
    expressions; `weight` names a column of integers (cents), or is None where each row weighs one; `bases` are those on
    which it means something (rows of contracts have one only). `kind` is `share`, `total` or a `Spread`.
    `shown` says where people meet it (a question of the page of figures, a list of a page, a chapter), at which rank.
    `unknown_scope` and `unknown_counts` say in a word (of the texts) what is not known of a row where the one or the
    other is null.
    """

    name: str
    unit: Unit
    table: str
    weight: str | None
    kind: str | Spread
    scope: Rule
    counts: Rule
    shown: Mapping[str, int] = field(default_factory=dict, hash=False)
    options: tuple[Option, ...] = ()
    bases: tuple[str, ...] = ("payment", "contract")
    level: Level = Level.OBSERVED
    needs: tuple[str, ...] = ()
    references: tuple[str, ...] = field(default=())
    unknown_scope: str = "segment_unknown"
    unknown_counts: str = ""

    @property
    def is_of_money(self) -> bool:
        """Whether its rows are weighed in cents: their sums are then euros."""
        return self.weight is not None and self.weight.endswith("_cents")

    def choose(self, given: Mapping[str, str]) -> SimpleNamespace:
        """The value of every option: the given one, checked, or the default."""
        chosen = {o.name: o.read(given[o.name]) if o.name in given else o.default for o in self.options}
        return SimpleNamespace(**chosen)
