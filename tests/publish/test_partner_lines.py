"""On no route does a partner who signed in meet a line of another's ledger; everyone meets no line at all."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from lxml import html

from gisement.cli.desk import WorkspaceDesk
from gisement.engine.own_copy import own_copies
from gisement.engine.served import copies
from gisement.pipeline import INDICATORS
from gisement.publish import format
from gisement.publish.web.app import FILES, PAGES, create_app
from gisement.publish.web.partners.desk import Counter
from gisement.publish.web.partners.door import Door
from gisement.publish.web.partners.rights import parse_rights
from gisement.publish.web.views.thresholds import PER_PAGE
from gisement.store import Workspace
from gisement.studies.thresholds import without_contract
from gisement.terms import Perimeter, Trouble
from tests.publish.signing_in import HOSPITAL, TOWN, Place, signed_in
from tests.publish.test_attack import SOON_WRITTEN, names_of_partners_files
from tests.publish.test_pages import paths
from tests.workspaces import rows


@dataclass(frozen=True)
class Foreign:
    """What only the ledgers of others tell: keys and digests of their lines."""

    marks: frozenset[str]

    def within(self, text: str) -> list[str]:
        """Those that the text of an answer holds."""
        return sorted(self.marks & set(re.findall(r"[0-9a-f]{16,64}", text)))


def text_of(answer: httpx.Response) -> str:
    """All that an answer says, a packed file unpacked."""
    if answer.headers.get("content-type", "").startswith("application/vnd.apache.parquet"):
        return str(pq.read_table(io.BytesIO(answer.content)).to_pylist())
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return answer.text


@pytest.fixture(scope="module")
def foreign(paid_workspace: Workspace) -> Foreign:
    """The marks of every other partner's lines."""
    sql = f"SELECT payment_key, record_hash FROM payment WHERE buyer_siren <> '{TOWN}'"
    found = rows(paid_workspace, sql, ["payment"])
    own = rows(paid_workspace, f"SELECT record_hash FROM payment WHERE buyer_siren = '{TOWN}'", ["payment"])
    marks = {row[name] for row in found for name in ("payment_key", "record_hash")} - {r["record_hash"] for r in own}
    assert len(marks) > 1000
    return Foreign(frozenset(marks))


def addresses(place: Place, workspace: Workspace) -> Iterator[str]:
    """Every address of every route, its holes filled with names that lead somewhere, over payments, in each format."""
    keys = {
        "/buyers/{key}": [TOWN, HOSPITAL],
        "/suppliers/{key}": _column(
            workspace, "purchase", "supplier_id", f"buyer_siren = '{HOSPITAL}' AND basis = 'payment'"
        ),
        "/needs/{key}": _column(workspace, "purchase", "family", "basis = 'payment'"),
        "/contracts/{key}": _column(workspace, "contract", "contract_key", f"buyer_siren = '{HOSPITAL}'"),
        "/quality/{rule}": _column(workspace, "finding", "rule", "true", 60),
        "/methods/{name}": ["total_spend"],
        "/documents/{file}": [f"{name}.xlsx" for name in SOON_WRITTEN],
    }
    firm = place.gate.everyone.site.served.found("", kind="supplier")[0]["key"]
    known = {"/firms/correction.csv": f"/firms/correction.csv?supplier={firm}"}
    known |= {
        path: told for path, told in paths(place.gate.everyone.site).items() if "{name}" not in path or "law" in path
    }
    for route in create_app(place.gate.everyone.site).routes:
        path = str(getattr(route, "path", ""))
        bare = path.removeprefix("/en") or "/"
        if "{digest}" in path:
            continue
        told = [path.replace(bare, known[bare])] if bare in known and bare not in keys else None
        for filled in told or _filled(path, keys.get(bare, ["absent"])):
            mark = "&" if "?" in filled else "?"
            if bare.startswith("/api/rows"):
                for verdict in ("part", "rest", "unknown", "excluded"):
                    for kind in ("json", "csv", "parquet"):
                        yield f"{filled}?verdict={verdict}&basis=payment&buyers=all&format={kind}"
            elif bare.endswith("/rows"):
                yield from (f"{filled}?verdict={v}&basis=payment&buyers=all" for v in ("part", "rest"))
            elif path.startswith("/en"):  # the same views in other words: one address of each
                yield filled
                break
            elif bare.startswith("/documents/"):
                yield filled
            else:
                yield filled
                yield f"{filled}{mark}basis=payment&buyers=all&buyer={HOSPITAL}"
    door = Door(place.gate)
    desk = Counter(door, WorkspaceDesk(workspace))
    shown = {path for path, _, method in (*door.routes(), *desk.routes()) if method == "GET"}
    yield from sorted(shown - {"/session/in", "/session/callback"})


