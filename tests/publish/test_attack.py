"""Attacks on what everyone sees of payments: by what is in the served copy, by every route, by arithmetic."""

from __future__ import annotations

import itertools
import os
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from scipy import sparse
from starlette.routing import Route
from starlette.testclient import TestClient

from gisement.catalog import parameter
from gisement.catalog.file_kinds import published_kinds
from gisement.catalog.public_tables import IMPLIED, public_columns, public_tables
from gisement.engine import served
from gisement.engine.served import Served
from gisement.models.secrecy.payments import linked_cells
from gisement.models.secrecy.rule import rule
from gisement.models.secrecy.suppression import Cells, Intruder, as_everyone_reads, remainders
from gisement.publish.web.app import create_app
from gisement.publish.web.site import Site
from gisement.sources.demonstration import Demonstration
from gisement.store import Workspace, remove_snapshot, snapshots
from gisement.store.database import table_path
from tests.publish.test_pages import paths
from tests.workspaces import built, copied

INSIDER_YEARS = int(os.environ.get("GISEMENT_TEST_INSIDER_YEARS", "1"))
"""Years in which every buyer in turn attacks: the latest."""
STEP = 100_000
"""Cents of a rounding step: 1,000 €."""
PAYMENTS = frozenset({
    "/", "/figures", "/figures/{name}", "/figures/{name}/rows", "/embed/{name}", "/charts/{kind}/{name}.svg",
    "/api/measure/{indicator}", "/api/rows/{indicator}", "/api/sensitivity/{indicator}",
})  # fmt: skip
"""Routes that may tell of payments, from the public tables; all others must not change with them."""
SOON_WRITTEN = ("note", "spaser", "food")
"""Documents that take a second: one function makes all of them, of what the server may show."""
HOLDERS = {
    "purchase": "^supplier_(name|commune_code|epci_code|department_code)$|_(nearest|farthest)$",
    "supplier": "^supplier_(name|commune_code|department_code)|^(commune|department)_",
    "contract_supplier": "^supplier_(name|commune|department)|^(commune|department)_",
    "holder": "^supplier_(name|commune|department)|^(commune|department)_",
    "place": "^(?!supplier_id|place_basis)",
}
"""Columns of each table that say who and where the holder of a published contract is: a ledger may know it better."""
Attack = tuple[Any, Any, Any]


def published(workspace: Workspace) -> dict[str, int | None]:
    """What is published of each cell."""
    rows = pq.read_table(table_path(workspace, "public_payment")).to_pylist()
    return {row["public_cell"]: row["shown_cents"] for row in rows}


def name_of(table: str, year: int, key: tuple[Any, ...]) -> str:
    """The name of a cell in the public table."""
    return "|".join([table, str(year), *("?" if value is None else str(value) for value in key)])


@pytest.fixture(scope="module")
def parts(paid_workspace: Workspace) -> dict[int, Any]:
    """The money of each supplier by cell, year by year: what nobody may see."""
    table = pq.read_table(table_path(paid_workspace, "payment_part"))
    return {year: table.filter(pc.equal(table["year"], year)) for year in sorted(set(table["year"].to_pylist()))}


# --- by arithmetic ------------------------------------------------------------------------------------------


def test_no_published_sum_breaks_the_rule(paid_workspace: Workspace, parts: Mapping[int, Any]) -> None:
    """Counted anew from the lines, without the code that protects."""
    shown, hidden = published(paid_workspace), 0
    for year, of_year in parts.items():
        for table in public_tables().values():
            held: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
            for part in of_year.to_pylist():
                held[tuple(part[column] for column in table.by)][part["supplier_key"]] += part["amount_cents"]
            for key, suppliers in held.items():
                cents = shown.get(name_of(table.name, year, key))
                sizes = [abs(paid) for paid in suppliers.values() if paid]
                if cents is None:
                    hidden += 1
                    continue
                assert table.offered
                assert len(sizes) >= 3, (table.name, key)
                assert 100 * max(sizes) <= 85 * sum(sizes)
                assert abs(cents - sum(suppliers.values())) <= STEP / 2
                assert cents % STEP == 0
    assert hidden > 500


