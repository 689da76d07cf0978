"""Visits every page once before people do: compiling an expression takes longer than running it."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable

from starlette.requests import Request

from gisement.publish.web.app import PAGES
from gisement.publish.web.page import Page
from gisement.publish.web.site import Site

ADDRESSES = tuple(path for path, _ in PAGES if "{" not in path and path != "/api")
"""Pages to visit; that of the API asks the application itself, which a visit has not."""
LOG = logging.getLogger(__name__)


def warm(site: Site) -> None:
    """Ask for each page that has an address of its own, then for the figures that pages of indicators show first."""
    for path in ADDRESSES:
        try_page(site, path)
    site.warm()
    # what stays until the next release is looked at no more: going through it took half of the time of a page
    gc.collect()
    gc.freeze()


def try_page(site: Site, path: str) -> None:
    """Visit a page, and note a fault: whoever asks for it will be told of the same, the others can still be made."""
    try:
        visit(site, path)
    except Exception:
        LOG.exception("The page %s could not be made beforehand", path)


def visit(site: Site, path: str) -> None:
    """Make one page, for nobody."""
    asked = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    dict(PAGES)[path](Page(site, Request(asked), "fr"))


def warm_aside(site: Site, before: Callable[[], None] = lambda: None) -> None:
    """The same while the server already answers, and before that what else is to be done by then."""

    def work() -> None:
        before()
        warm(site)

    threading.Thread(target=work, daemon=True).start()