def _filled(path: str, keys: list[str]) -> Iterator[str]:
    names = ("total_spend", "local_share", "food_spend")
    for hole, values in (
        ("{name}", names),
        ("{indicator}", names),
        ("{key}", keys),
        ("{rule}", keys),
        ("{file}", keys),
        ("{kind}", ("trend",)),
    ):
        if hole in path:
            for value in values:
                yield from _filled(path.replace(hole, value), keys)
            return
    yield path


def _column(workspace: Workspace, table: str, column: str, where: str, limit: int = 3) -> list[str]:
    sql = f"SELECT DISTINCT {column} AS value FROM {table} WHERE {where} AND {column} IS NOT NULL ORDER BY 1 LIMIT {limit}"
    return [str(row["value"]) for row in rows(workspace, sql, [table])]


def test_no_route_shows_a_partner_a_line_of_another(
    place: Place, town: httpx.Client, foreign: Foreign, paid_workspace: Workspace
) -> None:
    """Over the table of routes, so that a new one cannot be forgotten; the same addresses show the other its own."""
    found: dict[str, list[str]] = {}
    seen, names = 0, names_of_partners_files(paid_workspace)
    for path in addresses(place, paid_workspace):
        answer = town.get(f"{place.address}{path}", timeout=300)
        assert answer.status_code < 500, path
        seen += 1
        text = text_of(answer)
        held = foreign.within(text) + [name for name in names if name in text]
        if held:
            found[path] = held[:3]
    assert found == {}
    assert seen > 2 * (len(PAGES) + len(FILES))
    with closing(signed_in(place, "hospital")) as hospital:
        asked = "/api/rows/total_spend?verdict=part&basis=payment&buyers=all&format=csv"
        assert foreign.within(hospital.get(f"{place.address}{asked}", timeout=300).text), (
            "the marks are those of real lines"
        )


def test_no_route_shows_everyone_a_line(place: Place, paid_workspace: Workspace) -> None:
    every = rows(paid_workspace, "SELECT payment_key FROM payment", ["payment"])
    marks = Foreign(frozenset(row["payment_key"] for row in every))
    with httpx.Client(timeout=300) as browser:
        for path in addresses(place, paid_workspace):
            if "/api/" in path or path.endswith("buyers=all"):
                assert marks.within(text_of(browser.get(f"{place.address}{path}"))) == [], path


def test_what_a_partner_is_shown_is_kept_by_no_cache(place: Place, town: httpx.Client) -> None:
    for path in ("/", "/figures/total_spend", "/api/rows/total_spend?verdict=part&basis=payment"):
        answer = town.get(f"{place.address}{path}")
        assert answer.headers["cache-control"] == "no-store"
        mark = answer.headers.get("etag", "")
        everyone = httpx.get(f"{place.address}{path}", headers={"if-none-match": mark}, timeout=300)
        assert everyone.status_code != 304, "an answer of a partner must not pass for everyone's"


def test_a_copy_of_a_partner_holds_no_line_of_another(place: Place) -> None:
    served = place.gate.own(TOWN).site.served
    own = list(served.rows("SELECT DISTINCT buyer_siren FROM purchase WHERE basis = 'payment'"))
    assert own == [{"buyer_siren": TOWN}]
    paid = "SELECT DISTINCT buyer_siren FROM renewal WHERE paid_cents IS NOT NULL OR payments_count IS NOT NULL"
    assert {row["buyer_siren"] for row in served.rows(paid)} <= {TOWN}
    assert {r["buyer_siren"] for r in served.rows("SELECT DISTINCT buyer_siren FROM spend_without_contract")} <= {TOWN}


def test_a_partner_sees_the_others_as_protected_sums_beside_its_own(place: Place, town: httpx.Client) -> None:
    """On the same pages: what everyone sees of all buyers, with no way from there to a row."""
    section = r'<section class="published".*?</section>'
    everyone = httpx.get(f"{place.address}/api/measure/total_spend?basis=payment&by=buyer&year=2024", timeout=300)
    shown = {f["labels"]["buyer"]: f["value"] for f in everyone.json()["figures"] if f["secrecy"] == "protected"}
    assert len(shown) > 2
    answer = town.get(f"{place.address}/figures/total_spend?basis=payment&by=buyer&year=2024").text
    (told,) = re.findall(section, answer, re.S)
    for name in shown:
        assert name in unescape(told)
    assert "/rows" not in told
    for path in ("/", "/buyers", "/needs", f"/buyers/{HOSPITAL}00016", "/needs/catering"):
        found = town.get(f"{place.address}{path}")
        assert re.search(section, found.text, re.S), path
        assert not re.search(section, httpx.get(f"{place.address}{path}", timeout=300).text, re.S), path


