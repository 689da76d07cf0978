"""What everyone may know of payments: the same definitions, on published sums alone, which add up and tell of nobody."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from gisement.catalog.public_tables import public_tables
from gisement.engine import Observatory
from gisement.engine.protected import COLUMNS, PUBLISHED, PublicTables
from gisement.engine.public import REMAINDER, PublicObservatory
from gisement.models.secrecy.payments import linked_cells
from gisement.pipeline import indicator_named, perimeter_of
from gisement.publish.web.site import Site
from gisement.store import Workspace
from gisement.store.database import table_path
from gisement.store.kept import RELEASES, kept_releases
from gisement.studies.releases import note_release
from gisement.terms import Figure, Perimeter, Verdict

STEP = 100_000
"""Cents of a rounding step: 1,000 €."""
CROSSINGS = [by for size in range(3) for by in itertools.combinations(COLUMNS, size)]


@pytest.fixture(scope="module")
def public(paid_site: Site) -> PublicObservatory:
    """The workspace as everyone sees it."""
    assert isinstance(paid_site.observatory, PublicObservatory)
    return paid_site.observatory


@pytest.fixture(scope="module")
def whole(paid_workspace: Workspace) -> Observatory:
    """The workspace as its user sees it."""
    return Observatory(paid_workspace, load=True)


@pytest.fixture(scope="module")
def unprotected(paid_workspace: Workspace, public: PublicObservatory) -> PublicTables:
    """The same tables before protection and rounding."""
    parts = pq.read_table(table_path(paid_workspace, "payment_part"))
    rows: list[dict[str, Any]] = []
    for year in sorted(set(parts["year"].to_pylist())):
        linked = linked_cells(parts.filter(pc.equal(parts["year"], year)))
        for (table, key), told, cents in zip(linked.keys, linked.values, linked.cents.tolist(), strict=True):
            values = dict.fromkeys(parts.column_names) | dict(told)
            name = f"{table.name}|{year}|{key}"
            rows.append({**values, "public_cell": name, "public_table": table.name, "year": year, "shown_cents": cents})
    return PublicTables(rows, public.public_tables.usual_ring)


def perimeters(observatory: Observatory, name: str) -> Iterator[Perimeter]:
    """Every combination of options of an indicator, on payments."""
    indicator = indicator_named(name)
    choices = [[(o.name, v) for v in o.values if (o.name, v) != ("ring", "commune")] for o in indicator.options]
    for combination in itertools.product(*choices):
        pairs = dict(combination)
        if pairs.get("ring") != "food_plan":
            yield Perimeter({"basis": ("payment",)}, pairs)


# --- the same definitions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PUBLISHED)
def test_before_protection_sums_are_those_of_the_lines_to_the_cent(
    name: str, whole: Observatory, unprotected: PublicTables
) -> None:
    indicator, compared = indicator_named(name), 0
    for perimeter, by in itertools.product(perimeters(whole, name), CROSSINGS):
        option = whole.options(indicator, perimeter)
        if not unprotected.holds(indicator, perimeter.filters, option, by):
            continue
        expected = {tuple(f.group.values()): f for f in whole.measure(indicator, perimeter, by)}
        for answer in unprotected.figures(indicator, perimeter.filters, option, by):
            of_lines = expected[tuple(answer.group.values())].sums
            sums = answer.sums
            # what partners pay each other is excluded from a figure of lines, and in no public table
            assert (sums.part, sums.rest, sums.unknown) == (of_lines.part, of_lines.rest, of_lines.unknown), perimeter
            assert sums.excluded <= of_lines.excluded
            compared += 1
    assert compared >= 40


def test_every_public_table_answers_some_figure(unprotected: PublicTables, whole: Observatory) -> None:
    asked = set()
    for name in PUBLISHED:
        indicator = indicator_named(name)
        for perimeter, by in itertools.product(perimeters(whole, name), CROSSINGS):
            if unprotected.holds(indicator, perimeter.filters, whole.options(indicator, perimeter), by):
                table, _ = unprotected._found(indicator, perimeter.filters, whole.options(indicator, perimeter), by)
                asked.add(table.name)
    assert asked == {table.name for table in public_tables().values() if table.offered}


# --- published sums -----------------------------------------------------------------------------------------


def published(public: PublicObservatory) -> Iterator[tuple[str, Perimeter, Figure]]:
    """Every public figure on payments, by every crossing."""
    for name in PUBLISHED:
        for perimeter, by in itertools.product(perimeters(public, name), CROSSINGS):
            if public.answers(indicator_named(name), perimeter, by):
                for figure in public.measure(indicator_named(name), perimeter, by):
                    yield name, perimeter, figure


def test_a_public_figure_is_rounded_near_the_truth_or_says_nothing(
    public: PublicObservatory, unprotected: PublicTables
) -> None:
    shown = hidden = 0
    for _, _, figure in published(public):
        if figure.secrecy == "not_shown":
            hidden += 1
            assert (figure.value, figure.low, figure.high, figure.coverage) == (None,) * 4
            assert not any(figure.sums.rows(verdict) for verdict in Verdict)
            continue
        shown += 1
        assert figure.secrecy == "protected"
        sums = figure.sums
        assert not any(each % STEP for each in (sums.part, sums.rest, sums.unknown, sums.excluded))
    assert shown > 500
    assert hidden > 100


def test_rows_of_a_figure_that_is_not_shown_say_why_there_are_none(
    paid_client: TestClient, public: PublicObservatory
) -> None:
    """« Nothing in this perimeter » would be false."""
    hidden = next(figure for _, _, figure in published(public) if figure.secrecy == "not_shown")
    told = paid_client.get(hidden.rows).text
    assert "Ce chiffre est connu, et n'est pas montré" in told.replace("&#39;", "'")
    assert "nom non diffusé" not in told
    assert "Rien dans ce périmètre" not in told


def test_rows_of_a_public_figure_add_up_to_it_with_one_remainder_at_most(
    paid_client: TestClient, public: PublicObservatory
) -> None:
    """All of them as the server lists them; of one in nine, as it answers."""
    seen = 0
    for name, _, figure in published(public):
        if len(figure.group) > 1 or figure.options.get("joint", "equal") != "equal":
            continue
        address = figure.rows.replace(f"/figures/{name}/rows", f"/api/rows/{name}")
        asked = perimeter_of(["=".join(pair) for pair in parse_qsl(urlsplit(address).query, keep_blank_values=True)])
        for verdict in Verdict:
            rows = list(public.rows(indicator_named(name), asked, verdict))
            if seen % 9 == 0:
                answer = paid_client.get(f"{address}&verdict={verdict}&limit=10000").json()["rows"]
                assert [row["amount_cents"] for row in answer] == [row["amount_cents"] for row in rows]
            cents = [row["amount_cents"] for row in rows]
            assert sum(row["purchase_key"] == REMAINDER for row in rows) <= 1
            assert len(cents) == figure.sums.rows(verdict)
            if figure.secrecy == "protected":
                assert sum(cents) == getattr(figure.sums, str(verdict))
            else:
                assert cents == []
            seen += 1
    assert seen > 400


def test_the_headline_is_published(public: PublicObservatory, whole: Observatory) -> None:
    indicator, perimeter = indicator_named("local_share"), perimeter_of(["basis=payment"])
    (shown,), (true,) = public.measure(indicator, perimeter), whole.measure(indicator, perimeter)
    assert shown.value == pytest.approx(true.value, abs=1e-4)


def test_releases_keep_no_figure_of_payments(paid_site: Site, paid_workspace: Workspace) -> None:
    """What a ledger adds is the difference of two releases: the page of releases may not tell it."""
    bases = {"local_share": "payment", "total_spend": "payment", "contracts": None, "sme_share": "contract"}

    def figure(name: str) -> Figure:
        return paid_site.figure(name, *([("basis", basis)] if (basis := bases[name]) else []))

    assert figure("local_share").secrecy
    note_release(paid_site.served, bases, figure)
    (kept, *_) = kept_releases(paid_workspace)
    shutil.rmtree(paid_workspace.root / RELEASES)
    assert set(kept["figures"]) == {"contracts", "sme_share"}


@pytest.mark.parametrize(
    "where",
    ["supplier=x", "department=86", "commune=86194", "naf=47", "month=202401", "buyers=all", "cpv=45", "legal_kind=x"],
)
def test_what_is_not_in_the_list_is_refused(paid_client: TestClient, where: str) -> None:
    for name in PUBLISHED:
        answer = paid_client.get(f"/api/measure/{name}?basis=payment&{where}")
        assert answer.status_code == 400, where
        assert "liste fermée" in answer.json()["detail"]
        key = where.split("=")[0]
        if key != "buyers":
            assert paid_client.get(f"/api/measure/{name}?basis=payment&by={key}").status_code == 400
        assert paid_client.get(f"/api/rows/{name}?basis=payment&{where}&verdict=part").status_code == 400


def test_an_indicator_that_is_not_published_on_payments_is_refused(paid_client: TestClient) -> None:
    for name in (
        "suppliers_count",
        "new_supplier_spend_share",
        "supplier_concentration",
        "median_amount",
        "siae_share",
    ):
        assert paid_client.get(f"/api/measure/{name}?basis=payment").status_code == 400
        assert paid_client.get(f"/api/rows/{name}?basis=payment&verdict=part").status_code == 400
