"""Measure an indicator over a perimeter: sums by verdict become figures; the rows come from the same expression."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from gisement.catalog import raw_tables, tables
from gisement.catalog.file_kinds import published_kinds
from gisement.engine.area_shares import AREA, anywhere, level_of, of_every_area, settled
from gisement.engine.compiled import frozen, rows_sql, spread_sql, sum_sql
from gisement.engine.labels import labelled
from gisement.engine.parameters import VERDICT, inlined, shaped
from gisement.engine.row_address import address_of
from gisement.store import database, served, snapshots
from gisement.store.workspace import Workspace
from gisement.terms import (
    EUROS,
    KILOGRAMS,
    Figure,
    Indicator,
    Level,
    Origin,
    Perimeter,
    Ring,
    Snapshot,
    Spread,
    Territory,
    Trouble,
    Verdict,
    existing_rings,
    highest,
)
from gisement.terms.arithmetic import share, spread, total

if TYPE_CHECKING:
    from gisement.engine.arranged import Amounts, Integers
    from gisement.engine.cube import Cube

MEASURED = ("contract", "purchase", "food_purchase", "food_balance", "food_declaration", "food_origin")
"""The tables whose rows figures add up."""
TWO_BASES = "purchase"
"""The table that holds both bases."""
HIDDEN = ("in_scope", "counting", "verdict_number")


class Observatory:
    """A built workspace, open for reading: figures and rows.

    With `load`, the tables of the figures are held in memory: any figure then takes milliseconds. `read` are tables to
    read at once. All is of one release, that of the opening, even while a build goes on; Trouble where there is none.
    """

    def __init__(
        self,
        workspace: Workspace,
        read: Sequence[str] = MEASURED,
        *,
        load: bool = False,
        connection: Any = None,
    ) -> None:
        self.workspace = workspace
        self.territory = workspace.territory()
        # a server's own copy of the tables is asked with bound values; they cost most of a second the first time
        self.is_server = connection is not None
        self.connection = connection or database.connect(workspace)
        if not self.is_server and not workspace.held:
            self.workspace = served.held_still(workspace, database.scratch_of(self.connection))
            weakref.finalize(self, served.let_go, self.workspace)
        self.is_public = False  # what partners named or brought is then told without its name
        self._origins: dict[str, tuple[Origin, ...]] = {}
        self._files: dict[str, set[tuple[str, str]]] = {}
        self._shown: set[str] = set()
        self._loaded: set[str] = set()
        self._cubes: dict[str, Cube | None] = {}
        for table in () if self.is_server else read:
            self._show(table, load)

    def show(self, table: str) -> None:
        """Let a table that no figure of rows needs be read too.

        Raises Trouble where it is not built, or a build is replacing the tables.
        """
        if table not in self._shown and not self.is_server:
            self._show(table, load=False)

    def _show(self, table: str, load: bool) -> None:
        if not database.is_built(replace(self.workspace, held=None), table):
            raise Trouble(
                fr=f"La table {table} n'est pas construite : lancer d'abord « gisement build ».",
                en=f"The table {table} is not built: first run 'gisement build'.",
            )
        if table in tables():
            served.check_settled(self.workspace, table)
        self._shown.add(table)
        self._loaded |= {table} if load else set()
        kind = "TABLE" if load else "VIEW"
        self.connection.execute(f'CREATE {kind} "{table}" AS {database.view_sql(self.workspace, table)}')

    def resolved(self, indicator: Indicator, perimeter: Perimeter, by: Sequence[str] = ()) -> Perimeter:
        """The perimeter with its basis: payments where any ledger is loaded, else contracts; never both in one figure.

        Raises Trouble where both bases are asked for at once, unless figures are grouped by basis.
        """
        if indicator.table != TWO_BASES or "basis" in by:
            return perimeter
        asked = perimeter.filters.get("basis")
        if asked is None:
            basis = self.default_basis if self.default_basis in indicator.bases else indicator.bases[0]
            return Perimeter({**perimeter.filters, "basis": (basis,)}, perimeter.options)
        if len(set(asked)) > 1:
            raise Trouble(
                fr="Un chiffre n'a qu'une base : choisir basis=payment ou basis=contract, ou --by basis.",
                en="A figure has one basis: choose basis=payment or basis=contract, or --by basis.",
            )
        return perimeter

    @cached_property
    def default_basis(self) -> str:
        """`payment` if any payment line is loaded, else `contract`."""
        found = self.connection.cursor().execute(f"SELECT 1 FROM {TWO_BASES} WHERE basis = 'payment' LIMIT 1")
        return "payment" if found.fetchone() else "contract"

    def ledger_gaps(self, perimeter: Perimeter) -> list[dict[str, Any]]:
        """Buyers of the territory without a ledger line in a year in which others have some: who, and which years.

        One mapping per buyer: `buyer` (SIREN), `buyer_name`, `years`. These are gaps of figures on payments, not
        spending of 0.
        """
        self.show("ledger_year")
        listed = ", ".join(database.literal(buyer[:9]) for buyer in self.territory.buyers)
        ours = f"buyer_siren IN ({listed})" if listed else "is_buyer_in_territory"
        years = ", ".join(str(int(year)) for year in perimeter.filters.get("year", ()) if year.isdigit())
        found = self.connection.cursor().execute(
            "SELECT buyer_siren, min(buyer_name), list(year ORDER BY year) FROM ledger_year "
            f"WHERE {ours} AND payments_count = 0 {f'AND year IN ({years})' if years else ''} "
            "GROUP BY buyer_siren ORDER BY buyer_siren"
        )
        return [{"buyer": siren, "buyer_name": name, "years": years} for siren, name, years in found.fetchall()]

    def measure(self, indicator: Indicator, perimeter: Perimeter, by: Sequence[str] = ()) -> list[Figure]:
        """One figure per group of `by` (one alone without it), in the order of the groups.

        Raises Trouble for a key, value or option that the indicator has not.
        """
        self.show(indicator.table)
        perimeter = self.resolved(indicator, perimeter, by)
        level = level_of(indicator, by)
        if level:
            return labelled(self.connection, indicator.table, self._areas(indicator, perimeter, by, level))
        option = self.options(indicator, perimeter)
        found = self._sums(indicator, perimeter, option, by)
        spreads = self._spreads(indicator, perimeter, option, by)
        groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {} if by else {(): []}
        for row in found:
            groups.setdefault(tuple(row[name] for name in by), []).append(row)
        figures = [
            self._figure(indicator, perimeter, vars(option), dict(zip(by, group, strict=True)), rows, spreads)
            for group, rows in groups.items()
        ]
        return labelled(self.connection, indicator.table, figures)

    def _areas(self, indicator: Indicator, perimeter: Perimeter, by: Sequence[str], level: str) -> list[Figure]:
        """The share of each area of a level in the whole, as if each were asked for alone."""
        option = self.options(indicator, perimeter)
        rows = self._sums(indicator, perimeter, anywhere(option, level), by)
        return [
            replace(self._figure(indicator, perimeter, each.options, each.others, each.sums, {}), group=each.group)
            for each in of_every_area(rows, by, level, vars(option))
        ]

    def _sums(
        self, indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, by: Sequence[str]
    ) -> list[dict[str, Any]]:
        """A row per group and verdict: added up in memory where the table is held there, else by DuckDB."""
        shape, values = shaped(perimeter)
        cube = self._cube(indicator.table)
        if cube is not None:
            with suppress(OverflowError):
                return cube.sums(indicator, perimeter, option, by)
        sql = sum_sql(indicator, shape, frozen(option), self.territory.buyers, tuple(by))
        answer = self._run(sql, values)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def places(self, indicator: Indicator, perimeter: Perimeter, verdict: Verdict) -> Integers | None:
        """Which rows of a small table have this verdict, by their place in it; None where only a query can say.

        Raises Trouble as `measure` does.
        """
        perimeter = self.resolved(indicator, perimeter)
        option = self.options(indicator, perimeter)
        shaped(perimeter)
        cube = self._cube(indicator.table)
        if cube is None:
            return None
        with suppress(OverflowError):
            return cube.places(indicator, perimeter, option, verdict)
        return None

    def _cube(self, table: str) -> Cube | None:
        if not self.is_server and table not in self._loaded:
            return None
        from gisement.engine.cube import cube_of

        if table not in self._cubes:
            self._cubes[table] = cube_of(self.connection, table, self.territory.buyers)
        return self._cubes[table]

    def sensitivity(self, indicator: Indicator, perimeter: Perimeter) -> list[Figure]:
        """The same figure for every combination of the declared options (rings inside the territory left out)."""
        rings = {ring.name.lower() for ring in existing_rings(self.territory)}
        choices = [
            [(o.name, value) for value in o.values if o.name != "ring" or value in rings] for o in indicator.options
        ]
        return [
            self.measure(indicator, Perimeter(perimeter.filters, dict(combination)))[0]
            for combination in itertools.product(*choices)
        ]

    def rows(self, indicator: Indicator, perimeter: Perimeter, verdict: Verdict) -> Iterator[dict[str, Any]]:
        """The rows of one verdict, in the order of the table's key: their weights add up to the figure's.

        Each is a mapping of the table's columns, with `verdict` and `weight`. Raises Trouble as `measure` does.
        """
        sql, values = self.rows_query(indicator, perimeter, verdict)
        answer = self._run(sql, values)
        names = [column[0] for column in answer.description or ()]
        shown = [(place, name) for place, name in enumerate(names) if name not in HIDDEN]
        while block := answer.fetchmany(1000):
            for row in block:
                yield {name: row[place] for place, name in shown}

    def rows_query(self, indicator: Indicator, perimeter: Perimeter, verdict: Verdict) -> tuple[str, dict[str, Any]]:
        """The SQL of the rows of one verdict, and the values of its `$` parameters."""
        self.show(indicator.table)
        perimeter = self.resolved(indicator, perimeter)
        option = self.options(indicator, perimeter)
        shape, values = shaped(perimeter)
        sql = rows_sql(indicator, shape, frozen(option), self.territory.buyers)
        return sql, {**values, VERDICT: str(verdict)}

    def _run(self, sql: str, values: Mapping[str, Any]) -> Any:
        cursor = self.connection.cursor()
        return cursor.execute(sql, dict(values)) if self.is_server and values else cursor.execute(inlined(sql, values))

    def options(self, indicator: Indicator, perimeter: Perimeter) -> SimpleNamespace:
        """The value of every option of the indicator, checked; the ring is at least the territory's own level.

        Raises Trouble for an option that the indicator has not, a value that is not allowed, a ring or area that does
        not exist here.
        """
        unknown = set(perimeter.options) - {option.name for option in indicator.options}
        if unknown:
            allowed, wrong = ", ".join(option.name for option in indicator.options), ", ".join(sorted(unknown))
            raise Trouble(
                fr=f"{indicator.name} n'a pas d'option « {wrong} » (options : {allowed or 'aucune'}).",
                en=f"{indicator.name} has no option '{wrong}' (options: {allowed or 'none'}).",
            )
        chosen = indicator.choose(perimeter.options)
        if hasattr(chosen, "ring"):
            chosen.ring = _ring(self.territory, chosen.ring, given="ring" in perimeter.options)
        if hasattr(chosen, AREA):
            chosen.area = settled(self.territory, chosen.area)
        return chosen

    def file_of(self, snapshot: str) -> str:
        """The name of the file that a snapshot is; its identifier where it is not known any more, or not told."""
        known = (s for s in snapshots(self.workspace) if s.identifier == snapshot and self._tells(s.kind))
        return next((s.name for s in known), snapshot)

    def _tells(self, kind: str) -> bool:
        """Whether the name and digest of a file of this kind are told here: those of partners are not, to all."""
        return not self.is_public or kind in published_kinds()

    def origins(self, table: str) -> tuple[Origin, ...]:
        """The snapshots that a table was made from, through every step (as of the opening of the observatory)."""
        if table not in self._origins:
            identifiers = _snapshot_identifiers(self.workspace, table, set())
            held = [snapshot for snapshot in snapshots(self.workspace) if snapshot.identifier in identifiers]
            self._origins[table] = tuple(map(self._origin, held))
            self._files[table] = {(snapshot.kind, snapshot.sha256) for snapshot in held}
        return self._origins[table]

    def files(self, table: str) -> set[tuple[str, str]]:
        """The source and the SHA-256 of each file of a table, of partners too: to compare, not to show."""
        self.origins(table)
        return self._files[table]

    def _origin(self, held: Snapshot) -> Origin:
        name, digest = (held.name, held.sha256) if self._tells(held.kind) else ("", "")
        return Origin(held.kind, held.card.get("producer", ""), held.card.get("licence", ""), name, digest)

    def _spreads(
        self, indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, by: Sequence[str]
    ) -> Mapping[tuple[Any, ...], Amounts]:
        if not isinstance(indicator.kind, Spread):
            return {}
        from gisement.engine.spread import by_group

        shape, values = shaped(perimeter)
        cube = self._cube(indicator.table)
        if cube is not None:
            with suppress(OverflowError):
                return cube.amounts(indicator, perimeter, option, by)
        sql = spread_sql(indicator, shape, frozen(option), self.territory.buyers, tuple(by))
        return by_group(self._run(sql, values).to_arrow_table(), by)

    def _figure(
        self,
        indicator: Indicator,
        perimeter: Perimeter,
        options: Mapping[str, str],
        group: Mapping[str, Any],
        rows: Sequence[Mapping[str, Any]],
        spreads: Mapping[tuple[Any, ...], Amounts],
    ) -> Figure:
        from gisement.engine.query import sums_of

        sums, divisor = sums_of(rows), indicator.unit.divisor
        if isinstance(indicator.kind, Spread):
            from gisement.engine.spread import statistic

            found = statistic(indicator.kind, spreads.get(tuple(group.values())), sums.unweighted)
            result = spread(sums, found, divisor)
        else:
            result = share(sums) if indicator.kind == "share" else total(sums, divisor)
        return Figure(
            indicator=indicator.name, unit=indicator.unit.name, group=group, value=result.value, low=result.low,
            high=result.high, interval="missing", coverage=result.coverage, sums=sums,
            level=highest([indicator.level, list(Level)[sums.level_rank]]), origins=self.origins(indicator.table),
            rows=address_of(indicator.name, perimeter, options, group), weight_divisor=_weight_divisor(indicator),
            basis=_basis(indicator, perimeter, group), options=dict(options), table=indicator.table, keys=result.keys,
        )  # fmt: skip


def _ring(territory: Territory, name: str, *, given: bool) -> str:
    existing = existing_rings(territory)
    ring = Ring[name.upper()]
    if ring in existing:
        return name
    if not given:
        return max(ring, territory.level.ring).name.lower()
    allowed = ", ".join(r.name.lower() for r in existing if r != Ring.WORLD)
    raise Trouble(
        fr=f"L'anneau « {name} » n'existe pas autour de {territory.key} : choisir parmi {allowed}.",
        en=f"The ring '{name}' does not exist around {territory.key}: choose among {allowed}.",
    )


def _weight_divisor(indicator: Indicator) -> int:
    """How many weights make a unit that people read: cents of a euro, grams of a kilogram; rows and lots are units."""
    if indicator.is_of_money:
        return EUROS.divisor
    return KILOGRAMS.divisor if (indicator.weight or "").endswith("_g") else 1


def _basis(indicator: Indicator, perimeter: Perimeter, group: Mapping[str, Any]) -> str | None:
    if indicator.table != TWO_BASES:
        return None
    return str(group["basis"]) if "basis" in group else perimeter.filters["basis"][0]


def _snapshot_identifiers(workspace: Workspace, table: str, seen: set[str]) -> set[str]:
    found: set[str] = set()
    lineage = database.read_lineage(workspace, table) or {"inputs": {}}
    for name in lineage["inputs"]:
        if name in seen:
            continue
        seen.add(name)
        if name in raw_tables():
            found |= set(lineage["inputs"][name])
        else:
            found |= _snapshot_identifiers(workspace, name, seen)
    return found
