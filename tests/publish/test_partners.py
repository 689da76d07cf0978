"""Partners sign in at a real OpenID Connect provider; on no route does any of them meet a line of another's ledger."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pyarrow.parquet as pq
import pytest
import uvicorn

from gisement.engine.own_copy import own_copies
from gisement.engine.served import Served, copies
from gisement.pipeline import INDICATORS
from gisement.publish.web.app import FILES, PAGES, create_app
from gisement.publish.web.partners.door import Door, door
from gisement.publish.web.partners.gate import Gate, House
from gisement.publish.web.partners.provider import Provider, Settings
from gisement.publish.web.partners.rights import parse_rights
from gisement.publish.web.partners.session import IDLE, LONGEST, PENDING, Sessions
from gisement.publish.web.running import configuration, listen
from gisement.publish.web.site import Site
from gisement.store import Workspace
from gisement.store.journal import note
from gisement.terms import Trouble
from tests.conftest import PROJECT
from tests.workspaces import rows

PROVIDER = PROJECT / ".venv" / "oidc"
TOWN, HOSPITAL, NOBODY = "999000029", "999000045", "123456789"
ACCOUNTS = {
    "town": {
        "siret": f"{TOWN}00019",
        "given_name": "A",
        "usual_name": "B",
        "email": "a@example.org",
        "email_verified": True,
    },
    "hospital": {"siret": f"{HOSPITAL}00017", "email": "h@example.org", "email_verified": True},
    "stranger": {"siret": f"{NOBODY}00017", "email": "s@example.org", "email_verified": True},
    "clerk": {"email": "clerk@example.org", "email_verified": True},
    "unverified": {"email": "clerk@example.org", "email_verified": False},
}
RIGHTS = f"""
[[partner]]
siren = "{TOWN}"
role = "editor"
emails = ["Clerk@example.org"]
[[partner]]
siren = "{HOSPITAL}"
emails = ["clerk@example.org"]
"""


@dataclass
class Place:
    """A server that partners sign in to, its address, its provider's, its journal."""

    address: str
    issuer: str
    gate: Gate
    events: list[Mapping[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def place(paid_workspace: Workspace) -> Iterator[Place]:
    """The server and a provider, each a real one; the provider signs what it tells of a person, as ProConnect does."""
    if not (PROVIDER / "node_modules").is_dir():
        pytest.skip("the provider of the tests is not installed: run 'make .venv/oidc.stamp'")
    listening = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with _provider(address, "jwt") as issuer:
        made = Place(address, issuer, None)  # type: ignore[arg-type]
        made.gate = Gate(_house(paid_workspace, made), door)
        server = uvicorn.Server(configuration(made.gate))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield made
        server.should_exit = True
        thread.join(10)


def _house(workspace: Workspace, made: Place) -> House:
    def keep(event: Mapping[str, Any]) -> None:
        note(workspace, event)
        made.events.append(event)

    return House(
        lambda siren: Site(Served(workspace, siren=siren), {"fr": [], "en": []}),
        lambda: {row["buyer_siren"] for row in rows(workspace, "SELECT DISTINCT buyer_siren FROM payment", ["payment"])},
        Provider(Settings(made.issuer, "gisement", "a secret of the tests", made.address)),
        parse_rights(RIGHTS, "partners.toml"), keep, is_secure=False,
    )  # fmt: skip


class _provider:
    """The provider's process, from its first word to the end of the tests."""

    def __init__(self, site: str, userinfo: str) -> None:
        free = listen("127.0.0.1", 0)
        port = free.getsockname()[1]
        free.close()
        shutil.copy(PROJECT / "tests" / "oidc" / "provider.mjs", PROVIDER)
        command = ["node", "provider.mjs", str(port), site, json.dumps(ACCOUNTS), userinfo]
        self.process = subprocess.Popen(
            command, cwd=PROVIDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.issuer = f"http://127.0.0.1:{port}"

    def __enter__(self) -> str:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        return self.issuer

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate()


def signed_in(place: Place, account: str) -> httpx.Client:
    """A browser whose user signed in at the provider."""
    browser = httpx.Client(timeout=60)
    come_back = at_provider(browser, place, account)
    answer = browser.get(come_back)
    assert answer.status_code == 303, answer.text
    return browser


def at_provider(browser: httpx.Client, place: Place, account: str) -> str:
    """The address to which the provider sends a user back, once it has signed in there and consented."""
    return _through(browser, browser.get(f"{place.address}/session/in"), place, account)


def _through(browser: httpx.Client, answer: httpx.Response, place: Place, account: str) -> str:
    while True:
        if answer.is_redirect:
            following = urljoin(str(answer.url), answer.headers["location"])
            if following.startswith(place.address):
                return following
            answer = browser.get(following)
            continue
        assert answer.status_code == 200, answer.text
        action = re.search(r'action="([^"]+)"', answer.text)
        prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)
        assert action, answer.text
        assert prompt, answer.text
        filled = {"prompt": prompt[1], "login": account, "password": "any"}
        answer = browser.post(urljoin(str(answer.url), action[1]), data=filled)


@pytest.fixture(scope="module")
def town(place: Place) -> httpx.Client:
    """The browser of someone of the town, by the `siret` of the token."""
    return signed_in(place, "town")


# --- signing in -----------------------------------------------------------------------------------------------


def test_a_partner_signs_in_and_sees_its_own_lines(place: Place, town: httpx.Client, paid_workspace: Workspace) -> None:
    page = town.get(f"{place.address}/session").text
    assert "Vous êtes connecté" in page
    assert TOWN in page
    sql = f"SELECT sum(amount_cents)::BIGINT AS cents, count(*) AS lines FROM purchase WHERE basis = 'payment' AND buyer_siren = '{TOWN}'"
    (mine,) = rows(paid_workspace, sql, ["purchase"])
    asked = f"{place.address}/api/measure/total_spend?basis=payment&medical=included&buyers=all"
    (figure,) = town.get(asked).json()["figures"]
    assert sum(figure["counts"].values()) == mine["lines"] > 100
    assert round(sum(figure["sums_eur"].values()) * 100) == mine["cents"]
    assert "celles d'aucun autre partenaire" in town.get(f"{place.address}/").text.replace("&#39;", "'")


def test_a_public_reader_needs_nothing_and_gets_no_cookie(place: Place) -> None:
    with httpx.Client() as browser:
        for path in ("/", "/session", "/en/session", "/figures", "/api/indicators"):
            answer = browser.get(f"{place.address}{path}", timeout=60)
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
        assert "Se connecter" in browser.get(f"{place.address}/session").text


def test_who_has_no_right_here_is_told_so(place: Place) -> None:
    for account in ("stranger", "unverified"):
        with httpx.Client(timeout=60) as browser:
            answer = browser.get(at_provider(browser, place, account))
            assert answer.status_code == 403
            assert "aucun droit" in answer.text
            assert "Se connecter" in browser.get(f"{place.address}/session").text


def test_rights_of_a_file_are_by_partner(place: Place) -> None:
    with closing(signed_in(place, "clerk")) as clerk:
        page = clerk.get(f"{place.address}/session").text
        assert TOWN in page
        assert HOSPITAL in page
        assert "lecture et envoi" in page
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token
        counts = {}
        for siren in (TOWN, HOSPITAL):
            chosen = {"token": token[1], "siren": siren, "view": "own"}
            assert clerk.post(f"{place.address}/session/view", data=chosen).status_code == 303
            (figure,) = clerk.get(f"{place.address}/api/measure/total_spend?basis=payment&buyers=all").json()["figures"]
            counts[siren] = sum(figure["counts"].values())
        assert len(set(counts.values())) == 2
        refused = clerk.post(f"{place.address}/session/view", data={"token": token[1], "siren": NOBODY, "view": "own"})
        assert refused.status_code == 403


@pytest.mark.parametrize("change", ["state", "code", "iss", "none"])
def test_an_answer_that_was_not_asked_for_signs_nobody_in(change: str, place: Place) -> None:
    with httpx.Client(timeout=60) as browser, httpx.Client(timeout=60) as other:
        come_back = at_provider(browser, place, "town")
        parts = urlsplit(come_back)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if change == "none":
            answer = other.get(come_back)  # a browser that asked for nothing
        else:
            answer = browser.get(f"{place.address}{parts.path}?{urlencode({**query, change: 'x' * 43})}")
            other = browser
        assert answer.status_code == 400
        assert "Vous êtes connecté" not in other.get(f"{place.address}/session").text
        again = browser.get(come_back)
        assert again.status_code == (303 if change == "none" else 400), "a question has one answer"


def test_a_session_changes_its_number_ends_and_is_hidden_from_scripts(place: Place) -> None:
    with httpx.Client(timeout=60) as browser:
        come_back = at_provider(browser, place, "town")
        before = browser.cookies["gisement"]
        answer = browser.get(come_back)
        told = answer.headers["set-cookie"].lower()
        assert "httponly" in told
        assert "samesite=lax" in told
        assert browser.cookies["gisement"] != before
        page = browser.get(f"{place.address}/session").text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token
        kept = browser.cookies["gisement"]
        out = browser.post(f"{place.address}/session/out", data={"token": token[1]})
        assert out.status_code == 200
        assert "id_token_hint=" in out.text
        stolen = httpx.get(f"{place.address}/session", headers={"cookie": f"gisement={kept}"}, timeout=60)
        assert "Se connecter" in stolen.text


def test_a_provider_that_signs_no_userinfo_is_read_too(place: Place) -> None:
    with _provider(place.address, "json") as issuer, httpx.Client(timeout=60) as browser:
        provider = Provider(Settings(issuer, "gisement", "a secret of the tests", place.address))
        address, kept = provider.leave()
        come_back = _through(browser, browser.get(address), place, "town")
        query = {name: values[0] for name, values in parse_qs(urlsplit(come_back).query).items()}
        claims, _ = provider.claims(query, kept)
        assert (claims["sub"], claims["siret"], claims["iss"]) == ("town", ACCOUNTS["town"]["siret"], issuer)
        with pytest.raises(Trouble, match="did not succeed"):
            provider.claims(query, {**kept, "nonce": "another"})


def test_sessions_end_by_themselves() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    waiting, working = sessions.begin(), sessions.begin()
    working.siren = TOWN
    now[0] = PENDING + 1
    assert sessions.found(waiting.key) is None
    assert sessions.found(working.key) is working
    while now[0] < LONGEST - IDLE / 2:
        now[0] += IDLE - 1
        held = sessions.found(working.key)
        assert (held is working) == (now[0] < LONGEST)
    now[0] = LONGEST + 1
    assert sessions.found(working.key) is None


def test_a_form_of_another_site_does_nothing(place: Place, town: httpx.Client) -> None:
    page = town.get(f"{place.address}/session").text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    for data, headers in (
        ({"view": "public"}, {}),
        ({"view": "public", "token": "x"}, {}),
        ({"view": "public", "token": token[1]}, {"origin": "https://example.org"}),
    ):
        answer = town.post(f"{place.address}/session/view", data=data, headers=headers)
        assert answer.status_code == 403
    assert "Les pages montrent les lignes" in town.get(f"{place.address}/session").text


def test_who_saw_what_is_in_the_journal(place: Place, town: httpx.Client, paid_workspace: Workspace) -> None:
    path = "/figures/total_spend/rows?verdict=part&basis=payment"
    before = len(place.events)
    town.get(f"{place.address}{path}")
    httpx.get(f"{place.address}{path}", timeout=60)  # nobody: nothing is noted
    (event,) = place.events[before:]
    assert {name: event[name] for name in ("who", "siren", "what", "path", "status")} == {
        "who": "town", "siren": TOWN, "what": "read", "path": "/figures/total_spend/rows", "status": 200,
    }  # fmt: skip
    assert event["query"] == "verdict=part&basis=payment"
    (file,) = (paid_workspace.root / "journal").glob("access-*.jsonl")
    assert json.loads(file.read_text(encoding="utf-8").splitlines()[-1]) == event
    assert file.stat().st_mode & 0o077 == 0


# --- whose lines ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Foreign:
    """What only the ledgers of others tell: keys and digests of their lines."""

    marks: frozenset[str]

    def within(self, answer: httpx.Response) -> list[str]:
        """Those that an answer holds."""
        if answer.headers.get("content-type", "").startswith("application/vnd.apache.parquet"):
            text = str(pq.read_table(io.BytesIO(answer.content)).to_pylist())
        else:
            text = answer.text
        return sorted(self.marks & set(re.findall(r"[0-9a-f]{16,64}", text)))


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
    }
    for route in create_app(place.gate.everyone.site).routes:
        path = str(getattr(route, "path", ""))
        bare = path.removeprefix("/en") or "/"
        if "{digest}" in path:
            continue
        for filled in _filled(path, keys.get(bare, ["absent"])):
            if bare.startswith("/api/rows"):
                for verdict in ("part", "rest", "unknown", "excluded"):
                    for kind in ("json", "csv", "parquet"):
                        yield f"{filled}?verdict={verdict}&basis=payment&buyers=all&format={kind}"
            elif bare.endswith("/rows"):
                yield from (f"{filled}?verdict={v}&basis=payment&buyers=all" for v in ("part", "rest"))
            elif path.startswith("/en"):
                yield filled
            else:
                yield filled
                yield f"{filled}?basis=payment&buyers=all&buyer={HOSPITAL}"


def _filled(path: str, keys: list[str]) -> Iterator[str]:
    names = ("total_spend", "local_share", "food_spend")
    for hole, values in (
        ("{name}", names),
        ("{indicator}", names),
        ("{key}", keys),
        ("{rule}", keys),
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
    seen = 0
    for path in addresses(place, paid_workspace):
        answer = town.get(f"{place.address}{path}", timeout=120)
        assert answer.status_code < 500, path
        seen += 1
        if held := foreign.within(answer):
            found[path] = held[:3]
    assert found == {}
    assert seen > 2 * (len(PAGES) + len(FILES))
    with closing(signed_in(place, "hospital")) as hospital:
        asked = "/api/rows/total_spend?verdict=part&basis=payment&buyers=all&format=csv"
        assert foreign.within(hospital.get(f"{place.address}{asked}", timeout=120)), "the marks are those of real lines"


def test_no_route_shows_everyone_a_line(place: Place, paid_workspace: Workspace) -> None:
    every = rows(paid_workspace, "SELECT payment_key FROM payment", ["payment"])
    marks = Foreign(frozenset(row["payment_key"] for row in every))
    with httpx.Client(timeout=120) as browser:
        for path in addresses(place, paid_workspace):
            if "/api/" in path or path.endswith("buyers=all"):
                assert marks.within(browser.get(f"{place.address}{path}")) == [], path


def test_what_a_partner_is_shown_is_kept_by_no_cache(place: Place, town: httpx.Client) -> None:
    for path in ("/", "/figures/total_spend", "/api/rows/total_spend?verdict=part&basis=payment"):
        answer = town.get(f"{place.address}{path}")
        assert answer.headers["cache-control"] == "no-store"
        mark = answer.headers.get("etag", "")
        everyone = httpx.get(f"{place.address}{path}", headers={"if-none-match": mark}, timeout=60)
        assert everyone.status_code != 304, "an answer of a partner must not pass for everyone's"


def test_a_copy_of_a_partner_holds_no_line_of_another(place: Place) -> None:
    served = place.gate.own(TOWN).site.served
    own = list(served.rows("SELECT DISTINCT buyer_siren FROM purchase WHERE basis = 'payment'"))
    assert own == [{"buyer_siren": TOWN}]
    paid = "SELECT DISTINCT buyer_siren FROM renewal WHERE paid_cents IS NOT NULL OR payments_count IS NOT NULL"
    assert {row["buyer_siren"] for row in served.rows(paid)} <= {TOWN}
    assert {r["buyer_siren"] for r in served.rows("SELECT DISTINCT buyer_siren FROM spend_without_contract")} <= {TOWN}


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
        assert httpx.post(f"{place.address}{path}", data={}, timeout=60).status_code == 403, path


def test_indicators_are_all_tried_on_the_partner_s_copy(place: Place, town: httpx.Client, foreign: Foreign) -> None:
    for indicator in INDICATORS:
        answer = town.get(f"{place.address}/api/measure/{indicator.name}?buyers=all&by=buyer", timeout=120)
        assert answer.status_code in (200, 400, 422), indicator.name
        groups = [f for f in answer.json().get("figures", ()) if f.get("basis") == "payment"]
        told = {f["group"]["buyer"][:9] for f in groups if any(f["counts"].values())}
        assert told <= {TOWN}, indicator.name