def test_a_table_that_says_not_whose_it_is_stays_everyone_s() -> None:
    everyone, whole = {"commune": "SELECT 1", "purchase": "SELECT 2"}, {"commune": "SELECT 3", "purchase": "SELECT 4"}
    made = own_copies(everyone, whole, TOWN)
    assert made["commune"] == "SELECT 1"
    assert f"(SELECT 4) WHERE buyer_siren = '{TOWN}'" in made["purchase"]
    with pytest.raises(Trouble):
        own_copies(copies(partner=False), copies(partner=True), "1' OR '1")


@pytest.mark.parametrize(
    "text", ["[[partner]]\nsiren = '12'", "[[partner]]\nsiren = '999000011'\nrole = 'owner'", "x =", "partner = 3"]
)
def test_rights_that_cannot_be_read_are_told(text: str) -> None:
    with pytest.raises(Trouble, match=r"partners\.toml"):
        parse_rights(text, "partners.toml")


def test_every_action_of_the_door_wants_a_form_of_its_own(place: Place, town: httpx.Client) -> None:
    """Generated over the door's routes: whoever is signed in, and sends no token, changes nothing."""
    actions = [path for path, _, method in Door(place.gate).routes() if method == "POST"]
    assert len(actions) >= 2
    for path in actions:
        assert town.post(f"{place.address}{path}", data={}).status_code == 403, path
        assert httpx.post(f"{place.address}{path}", data={}, timeout=300).status_code == 403, path


def test_indicators_are_all_tried_on_the_partner_s_copy(place: Place, town: httpx.Client, foreign: Foreign) -> None:
    for indicator in INDICATORS:
        answer = town.get(f"{place.address}/api/measure/{indicator.name}?buyers=all&by=buyer", timeout=300)
        assert answer.status_code in (200, 400, 422), indicator.name
        groups = [f for f in answer.json().get("figures", ()) if f.get("basis") == "payment"]
        told = {f["group"]["buyer"][:9] for f in groups if any(f["counts"].values())}
        assert told <= {TOWN}, indicator.name


def test_needs_beside_the_thresholds_are_figures_of_the_partner_s_own_lines(place: Place, town: httpx.Client) -> None:
    site = place.gate.own(TOWN).site
    (first, *others) = without_contract(site.observatory, Perimeter())
    where = [("basis", "payment"), *((key, str(first[key])) for key in ("segment", "year"))]
    where.append(("buyer", first["buyer_siren"]))
    assert site.figure("total_spend", *where).sums.part == first["paid_cents"]
    assert site.figure("total_spend", *where, ("contract_link", "")).sums.part == first["unlinked_cents"]
    page: Any = html.document_fromstring(town.get(f"{place.address}/thresholds").text)
    needs = page.xpath("//section[@aria-labelledby='needs']")[0]
    assert (f"{format.number(len(others) + 1)} à regarder" in needs.text_content()) == (len(others) >= PER_PAGE)
    told = needs.xpath(".//tbody/tr[1]/td")
    assert told[4].xpath("a")[0].text == format.euros(first["paid_cents"] / 100)
    assert told[3].xpath("a")[0].text == format.euros(first["unlinked_cents"] / 100)
    assert "/figures/total_spend?" in told[3].xpath("a/@href")[0]


GIVEN = """
[[partner]]
siren = "200069854"
role = "editor"
emails = ["Clerk@example.org"]
subjects = ["None", "42"]
"""
UNVERIFIED: tuple[object, ...] = (False, None, "true", "false", 1, 0, [True], {})
VERIFIED = {"sub": "someone", "email": "clerk@example.org", "email_verified": True}


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "someone", "email": "clerk@example.org"},
        *({**VERIFIED, "email_verified": said} for said in UNVERIFIED),
        {**VERIFIED, "email": ["clerk@example.org"]},
        {**VERIFIED, "email": ""},
        {"sub": 42},
        {},
        {"siret": 20006985400017},
        {"siret": ["20006985400017"]},
        {"siret": "٢٠٠٠٦٩٨٥٤٠٠٠١٧"},
    ],
    ids=str,
)
def test_a_claim_of_another_form_gives_no_right(claims: dict[str, object]) -> None:
    assert parse_rights(GIVEN, "partners.toml").of(claims, {"200069854"}) == {}


def test_claims_of_the_right_form_give_their_right() -> None:
    rights = parse_rights(GIVEN, "partners.toml")
    assert rights.of(VERIFIED, {"200069854"}) == rights.of({"sub": "42"}, {"200069854"}) == {"200069854": "editor"}
    assert rights.of({"sub": "x", "siret": "20006985400017"}, {"200069854"}) == {"200069854": "reader"}


@pytest.mark.parametrize(
    "wrong", ['siret_of_the_token = "false"\n', GIVEN.replace('"42"', "42"), GIVEN.replace('"42"', '""')]
)
def test_a_right_that_is_not_plainly_written_is_refused(wrong: str) -> None:
    with pytest.raises(Trouble, match=r"partners\.toml"):
        parse_rights(wrong, "partners.toml")
