"""Measure what a model computes: impact on the economy, local multiplier, what-if. Figures of kind `simulation`.

The rows that count are those of the indicator, as for any figure: sums, coverage, sources and rows are its own. The
value is the median of seeded draws, with the bounds that one in ten lies below and one in ten above.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np

from gisement.engine.measure import Observatory
from gisement.models.impact.draws import Draws, Spread, drawn, spreads, variance_shares
from gisement.models.impact.effects import LEAKS, ROUNDS, Demand, Economy, leaks, simulate
from gisement.models.impact.input_output import Matrix
from gisement.models.impact.inputs import Rows, Table, demand_of, economy_of, segment_weights, table_of, zones_of
from gisement.models.impact.local_multiplier import local_multipliers
from gisement.sources.cards import card
from gisement.studies.impact.demand import demand_rows
from gisement.studies.impact.shift import Shift, added, moved, no_segment, nothing
from gisement.terms import Figure, Indicator, Level, Origin, Perimeter, Ring, Trouble, existing_rings, highest

TABLES = ("io_flow", "io_sector", "national_employment", "ring_size", "supplier_presence")
SPLITS = ("ring", "effect", "round")
"""Keys of `--by` that split the result, and not the rows."""
DRAWS, SEED, SENSITIVITY_DRAWS, VARIANCE_DRAWS = 1000, 1, 200, 256
MOST_GROUPS = 2000
EMBEDDED = "io_table_embedded"
ONLY = "_only"
"""What ends the name of a round that is taken without those before it."""


@dataclass(frozen=True)
class Model:
    """What figures of one perimeter rest on: the tables, and which assumption moves the result most."""

    table: str
    year: int
    industries: int
    is_embedded: bool
    size_rule: str
    draws: int
    seed: int
    lacking: tuple[str, ...]
    variance_shares: Mapping[str, float]


class Impact:
    """A built workspace, ready to compute impacts over any perimeter."""

    def __init__(self, observatory: Observatory, *, draws: int = DRAWS, seed: int = SEED) -> None:
        self.observatory, self.draws, self.seed = observatory, draws, seed
        self._kept: tuple[tuple[Any, ...], Sequence[str], tuple[Rows, Rows]] | None = None
        """The rows last asked for: a question by group is followed by the same one as a whole."""
        self._united: dict[tuple[Origin, ...], tuple[Origin, ...]] = {}
        for name in TABLES:
            observatory.show(name)
        flows, sectors = self._rows("io_flow"), self._rows("io_sector")
        if not flows:
            raise _not_built()
        self.table: Table = table_of(flows, sectors)
        self.economy: Economy = economy_of(self.table, flows, self._rows("national_employment"))
        self.zones, self.size_rule = zones_of(
            existing_rings(observatory.territory), self.table, self._rows("ring_size")
        )

    def measure(self, indicator: Indicator, perimeter: Perimeter, by: Sequence[str] = ()) -> list[Figure]:
        """One figure per group of `by`; `ring`, `effect` and `round` split the result, other keys the rows."""
        option = self.observatory.options(indicator, perimeter)
        held = [name for name in by if name not in SPLITS]
        bases = self._bases(indicator, perimeter, held)
        demand = partial(self._demand, indicator, perimeter, option, held, [_key(base, held) for base in bases])
        drawn_values = self._results(indicator, option, by, demand)
        figures = []
        for name, (values, unit) in drawn_values.items():
            known = [None if np.isnan(values[:, g]).any() else g for g in range(len(bases))]
            told = iter(spreads(values[:, [g for g in known if g is not None]]))
            found = [None if g is None else next(told) for g in known]
            split = dict(zip(SPLITS, name, strict=True))
            figures += [
                self._figure(_at(base, split, by), split, by, spread, unit)
                for base, spread in zip(bases, found, strict=True)
            ]
        return _ordered(figures, by)

    def sensitivity(self, indicator: Indicator, perimeter: Perimeter) -> list[Figure]:
        """The same figure for each place scenario and regional method: what each of them makes of it."""
        choices = {o.name: [v for v in o.values if v not in ("all", "envelope")] for o in indicator.options}
        quick = replace_draws(self, SENSITIVITY_DRAWS)
        return [
            quick.measure(indicator, Perimeter(perimeter.filters, {**perimeter.options, "delivery": d, "regional": r}))[
                0
            ]
            for d, r in itertools.product(choices["delivery"], choices["regional"])
        ]

    def about(self, indicator: Indicator, perimeter: Perimeter) -> Model:
        """The tables and assumptions behind the figures of a perimeter, with the variance that each explains.

        Asked after `measure` of the same perimeter, it reads no row again.
        """
        option = self.observatory.options(indicator, perimeter)
        demand = self._demand(indicator, perimeter, option, [], [()], jobs=getattr(option, "effect", "") == "jobs")
        shares: dict[str, float] = {}
        if demand.made.any() or demand.traded.any():
            result = partial(self._one, indicator, option, demand)
            if not np.isnan(result(drawn(2, self.seed))).any():
                shares = variance_shares(
                    result, *(self._draws(option, VARIANCE_DRAWS, s) for s in (self.seed, self.seed + 1))
                )
        known = {"wages": self.economy.w, "jobs": self.economy.jobs}
        lacking = tuple(name for name, held in known.items() if held is None)
        lacking += () if "taxes" not in self.table.note else ("taxes",)
        return Model(
            self.table.name, self.table.year, len(self.table.codes), not self.observatory.origins("io_flow"),
            self.size_rule, self.draws, self.seed, lacking, shares,
        )  # fmt: skip

    def what_if(self, indicator: Indicator, perimeter: Perimeter, shifts: Sequence[Shift]) -> list[Figure]:
        """What each zone would gain if points of a segment were delivered from a nearer ring: gross, not net.

        One figure per zone and effect (value added, which is the leakage avoided from the zone, and jobs), and the
        imports that change. Raises Trouble where less is bought beyond the ring than is to be moved.
        """
        option = self.observatory.options(indicator, perimeter)
        bases = self._bases(indicator, perimeter, ["segment"])
        groups = [_key(base, ["segment"]) for base in bases]
        names = [str(name) for (name,) in groups]
        moved = {
            effect: self._all_moved(
                self._demand(indicator, perimeter, option, ["segment"], groups, jobs=effect == "jobs"), names, shifts
            )
            for effect in ("value_added", "jobs")
        }
        moving = tuple(dict.fromkeys(shift.segment for shift in shifts))
        whole = self._bases(indicator, Perimeter({**perimeter.filters, "segment": moving}, perimeter.options), [])[0]
        draws = self._draws(option)
        figures = []
        for effect in ("value_added", "jobs"):
            until = ROUNDS.index(option.rounds.removesuffix(ONLY)) + 1
            values = simulate(self.economy, self.zones, moved[effect], draws, effect, ROUNDS[until - 1])
            for k, ring in enumerate(self.zones.rings):
                spread = _spread(values[:, :until, k, 0].sum(axis=1))
                group = {"ring": Ring(ring).name.lower(), "effect": effect}
                figures.append(self._figure(whole, group, ("ring", "effect"), spread, _unit(effect)))
        imports = leaks(self.economy, self.zones, moved["value_added"], draws, "imports")[:, :2, 0].sum(axis=1)
        group = {"ring": "world", "effect": "imports"}
        figures.append(self._figure(whole, group, ("ring", "effect"), _spread(imports), "euros"))
        return figures

    def _all_moved(self, demand: Demand, names: Sequence[str], shifts: Sequence[Shift]) -> Demand:
        return reduce(added, (self._moved(demand, names, shift) for shift in shifts), nothing(demand))

    def _moved(self, demand: Demand, names: Sequence[str], shift: Shift) -> Demand:
        if shift.segment not in names or shift.segment not in segment_weights(self.table)[0]:
            raise no_segment(shift)
        return moved(demand, names.index(shift.segment), self._ring_place(shift.to), shift)

    def _ring_place(self, name: str) -> int:
        existing = [Ring(ring).name.lower() for ring in self.zones.rings]
        if name not in existing:
            allowed = ", ".join(existing)
            raise Trouble(
                fr=f"L'anneau « {name} » du scénario n'existe pas ici : choisir parmi {allowed}.",
                en=f"The ring '{name}' of the scenario does not exist here: choose among {allowed}.",
            )
        return existing.index(name)

    def _results(
        self, indicator: Indicator, option: SimpleNamespace, by: Sequence[str], demand_for: Callable[..., Demand]
    ) -> dict[tuple[str, str, str], tuple[Matrix, str]]:
        """Draws × groups for each ring, effect and round asked for, and the unit of each."""
        draws, demand = self._draws(option), demand_for()
        if indicator.name == "local_multiplier":
            values = local_multipliers(self.economy, self.zones, demand, draws)
            asked = self.zones.rings if "ring" in by else [Ring[option.ring.upper()]]
            return {
                (Ring(ring).name.lower(), "", ""): (values[:, self.zones.rings.index(int(ring))], "ratio")
                for ring in asked
            }
        effects = indicator.options[0].values if "effect" in by else (option.effect,)
        of_hundred = indicator.unit.name == "per_hundred"
        spent = demand.spent[draws.place] / 100 if of_hundred else np.ones(1)
        found: dict[tuple[str, str, str], tuple[Matrix, str]] = {}
        for effect in effects:
            last = "induced" if "round" in by else option.rounds
            bought = demand_for(jobs=True) if effect == "jobs" else demand
            for ring, round_name, values in self._split(effect, option, by, bought, draws, last):
                told = np.divide(values, spent, out=np.full_like(values, np.nan), where=spent > 0)
                found[ring, effect, round_name] = (told, indicator.unit.name if of_hundred else _unit(effect))
        return found

    def _split(
        self, effect: str, option: SimpleNamespace, by: Sequence[str], demand: Demand, draws: Draws, last: str
    ) -> Iterator[tuple[str, str, Matrix]]:
        alone, last = last.endswith(ONLY), last.removesuffix(ONLY)
        until = ROUNDS.index(last) + 1
        if effect in LEAKS:
            values = leaks(self.economy, self.zones, demand, draws, effect)
            # imports of induced consumption are not told: the closed model holds domestic purchases only
            values = np.full_like(values, np.nan) if effect == "taxes" and "taxes" in self.table.note else values
            zones = {"world" if effect == "imports" else "country": values}
        else:
            by_zone = simulate(self.economy, self.zones, demand, draws, effect, last)
            zones = dict(self._zones(by_zone, option, by))
        for ring, held in zones.items():
            if "round" in by:
                yield from ((ring, name, held[:, number]) for number, name in enumerate(ROUNDS))
            else:
                yield ring, last, held[:, until - 1] if alone else held[:, :until].sum(axis=1)

    def _zones(self, values: Matrix, option: SimpleNamespace, by: Sequence[str]) -> Iterator[tuple[str, Matrix]]:
        """Each ring's own part (what its zone adds to the one inside it), or the zone that the option names."""
        if "ring" not in by:
            k = self._ring_place(option.ring)
            inside = values[:, :, k - 1] if option.ring_part == "added" and k > 0 else np.zeros(1)
            yield option.ring, values[:, :, k] - inside
            return
        former: Matrix = np.zeros(1)
        for k, ring in enumerate(self.zones.rings):
            yield Ring(ring).name.lower(), values[:, :, k] - former
            former = values[:, :, k]

    def _one(self, indicator: Indicator, option: SimpleNamespace, demand: Demand, draws: Draws) -> Matrix:
        """The result without any split, for these draws."""
        if indicator.name == "local_multiplier":
            values = local_multipliers(self.economy, self.zones, demand, draws)
            found: Matrix = values[:, self._ring_place(option.ring), 0]
            return found
        ((_, _, values),) = self._split(option.effect, option, (), demand, draws, option.rounds)
        return values[:, 0]

    def _draws(self, option: SimpleNamespace, count: int | None = None, seed: int | None = None) -> Draws:
        method, _, delta = option.regional.partition("_")
        if method == "envelope":
            # without the structure of employment, quotients between industries tell nothing: only size does
            method = "flq" if self.size_rule == "population" else ""
        return drawn(
            count or self.draws, self.seed if seed is None else seed,
            place=None if option.delivery == "all" else option.delivery,
            method=method or None, delta=int(delta) / 100 if delta else None,
        )  # fmt: skip

    def _bases(self, indicator: Indicator, perimeter: Perimeter, by: Sequence[str]) -> list[Figure]:
        """The figures of the rows that enter the model: their sums, coverage, sources and address."""
        bases = self.observatory.measure(replace(indicator, kind="total"), perimeter, by)
        if len(bases) > MOST_GROUPS:
            raise Trouble(
                fr=f"{len(bases)} groupes sont trop pour une simulation ({MOST_GROUPS} au plus) : filtrer (--where).",
                en=f"{len(bases)} groups are too many for a simulation (at most {MOST_GROUPS}): filter with --where.",
            )
        return bases

    def _demand(
        self, indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, by: Sequence[str],
        groups: Sequence[tuple[Any, ...]], *, jobs: bool = False,
    ) -> Demand:  # fmt: skip
        """What is bought; for `jobs`, at the prices of the table's year, of which its jobs per euro are."""
        prices_of = self.table.year if jobs else None
        asked = (indicator.name, perimeter, prices_of)
        if self._kept is None or self._kept[0] != asked or (by and by != self._kept[1]):
            rows = demand_rows(self.observatory, indicator, perimeter, option, by, prices_of)
            self._kept = (asked, by, rows)
        declared, headcount = (
            self._kept[2] if by else ([{**row, "group": ()} for row in part] for part in self._kept[2])
        )
        return demand_of(groups, declared, headcount, self.table, self.zones)

    def _figure(
        self, base: Figure, split: Mapping[str, str], by: Sequence[str], spread: Spread | None, unit: str
    ) -> Figure:
        group = {name: split[name] if name in SPLITS else base.group[name] for name in by}
        if base.sums.part == 0:
            spread = None
        return replace(
            base, unit=unit, group=group, level=highest([base.level, Level.MODELLED]), interval="simulation",
            value=None if spread is None else _rounded(spread.value, unit),
            low=None if spread is None else _rounded(spread.low, unit),
            high=None if spread is None else _rounded(spread.high, unit),
            origins=self._origins(base), table_year=self.table.year,
        )  # fmt: skip

    def _origins(self, base: Figure) -> tuple[Origin, ...]:
        if base.origins not in self._united:
            self._united[base.origins] = tuple(dict.fromkeys([*base.origins, *self._of_tables()]))
        return self._united[base.origins]

    def _of_tables(self) -> Iterator[Origin]:
        for name in TABLES:
            yield from self.observatory.origins(name)
        if not self.observatory.origins("io_flow"):
            told = card(EMBEDDED)
            yield Origin(EMBEDDED, told.producer, told.licence, self.table.name, "")

    def _rows(self, name: str) -> list[dict[str, Any]]:
        answer = self.observatory.connection.cursor().execute(f'SELECT * FROM "{name}" ORDER BY ALL')
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def replace_draws(impact: Impact, draws: int) -> Impact:
    """The same, with another number of draws."""
    found = object.__new__(Impact)
    found.__dict__.update(vars(impact) | {"draws": draws})
    return found


