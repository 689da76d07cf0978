"""The application: THE list of pages, and what every answer goes through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gisement import __version__
from gisement.catalog import page_texts
from gisement.publish.api.routes import add_api
from gisement.publish.web.page import Page
from gisement.publish.web.serving import assets
from gisement.publish.web.serving.kept import Kept
from gisement.publish.web.serving.limits import Turns
from gisement.publish.web.serving.security import Guard
from gisement.publish.web.site import LANGUAGES, Site
from gisement.publish.web.views import (
    about,
    addressable,
    chains,
    circular,
    clauses,
    documents,
    figures,
    firms,
    food,
    home,
    impact,
    law,
    needs,
    releases,
    renewals,
    rows,
    secrecy,
    sheets,
    simulator,
    strengths,
    targets,
    thresholds,
)
from gisement.publish.web.views import buyers as organisations
from gisement.publish.web.views import insertion_hours as hours
from gisement.publish.web.views import map as atlas
from gisement.publish.web.views import pooling as cooperation
from gisement.terms import Trouble

View = Callable[[Page], Response]

PAGES: tuple[tuple[str, View], ...] = (
    ("/", home.home),
    ("/search", about.search),
    ("/figures", figures.figures),
    ("/figures/{name}", figures.figure),
    ("/figures/{name}/rows", rows.rows),
    ("/embed/{name}", figures.embed),
    ("/charts/{kind}/{name}.svg", figures.chart),
    ("/needs", needs.needs),
    ("/needs/{key}", needs.family),
    ("/buyers", organisations.buyers),
    ("/buyers/{key}", organisations.buyer),
    ("/suppliers", organisations.suppliers),
    ("/suppliers/{key}", organisations.supplier),
    ("/contracts", rows.contracts),
    ("/contracts/{key}", rows.contract),
    ("/renewals", renewals.renewals),
    ("/thresholds", thresholds.thresholds),
    ("/food", food.food),
    ("/clauses", clauses.clauses),
    ("/clauses/{key}", clauses.segment),
    ("/circular", circular.circular),
    ("/insertion-hours", hours.hours),
    ("/law", law.law),
    ("/law/{name}", law.rule),
    ("/strengths", strengths.strengths),
    ("/strengths/{key}", strengths.segment),
    ("/cooperate", cooperation.hub),
    ("/pooling", cooperation.windows),
    ("/pooling/{key}", cooperation.window),
    ("/addressable", addressable.addressable),
    ("/firms", firms.firms),
    ("/simulator", simulator.simulator),
    ("/chains", chains.boards),
    ("/chains/{key}", chains.board),
    ("/targets", targets.targets),
    ("/experience", sheets.experiences),
    ("/experience/{key}", sheets.experience),
    ("/impact", impact.impact),
    ("/impact/what-if", impact.what_if),
    ("/map", atlas.where_from),
    ("/quality", about.quality),
    ("/quality/{rule}", about.finding),
    ("/methods", about.methods),
    ("/methods/{name}", about.method),
    ("/sources", about.sources),
    ("/explainer", about.explainer),
    ("/secret", secrecy.secrecy),
    ("/releases", releases.releases),
    ("/documents", documents.documents),
    ("/embeds", documents.gallery),
    ("/api", about.api),
)
"""Every page, in French at its address and in English after `/en`."""
FILES: tuple[tuple[str, View], ...] = (
    ("/food-gaps.csv", food.gaps_file),
    ("/food-lots.csv", food.lots_file),
    ("/documents/{file}", documents.document),
    ("/renewals.ics", renewals.calendar_file),
    ("/renewals.atom", renewals.feed),
    ("/firms/correction.csv", firms.correction),
    ("/map/{name}.geojson", atlas.contours_file),
)
"""What is no page: calendars, feeds and files, at addresses like those of pages."""


def create_app(site: Site) -> FastAPI:
    """The application over one built workspace: pages, files, and the interface for programs under `/api`."""
    app = FastAPI(
        title="Gisement",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.add_exception_handler(Trouble, _on_trouble(site))
    app.add_exception_handler(404, _on_absent(site))
    add_api(app, site)
    app.router.routes.append(Route("/static/{digest}/{name}", assets.answer, methods=["GET", "HEAD"]))
    for language in LANGUAGES:
        for path, view in (*PAGES, *FILES):
            root = "" if language == "fr" else f"/{language}"
            full = root + path if path != "/" else root or "/"
            app.router.routes.append(Route(full, _endpoint(site, view, language), methods=["GET", "HEAD"]))
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=5)
    app.add_middleware(Turns)
    if not site.served.partner:
        app.add_middleware(Kept)
    app.add_middleware(
        Guard,
        mark=f"{site.served.release}-{site.served.siren}-{__version__}",
        private=site.served.partner,
        local_only=site.served.partner and not site.served.siren,
    )
    return app


def _endpoint(site: Site, view: View, language: str) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return view(Page(site, request, language))

    return endpoint


def _on_trouble(site: Site) -> Callable[[Request, Any], Response]:
    """What cannot be done is told on a page, or in JSON to a program."""

    def handler(request: Request, trouble: Any) -> Response:
        if request.url.path.startswith("/api/"):
            sentence = trouble.sentence(str(request.query_params.get("language", "fr")))
            return JSONResponse({"detail": sentence}, status_code=400)
        page = _page(site, request)
        sentence = trouble.sentence(page.language)
        is_absent = sentence == page.texts["trouble"]["absent"] or "n'est pas un indicateur" in trouble.fr
        return page.render("trouble.html.j2", status=404 if is_absent else 400, sentence=sentence)

    return handler


def _on_absent(site: Site) -> Callable[[Request, Any], Response]:
    def handler(request: Request, _: Any) -> Response:
        if request.url.path.startswith("/api/"):
            language = "en" if request.query_params.get("language") == "en" else "fr"
            return JSONResponse({"detail": page_texts(language)["trouble"]["absent"]}, status_code=404)
        page = _page(site, request)
        return page.render("trouble.html.j2", status=404, sentence=page.texts["trouble"]["absent"])

    return handler


def _page(site: Site, request: Request) -> Page:
    path = request.url.path
    language = next((name for name in LANGUAGES if path == f"/{name}" or path.startswith(f"/{name}/")), "fr")
    return Page(site, request, language)
