"""Chooses for each request whose pages answer: everyone's, or those of the partner who signed in; keeps the journal.

A partner's pages are those of a copy that holds its own lines alone (`engine.own_copy`): no route can forget it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from gisement.publish.web.partners.rights import Rights
from gisement.publish.web.partners.session import COOKIE, SECURE_COOKIE, Session, Sessions
from gisement.publish.web.serving.running import EVERY, Live
from gisement.publish.web.serving.security import Application, Message, Receive, Send
from gisement.publish.web.site import Site

if TYPE_CHECKING:
    # what signs in is loaded where partners may sign in: it takes half a second, for nothing elsewhere
    from gisement.publish.web.partners.provider import Provider

DOOR = ("/session", "/partner")
"""Addresses that are not pages of a site: signing in and out, and what a partner sends."""
Journal = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class House:
    """What the gate needs: sites by partner (`""`: everyone's), who the partners are, who may enter, where to write."""

    site_of: Callable[[str], Site]
    partners: Callable[[], Collection[str]]
    provider: Provider
    rights: Rights
    journal: Journal
    is_secure: bool = True

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return SECURE_COOKIE if self.is_secure else COOKIE


class Gate:
    """The application of whoever asks. `door` answers at the addresses of `DOOR`."""

    def __init__(self, house: House, door: Callable[[Gate], Application]) -> None:
        self.house, self.sessions = house, Sessions()
        self.everyone = self._live("")
        self._own: dict[str, Live] = {}
        self._lock, self._stopped = threading.Lock(), threading.Event()
        self.door = door(self)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.everyone(scope, receive, send)
            return
        session = self.session_of(scope)
        scope["gisement.session"] = session
        path = str(scope["path"]).removeprefix("/en")
        if any(path == start or path.startswith(f"{start}/") for start in DOOR):
            await self.door(scope, receive, send)
            return
        if session is None or not session.is_signed_in or session.view != "own":
            await self.everyone(scope, receive, send)
            return
        live = await run_in_threadpool(self.own, session.siren)
        await live(scope, receive, self._noted(scope, session, live, send))

    def session_of(self, scope: Message) -> Session | None:
        """The session that a request's cookie names."""
        jar = SimpleCookie()
        try:
            jar.load(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        except CookieError:
            return None
        held = jar.get(self.house.cookie)
        return self.sessions.found(held.value) if held else None

    def own(self, siren: str) -> Live:
        """The application of one partner, made when it is first asked for."""
        with self._lock:
            if siren not in self._own:
                self._own[siren] = self._live(siren)
            return self._own[siren]

    def watch(self) -> None:
        """Have every application take the next release when a build has ended, until `stop`."""
        self.everyone.note()
        while not self._stopped.wait(EVERY):
            for live in (self.everyone, *list(self._own.values())):
                if live.look():
                    live.note()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def note(self, session: Session, what: str, **more: Any) -> None:
        """Write in the journal that someone did something."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self.house.journal({"at": at, "who": session.subject, "siren": session.siren, "what": what, **more})

    def _live(self, siren: str) -> Live:
        return Live(self.house.site_of(siren), lambda: self.house.site_of(siren))

    def _noted(self, scope: Message, session: Session, live: Live, send: Send) -> Send:
        """Note each answer that shows a partner's own lines, before it leaves: who saw what cannot be lost."""
        path, query = str(scope["path"]), scope["query_string"].decode("latin-1")

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                if not path.startswith("/static/"):
                    told = {"path": path, "query": query, "status": message["status"]}
                    await run_in_threadpool(self.note, session, "read", release=live.site.served.release, **told)
                # an answer of one partner is never kept for another, nor for the same one after it has left
                headers = [(n, v) for n, v in message["headers"] if n.lower() not in (b"cache-control", b"vary")]
                message = {**message, "headers": [*headers, (b"cache-control", b"no-store"), (b"vary", b"Cookie")]}
            await send(message)

        return sent