def _spread(values: Matrix) -> Spread | None:
    return None if np.isnan(values).any() else spreads(values[:, None])[0]


def _key(base: Figure, by: Sequence[str]) -> tuple[Any, ...]:
    return tuple(base.group[name] for name in by)


def _at(base: Figure, split: Mapping[str, str], by: Sequence[str]) -> Figure:
    """The figure of one part of a split, with the options that lead to it again: its address holds them."""
    chosen: dict[str, str] = {}
    if "ring" in by and split["ring"] != Ring.WORLD.name.lower():
        chosen["ring"] = split["ring"]
        chosen |= {"ring_part": "added"} if "ring_part" in base.options else {}
    if "effect" in by:
        chosen["effect"] = split["effect"]
    if "round" in by:
        chosen["rounds"] = split["round"] if split["round"] == ROUNDS[0] else split["round"] + ONLY
    path, _, query = base.rows.partition("?")
    kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in chosen]
    address = f"{path}?{urlencode(sorted([*kept, *chosen.items()]))}"
    return replace(base, options={**base.options, **chosen}, rows=address)


def _unit(effect: str) -> str:
    return "jobs" if effect == "jobs" else "euros"


def _rounded(value: float, unit: str) -> float:
    """To the cent, the thousandth of a job, the thousandth of a ratio: no more is meant."""
    return round(value, 2 if unit in ("euros", "per_hundred") else 3) + 0.0


def _ordered(figures: Sequence[Figure], by: Sequence[str]) -> list[Figure]:
    """Groups of rows in their order, each with its rings from the nearest, effects and rounds as they come."""
    seen = {name: list(dict.fromkeys(figure.group[name] for figure in figures)) for name in by}
    return sorted(figures, key=lambda figure: tuple(seen[name].index(figure.group[name]) for name in by))


def _not_built() -> Trouble:
    return Trouble(
        fr="Aucun tableau entrées-sorties n'est construit : lancer d'abord « gisement build ».",
        en="No input-output table is built: first run 'gisement build'.",
    )