def test_nobody_places_a_secret_sum_within_the_margin(paid_workspace: Workspace, parts: Mapping[int, Any]) -> None:
    """The least and greatest values that fit all that is published, cell by cell, by linear programming.

    Elimination is a special case: a sum that some combination of published ones gives has both ends equal.
    """
    shown_cents, attacked = published(paid_workspace), 0
    for year, of_year in parts.items():
        linked = linked_cells(of_year)
        values = linked.cents / STEP
        names = [name_of(table.name, year, key) for table, key in linked.keys]
        shown = np.array([shown_cents.get(name) is not None for name in names])
        cells = as_everyone_reads(values, linked.relations)
        secret = np.flatnonzero(linked.behind.breaks(rule()))
        margin = np.maximum(np.abs(values) * parameter("secrecy_margin_pct") / 100, 1.0)
        up, down = moves(cells, shown, secret, margin)
        assert not shown[secret].any()
        assert (up[secret] >= margin[secret] - 1e-5).all()
        assert (down[secret] >= np.minimum(margin, values - cells.floor)[secret] - 1e-5).all()
        told = [hidden for hidden, _ in remainders(cells, shown) if len(hidden)]
        assert not linked.behind.of(told).breaks(rule()).any()
        attacked += len(secret)
    assert attacked > 1000


def test_no_buyer_reads_in_a_published_sum_what_another_paid_to_too_few(
    paid_workspace: Workspace, parts: Mapping[int, Any]
) -> None:
    """Each buyer takes its own lines away from every published sum, counted anew without the code that protects."""
    shown, tried = published(paid_workspace), 0
    for year, of_year in parts.items():
        lines = of_year.to_pylist()
        for table, insider in itertools.product(public_tables().values(), sorted({part["buyer_id"] for part in lines})):
            held: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
            for part in lines:
                if part["buyer_id"] != insider:
                    held[tuple(part[column] for column in table.by)][part["supplier_key"]] += part["amount_cents"]
            for key, suppliers in held.items():
                if shown.get(name_of(table.name, year, key)) is not None:
                    sizes = [abs(paid) for paid in suppliers.values() if paid]
                    assert len(sizes) >= 3, (insider, table.name, key)
                    assert 100 * max(sizes) <= 85 * sum(sizes), (insider, table.name, key)
                    tried += 1
    assert tried > 3000


def test_no_buyer_places_what_another_paid_within_the_margin(
    paid_workspace: Workspace, parts: Mapping[int, Any]
) -> None:
    """The same by linear programming: a buyer knows its own lines, shown or not, and every published sum."""
    shown_cents, attacked = published(paid_workspace), 0
    for year, of_year in list(parts.items())[-INSIDER_YEARS:]:
        linked = linked_cells(of_year)
        names = [name_of(table.name, year, key) for table, key in linked.keys]
        shown = np.array([shown_cents.get(name) is not None for name in names])
        for seen in linked.others.values():
            values = seen.cents / STEP
            cells = replace(as_everyone_reads(values, linked.relations), known=seen.known)
            secret = np.flatnonzero(seen.behind.breaks(rule()) & ~seen.known)
            margin = np.maximum(np.abs(values) * parameter("secrecy_margin_pct") / 100, 1.0)
            up, down = moves(cells, shown, secret, margin)
            assert (up[secret] >= margin[secret] - 1e-5).all()
            assert (down[secret] >= np.minimum(margin, values - cells.floor)[secret] - 1e-5).all()
            attacked += len(secret)
    assert attacked > 1000


