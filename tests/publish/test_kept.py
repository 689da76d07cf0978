"""Answers that are kept: the same to the byte, made once, and never those of a partner or of another request."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from gisement.publish.web.app import create_app
from gisement.publish.web.page import Page
from gisement.publish.web.serving.kept import LARGEST, Kept
from gisement.publish.web.site import Site


class Counting:
    """An application that counts what it makes: `/long` is longer than what is kept, `/absent` is not found."""

    def __init__(self) -> None:
        self.made: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.made.append(scope["path"])
        status = 404 if scope["path"] == "/absent" else 200
        part = b"x" * (LARGEST if scope["path"] == "/long" else 100)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": str(len(self.made)).encode()})


def test_a_page_asked_for_twice_is_made_once_and_is_the_same() -> None:
    app = Counting()
    client = TestClient(Kept(app))
    assert client.get("/a?b=1").text == client.get("/a?b=1").text
    assert app.made == ["/a"]


def test_what_may_differ_or_did_not_succeed_is_made_anew() -> None:
    app = Counting()
    client = TestClient(Kept(app))
    client.get("/a")
    client.get("/a?b=1")
    client.get("/a", headers={"HX-Request": "true"})
    client.get("/a", headers={"Accept-Encoding": "identity"})
    client.head("/a")
    assert len(app.made) == 5
    for path in ("/absent", "/long", "/en/releases"):
        assert client.get(path).text != client.get(path).text


def test_the_least_recently_asked_for_makes_room() -> None:
    app = Counting()
    client = TestClient(Kept(app, most=250))
    for path in ("/a", "/b", "/a", "/c", "/a"):
        client.get(path)
    assert app.made == ["/a", "/b", "/c"]
    client.get("/b")
    assert app.made == ["/a", "/b", "/c", "/b"]


def test_pages_of_everyone_are_kept_and_those_of_a_partner_are_not(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    html = Page.html

    def counted(page: Page, template: str, **content: Any) -> str:
        made.append(template)
        return html(page, template, **content)

    monkeypatch.setattr(Page, "html", counted)
    for partner, times in ((False, 1), (True, 2)):
        monkeypatch.setattr(site.served, "partner", partner)
        client = TestClient(create_app(site), base_url="http://127.0.0.1")
        first, second = (client.get("/sources") for _ in range(2))
        assert first.status_code == 200
        assert first.content == second.content
        assert len(made) == times
        made.clear()
