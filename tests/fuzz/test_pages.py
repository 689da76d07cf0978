"""Mutated addresses and query parameters of every route: no traceback, no 5xx, whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gisement.engine.query import DIMENSIONS
from gisement.engine.served import Served
from gisement.pipeline import INDICATORS, MODELLED
from gisement.publish.web.app import create_app
from gisement.publish.web.site import Site
from tests.conftest import PROJECT
from tests.disturbed import Stage, copy
from tests.fuzz.material import ODD_TEXTS

ASKED = re.compile(r'asked\("([a-z_]+)"|query_params\.get\("([a-z_]+)"')
"""How a page reads a parameter of its address."""
VALUES: Sequence[str] = (
    *ODD_TEXTS, "all", "part", "rest", "unknown", "payment", "contract", "csv", "parquet", "xlsx", "json", "department",
    "head_office", "2024", "-1", "0", "99999999999999999999", "1e9", "year", "buyer", "family", "year,buyer,segment", "en",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Asks a small server; whatever the program raises is the test's."""
    site = Site(Served(copy(stage.done, tmp_path_factory.mktemp("pages") / "workspace")))
    with TestClient(create_app(site)) as one_loop:
        yield one_loop


@cache
def names(client: TestClient) -> tuple[str, ...]:
    """Every parameter that a page or the interface for programs reads, found in the code: none can be forgotten."""
    found = {option.name for indicator in (*INDICATORS, *MODELLED) for option in indicator.options} | set(DIMENSIONS)
    for path in (PROJECT / "src" / "gisement" / "publish").rglob("*.py"):
        found |= {one or other for one, other in ASKED.findall(path.read_text(encoding="utf-8"))}
    described = client.app.openapi()["paths"].values()  # type: ignore[attr-defined]
    found |= {given["name"] for entry in described for given in entry["get"].get("parameters", ())}
    assert {"points", "outcome", "limit", "verdict", "q"} <= found
    return tuple(sorted(found))


@st.composite
def addresses(draw: st.DrawFn, routes: Sequence[str], parameters: Sequence[str]) -> str:
    """An address of a route, its holes filled with anything, and a query of anything."""
    path = draw(st.sampled_from(routes))
    known = [indicator.name for indicator in (*INDICATORS, *MODELLED)]
    while "{" in path:
        before, _, after = path.partition("{")
        value = draw(st.sampled_from(known) | st.sampled_from(VALUES) | st.text(max_size=20))
        path = before + quote(value.encode("utf-8", "replace").decode(), safe="") + after.partition("}")[2]
    pairs = draw(
        st.lists(
            st.tuples(
                st.sampled_from(parameters) | st.text(max_size=8), st.sampled_from(VALUES) | st.text(max_size=30)
            ),
            max_size=4,
        )
    )
    query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    return f"{path}?{query}" if query else path


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "replace").decode(), safe="")


@settings(suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_address_breaks_a_page(client: TestClient, data: st.DataObject) -> None:
    routes = sorted({str(getattr(route, "path", "/")) for route in client.app.routes})  # type: ignore[attr-defined]
    asked = data.draw(addresses(routes, names(client)))
    answer = client.get(asked, headers={"hx-request": "true"} if data.draw(st.booleans()) else {})
    assert answer.status_code < 500, asked
    assert "Traceback" not in answer.text
