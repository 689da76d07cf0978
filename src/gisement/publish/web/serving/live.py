"""A server that goes on while the tables are built anew: each answer is wholly of one release, then of the next.

Pages are visited once before people do: compiling an expression takes longer than running it.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable

from starlette.requests import Request

from gisement.publish.web.app import PAGES, create_app
from gisement.publish.web.page import Page
from gisement.publish.web.serving.security import Application, Message, Receive, Send
from gisement.publish.web.site import Site
from gisement.terms import Trouble

LOG = logging.getLogger(__name__)
EVERY = 2.0
"""Seconds between two looks at the tables."""
ADDRESSES = tuple(path for path, _ in PAGES if "{" not in path and path != "/api")
"""Pages to visit; that of the API asks the application itself, which a visit has not."""


class Live:
    """The application of the latest whole release. `renew` makes the site of the tables as they are on the disk.

    A request is answered to its end by the application that it met; the former one goes when nobody reads it any more.
    """

    def __init__(self, site: Site, renew: Callable[[], Site]) -> None:
        self.site, self.renew = site, renew
        self.taken: Callable[[Site], None] = lambda _: None
        """What is done with each next release, once it answers."""
        self.notes = True
        """Whether this process keeps what each release publishes."""
        self.app: Application = create_app(site)
        self._stopped = threading.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, by the application of the moment."""
        await self.app(scope, receive, send)

    def look(self) -> bool:
        """Take the next release if a build has ended; whether one was taken."""
        if not self.site.served.is_stale:
            return False
        try:
            site = self.renew()
        except Trouble:  # another build began meanwhile: its end will be seen
            return False
        self.app, self.site = create_app(site), site
        self.taken(site)
        return True

    def watch(self) -> None:
        """Note the release, then look again and again, until `stop`."""
        self.note()
        while not self._stopped.wait(EVERY):
            try:
                if self.look():
                    self.note()
            except Exception:  # a file that a build took away while it was read: the next look may find it
                LOG.exception("The tables could not be looked at; the former release goes on")

    def note(self) -> None:
        """Keep what the release publishes; a workspace that cannot be written to goes on without."""
        if not self.notes:
            return
        try:
            self.site.note_release()
        except (OSError, Trouble) as error:
            LOG.warning("What this release publishes could not be noted: %s", error)

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()


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