def test_who_knows_every_combination_that_exists_still_recovers_nothing(
    paid_workspace: Workspace, parts: Mapping[int, Any]
) -> None:
    """A stronger intruder, and other code: it knows which combinations of all columns occur, and no relation of ours.

    It recovers no secret sum; it comes closer than the margin to two in a hundred at most, and never to a step.
    """
    for year, of_year in parts.items():
        cells, shown, secret = combinations_of(year, of_year, published(paid_workspace))
        margin = np.maximum(np.abs(cells.values) * parameter("secrecy_margin_pct") / 100, 1.0)
        up, down = moves(cells, shown, secret, margin)
        room = np.minimum(margin, cells.values - cells.floor)
        close = (up < margin - 1e-5) | (down < room - 1e-5)
        assert close[secret].sum() <= 0.02 * len(secret), year
        assert (up[secret] >= 1.0 - 1e-5).all()
        assert (down[secret] >= np.minimum(room, 1.0)[secret] - 1e-5).all()


def combinations_of(year: int, of_year: Any, shown_cents: Mapping[str, int | None]) -> Attack:
    """The cells of every table as sums of the combinations that occur; which are shown; which break the rule."""
    lines, columns = of_year.to_pylist(), public_columns()
    number: dict[tuple[Any, ...], int] = {}
    for line in lines:
        number.setdefault(tuple(line[column] for column in columns), len(number))
    count, entries, shown, secret = len(number), [], [], []
    values = np.zeros(count)
    for line in lines:
        values[number[tuple(line[column] for column in columns)]] += line["amount_cents"] / STEP
    for table in public_tables().values():
        groups: dict[tuple[Any, ...], set[int]] = defaultdict(set)
        paid: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for line in lines:
            key = tuple(line[column] for column in table.by)
            groups[key].add(number[tuple(line[column] for column in columns)])
            paid[key][line["supplier_key"]] += line["amount_cents"]
        for key, members in groups.items():
            sizes = [abs(each) for each in paid[key].values() if each]
            secret.append(len(sizes) < 3 or 100 * max(sizes) > 85 * sum(sizes))
            shown.append(shown_cents.get(name_of(table.name, year, key)) is not None)
            entries.append(sorted(members))
    rows = [row for row, members in enumerate(entries) for _ in members]
    matrix = sparse.coo_matrix((np.ones(len(rows)), (rows, [m for members in entries for m in members])),
                               shape=(len(entries), count)).tocsr()  # fmt: skip
    whole = np.concatenate([values, matrix @ values])
    relations = sparse.hstack([-matrix, sparse.identity(len(entries))]).tocsr()
    cells = as_everyone_reads(whole, relations)
    return cells, np.array([False] * count + shown), count + np.flatnonzero(secret)


def moves(cells: Cells, shown: Any, secret: Any, margin: Any) -> tuple[Any, Any]:
    """How far each secret cell can move up and down from its value; where it moves far enough, not how much farther."""
    up, down = np.zeros(len(cells.values)), np.zeros(len(cells.values))
    intruder = Intruder(cells, shown)
    for cell in secret.tolist():
        for sign, moved in ((1, up), (-1, down)):
            enough = margin[cell] if sign > 0 else min(margin[cell], cells.values[cell] - cells.floor[cell])
            if moved[cell] < enough - 1e-6:
                reached = intruder.reach(cell, sign) - cells.values
                up, down = np.maximum(up, reached), np.maximum(down, -reached)
    return up, down


def test_what_columns_tell_of_others_holds_of_every_line(parts: Mapping[int, Any]) -> None:
    for causes, effect in IMPLIED:
        told: dict[tuple[Any, ...], set[Any]] = defaultdict(set)
        for of_year in parts.values():
            for line in of_year.to_pylist():
                told[tuple(line[cause] for cause in sorted(causes))].add(line[effect])
        assert all(len(values) == 1 for values in told.values()), (causes, effect)


# --- by the served copy -------------------------------------------------------------------------------------


