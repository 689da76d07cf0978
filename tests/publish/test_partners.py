"""Partners sign in at a real OpenID Connect provider; on no route does any of them meet a line of another's ledger."""

from __future__ import annotations

import json
import re
from contextlib import closing
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from gisement.publish.web.partners.provider import Provider, Settings
from gisement.publish.web.partners.session import IDLE, LONGEST, PENDING, Sessions
from gisement.store import Workspace
from gisement.terms import Trouble
from tests.publish.signing_in import (
    ACCOUNTS,
    HOSPITAL,
    NOBODY,
    TOWN,
    Place,
    RunningProvider,
    at_provider,
    signed_in,
    through,
)
from tests.workspaces import rows

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
            answer = browser.get(f"{place.address}{path}", timeout=300)
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
        assert "Se connecter" in browser.get(f"{place.address}/session").text


def test_who_has_no_right_here_is_told_so(place: Place) -> None:
    for account in ("stranger", "unverified"):
        with httpx.Client(timeout=300) as browser:
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
    with httpx.Client(timeout=300) as browser, httpx.Client(timeout=300) as other:
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
    with httpx.Client(timeout=300) as browser:
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
        stolen = httpx.get(f"{place.address}/session", headers={"cookie": f"gisement={kept}"}, timeout=300)
        assert "Se connecter" in stolen.text


def test_a_provider_that_signs_no_userinfo_is_read_too(place: Place) -> None:
    with RunningProvider(place.address, "json") as issuer, httpx.Client(timeout=300) as browser:
        provider = Provider(Settings(issuer, "gisement", "a secret of the tests", place.address))
        address, kept = provider.leave()
        come_back = through(browser, browser.get(address), place, "town")
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
    httpx.get(f"{place.address}{path}", timeout=300)  # nobody: nothing is noted
    (event,) = place.events[before:]
    assert {name: event[name] for name in ("who", "siren", "what", "path", "status")} == {
        "who": "town", "siren": TOWN, "what": "read", "path": "/figures/total_spend/rows", "status": 200,
    }  # fmt: skip
    assert event["query"] == "verdict=part&basis=payment"
    (file,) = (paid_workspace.root / "journal").glob("access-*.jsonl")
    assert json.loads(file.read_text(encoding="utf-8").splitlines()[-1]) == event
    assert file.stat().st_mode & 0o077 == 0
