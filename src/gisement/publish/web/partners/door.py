"""The addresses of sign-in: who one is, leaving for the provider, coming back, choosing a view, signing out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gisement.catalog import page_texts
from gisement.publish.web.page import Page
from gisement.publish.web.partners.gate import Gate
from gisement.publish.web.partners.session import LONGEST, Session
from gisement.publish.web.serving.security import Application, Guard
from gisement.terms import Trouble

View = Callable[[Request], Awaitable[Response]]
FORM_FIELDS = 40


class Door:
    """The views; each answers in the language of its address."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    def page(self, request: Request, template: str, status: int = 200, **content: Any) -> Response:
        """A page made of a template, in everyone's site."""
        page = Page(self.gate.everyone.site, request, language_of(request))
        session: Session | None = request.scope["gisement.session"]
        return page.render(template, status, session=session, **content)

    async def who(self, request: Request) -> Response:
        """Who one is here, and what one may do."""
        session: Session | None = request.scope["gisement.session"]
        names = {}
        if session and session.is_signed_in:
            site = self.gate.everyone.site
            names = {siren: site.partners.get(siren, siren) for siren in session.rights}
        return self.page(request, "session.html.j2", names=names)

    async def leave(self, request: Request) -> Response:
        """Off to the provider."""
        address, kept = await run_in_threadpool(self.gate.house.provider.leave)
        session = self.gate.sessions.begin()
        session.pending = {**kept, "language": language_of(request)}
        return self._with_cookie(RedirectResponse(address, 303), session)

    async def come_back(self, request: Request) -> Response:
        """Back from the provider, with a code: who is it, and what may it see?"""
        session: Session | None = request.scope["gisement.session"]
        pending = session.pending if session else {}
        if session:
            session.pending = {}  # one answer for each question
        claims, hint = await run_in_threadpool(self.gate.house.provider.claims, dict(request.query_params), pending)
        assert session is not None
        partners = await run_in_threadpool(self.gate.house.partners)
        rights = self.gate.house.rights.of(claims, partners)
        session.subject, session.hint = str(claims["sub"]), hint
        if not rights:
            await run_in_threadpool(self.gate.note, session, "refused")
            self.gate.sessions.end(session)
            return self.page(request, "session.html.j2", 403, names={}, refused=True)
        session.rights, session.siren = rights, next(iter(rights))
        session = self.gate.sessions.renew(session)
        await run_in_threadpool(self.gate.note, session, "signed in")
        root = "" if pending.get("language") == "fr" else "/en"
        return self._with_cookie(RedirectResponse(f"{root}/session", 303), session)

    async def choose(self, request: Request) -> Response:
        """Whose lines are shown: one's own, of which partner if there are several, or everyone's pages."""
        session, form = await self.genuine(request)
        siren, view = str(form.get("siren", session.siren)), str(form.get("view", "own"))
        if siren not in session.rights or view not in ("own", "public"):
            raise forbidden()
        session.siren, session.view = siren, view
        return RedirectResponse("/" if language_of(request) == "fr" else "/en", 303)

    async def out(self, request: Request) -> Response:
        """Sign out here; the page then offers to sign out at the provider too."""
        session, _ = await self.genuine(request)
        goodbye = await run_in_threadpool(self.gate.house.provider.goodbye, session.hint, "")
        await run_in_threadpool(self.gate.note, session, "signed out")
        self.gate.sessions.end(session)
        request.scope["gisement.session"] = None
        answer = self.page(request, "session.html.j2", names={}, goodbye=goodbye)
        answer.delete_cookie(self.gate.house.cookie, path="/", secure=self.gate.house.is_secure, httponly=True)
        return answer

    async def genuine(self, request: Request, *, editor: bool = False) -> tuple[Session, Any]:
        """The session and the form of a request that a page of that session sent; Trouble for any other."""
        session: Session | None = request.scope["gisement.session"]
        origin = request.headers.get("origin")
        if session is None or not session.is_signed_in or (origin and not self._is_here(origin)):
            raise forbidden()
        form = await request.form(max_files=1, max_fields=FORM_FIELDS)
        if not session.is_genuine(str(form.get("token", ""))):
            raise forbidden()
        if editor and session.rights[session.siren] != "editor":
            raise forbidden()
        return session, form

    def _is_here(self, origin: str) -> bool:
        return urlsplit(origin).netloc == urlsplit(self.gate.house.provider.settings.address).netloc

    def _with_cookie(self, answer: Response, session: Session) -> Response:
        answer.set_cookie(
            self.gate.house.cookie, session.key, max_age=int(LONGEST), path="/", secure=self.gate.house.is_secure,
            httponly=True, samesite="lax",
        )  # fmt: skip
        return answer

    def language(self, request: Request) -> str:
        """The language of an address."""
        return language_of(request)

    def routes(self) -> list[tuple[str, View, str]]:
        """Every address of the door: path, view, method."""
        return [
            ("/session", self.who, "GET"),
            ("/session/in", self.leave, "GET"),
            ("/session/callback", self.come_back, "GET"),
            ("/session/view", self.choose, "POST"),
            ("/session/out", self.out, "POST"),
        ]


Routes = Callable[["Door"], list[tuple[str, View, str]]]
"""What else a partner may ask for, at addresses of its own (`desk`)."""


def door(gate: Gate, more: Routes = lambda made: []) -> Application:
    """The application of the door: nothing of it is kept by any cache."""
    made = Door(gate)
    routes = [
        Route(f"{root}{path}", view, methods=[method])
        for root in ("", "/en")
        for path, view, method in (*made.routes(), *more(made))
    ]
    application = Starlette(routes=routes)
    application.add_exception_handler(Trouble, _on_trouble(made))  # type: ignore[arg-type]
    application.add_exception_handler(404, _on_absent(made))
    application.add_exception_handler(405, _on_absent(made))
    return Guard(application, "", private=True, methods=("GET", "HEAD", "POST"))


def forbidden() -> Trouble:
    """What is told of a form that no page of the session sent, or of a right that it has not."""
    return Trouble(fr=page_texts("fr")["session"]["forbidden"], en=page_texts("en")["session"]["forbidden"])


def language_of(request: Request) -> str:
    """The language of an address."""
    return "en" if request.url.path.startswith("/en/") else "fr"


def _on_trouble(made: Door) -> Callable[[Request, Trouble], Response]:
    def handler(request: Request, trouble: Trouble) -> Response:
        sentence = trouble.sentence(language_of(request))
        status = 403 if trouble.fr == page_texts("fr")["session"]["forbidden"] else 400
        return made.page(request, "trouble.html.j2", status, sentence=sentence)

    return handler


def _on_absent(made: Door) -> Callable[[Request, Any], Response]:
    def handler(request: Request, _: Any) -> Response:
        sentence = page_texts(language_of(request))["trouble"]["absent"]
        return made.page(request, "trouble.html.j2", 404, sentence=sentence)

    return handler