def test_ledgers_leave_nothing_in_the_public_copy_but_the_public_tables(
    paid_site: Site, paid_workspace: Workspace, demo: Demonstration, tmp_path: Path
) -> None:
    """The same territory with and without its ledgers: all other tables are the same, row for row."""
    without = copied(paid_workspace, tmp_path / "workspace", demo.territory)
    for snapshot in snapshots(without):
        if snapshot.kind in ("ledger", "pes", "accounts"):
            remove_snapshot(without, snapshot.identifier, snapshot.kind)
    built(without)
    unpaid, changed = Served(without), {}
    for table in served.copies(partner=False):
        one, other = (frozen(each.connection, table) for each in (unpaid, paid_site.served))
        if one != other:
            changed[table] = (sorted(one - other)[:3], sorted(other - one)[:3])
    assert set(changed) == {"public_payment"}, changed
    assert not frozen(unpaid.connection, "public_payment")


def frozen(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """The rows of a table, as texts; without the name and place of the holder of a contract, which a ledger may tell."""
    columns = [row[0] for row in connection.cursor().execute(f'DESCRIBE "{table}"').fetchall()]
    kept = [f'"{column}"' for column in columns if not re.search(HOLDERS.get(table, "^$"), column)]
    where = "WHERE kind <> 'supplier'" if table == "lookup" else ""
    found = connection.cursor().execute(f'SELECT {", ".join(kept)} FROM "{table}" {where}')
    return {str(row) for row in found.fetchall()}


def names_of_partners_files(workspace: Workspace) -> list[str]:
    """The names and digests of all files that no producer published."""
    own = [snapshot for snapshot in snapshots(workspace) if snapshot.kind not in published_kinds()]
    assert {"ledger", "pes", "insertion-hours"} <= {held.kind for held in own}
    return [told for held in own for told in (held.name, held.sha256)]


# --- by every route -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tampered(paid_workspace: Workspace) -> TestClient:
    """The same public server, where every published sum is a million euros higher."""
    whole = served.copies

    def altered(*, partner: bool) -> dict[str, str]:
        sql = "SELECT * REPLACE (shown_cents + 100000000 AS shown_cents) FROM public_payment"
        return {**whole(partner=partner), "public_payment": sql}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served, "copies", altered)
        return TestClient(create_app(Site(Served(paid_workspace))), follow_redirects=False)


def addresses(site: Site) -> dict[str, str]:
    """An address for every route of the application, whatever its kind."""
    known = {**paths(site), "/api/search": "/api/search?q=demonstration"}
    firm = site.served.found("", kind="supplier")[0]["key"]
    known["/firms/correction.csv"] = f"/firms/correction.csv?supplier={firm}"
    found: dict[str, str] = {}
    for route in create_app(site).router.routes:
        assert isinstance(route, Route) or hasattr(route, "path")
        path = str(getattr(route, "path", ""))
        if path.startswith(("/en", "/static")):
            continue
        if path == "/documents/{file}":
            found |= {told: told for told in (f"/documents/{name}.xlsx" for name in SOON_WRITTEN)}
            continue
        told = known.get(path, path.replace("{indicator}", "local_share"))
        extra = "basis=payment&verdict=part" if path.startswith("/api/rows") else "basis=payment"
        found[path] = f"{told}{'&' if '?' in told else '?'}{extra}" if path in PAYMENTS else told
    return found


def test_only_the_declared_routes_tell_of_payments(
    paid_site: Site, paid_client: TestClient, tampered: TestClient
) -> None:
    """A route that nobody thought of is in the table of routes: it answers alike whatever the published sums are.

    And none of them says how a partner named its file, or gives the digest by which to try what is in it.
    """
    changed, told = set(), names_of_partners_files(paid_site.observatory.workspace)
    for path, address in addresses(paid_site).items():
        one, other = paid_client.get(address), tampered.get(address)
        assert one.status_code == other.status_code, address
        assert one.status_code < 400 or "{" in path, address
        assert [name for name in told if name in one.text] == [], address
        if one.content != other.content:
            changed.add(path)
    assert changed <= PAYMENTS
    assert {"/", "/figures/{name}", "/figures/{name}/rows", "/embed/{name}", "/api/measure/{indicator}"} <= changed
